// The events of a response, and how the JSON of the stream becomes them (agent.md 5).

import type { ErrorKind, TokenUsage } from "../protocol/events";
import type { ResponseItem } from "../protocol/response-items";
import { type Failure, responseFailure, responseIncomplete } from "./failure";
import type { RateLimits } from "./rate-limits";
import { responseItem } from "./response-item";

export type ModelEvent =
  | { readonly type: "created" }
  /** An item that has begun; as the server sent it. */
  | { readonly type: "item_added"; readonly item: StartedItem }
  | { readonly type: "text_delta"; readonly delta: string }
  | { readonly type: "summary_delta"; readonly delta: string; readonly index: number }
  | { readonly type: "summary_break"; readonly index: number }
  | { readonly type: "raw_reasoning_delta"; readonly delta: string }
  | { readonly type: "custom_input_delta"; readonly delta: string; readonly callId?: string }
  /** A finished item, in the form in which it enters history. */
  | { readonly type: "item_done"; readonly item: ResponseItem }
  /** The stream failed and is tried again: `attempt` of `limit`. Comes before the wait and before the next request is built. */
  | {
      readonly type: "retry";
      readonly attempt: number;
      readonly limit: number;
      readonly reason: string;
      readonly httpStatus?: number;
    }
  | { readonly type: "rate_limits"; readonly limits: RateLimits }
  /** For the user; nothing of the response. */
  | { readonly type: "warning"; readonly message: string; readonly details?: string }
  /** The model that answers, as the server says. */
  | { readonly type: "served_by"; readonly model: string }
  /** The version of the list of models that the server has now. */
  | { readonly type: "models_etag"; readonly value: string }
  /** To be sent with the later requests of this turn. */
  | { readonly type: "turn_state"; readonly value: string }
  | {
      readonly type: "completed";
      readonly responseId: string;
      readonly usage: TokenUsage | undefined;
      readonly endTurn: boolean | undefined;
    }
  | {
      readonly type: "failed";
      readonly message: string;
      readonly kind: ErrorKind;
      readonly httpStatus?: number;
    };

export type StartedItem = { readonly type: string; readonly id?: string; readonly [field: string]: unknown };

/**
 * What one event of the stream means: something to yield, a failure that ends the response, a complaint that explains why the
 * stream is about to end, or nothing to us.
 */
export type Meaning =
  | ModelEvent
  | { readonly type: "failure"; readonly failure: Failure }
  | { readonly type: "complaint"; readonly message: string }
  | null;

type Fields = Readonly<Record<string, unknown>>;

/** The `type` inside the JSON decides. What is not JSON, not known, or not of its shape, means nothing. */
export function meaningOf(data: string): Meaning {
  const event = parsed(data);
  if (event === null) return null;
  switch (event.type) {
    case "response.created":
      return { type: "created" };
    case "response.output_item.added": {
      const item = record(event.item);
      return typeof item.type === "string" ? { type: "item_added", item: item as StartedItem } : null;
    }
    case "response.output_text.delta":
      return delta(event, (text) => ({ type: "text_delta", delta: text }));
    case "response.reasoning_summary_text.delta":
      return delta(event, (text) => ({
        type: "summary_delta",
        delta: text,
        index: count(event.summary_index),
      }));
    case "response.reasoning_summary_part.added":
      return { type: "summary_break", index: count(event.summary_index) };
    case "response.reasoning_text.delta":
      return delta(event, (text) => ({ type: "raw_reasoning_delta", delta: text }));
    case "response.custom_tool_call_input.delta":
      return delta(event, (text) => ({
        type: "custom_input_delta",
        delta: text,
        ...(typeof event.call_id === "string" ? { callId: event.call_id } : {}),
      }));
    case "response.output_item.done": {
      const item = responseItem(event.item);
      return item === undefined ? null : { type: "item_done", item };
    }
    case "response.completed":
      return completed(record(event.response));
    case "response.failed":
      return { type: "failure", failure: responseFailure(record(record(event.response).error)) };
    case "response.incomplete": {
      const { reason } = record(record(event.response).incomplete_details);
      return {
        type: "failure",
        failure: responseIncomplete(typeof reason === "string" ? reason : "unknown"),
      };
    }
    case "error": {
      const message = event.message ?? record(event.error).message;
      return typeof message === "string" && message !== "" ? { type: "complaint", message } : null;
    }
    default:
      return null;
  }
}

function completed(response: Fields): ModelEvent {
  return {
    type: "completed",
    responseId: typeof response.id === "string" ? response.id : "",
    usage: usageOf(response.usage),
    endTurn: typeof response.end_turn === "boolean" ? response.end_turn : undefined,
  };
}

function usageOf(value: unknown): TokenUsage | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const usage = record(value);
  const input = record(usage.input_tokens_details);
  return {
    input_tokens: count(usage.input_tokens),
    cached_input_tokens: count(input.cached_tokens),
    cache_write_input_tokens: count(input.cache_write_tokens),
    output_tokens: count(usage.output_tokens),
    reasoning_output_tokens: count(record(usage.output_tokens_details).reasoning_tokens),
    total_tokens: count(usage.total_tokens),
  };
}

function delta(event: Fields, make: (text: string) => ModelEvent): Meaning {
  return typeof event.delta === "string" ? make(event.delta) : null;
}

function parsed(data: string): Fields | null {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === "object" && value !== null ? (value as Fields) : null;
  } catch {
    return null;
  }
}

function record(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
