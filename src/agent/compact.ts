// Compaction: when the context is nearly full, the history becomes the user's own words and a summary of the rest (agent.md 12).

import { readFileSync } from "node:fs";
import type { Config } from "../config/config";
import { addUsage, NO_USAGE } from "../model/usage";
import type { ErrorKind, ThreadEvent, TokenUsage } from "../protocol/events";
import type { ContentPart, FunctionCallItem, ResponseItem } from "../protocol/response-items";
import { recentPrompts, userMessage, isUserPrompt } from "../rollout/user-messages";
import { osErrorText } from "../util/os-error";
import { UserError } from "../util/user-error";
import compactionPrompt from "./compaction-prompt.md" with { type: "text" };
import { initialContext, localDate } from "./context";
import { messageText } from "./model-items";
import summaryPrefix from "./summary-prefix.md" with { type: "text" };
import { stopsCompaction } from "./turn-hooks";
import type { SummaryRequest, ThreadState, TurnStart } from "./thread-state";

/** Of the user's messages this many tokens survive, newest first. */
const KEPT_PROMPT_TOKENS = 20_000;
/** Where a summary cannot be had, tool outputs are dropped, oldest first, down to this share of the limit. */
const SHORTENED_SHARE = 0.7;
const DROPPED_OUTPUT = "Output exceeded the available model context and was truncated";
const ADVICE =
  "Heads up: Long threads and multiple compactions can cause the model to be less accurate. Start a new thread when possible to keep threads small and targeted.";

export type CompactOutcome =
  | { readonly type: "compacted" }
  /** A hook does not want it, or does not want the turn to go on after it. */
  | { readonly type: "stopped" }
  | { readonly type: "aborted" }
  | {
      readonly type: "failed";
      readonly message: string;
      readonly kind: ErrorKind;
      readonly httpStatus?: number;
    };

export type CompactWish = Pick<SummaryRequest, "trigger" | "model"> & {
  /** `mid_turn`: the turn goes on with the new history, so fresh context is put before the last prompt. */
  readonly phase: "pre_turn" | "mid_turn";
};

/** What asks for the summary: the user's text, or the user's file, or ours. @throws UserError for a file that cannot be read */
export function compactPrompt({ toml }: Pick<Config, "toml">): string {
  const given = toml.compact_prompt?.trim();
  if (given) return given;
  const file = toml.experimental_compact_prompt_file;
  if (file === undefined) return compactionPrompt.trim();
  try {
    return readFileSync(file, "utf8").trim() || compactionPrompt.trim();
  } catch (error) {
    throw new UserError(`failed to read experimental compact prompt file ${file}: ${osErrorText(error)}`, {
      cause: error,
    });
  }
}

/** The model may still be sent the history as it is. */
export function isContextFull(thread: ThreadState): boolean {
  return contextTokens(thread.log.history, thread.countedTokens) >= thread.model.autoCompactLimit;
}

/**
 * A summary that is not empty is accepted where it makes the history smaller or the result fits; else old tool outputs
 * are dropped; and where neither helps, the summary is taken all the same as long as it can be sent at all.
 */
export async function* compact(
  thread: ThreadState,
  turn: TurnStart,
  wish: CompactWish,
): AsyncGenerator<ThreadEvent, CompactOutcome> {
  if (yield* stopsCompaction(thread, turn, { when: "before", trigger: wish.trigger }))
    return { type: "stopped" };
  const summary = yield* requestSummary(thread, turn, wish);
  if (summary.type !== "summary") return summary;
  const next = nextHistory(thread, summary.text.trim(), wish);
  if (next === null) {
    return {
      type: "failed",
      message: "The conversation is too long and could not be made shorter. Start a new thread.",
      kind: "context_window_exceeded",
    };
  }
  thread.log.compacted({ message: next.message, replacement_history: next.history }, next.history);
  if (wish.phase === "mid_turn" && thread.baseline !== undefined) thread.log.turnContext(thread.baseline);
  thread.generation += 1;
  thread.afterCompaction = next.history.at(-1);
  if (wish.phase === "pre_turn" && next.message !== "") thread.baseline = undefined;
  recordEstimate(thread);
  if (thread.hooks !== undefined) thread.startSource = "compact";
  thread.goals?.again();
  thread.log.event("context_compacted");
  yield { type: "compacted" };
  yield { type: "advice", message: ADVICE };
  const stopped = yield* stopsCompaction(thread, turn, { when: "after", trigger: wish.trigger });
  return { type: stopped ? "stopped" : "compacted" };
}

/** The server has not counted the history as it is now. */
export function recordEstimate(thread: ThreadState): void {
  thread.countedTokens = 0;
  thread.lastUsage = { ...NO_USAGE, total_tokens: estimateAll(thread.log.history) };
  thread.log.tokens(thread.usage, thread.lastUsage, thread.model.usableContextWindow, thread.rateLimits);
}

