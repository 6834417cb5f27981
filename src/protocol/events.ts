// The events of a thread, travelling from the model and the tools up to a front end. What is yielded is already in the rollout.

import type { Goal } from "./goal";
import type { HookRun } from "./hooks";
import type { FileChange, ThreadItem } from "./items";
import type { UserInput } from "./user-input";

export type TokenUsage = {
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly cache_write_input_tokens: number;
  readonly output_tokens: number;
  readonly reasoning_output_tokens: number;
  readonly total_tokens: number;
};

/** Kinds of failure for clients (agent.md 11, `codex_error_info`). */
export type ErrorKind =
  | "context_window_exceeded"
  | "usage_limit_exceeded"
  | "server_overloaded"
  | "cyber_policy"
  | "response_too_many_failed_attempts"
  | "http_connection_failed"
  | "response_stream_connection_failed"
  | "response_stream_disconnected"
  | "unauthorized"
  | "internal_server_error"
  | "bad_request"
  | "sandbox_error"
  | "other";

export type ThreadEvent =
  | { readonly type: "turn.started"; readonly turnId: string; readonly modelContextWindow: number | null }
  | { readonly type: "item.started"; readonly item: ThreadItem }
  | { readonly type: "item.updated"; readonly item: ThreadItem }
  | { readonly type: "item.completed"; readonly item: ThreadItem }
  /** Text of an agent message, or of a proposed plan: `itemId` is that of the item which has started. */
  | { readonly type: "message.delta"; readonly itemId: string; readonly delta: string }
  | {
      readonly type: "reasoning.delta";
      readonly itemId: string;
      readonly delta: string;
      readonly summaryIndex: number;
    }
  | { readonly type: "reasoning.break"; readonly itemId: string; readonly summaryIndex: number }
  | { readonly type: "output.delta"; readonly itemId: string; readonly chunk: string }
  /** What a patch that the model is still writing would do; paths as spelled in it, nothing checked (apply-patch.md 10). */
  | { readonly type: "patch.preview"; readonly itemId: string; readonly changes: readonly FileChange[] }
  /** A patch that cannot be read or does not fit, or may not be made. Nothing was written, no item tells of it; the model reads `reason`. */
  | { readonly type: "patch.refused"; readonly itemId: string; readonly reason: string }
  /** All that patches of the turn have changed until now; empty when nothing remains of it. */
  | { readonly type: "turn.diff"; readonly diff: string }
  | {
      readonly type: "tokens";
      readonly total: TokenUsage;
      readonly last: TokenUsage;
      readonly contextWindow: number | null;
    }
  | { readonly type: "rate_limits"; readonly limits: unknown }
  | { readonly type: "retry"; readonly attempt: number; readonly limit: number; readonly reason: string }
  | { readonly type: "warning"; readonly message: string; readonly details?: string }
  | { readonly type: "deprecated"; readonly summary: string; readonly details: string | null }
  | { readonly type: "compacted" }
  /** How the start of an MCP server goes; what failed is told as a `warning` as well, when a turn needs the server. */
  | {
      readonly type: "mcp_server";
      readonly name: string;
      readonly status: "starting" | "ready" | "failed";
      readonly error?: string;
      /** Of one that failed, the sentence of that warning. */
      readonly message?: string;
    }
  /** The thread's goal is new, or something of it has changed in this turn. */
  | { readonly type: "goal"; readonly goal: Goal }
  /** One of the user's hooks runs; every start has its end, also when it is killed. */
  | { readonly type: "hook.started"; readonly run: HookRun }
  | { readonly type: "hook.completed"; readonly run: HookRun }
  /** What was given to a running turn with `steer` is now a message of the user; what is never told so was not taken. */
  | { readonly type: "steered"; readonly input: readonly UserInput[] }
  /** Good to know, and nothing to act on: for people who sit in front. */
  | { readonly type: "advice"; readonly message: string }
  /** Why the turn is about to fail, where something else is shown before its end; `turn.failed` follows. */
  | { readonly type: "error"; readonly message: string; readonly httpStatus?: number }
  | { readonly type: "turn.completed"; readonly lastAgentMessage: string | null; readonly usage: TokenUsage }
  | {
      readonly type: "turn.failed";
      readonly message: string;
      readonly kind: ErrorKind;
      readonly httpStatus?: number;
    }
  | {
      readonly type: "turn.aborted";
      readonly reason: "interrupted" | "replaced" | "review_ended" | "budget_limited";
    };
