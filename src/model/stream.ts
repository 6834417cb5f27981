// One response of the model as typed events: a POST, server-sent events in, and all the retrying there is (agent.md 5 and 11).

import type { ProviderInfo } from "../config/config";
import { disconnected, type Failure, refused, unanswered, unreachable } from "./failure";
import { type BearerCredential, credentialHeaders } from "./headers";
import { type Meaning, type ModelEvent, meaningOf } from "./model-event";
import { rateLimits } from "./rate-limits";
import { type BodyEnd, type BodyReader, readAhead } from "./read-ahead";
import type { ResponsesRequest } from "./request";
import { type SseDecoder, sseDecoder } from "./sse";
import { type Answer, post } from "./transport";

export type { ModelEvent, StartedItem } from "./model-event";

/** What there is to do about a 401: send the request with another credential, or tell the user why there is none. */
export type Renewed =
  | { readonly type: "credential"; readonly credential: BearerCredential }
  | { readonly type: "failed"; readonly message: string; readonly final: boolean };

export type StreamOptions = {
  readonly provider: Pick<
    ProviderInfo,
    "baseUrl" | "queryParams" | "requestMaxRetries" | "streamMaxRetries" | "streamIdleTimeoutMs"
  >;
  readonly credential: BearerCredential | undefined;
  /** Without `authorization`; see `requestHeaders`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Called anew for every attempt, so that a repeated request holds what was finished before. */
  readonly request: () => ResponsesRequest;
  readonly signal: AbortSignal;
  /** Send the body compressed (zstd). */
  readonly compress?: boolean;
  /** Asked after every 401; undefined when there is nothing left to try, and the 401 counts. */
  readonly renew?: () => Promise<Renewed | undefined>;
};

const MOST_RETRIES = 100;
const RETRY_BASE_MS = 200;
const RETRY_JITTER = 0.1;
/** With 100 retries the doubling would take longer than the machine lasts. */
const RETRY_MAX_MS = 30_000;

/**
 * Yields events until `completed` or `failed`; failures are never thrown. An aborted signal ends the generator silently and
 * closes the connection, as does leaving the loop early.
 */
export async function* streamResponse(options: StreamOptions): AsyncGenerator<ModelEvent, void> {
  const limit = Math.min(options.provider.streamMaxRetries, MOST_RETRIES);
  let { credential } = options;
  for (let attempt = 1; !options.signal.aborted; attempt += 1) {
    let failure = yield* attemptResponse(options, credential);
    if (failure === null || options.signal.aborted) return;
    const renewed = failure.httpStatus === 401 ? await options.renew?.() : undefined;
    if (renewed?.type === "credential") {
      ({ credential } = renewed);
      attempt -= 1;
      continue;
    }
    if (renewed?.type === "failed") failure = notRenewed(renewed);
    if (!failure.retryTurn || attempt > limit) {
      yield { type: "failed", message: failure.message, kind: failure.kind, ...httpStatus(failure) };
      return;
    }
    yield { type: "retry", attempt, limit, reason: failure.message, ...httpStatus(failure) };
    await pause(failure.waitMs || retryDelay(attempt), options.signal);
  }
}

/** One request and the reading of its answer. Null when the response is complete or was aborted. */
async function* attemptResponse(
  options: StreamOptions,
  credential: BearerCredential | undefined,
): AsyncGenerator<ModelEvent, Failure | null> {
  const answer = await connect(options, credential);
  if (answer.type === "failure") return answer.failure;
  const { headers, connection } = answer;
  const body = readAhead(answer.body, options.provider.streamIdleTimeoutMs, connection.close);
  let finished = false;
  let complaint: string | null = null;
  try {
    const state = headers.get("x-codex-turn-state");
    if (state !== null) yield { type: "turn_state", value: state };
    const model = headers.get("openai-model");
    if (model !== null) yield { type: "served_by", model };
    const models = headers.get("x-models-etag");
    if (models !== null) yield { type: "models_etag", value: models };
    for (const limits of rateLimits(headers)) yield { type: "rate_limits", limits };
    const decoder = sseDecoder();
    for (;;) {
      const part = await body.next();
      for (const meaning of joinDeltas(dataOf(part, decoder).map(meaningOf))) {
        if (options.signal.aborted) return null;
        if (meaning.type === "failure") return meaning.failure;
        if (meaning.type === "complaint") {
          complaint = meaning.message;
          continue;
        }
        finished = meaning.type === "completed";
        yield meaning;
        if (finished) return null;
      }
      if (part.type !== "bytes") return disconnected(complaint ?? endDetail(part));
    }
  } finally {
    if (finished) body.finish();
    else connection.close();
    connection.unlink();
  }
}

