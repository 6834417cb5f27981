// One configured MCP server with its defaults: what `[mcp_servers.NAME]` comes to (mcp.md 1).

import type { ConfigToml } from "../config/schema";

export type ApprovalMode = "auto" | "prompt" | "approve";

export type StdioServer = {
  readonly type: "stdio";
  readonly command: string;
  readonly args: readonly string[];
  /** Literal variables; they win over inherited ones. Undefined when the table has none. */
  readonly env: Readonly<Record<string, string>> | undefined;
  /** Variables handed on from our own environment. */
  readonly envVars: readonly { readonly name: string; readonly source: "local" | "remote" }[];
  /** As written; relative to the session's folder, which is also the default. */
  readonly cwd: string | undefined;
};

export type HttpServer = {
  readonly type: "streamable_http";
  readonly url: string;
  readonly bearerTokenEnvVar: string | undefined;
  readonly httpHeaders: Readonly<Record<string, string>> | undefined;
  /** Header name to the variable with its value. */
  readonly envHttpHeaders: Readonly<Record<string, string>> | undefined;
  readonly oauthClientId: string | undefined;
  /** Variable that holds the secret of that client. */
  readonly oauthSecretEnvVar: string | undefined;
  readonly oauthResource: string | undefined;
};

export type McpServerConfig = {
  readonly name: string;
  readonly transport: StdioServer | HttpServer;
  readonly enabled: boolean;
  /** A session whose required server cannot start fails. */
  readonly required: boolean;
  /** For the handshake, and again for the first list of tools. Undefined: the default. */
  readonly startupTimeoutSec: number | undefined;
  /** For each call. Undefined: the default. */
  readonly toolTimeoutSec: number | undefined;
  /** Raw tool names: only these, or undefined for all. */
  readonly enabledTools: readonly string[] | undefined;
  /** Raw tool names taken away after that. */
  readonly disabledTools: readonly string[] | undefined;
  readonly defaultApprovalMode: ApprovalMode | undefined;
  /** By raw tool name. */
  readonly toolApprovalModes: ReadonlyMap<string, ApprovalMode>;
  /** Every tool of the server may run beside others. */
  readonly parallel: boolean;
  readonly scopes: readonly string[] | undefined;
};

const STARTUP_TIMEOUT_SEC = 30;
const TOOL_TIMEOUT_SEC = 120;
const SERVER_NAME = /^[A-Za-z0-9_-]+$/;

/** All servers of a configuration, disabled ones included, sorted by name. */
export function serverConfigs(servers: ConfigToml["mcp_servers"]): readonly McpServerConfig[] {
  return Object.entries(servers ?? {})
    .map(([name, table]) => serverConfig(name, table))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export function isServerName(name: string): boolean {
  return SERVER_NAME.test(name);
}

export function startupTimeoutMs(config: McpServerConfig): number {
  return milliseconds(config.startupTimeoutSec ?? STARTUP_TIMEOUT_SEC);
}

export function toolTimeoutMs(config: McpServerConfig): number {
  return milliseconds(config.toolTimeoutSec ?? TOOL_TIMEOUT_SEC);
}

/** Whether the user lets the model see a tool. */
export function isToolEnabled(config: McpServerConfig, tool: string): boolean {
  if (config.enabledTools !== undefined && !config.enabledTools.includes(tool)) return false;
  return config.disabledTools?.includes(tool) !== true;
}

export function approvalModeOf(config: McpServerConfig, tool: string): ApprovalMode {
  return config.toolApprovalModes.get(tool) ?? config.defaultApprovalMode ?? "auto";
}

type ServerTable = NonNullable<ConfigToml["mcp_servers"]>[string];

function serverConfig(name: string, table: ServerTable): McpServerConfig {
  const { startup_timeout_sec: seconds, startup_timeout_ms: milliseconds } = table;
  return {
    name,
    transport: transportOf(table),
    enabled: table.enabled !== false,
    required: table.required === true,
    startupTimeoutSec: seconds ?? (milliseconds === undefined ? undefined : milliseconds / 1000),
    toolTimeoutSec: table.tool_timeout_sec,
    enabledTools: table.enabled_tools,
    disabledTools: table.disabled_tools,
    defaultApprovalMode: table.default_tools_approval_mode,
    toolApprovalModes: new Map(
      Object.entries(table.tools ?? {}).flatMap(([tool, { approval_mode: mode }]) =>
        mode === undefined ? [] : [[tool, mode]],
      ),
    ),
    parallel: table.supports_parallel_tool_calls === true,
    scopes: table.scopes,
  };
}

/** Checking the configuration has let through tables with either a command or an address. */
function transportOf(table: ServerTable): StdioServer | HttpServer {
  if (table.command === undefined) {
    return {
      type: "streamable_http",
      url: table.url ?? "",
      bearerTokenEnvVar: table.bearer_token_env_var,
      httpHeaders: table.http_headers,
      envHttpHeaders: table.env_http_headers,
      oauthClientId: table.oauth?.client_id,
      oauthSecretEnvVar: table.oauth?.client_secret_env_var,
      oauthResource: table.oauth_resource,
    };
  }
  return {
    type: "stdio",
    command: table.command,
    args: table.args ?? [],
    env: table.env,
    envVars: (table.env_vars ?? []).map((variable) =>
      typeof variable === "string"
        ? { name: variable, source: "local" }
        : { name: variable.name, source: variable.source === "remote" ? "remote" : "local" },
    ),
    cwd: table.cwd,
  };
}

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2_147_483_647;

function milliseconds(seconds: number): number {
  return Math.min(Math.max(0, seconds * 1000), MAX_TIMER_MS);
}
