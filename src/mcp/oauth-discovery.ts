// What is known of the login of a server, and whether it offers OAuth: looks where servers publish the addresses of their logins (mcp.md 2 and 6).

import { extraCertificates } from "../util/certificates";
import { requestHeaders } from "./http-headers";
import type { HttpServer, McpServerConfig } from "./server-config";
import { isUsable, type TokenStore } from "./token-store";
import { isRecord } from "./tool-list";

const PROBE_MS = 5000;
const PROBE_REVISION = "2024-11-05";

/** `unknown`: the server could not be asked. */
export type OAuthSupport = "supported" | "unsupported" | "unknown";

export type AuthStatus = "unsupported" | "not_logged_in" | "bearer_token" | "o_auth";

type Environment = Readonly<Record<string, string | undefined>>;

/** Asks the server only where nothing else tells. */
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

/** Asks one address after the other; each has a time limit. */
export async function oauthSupport(
  name: string,
  server: HttpServer,
  env: Environment,
): Promise<OAuthSupport> {
  if (!URL.canParse(server.url)) return "unknown";
  const headers = {
    ...requestHeaders(name, { ...server, bearerTokenEnvVar: undefined }, env),
    "MCP-Protocol-Version": PROBE_REVISION,
  };
  const tls = await extraCertificates(env);
  let answered = false;
  for (const url of discoveryUrls(server.url)) {
    const signal = AbortSignal.timeout(PROBE_MS);
    try {
      const response = await fetch(url, { headers, signal, ...tls });
      answered = true;
      if (response.status === 200 && isMetadata(await response.json())) return "supported";
      await response.body?.cancel();
    } catch (error) {
      if (!(error instanceof Error)) throw error; // nobody there, or something that is not JSON: the next one may be
    }
  }
  return answered ? "unsupported" : "unknown";
}

/** For a server below a path, three places; else one. */
export function discoveryUrls(url: string): readonly string[] {
  const { origin, pathname } = new URL(url);
  const path = pathname.replace(/\/+$/, "");
  const known = "/.well-known/oauth-authorization-server";
  const paths = path === "" ? [known] : [`${known}${path}`, `${path}${known}`, known];
  return paths.map((one) => `${origin}${one}`);
}

function isMetadata(body: unknown): boolean {
  return (
    isRecord(body) &&
    typeof body.authorization_endpoint === "string" &&
    typeof body.token_endpoint === "string"
  );
}
