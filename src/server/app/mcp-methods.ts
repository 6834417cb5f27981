// The MCP servers of the configuration: what they offer, calls of their tools by the client itself, and logins (app-server.md 10).

import type { Config } from "../../config/config";
import type { McpConnection } from "../../mcp/connection";
import { authStatus, type AuthStatus } from "../../mcp/oauth-discovery";
import { isToolEnabled, serverConfigs, type McpServerConfig } from "../../mcp/server-config";
import { startMcpServers, type McpServers } from "../../mcp/servers";
import { tokenStore } from "../../mcp/token-store";
import { messageOf, UserError } from "../../util/user-error";
import { configFor } from "../app-threads/open-thread";
import { list, oneOf, optional, required, string, struct } from "../rpc/decode";
import { INTERNAL_ERROR, isRecord, RpcFailure } from "../rpc/message";
import { method, type Call, type Method } from "./app";
import { logInToServer } from "./mcp-login";
import { anything, pageOf, readThreadId, refuse, u32, u64 } from "./params";

/** A server that does not list its resources in this time is shown without. */
const LIST_MS = 10_000;

const AUTH: Readonly<Record<AuthStatus, string>> = {
  unsupported: "unsupported",
  not_logged_in: "notLoggedIn",
  bearer_token: "bearerToken",
  o_auth: "oAuth",
};

export const MCP_METHODS: readonly (readonly [string, Method])[] = [
  method(
    "mcpServerStatus/list",
    struct("ListMcpServerStatusParams", {
      cursor: optional(string),
      limit: optional(u32),
      detail: optional(oneOf("full", "toolsAndAuthOnly")),
      threadId: optional(string),
    }),
    async ({ detail = "full", threadId, ...page }, call) => {
      return await withServers(threadId, call, async (config, servers) => {
        const shown = pageOf(serverConfigs(config.toml.mcp_servers), page, "MCP servers");
        await servers?.settled(call.client.signal);
        const data = await Promise.all(
          shown.data.map((server) => statusOf(server, config, servers, detail, call)),
        );
        return { ...shown, data };
      });
    },
  ),
  method(
    "mcpServer/tool/call",
    struct("McpServerToolCallParams", {
      threadId: required(string),
      server: required(string),
      tool: required(string),
      arguments: optional(anything),
      _meta: optional(anything),
    }),
    async (given, call) =>
      await withServers(given.threadId, call, async (config, servers) => {
        const connection = await connectionTo(given.server, config, servers, call);
        const { tool: name, arguments: args, _meta } = given;
        const params = {
          name,
          ...(args !== undefined && { arguments: args }),
          ...(isRecord(_meta) && { _meta }),
        };
        try {
          return await connection.callTool(params, { signal: call.client.signal });
        } catch (error) {
          throw failed(`tool call failed for \`${given.server}/${name}\`: ${messageOf(error)}`);
        }
      }),
  ),
  method(
    "mcpServer/resource/read",
    struct("McpResourceReadParams", {
      threadId: optional(string),
      server: required(string),
      uri: required(string),
    }),
    async ({ threadId, server, uri }, call) =>
      await withServers(threadId, call, async (config, servers) => {
        const connection = await connectionTo(server, config, servers, call);
        try {
          return await connection.request("resources/read", { uri }, { signal: call.client.signal });
        } catch (error) {
          throw failed(`resources/read failed for \`${server}\` (${uri}): ${messageOf(error)}`);
        }
      }),
  ),
  method(
    "mcpServer/oauth/login",
    struct("McpServerOauthLoginParams", {
      name: required(string),
      scopes: optional(list(string)),
      timeoutSecs: optional(u64),
    }),
    async ({ name, scopes, timeoutSecs }, call) => {
      const config = await configFor({}, call.app.place);
      const server = serverConfigs(config.toml.mcp_servers).find((one) => one.name === name);
      if (server === undefined) throw refuse(`No MCP server named '${name}' found.`);
      const { transport } = server;
      if (transport.type === "stdio") {
        throw refuse("OAuth login is only supported for streamable HTTP servers.");
      }
      const wish = { scopes: scopes ?? server.scopes, timeoutSecs };
      return await logInToServer({ ...server, transport }, config, wish, call.app);
    },
  ),
  method("config/mcpServer/reload", anything, async (_, { app }) => {
    await Promise.all(app.threads.all().map((live) => live.reloadServers()));
    return {};
  }),
];

