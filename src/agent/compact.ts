// Compaction: when the context is nearly full, the history becomes the user's own words and a summary of the rest (agent.md 12).

import { addUsage, NO_USAGE } from "../model/usage";
import type { ErrorKind, ThreadEvent, TokenUsage } from "../protocol/events";
import type { FunctionCallItem, ResponseItem } from "../protocol/response-items";
import { recentPrompts, userMessage, isUserPrompt } from "../rollout/user-messages";
import compactionPrompt from "./compaction-prompt.md" with { type: "text" };
import { initialContext } from "./context";
import { contextTokens, estimateAll } from "./context-size";
import { localDate } from "./environment-context";
import { messageText } from "./model-items";
import summaryPrefix from "./summary-prefix.md" with { type: "text" };
import type { ThreadState, TurnStart } from "./thread-state";

/** Of the user's messages this many tokens survive, newest first. */
const KEPT_PROMPT_TOKENS = 20_000;
/** Where a summary cannot be had, tool outputs are dropped, oldest first, down to this share of the limit. */
const SHORTENED_SHARE = 0.7;
const DROPPED_OUTPUT = "Output exceeded the available model context and was truncated";
const ADVICE =
  "Heads up: Long threads and multiple compactions can cause the model to be less accurate. Start a new thread when possible to keep threads small and targeted.";

export type CompactOutcome =
  | { readonly type: "compacted" }
  | { readonly type: "aborted" }
  | { readonly type: "failed"; readonly message: string; readonly kind: ErrorKind };

/** `mid_turn`: the turn goes on with the new history, so fresh context is put before the last prompt. */
export type CompactPhase = "pre_turn" | "mid_turn";

/** The model may still be sent the history as it is. */
export function isContextFull(thread: ThreadState): boolean {
  return contextTokens(thread.log.history, thread.countedTokens) >= thread.model.autoCompactLimit;
}

/** A summary that is empty, or that does not make the history smaller, is not accepted: then old tool outputs go instead. */
export async function* compact(
  thread: ThreadState,
  turn: TurnStart,
  phase: CompactPhase,
): AsyncGenerator<ThreadEvent, CompactOutcome> {
  const before = estimateAll(thread.log.history);
  const summary = yield* requestSummary(thread, turn);
  if (summary.type !== "summary") return summary;
  const summarised = summary.text.trim() === "" ? null : summarisedHistory(thread, summary.text, phase);
  const accepted = summarised !== null && estimateAll(summarised.history) < before ? summarised : null;
  const next = accepted ?? { message: "", history: shortened(thread) };
  if (estimateAll(next.history) >= before) {
    return {
      type: "failed",
      message: "The conversation is too long and could not be made shorter. Start a new thread.",
      kind: "context_window_exceeded",
    };
  }
  thread.log.compacted({ message: next.message, replacement_history: next.history }, next.history);
  if (phase === "mid_turn" && thread.baseline !== undefined) thread.log.turnContext(thread.baseline);
  thread.generation += 1;
  thread.afterCompaction = next.history.at(-1);
  if (phase === "pre_turn" && accepted !== null) thread.baseline = undefined;
  thread.countedTokens = 0;
  const total = estimateAll(next.history);
  const last = { ...NO_USAGE, total_tokens: total };
  thread.log.tokens(thread.usage, last, thread.model.usableContextWindow, thread.rateLimits);
  thread.log.event("context_compacted");
  yield { type: "compacted" };
  yield { type: "advice", message: ADVICE };
  return { type: "compacted" };
}

type Summary = { readonly type: "summary"; readonly text: string };

/** A history that does not even fit the request for its summary loses its oldest items until it does. */
async function* requestSummary(
  thread: ThreadState,
  turn: TurnStart,
): AsyncGenerator<ThreadEvent, Summary | Exclude<CompactOutcome, { type: "compacted" }>> {
  const { toml } = thread.config;
  const prompt = userMessage(toml.compact_prompt?.trim() || compactionPrompt.trim());
  let history: readonly ResponseItem[] = thread.log.history;
  for (;;) {
    let text = "";
    let failed: { message: string; kind: ErrorKind } | null = null;
    for await (const event of thread.stream(turn, { summarise: [...history, prompt] })) {
      if (event.type === "item_done" && event.item.type === "message") text = messageText(event.item) || text;
      if (event.type === "retry") {
        text = "";
        yield { type: "retry", attempt: event.attempt, limit: event.limit, reason: event.reason };
      }
      if (event.type === "completed" && event.usage !== undefined) countUsage(thread, event.usage);
      if (event.type === "failed") failed = event;
    }
    if (turn.signal.aborted) return { type: "aborted" };
    if (failed === null) return { type: "summary", text };
    if (failed.kind !== "context_window_exceeded" || history.length <= 1) {
      return { type: "failed", message: failed.message, kind: failed.kind };
    }
    history = withoutOldest(history);
  }
}

function countUsage(thread: ThreadState, last: TokenUsage): void {
  thread.usage = addUsage(thread.usage, last);
  thread.log.tokens(thread.usage, last, thread.model.usableContextWindow, thread.rateLimits);
}

/** An item goes together with its call or output. */
function withoutOldest(history: readonly ResponseItem[]): readonly ResponseItem[] {
  const [oldest, ...rest] = history;
  if (oldest === undefined || !("call_id" in oldest)) return rest;
  return rest.filter((item) => !("call_id" in item) || item.call_id !== oldest.call_id);
}

function summarisedHistory(
  thread: ThreadState,
  summary: string,
  phase: CompactPhase,
): { message: string; history: readonly ResponseItem[] } {
  const { history } = thread.log;
  const message = [`${summaryPrefix.trim()}\n${summary.trim()}`, planText(history)]
    .filter(Boolean)
    .join("\n\n");
  const prompts = [...recentPrompts(history.toReversed(), KEPT_PROMPT_TOKENS)].reverse();
  const kept: readonly ResponseItem[] = [...prompts, userMessage(message)];
  if (phase === "pre_turn") return { message, history: kept };
  const lastPrompt = kept.slice(0, -1).findLastIndex(isUserPrompt);
  const at = Math.max(lastPrompt, 0);
  const context = initialContext(thread.settings(localDate()));
  return { message, history: [...kept.slice(0, at), ...context, ...kept.slice(at)] };
}

/** The plan as last set, word for word: a summary may forget a step. */
function planText(history: readonly ResponseItem[]): string {
  const call = history.findLast(
    (item): item is FunctionCallItem => item.type === "function_call" && item.name === "update_plan",
  );
  return call === undefined ? "" : `The plan as last set with update_plan:\n${call.arguments}`;
}

/** The history with its oldest tool outputs emptied, as few as needed. */
function shortened(thread: ThreadState): readonly ResponseItem[] {
  const target = thread.model.autoCompactLimit * SHORTENED_SHARE;
  const items: ResponseItem[] = [...thread.log.history];
  let size = estimateAll(items);
  for (const [index, item] of items.entries()) {
    if (size <= target) break;
    if (item.type !== "function_call_output" && item.type !== "custom_tool_call_output") continue;
    const emptied = { ...item, output: DROPPED_OUTPUT };
    size -= estimateAll([item]) - estimateAll([emptied]);
    items[index] = emptied;
  }
  return items;
}
