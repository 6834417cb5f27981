// How the configured MCP servers are, for people who want to see them (tui.md 6.6).

import type { Config } from "../../config/config";
import type { McpConnection } from "../../mcp/connection";
import { serverConfigs, type McpServerConfig } from "../../mcp/server-config";
import type { McpServers } from "../../mcp/servers";
import { tokenStore } from "../../mcp/token-store";
import { isRecord } from "../../mcp/tool-list";
import type { McpServerStatus } from "../../protocol/thread";
import { quoteWords } from "../../util/shell-words";
import { authStatus } from "../../mcp/oauth-discovery";

/** A server that does not list its resources in this time is shown without. */
const LIST_MS = 3000;

type Environment = Readonly<Record<string, string | undefined>>;

/** All that are configured, disabled ones too, by name. */
export async function serverStatuses(
  config: Config,
  env: Environment,
  servers: McpServers | undefined,
): Promise<readonly McpServerStatus[]> {
  return Promise.all(
    serverConfigs(config.toml.mcp_servers).map((server) => statusOf(server, config, env, servers)),
  );
}

async function statusOf(
  server: McpServerConfig,
  config: Config,
  env: Environment,
  servers: McpServers | undefined,
): Promise<McpServerStatus> {
  const { name, transport } = server;
  const connection = servers?.ready().find((candidate) => candidate.config.name === name);
  const tokens = tokenStore(config.codexHome, config.toml.mcp_oauth_credentials_store ?? "auto");
  const [auth, resources, resourceTemplates] = await Promise.all([
    authStatus(server, env, tokens),
    listed(connection, "resources/list", "resources"),
    listed(connection, "resources/templates/list", "resourceTemplates"),
  ]);
  const error = servers?.starts.get(name)?.error;
  return {
    name,
    status: server.enabled ? (servers?.starts.get(name)?.status ?? "starting") : "disabled",
    auth: auth === "o_auth" ? "oauth" : auth,
    where: transport.type === "stdio" ? quoteWords([transport.command, ...transport.args]) : transport.url,
    tools: connection?.tools.map((tool) => tool.name) ?? [],
    resources,
    resourceTemplates,
    ...namesOf(transport),
    ...(error !== undefined && { error }),
  };
}

function namesOf(
  transport: McpServerConfig["transport"],
): Pick<McpServerStatus, "environmentNames" | "headerNames"> {
  if (transport.type === "stdio") {
    const passed = transport.envVars.map((variable) => variable.name);
    return { environmentNames: [...Object.keys(transport.env ?? {}), ...passed], headerNames: [] };
  }
  const { bearerTokenEnvVar, httpHeaders = {}, envHttpHeaders = {} } = transport;
  return {
    environmentNames: bearerTokenEnvVar === undefined ? [] : [bearerTokenEnvVar],
    headerNames: [...Object.keys(httpHeaders), ...Object.keys(envHttpHeaders)],
  };
}

/** Names of what a server lists; none from one that does not answer, or knows no such list. */
async function listed(
  connection: McpConnection | undefined,
  method: string,
  key: string,
): Promise<readonly string[]> {
  if (connection === undefined) return [];
  try {
    const entries = await connection.all(method, key, { signal: AbortSignal.timeout(LIST_MS) });
    return entries.flatMap((entry) =>
      isRecord(entry) && typeof entry["name"] === "string" ? [entry["name"]] : [],
    );
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [];
  }
}