/** Deltas of a text that came in one read are one: they would be shown at once anyway. What means nothing is left out. */
function* joinDeltas(meanings: readonly Meaning[]): Generator<Exclude<Meaning, null>, void> {
  let text = "";
  for (const meaning of meanings) {
    if (meaning?.type === "text_delta") {
      text += meaning.delta;
      continue;
    }
    if (meaning === null) continue;
    if (text !== "") yield { type: "text_delta", delta: text };
    text = "";
    yield meaning;
  }
  if (text !== "") yield { type: "text_delta", delta: text };
}

/** What came: whole events only, unless the server closed the stream in order. */
function dataOf(part: Awaited<ReturnType<BodyReader["next"]>>, decoder: SseDecoder): readonly string[] {
  if (part.type === "bytes") return part.chunks.flatMap((chunk) => decoder.push(chunk));
  return part.type === "closed" ? decoder.end() : [];
}

function endDetail(end: BodyEnd): string {
  switch (end.type) {
    case "closed":
      return "stream closed before response.completed";
    case "broken":
      return "Transport error: network error: error decoding response body";
    case "silent":
      return "idle timeout waiting for SSE";
    default:
      return end satisfies never;
  }
}

/** The request layer: until the answer begins, what may pass is tried again silently (agent.md 11). */
async function connect(
  options: StreamOptions,
  credential: BearerCredential | undefined,
): Promise<(Answer & { type: "accepted" }) | { type: "failure"; failure: Failure }> {
  const { provider, signal } = options;
  const json = JSON.stringify(options.request());
  const call = {
    baseUrl: provider.baseUrl.replace(/\/+$/, ""),
    path: "/responses",
    query: provider.queryParams,
    headers: wireHeaders(options, credential),
    body: options.compress === true ? Bun.zstdCompressSync(Buffer.from(json)) : json,
    answerMs: provider.streamIdleTimeoutMs,
    signal,
  };
  const limit = Math.min(provider.requestMaxRetries, MOST_RETRIES);
  for (let attempt = 1; ; attempt += 1) {
    const answer = await post(call);
    if (answer.type === "accepted") return answer;
    const failure = failureOf(answer, `${call.baseUrl}${call.path}`, call.answerMs);
    if (!failure.retryRequest || attempt > limit || signal.aborted) return { type: "failure", failure };
    await pause(retryDelay(attempt), signal);
  }
}

function failureOf(answer: Exclude<Answer, { type: "accepted" }>, url: string, answerMs: number): Failure {
  switch (answer.type) {
    case "refused":
      return refused(answer, url);
    case "unreachable":
      return unreachable(url, answer.cause);
    case "silent":
      return unanswered(url, answerMs);
    default:
      return answer satisfies never;
  }
}

function wireHeaders(
  options: StreamOptions,
  credential: BearerCredential | undefined,
): Readonly<Record<string, string>> {
  return {
    accept: "text/event-stream",
    "content-type": "application/json",
    ...(options.compress === true ? { "content-encoding": "zstd" } : {}),
    ...credentialHeaders(credential),
    ...options.headers,
  };
}

function notRenewed({ message, final }: Renewed & { type: "failed" }): Failure {
  return { message, kind: "unauthorized", retryRequest: false, retryTurn: !final };
}

function httpStatus(failure: Failure): { readonly httpStatus?: number } {
  return failure.httpStatus === undefined ? {} : { httpStatus: failure.httpStatus };
}

/** Before retry `attempt` (from 1): 200 ms, doubled each time, give or take 10 % (agent.md 11). */
function retryDelay(attempt: number): number {
  const delay = Math.min(RETRY_BASE_MS * 2 ** (attempt - 1), RETRY_MAX_MS);
  return delay * (1 - RETRY_JITTER + Math.random() * 2 * RETRY_JITTER);
}

/** Ends after `ms`, or as soon as the signal is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => resolve();
  signal.addEventListener("abort", stop, { once: true });
  await promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
}