type NextHistory = { readonly message: string; readonly history: readonly ResponseItem[] };

/** Null when nothing makes the history fit. */
function nextHistory(thread: ThreadState, summary: string, { phase }: CompactWish): NextHistory | null {
  const before = estimateAll(thread.log.history);
  const summarised = summary === "" ? null : summarisedHistory(thread, summary, phase);
  const size = summarised === null ? Infinity : estimateAll(summarised.history);
  if (size < before || size < thread.model.autoCompactLimit) return summarised;
  const history = shortened(thread);
  if (estimateAll(history) < before) return { message: "", history };
  return size < thread.model.usableContextWindow ? summarised : null;
}

type Summary = { readonly type: "summary"; readonly text: string };

/** A history that does not even fit the request for its summary loses its oldest items until it does. */
async function* requestSummary(
  thread: ThreadState,
  turn: TurnStart,
  { trigger, model }: CompactWish,
): AsyncGenerator<ThreadEvent, Summary | Exclude<CompactOutcome, { type: "compacted" | "stopped" }>> {
  const prompt = userMessage(thread.compactPrompt);
  let history: readonly ResponseItem[] = thread.log.history;
  for (;;) {
    let text = "";
    let failed: (CompactOutcome & { type: "failed" }) | null = null;
    for await (const event of thread.stream(turn, {
      summarise: [...history, prompt],
      trigger,
      ...(model !== undefined && { model }),
    })) {
      if (event.type === "item_done" && event.item.type === "message") text = messageText(event.item) || text;
      if (event.type === "retry") {
        text = "";
        yield { type: "retry", attempt: event.attempt, limit: event.limit, reason: event.reason };
      }
      if (event.type === "warning") yield event;
      if (event.type === "completed" && event.usage !== undefined) countUsage(thread, event.usage);
      if (event.type === "failed") failed = event;
    }
    if (turn.signal.aborted) return { type: "aborted" };
    if (failed === null) return { type: "summary", text };
    if (failed.kind !== "context_window_exceeded" || history.length <= 1) return failed;
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

function summarisedHistory(thread: ThreadState, summary: string, phase: CompactWish["phase"]): NextHistory {
  const { history } = thread.log;
  const message = [`${summaryPrefix.trim()}\n${summary.trim()}`, planText(history)]
    .filter(Boolean)
    .join("\n\n");
  const prompts = [...recentPrompts(history.toReversed(), KEPT_PROMPT_TOKENS)].reverse();
  const kept: readonly ResponseItem[] = [...prompts, userMessage(message)];
  if (phase === "pre_turn") return { message, history: kept };
  const lastPrompt = kept.slice(0, -1).findLastIndex(isUserPrompt);
  const at = Math.max(lastPrompt, 0);
  const context = initialContext(thread.turnSettings(localDate()));
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

/** The estimate used for budgets. */
const BYTES_PER_TOKEN = 4;
/** What a base64 image counts for, in bytes, whatever its size. */
const IMAGE_BYTES = 7_373;
/** Encrypted reasoning: base64 of it, less a constant frame. */
const ENCRYPTED_SHARE = 0.75;
const ENCRYPTED_FRAME_BYTES = 650;

/** @param counted total tokens of the last response; 0 when the server reported none, then all is estimated */
function contextTokens(history: readonly ResponseItem[], counted: number): number {
  if (counted === 0) return estimateAll(history);
  const lastByModel = history.findLastIndex(isByModel);
  return counted + estimateAll(history.slice(lastByModel + 1));
}

function estimateAll(items: readonly ResponseItem[]): number {
  return items.reduce((sum, item) => sum + estimateTokens(item), 0);
}

function estimateTokens(item: ResponseItem): number {
  return Math.ceil(sizeOf(item) / BYTES_PER_TOKEN);
}

function sizeOf(item: ResponseItem): number {
  if (item.type === "reasoning" && item.encrypted_content) {
    return Math.max(0, item.encrypted_content.length * ENCRYPTED_SHARE - ENCRYPTED_FRAME_BYTES);
  }
  const images = imagesOf(item);
  const text = Buffer.byteLength(JSON.stringify(item));
  return images.reduce((size, image) => size - image.length + IMAGE_BYTES, text);
}

function imagesOf(item: ResponseItem): readonly string[] {
  const content = item.type === "message" ? item.content : "output" in item ? item.output : [];
  if (!Array.isArray(content)) return [];
  return (content as readonly ContentPart[]).flatMap((part) =>
    part.type === "input_image" && part.image_url.startsWith("data:") ? [part.image_url] : [],
  );
}

function isByModel(item: ResponseItem): boolean {
  switch (item.type) {
    case "message":
      return item.role === "assistant";
    case "function_call_output":
    case "custom_tool_call_output":
    case "tool_search_output":
      return false;
    default:
      return true;
  }
}
