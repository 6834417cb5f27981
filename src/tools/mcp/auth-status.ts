// What is known of the login of a server, for `codex mcp list` (mcp.md 2).

import { requestHeaders } from "../../mcp/http-headers";
import { oauthSupport } from "../../mcp/oauth-discovery";
import type { McpServerConfig } from "../../mcp/server-config";
import { isUsable, type TokenStore } from "../../mcp/token-store";

export type AuthStatus = "unsupported" | "not_logged_in" | "bearer_token" | "o_auth";

type Environment = Readonly<Record<string, string | undefined>>;

export async function authStatus(
  { name, enabled, transport }: McpServerConfig,
  env: Environment,
  store: TokenStore,
): Promise<AuthStatus> {
  if (transport.type === "stdio" || !enabled) return "unsupported";
  if (transport.bearerTokenEnvVar !== undefined) return "bearer_token";
  if ("authorization" in requestHeaders(name, transport, env)) return "bearer_token";
  const login = await store.read(name, transport.url);
  if (login !== undefined) return isUsable(login) ? "o_auth" : "not_logged_in";
  return (await oauthSupport(name, transport, env)) === "supported" ? "not_logged_in" : "unsupported";
}
