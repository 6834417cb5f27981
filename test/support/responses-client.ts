// Calls the model client the way a turn does, with small limits.

import type { BearerCredential } from "../../src/model/headers";
import type { ResponsesRequest } from "../../src/model/request";
import { type ModelEvent, type Renewed, streamResponse } from "../../src/model/stream";
import type { ResponseItem } from "../../src/protocol/response-items";

export type AskOptions = {
  readonly requestRetries?: number;
  readonly streamRetries?: number;
  readonly idleMs?: number;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly credential?: BearerCredential;
  readonly compress?: boolean;
  readonly renew?: () => Promise<Renewed | undefined>;
  readonly signal?: AbortSignal;
  readonly request?: () => ResponsesRequest;
};

export function ask(baseUrl: string, options: AskOptions = {}): AsyncGenerator<ModelEvent, void> {
  return streamResponse({
    provider: {
      baseUrl,
      queryParams: options.query ?? {},
      requestMaxRetries: options.requestRetries ?? 0,
      streamMaxRetries: options.streamRetries ?? 0,
      streamIdleTimeoutMs: options.idleMs ?? 30_000,
    },
    credential: options.credential,
    headers: options.headers ?? {},
    request: options.request ?? (() => request()),
    signal: options.signal ?? new AbortController().signal,
    compress: options.compress ?? false,
    ...(options.renew === undefined ? {} : { renew: options.renew }),
  });
}

export async function collect<T>(events: AsyncGenerator<T, void>): Promise<T[]> {
  const all: T[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** The finished items among events. */
export function finished(events: readonly ModelEvent[]): ResponseItem[] {
  return events.flatMap((event) => (event.type === "item_done" ? [event.item] : []));
}

export function request(input: ResponsesRequest["input"] = []): ResponsesRequest {
  return {
    model: "gpt-5.2",
    instructions: "Be good.",
    input,
    tools: [],
    tool_choice: "auto",
    parallel_tool_calls: true,
    reasoning: null,
    store: false,
    stream: true,
    include: [],
    prompt_cache_key: "thread",
    client_metadata: {},
  };
}
