// The way back from a login in the browser: a server on one of two ports of this machine (login-notify.md 4.1).

import { UserError, messageOf } from "../util/user-error";
import errorPage from "./error-page.txt" with { type: "text" };
import { SignInError } from "./sign-in";
import successPage from "./success-page.txt" with { type: "text" };

/** Both are known to the issuer, and no other works. */
const PORTS = [1455, 1457];
const ATTEMPTS = 10;
const ATTEMPT_PAUSE_MS = 200;
const CANCEL_MS = 2000;
const HOST = "127.0.0.1";
/** Longer than the issuer may take for all that happens between a code and the page. */
const ANSWER_SECONDS = 120;
/** The login is kept by then; a browser that does not come for its page is not waited for. */
const SUCCESS_PAGE_MS = 5000;
/** A browser keeps connections open that it may need; they are not waited for longer than this. */
const LAST_PAGE_MS = 500;

const NO_CODE = "Missing authorization code. Sign-in could not be completed.";
const NOT_ENTITLED =
  "Codex is not enabled for your workspace. Contact your workspace administrator to request access to Codex.";

export type CallbackOptions = {
  readonly state: string;
  readonly ports?: readonly number[];
  readonly signal: AbortSignal;
  /**
   * Turns the code into a kept login, and says what to tell the success page.
   * @throws SignInError to be shown on the error page
   */
  readonly complete: (code: string, redirectUri: string) => Promise<Readonly<Record<string, string>>>;
  /** The browser came back without a code. */
  readonly onRefusal?: ((message: string) => void) | undefined;
};

export type CallbackServer = AsyncDisposable & {
  readonly port: number;
  readonly redirectUri: string;
  /**
   * Takes an address that a browser on another machine ended at.
   * `other`: it is none of this login.
   */
  readonly take: (address: string) => Promise<"taken" | "other">;
  /** Resolves when the login is complete. @throws SignInError when it failed or was cancelled */
  readonly finished: Promise<void>;
};

type Ending = { readonly response: Response; readonly end?: () => void };

/** @throws SignInError when neither port can be had */
export async function openCallbackServer(options: CallbackOptions): Promise<CallbackServer> {
  const done = Promise.withResolvers<void>();
  done.promise.catch((error: unknown) => error); // it may fail before anybody waits for it, and is told whoever does
  const completing = new Map<string, ReturnType<CallbackOptions["complete"]>>(); // a page may be asked for twice
  let port = 0;
  const redirectUri = () => `http://localhost:${port}/auth/callback`;

  const route = async (url: URL): Promise<Ending> => {
    switch (url.pathname) {
      case "/auth/callback":
        return await onCallback(url.searchParams);
      case "/success":
        return { response: page(successPage), end: done.resolve };
      case "/cancel":
        return {
          response: new Response("Login cancelled", { headers: CLOSE }),
          end: () => done.reject(new SignInError("Login cancelled", "cancelled")),
        };
      default:
        return { response: new Response("Not Found", { status: 404 }) };
    }
  };

  const onCallback = async (query: URLSearchParams): Promise<Ending> => {
    if (query.get("state") !== options.state) {
      return { response: new Response("State mismatch", { status: 400 }) };
    }
    try {
      const code = codeOf(query, options.onRefusal);
      const completed = completing.get(code) ?? options.complete(code, redirectUri());
      completing.set(code, completed);
      const shown = await completed;
      setTimeout(done.resolve, SUCCESS_PAGE_MS).unref();
      const target = `http://localhost:${port}/success?${new URLSearchParams(shown).toString()}`;
      return { response: new Response(null, { status: 302, headers: { location: target } }) };
    } catch (error) {
      const failure =
        error instanceof SignInError
          ? error
          : new SignInError(messageOf(error), "sign_in_failed", { cause: error });
      return { response: page(errorText(failure, query)), end: () => done.reject(failure) };
    }
  };

  const server = await listen(options, async (request) => {
    const { response, end } = await route(new URL(request.url));
    // The page is on its way when the server is asked to stop: it stops when the page has been sent.
    if (end !== undefined) setTimeout(end, 0);
    return response;
  });
  port = server.port ?? 0;
  const cancel = () => done.reject(new SignInError("Login was not completed", "cancelled"));
  options.signal.addEventListener("abort", cancel, { once: true });
  if (options.signal.aborted) cancel();
  return {
    port,
    redirectUri: redirectUri(),
    finished: done.promise,
    async take(address) {
      const text = address.trim();
      if (!URL.canParse(text)) return "other";
      const { searchParams } = new URL(text);
      if (searchParams.get("state") !== options.state) return "other";
      const { end, response } = await onCallback(searchParams);
      if (end !== undefined) end();
      else if (response.status === 302) done.resolve();
      return "taken";
    },
    async [Symbol.asyncDispose]() {
      options.signal.removeEventListener("abort", cancel);
      await Promise.race([server.stop(), Bun.sleep(LAST_PAGE_MS)]);
      await server.stop(true);
    },
  };
}

const CLOSE = { connection: "close" };

function page(html: string): Response {
  return new Response(html, { headers: { ...CLOSE, "content-type": "text/html; charset=utf-8" } });
}

/** @throws SignInError for an answer that is a refusal, or none */
function codeOf(query: URLSearchParams, onRefusal: CallbackOptions["onRefusal"]): string {
  const error = query.get("error");
  const code = query.get("code");
  if (error === null && code) return code;
  const message = error === null ? NO_CODE : refusalText(error, query.get("error_description"));
  onRefusal?.(message);
  throw new SignInError(message, error ?? "missing_authorization_code");
}

function refusalText(error: string, description: string | null): string {
  if (error === "access_denied" && /missing_codex_entitlement/i.test(description ?? "")) return NOT_ENTITLED;
  return `Sign-in failed: ${description || error}`;
}

function errorText({ message, code }: SignInError, query: URLSearchParams): string {
  const values: Readonly<Record<string, string>> = {
    heading: message === NOT_ENTITLED ? "You do not have access to Codex" : "Sign-in could not be completed",
    message,
    code,
    details: query.get("error_description") ?? message,
  };
  return errorPage.replace(/\{(\w+)\}/g, (_, name: string) => escapeHtml(values[name] ?? ""));
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (letter) => entities[letter] ?? letter);
}

async function listen(
  { ports = PORTS, signal }: CallbackOptions,
  fetch: (request: Request) => Promise<Response>,
): Promise<Bun.Server<undefined>> {
  let problem: unknown;
  for (const port of ports) {
    for (let attempt = 0; attempt < ATTEMPTS && !signal.aborted; attempt += 1) {
      try {
        return Bun.serve({ hostname: HOST, port, fetch, idleTimeout: ANSWER_SECONDS });
      } catch (error) {
        problem = error;
      }
      if (attempt === 0) await cancelOther(port);
      await Bun.sleep(ATTEMPT_PAUSE_MS);
    }
  }
  throw new UserError(`Port ${HOST}:${ports.at(-1)} is already in use`, { cause: problem });
}

/** An older login server ends when it is told so; what else may sit there need not answer. */
async function cancelOther(port: number): Promise<void> {
  try {
    const answer = await fetch(`http://${HOST}:${port}/cancel`, { signal: AbortSignal.timeout(CANCEL_MS) });
    await answer.body?.cancel();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}
