// Sends one request through the `openai` package and says what came of it. Nothing is retried here, nothing is thrown.

import { extraCertificates } from "../util/certificates";
import { UserError, messageOf } from "../util/user-error";
import type { Refusal } from "./failure";

/** Bytes of an error answer that are read. */
const REFUSAL_BYTES = 1_048_576;
/** The package demands a deadline of its own; ours comes first. */
const NEVER_MS = 2_147_483_647;

export type Call = {
  /** Without a trailing slash; may hold a query. */
  readonly baseUrl: string;
  /** From the base URL, with a leading slash. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The whole set: what the package would add is left out. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** How long to wait for the answer to begin. */
  readonly answerMs: number;
  readonly signal: AbortSignal;
};

/** One HTTP connection within the life of a turn: closed with it, but not remembered by it. */
export type Connection = {
  readonly signal: AbortSignal;
  readonly close: () => void;
  /** The outer signal no longer closes it, and no longer holds it in memory. */
  readonly unlink: () => void;
};

export type Answer =
  | {
      readonly type: "accepted";
      readonly headers: Headers;
      readonly body: ReadableStream<Uint8Array>;
      readonly connection: Connection;
    }
  | ({ readonly type: "refused" } & Refusal)
  | { readonly type: "unreachable"; readonly cause: unknown }
  /** Nothing came in `answerMs`. */
  | { readonly type: "silent" };

/** Ends when the answer has begun (2xx) or was read (any other status). An aborted signal closes the connection at any time. */
export async function post(call: Call): Promise<Answer> {
  const connection = openConnection(call.signal);
  let silent = false;
  const deadline = setTimeout(() => {
    silent = true;
    connection.close();
  }, call.answerMs);
  const exchange: Exchange = { asked: false, refusal: null };
  try {
    const client = await clientFor(call, exchange);
    const response = await client
      .post(call.path, { body: call.body, headers: call.headers, signal: connection.signal })
      .asResponse();
    return {
      type: "accepted",
      headers: response.headers,
      body: response.body ?? new Blob([]).stream(),
      connection,
    };
  } catch (error) {
    connection.unlink();
    if (exchange.refusal !== null) return { type: "refused", ...exchange.refusal };
    if (silent) return { type: "silent" };
    if (!exchange.asked && !connection.signal.aborted)
      return { type: "unreachable", cause: unsendable(error) };
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return { type: "unreachable", cause };
  } finally {
    clearTimeout(deadline);
  }
}

/** How far a request got: the package reports a refusal without its raw body, and its own complaints like a broken connection. */
type Exchange = { asked: boolean; refusal: Refusal | null };

/** A client that sends exactly the headers of the call, heeds no settings in the environment and retries nothing. */
async function clientFor(call: Call, exchange: Exchange) {
  const trust = await extraCertificates(process.env);
  // Imported late: the package costs several milliseconds that only a model request should pay.
  const { OpenAI } = await import("openai/client");
  return new OpenAI({
    apiKey: "unused: the headers of the call are sent",
    baseURL: call.baseUrl,
    defaultQuery: { ...call.query },
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: NEVER_MS,
    logLevel: "off",
    fetch: async (url, init) => {
      const headers = new Headers(call.headers);
      exchange.asked = true;
      // Bun's own silence limit of five minutes would come before a longer one of the provider.
      const response = await fetch(url, { ...init, headers, timeout: false, ...trust });
      if (!response.ok) {
        exchange.refusal = {
          status: response.status,
          headers: response.headers,
          body: await boundedText(response, REFUSAL_BYTES),
        };
      }
      return response;
    },
  });
}

/** An address or a header that cannot be sent at all: trying again is no use, and the user can mend it. */
function unsendable(error: unknown): UserError {
  if (error instanceof UserError) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new UserError(`the request to the model could not be sent: ${messageOf(cause)}`, { cause });
}

/** The beginning of an answer: what is longer than `limit` bytes is left unread. */
export async function boundedText(response: Response, limit: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let read = 0;
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk.subarray(0, limit - read), { stream: true });
    read += chunk.length;
    if (read >= limit) break;
  }
  return text;
}

/** A long turn makes hundreds of connections; `AbortSignal.any` would keep each until the turn ends. */
function openConnection(outer: AbortSignal): Connection {
  const controller = new AbortController();
  const close = () => controller.abort();
  if (outer.aborted) close();
  else outer.addEventListener("abort", close, { once: true });
  return {
    signal: controller.signal,
    close,
    unlink: () => outer.removeEventListener("abort", close),
  };
}
