// What is known of the login of a server, for `codex mcp list` (mcp.md 2).

import { requestHeaders } from "./http-headers";
import { oauthSupport } from "./oauth-discovery";
import type { McpServerConfig } from "./server-config";

export type AuthStatus = "unsupported" | "not_logged_in" | "bearer_token" | "o_auth";

type Environment = Readonly<Record<string, string | undefined>>;

/** @param hasTokens whether usable tokens are stored for the server: yes, no longer, or none at all */
export async function authStatus(
  { name, enabled, transport }: McpServerConfig,
  env: Environment,
  hasTokens: "usable" | "unusable" | "none",
): Promise<AuthStatus> {
  if (transport.type === "stdio" || !enabled) return "unsupported";
  if (transport.bearerTokenEnvVar !== undefined) return "bearer_token";
  if ("authorization" in requestHeaders(name, transport, env)) return "bearer_token";
  if (hasTokens !== "none") return hasTokens === "usable" ? "o_auth" : "not_logged_in";
  return (await oauthSupport(name, transport, env)) === "supported" ? "not_logged_in" : "unsupported";
}
