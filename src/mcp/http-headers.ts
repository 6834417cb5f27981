// The headers that the configuration adds to every request to an HTTP server (mcp.md 5).

import type { HttpServer } from "./server-config";

type Environment = Readonly<Record<string, string | undefined>>;

/** Static ones, then those from variables, then the token, which replaces any configured `Authorization`. */
export function requestHeaders(
  name: string,
  server: HttpServer,
  env: Environment,
): Readonly<Record<string, string>> {
  const headers = new Headers();
  for (const [header, value] of Object.entries(server.httpHeaders ?? {})) setIfValid(headers, header, value);
  for (const [header, variable] of Object.entries(server.envHttpHeaders ?? {})) {
    const value = env[variable];
    if (value !== undefined && value.trim() !== "") setIfValid(headers, header, value);
  }
  const { bearerTokenEnvVar: variable } = server;
  if (variable !== undefined) {
    const token = env[variable];
    const state = token === undefined ? "not set" : token.trim() === "" ? "empty" : undefined;
    if (state !== undefined) {
      throw new Error(`Environment variable ${variable} for MCP server '${name}' is ${state}`);
    }
    headers.set("authorization", `Bearer ${token?.trim()}`);
  }
  return Object.fromEntries(headers.entries());
}

function setIfValid(headers: Headers, name: string, value: string): void {
  try {
    headers.set(name, value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // not a header: left out, as the rest may do without it
  }
}