/** Those of the thread, or, without one, those of the configuration, started for this request and shared where they run already. */
async function withServers<T>(
  threadId: string | undefined,
  { app }: Call,
  use: (config: Config, servers: McpServers | undefined) => Promise<T>,
): Promise<T> {
  if (threadId !== undefined) {
    const { mcp } = app.threads.find(readThreadId(threadId));
    return await use(mcp.config, mcp);
  }
  const config = await configFor({}, app.place);
  const isUsed = serverConfigs(config.toml.mcp_servers).some(({ enabled }) => enabled);
  if (!isUsed) return await use(config, undefined);
  try {
    await using servers = await startMcpServers({ config, env: app.place.env });
    return await use(config, servers);
  } catch (error) {
    if (error instanceof UserError) throw failed(error.message);
    throw error;
  }
}

/** @throws RpcFailure when there is no such server, or it did not start */
async function connectionTo(
  name: string,
  config: Config,
  servers: McpServers | undefined,
  { client }: Call,
): Promise<McpConnection> {
  const isKnown = serverConfigs(config.toml.mcp_servers).some((one) => one.name === name && one.enabled);
  if (!isKnown) throw failed(`unknown MCP server '${name}'`);
  await servers?.settled(client.signal);
  const connection = servers?.ready().find((one) => one.config.name === name);
  if (connection !== undefined) return connection;
  throw failed(servers?.starts.get(name)?.message ?? `MCP server '${name}' is not ready`);
}

async function statusOf(
  server: McpServerConfig,
  config: Config,
  servers: McpServers | undefined,
  detail: "full" | "toolsAndAuthOnly",
  { app, client }: Call,
): Promise<object> {
  const { name } = server;
  const connection = servers?.ready().find((one) => one.config.name === name);
  const tokens = tokenStore(config.codexHome, config.toml.mcp_oauth_credentials_store ?? "auto");
  const full = detail === "full" ? connection : undefined;
  const [auth, tools, resources, resourceTemplates] = await Promise.all([
    authStatus(server, app.place.env, tokens),
    listed(connection, "tools/list", "tools", client.signal),
    listed(full, "resources/list", "resources", client.signal),
    listed(full, "resources/templates/list", "resourceTemplates", client.signal),
  ]);
  const offered = tools.flatMap((tool) =>
    typeof tool["name"] === "string" && isToolEnabled(server, tool["name"])
      ? [[tool["name"], { inputSchema: {}, ...tool }] as const]
      : [],
  );
  return {
    name,
    serverInfo: infoOut(connection?.serverInfo),
    tools: Object.fromEntries(offered),
    resources,
    resourceTemplates,
    authStatus: AUTH[auth],
  };
}

/** Nothing from a server that does not answer, or knows no such list. */
async function listed(
  connection: McpConnection | undefined,
  name: string,
  key: string,
  signal: AbortSignal,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  if (connection === undefined) return [];
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LIST_MS)]);
    return (await connection.all(name, key, { signal: limit })).filter(isRecord);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return [];
  }
}

function infoOut(info: Readonly<Record<string, unknown>> | undefined): object | null {
  if (info === undefined) return null;
  const { name, version, title = null, description = null, icons = null, websiteUrl = null } = info;
  return { name, title, version, description, icons, websiteUrl };
}

function failed(message: string): RpcFailure {
  return new RpcFailure(INTERNAL_ERROR, message);
}
