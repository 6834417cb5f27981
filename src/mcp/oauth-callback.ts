// The way back from a login in the browser: a small HTTP server on this machine that waits for one answer (mcp.md 6).

import { UserError } from "../util/user-error";

const WAIT_MS = 300_000;
const DONE = "Authentication complete. You may close this window.";
const LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]"];

export type CallbackOptions = {
  /** To listen at; any free one without. */
  readonly port: number | undefined;
  /** Where the browser is sent instead of to this machine, without the last part of the path. */
  readonly url: string | undefined;
  readonly serverUrl: string;
  /** Of the request whose answer is waited for. */
  readonly state: string;
  /** Of the provider; an answer that names another one is not its own. */
  readonly issuer: string | undefined;
};

export type CallbackAnswer =
  | { readonly type: "code"; readonly code: string }
  | { readonly type: "refused"; readonly code: string; readonly description: string | undefined };

export type Callback = AsyncDisposable & {
  readonly redirectUri: string;
  /** What the provider answers. @throws UserError when nothing comes in time, or before the signal */
  readonly answer: (signal?: AbortSignal) => Promise<CallbackAnswer>;
};

/** Listens at once. @throws UserError when the port is taken */
export function openCallback({ port, url, serverUrl, ...expected }: CallbackOptions): Callback {
  const got = Promise.withResolvers<CallbackAnswer>();
  const id = callbackId(serverUrl);
  const isElsewhere = url !== undefined && !LOCAL_HOSTS.includes(new URL(url).hostname);
  const path = url === undefined ? `/callback/${id}` : new URL(withId(url, id)).pathname;

  const server = listen({
    port: port ?? 0,
    hostname: isElsewhere ? "0.0.0.0" : "127.0.0.1",
    fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      const answer = pathname === path ? readAnswer(searchParams, expected) : undefined;
      if (answer === undefined) return new Response("Invalid OAuth callback", { status: 400 });
      got.resolve(answer);
      if (answer.type === "code") return new Response(DONE);
      return new Response(answer.description ?? answer.code, { status: 400 });
    },
  });
  return {
    redirectUri: url === undefined ? `http://127.0.0.1:${server.port}${path}` : withId(url, id),
    async answer(signal) {
      const late = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => late.reject(new UserError("timed out waiting for OAuth callback")),
        WAIT_MS,
      );
      const stop = () => late.reject(new UserError("the login was interrupted"));
      signal?.addEventListener("abort", stop, { once: true });
      if (signal?.aborted === true) stop();
      try {
        return await Promise.race([got.promise, late.promise]);
      } finally {
        clearTimeout(timer);
        signal?.removeEventListener("abort", stop);
      }
    },
    async [Symbol.asyncDispose]() {
      await server.stop(); // after the page has been sent
    },
  };
}

/** The same for every login to a server, so that a redirect address can be registered once. */
export function callbackId(serverUrl: string): string {
  const url = new URL(serverUrl);
  url.hash = "";
  return Bun.CryptoHasher.hash("sha256", url.href).subarray(0, ID_BYTES).toString("base64url");
}

const ID_BYTES = 9;

function withId(url: string, id: string): string {
  const whole = new URL(url);
  whole.pathname = `${whole.pathname.replace(/\/+$/, "")}/${id}`;
  return whole.href;
}

function readAnswer(
  given: URLSearchParams,
  expected: Pick<CallbackOptions, "state" | "issuer">,
): CallbackAnswer | undefined {
  if (given.get("state") !== expected.state) return undefined;
  const issuer = given.get("iss");
  if (issuer !== null && expected.issuer !== undefined && issuer !== expected.issuer) return undefined;
  const error = given.get("error");
  if (error !== null) {
    return { type: "refused", code: error, description: given.get("error_description") ?? undefined };
  }
  const code = given.get("code");
  return code === null ? undefined : { type: "code", code };
}

function listen(options: {
  readonly port: number;
  readonly hostname: string;
  readonly fetch: (request: Request) => Response;
}): Bun.Server<undefined> {
  try {
    return Bun.serve(options);
  } catch (error) {
    throw new UserError(
      `cannot listen at port ${options.port} for the end of the login; see \`mcp_oauth_callback_port\` in config.toml`,
      { cause: error },
    );
  }
}
