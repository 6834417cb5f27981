// The login to an HTTP server of MCP that a client shows to its user (app-server.md 10).

import type { Config } from "../../config/config";
import type { HttpServer, McpServerConfig } from "../../mcp/server-config";
import { tokenStore } from "../../mcp/token-store";
import { messageOf } from "../../util/user-error";
import { INTERNAL_ERROR, RpcFailure } from "../rpc/message";
import type { App } from "./app";

const DEFAULT_TIMEOUT_S = 300;

export type LoginWish = {
  readonly scopes: readonly string[] | undefined;
  readonly timeoutSecs: number | undefined;
};

/** Disposing of it calls off what waits. */
type McpLogins = AsyncDisposable & {
  readonly begin: (login: (signal: AbortSignal) => Promise<void>) => void;
};

/**
 * Resolves with the address that the user has to open; how it ends is told to everybody.
 * @throws RpcFailure when the server has no login
 */
export async function logInToServer(
  server: McpServerConfig & { readonly transport: HttpServer },
  config: Config,
  { scopes, timeoutSecs = DEFAULT_TIMEOUT_S }: LoginWish,
  app: App,
): Promise<{ readonly authorizationUrl: string }> {
  const { name } = server;
  const { toml, codexHome } = config;
  const shown = Promise.withResolvers<string>();
  let isShown = false;
  const run = async (signal: AbortSignal): Promise<void> => {
    const { logIn } = await import("../../mcp/oauth-login");
    const login = await logIn({
      name,
      server: server.transport,
      env: app.place.env,
      callback: { port: toml.mcp_oauth_callback_port, url: toml.mcp_oauth_callback_url },
      scopes,
      present: async (url) => {
        isShown = true;
        shown.resolve(url);
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutSecs * 1000)]),
    });
    const store = tokenStore(codexHome, toml.mcp_oauth_credentials_store ?? "auto");
    await store.locked(() => store.save(login));
  };
  const tell = (end: { readonly success: boolean; readonly error?: string }) =>
    app.clients.broadcast("mcpServer/oauthLogin/completed", { name, ...end });
  loginsOf(app).begin(async (signal) => {
    try {
      await run(signal);
      await tell({ success: true });
    } catch (error) {
      const reason = messageOf(error);
      if (isShown) await tell({ success: false, error: reason });
      else {
        const text = `failed to login to MCP server '${name}': ${reason}`;
        shown.reject(new RpcFailure(INTERNAL_ERROR, text));
      }
    }
  });
  return { authorizationUrl: await shown.promise };
}

function loginsOf(app: App): McpLogins {
  return app.own("mcp logins", () => {
    const ending = new AbortController();
    const running = new Set<Promise<void>>();
    return {
      begin(login) {
        const done = login(ending.signal).finally(() => running.delete(done));
        running.add(done);
      },
      async [Symbol.asyncDispose]() {
        ending.abort();
        await Promise.all(running);
      },
    };
  });
}
