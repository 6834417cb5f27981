// `codex mcp login NAME`: logs in to an HTTP server in the browser and keeps the tokens (cli.md 6.4, mcp.md 6).

import type { Config } from "../../config/config";
import { openBrowser } from "../../exec/detached";
import type { HttpServer, McpServerConfig } from "../../mcp/server-config";
import { UserError } from "../../util/user-error";
import type { Invocation } from "../grammar/spec";
import { writeOutput } from "../output";
import { configOf, nameOf, serverNamed, storeOf } from "./configured";

export async function run(invocation: Invocation): Promise<number> {
  const config = await configOf(invocation);
  const server = serverNamed(config, nameOf(invocation));
  const { transport } = server;
  if (transport.type === "stdio") {
    throw new UserError("OAuth login is only supported for streamable HTTP servers.");
  }
  await logInTo({ ...server, transport }, config, invocation.levels.at(-1)?.values.get("scopes"));
  await writeOutput(1, `Successfully logged in to MCP server '${server.name}'.\n`);
  return 0;
}

/** @param scopes to ask for instead of all others. @throws UserError when the login fails */
export async function logInTo(
  server: McpServerConfig & { readonly transport: HttpServer },
  config: Config,
  scopes: readonly string[] | undefined = server.scopes,
): Promise<void> {
  const { logIn, OAuthRefusal } = await import("../../mcp/oauth-login");
  const { name } = server;
  const attempt = (asked: readonly string[] | undefined) =>
    logIn({
      name,
      server: server.transport,
      env: process.env,
      callback: { port: config.toml.mcp_oauth_callback_port, url: config.toml.mcp_oauth_callback_url },
      scopes: asked,
      present: (url) => present(name, url),
    });
  const store = storeOf(config);
  try {
    const login = await attempt(scopes);
    await store.locked(() => store.save(login));
  } catch (error) {
    if (!(error instanceof OAuthRefusal) || error.code !== "invalid_scope" || scopes !== undefined)
      throw error;
    await writeOutput(1, "OAuth provider rejected discovered scopes. Retrying without scopes…\n");
    const login = await attempt([]);
    await store.locked(() => store.save(login));
  }
}

async function present(name: string, url: string): Promise<void> {
  await writeOutput(1, `Authorize \`${name}\` by opening this URL in your browser:\n${url}\n\n`);
  if (await openBrowser(url, process.env)) return;
  await writeOutput(2, "(Browser launch failed; please copy the URL above manually.)\n");
}
