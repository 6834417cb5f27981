// `codex mcp list`: all configured MCP servers, for people or as JSON (cli.md 6.2).

import { authStatus, type AuthStatus } from "../../mcp/oauth-discovery";
import { serverConfigs, type McpServerConfig } from "../../mcp/server-config";
import type { Invocation } from "../grammar/spec";
import { writeOutput } from "../output";
import { configOf, storeOf, wantsJson } from "./configured";
import { argsCell, envCell, jsonText, tableText, timeoutsJson, transportJson } from "./describe";

const NONE = "No MCP servers configured yet. Try `codex mcp add my-tool -- my-command`.\n";

const AUTH_WORDS: Readonly<Record<AuthStatus, string>> = {
  unsupported: "Unsupported",
  not_logged_in: "Not logged in",
  bearer_token: "Bearer token",
  o_auth: "OAuth",
};

type Listed = { readonly server: McpServerConfig; readonly auth: AuthStatus };

export async function run(invocation: Invocation): Promise<number> {
  const config = await configOf(invocation);
  const store = storeOf(config);
  const listed = await Promise.all(
    serverConfigs(config.toml.mcp_servers).map(async (server) => ({
      server,
      auth: await authStatus(server, process.env, store),
    })),
  );
  await writeOutput(1, wantsJson(invocation) ? jsonText(listed.map(jsonOf)) : tables(listed));
  return 0;
}

function jsonOf({ server, auth }: Listed): unknown {
  return {
    name: server.name,
    enabled: server.enabled,
    disabled_reason: null,
    transport: transportJson(server),
    ...timeoutsJson(server),
    auth_status: auth,
  };
}

function tables(listed: readonly Listed[]): string {
  if (listed.length === 0) return NONE;
  const stdio = listed.flatMap(({ server, auth }) => {
    const { name, transport } = server;
    if (transport.type !== "stdio") return [];
    const { command, args, cwd = "-" } = transport;
    return [[name, command, argsCell(args), envCell(transport), cwd, statusOf(server), AUTH_WORDS[auth]]];
  });
  const http = listed.flatMap(({ server, auth }) => {
    const { name, transport } = server;
    if (transport.type === "stdio") return [];
    return [[name, transport.url, transport.bearerTokenEnvVar ?? "-", statusOf(server), AUTH_WORDS[auth]]];
  });
  const parts = [
    ...(stdio.length === 0
      ? []
      : [tableText([["Name", "Command", "Args", "Env", "Cwd", "Status", "Auth"], ...stdio])]),
    ...(http.length === 0
      ? []
      : [tableText([["Name", "Url", "Bearer Token Env Var", "Status", "Auth"], ...http])]),
  ];
  return parts.join("\n");
}

function statusOf({ enabled }: McpServerConfig): string {
  return enabled ? "enabled" : "disabled";
}
