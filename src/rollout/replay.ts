// Turns the lines of a session, read from the last to the first, into the model's history, stopping as early as it can (rollout.md 10).

import type { TokenUsage } from "../protocol/events";
import type { MessageItem, ResponseItem } from "../protocol/response-items";
import type { Goal } from "../protocol/goal";
import type { Compacted, EventMsg, RolloutEntry, TurnContext } from "../protocol/rollout";
import { goalIn } from "./goal";
import { isObject } from "./response-item";
import {
  BYTES_PER_TOKEN,
  isContextMessage,
  isUserPrompt,
  recentPrompts,
  textOf,
  userMessage,
} from "./user-messages";

/**
 * Most JSON that is kept as history; older items are left out. No request to the model could carry more, and resuming takes
 * four times as much memory.
 */
const HISTORY_BYTES = 24 * 1_048_576;
/** How far before the newest compaction the last turn's settings and the usage are looked for. */
const LOOK_BACK_BYTES = 16 * 1_048_576;
/** How far before what is kept the newest compaction is looked for, whose result then stands in front of it. */
const SUMMARY_BYTES = 64 * 1_048_576;
/** What is kept of the prompts before a compaction that did not record its result (rollout.md 8). */
const KEPT_PROMPT_TOKENS = 20_000;

export type PlacedEntry = { readonly entry: RolloutEntry; readonly bytes: number };

export type TokenInfo = {
  /** Of the whole thread. */
  readonly total: TokenUsage;
  /** Of the last response, or an estimate after a compaction. */
  readonly last: TokenUsage;
  readonly contextWindow: number | null;
};

export type Replayed = {
  /** Oldest first. */
  readonly history: ResponseItem[];
  readonly tokens: TokenInfo | undefined;
  /** Of the newest turn that was not rolled back and has a user message: the model used last. */
  readonly lastTurnContext: TurnContext | undefined;
  /** The same, or undefined when the history no longer holds the context that it describes. */
  readonly contextBaseline: TurnContext | undefined;
  /** Null when there is none. */
  readonly goal: Goal | null;
  /** The history was larger than the limit and begins somewhere in the middle. */
  readonly olderLeftOut: boolean;
};

/** `newestFirst` is pulled only as far back as is needed. */
export function replay(newestFirst: Iterable<PlacedEntry>, threadId: string): Replayed {
  const state = new Replay(threadId);
  for (const placed of newestFirst) {
    state.take(placed);
    if (state.done) break;
  }
  return state.result();
}

/**
 * `all`: every item counts. `prompts`: before an old compaction, only prompts. `summary`: there is no room for more than
 * the result of a compaction. `none`: the history is complete.
 */
type Wanted = "all" | "prompts" | "summary" | "none";

type Turn = {
  hasPrompt: boolean;
  context: { readonly value: TurnContext; readonly compactedSince: boolean } | undefined;
};

class Replay {
  #history: ResponseItem[] = [];
  #bytes = 0;
  #wanted: Wanted = "all";
  #oldPrompts: MessageItem[] = [];
  #oldPromptBytes = 0;
  #lookedBack = 0;
  /** Prompts still to be passed over because of a rollback. */
  #promptsToDrop = 0;
  /** Between the prompt that a rollback cut at and the beginning of its turn. */
  #beforeCut = false;
  /** Files of old releases do not say where turns begin. */
  #hasTurnEvents = false;
  #compacted = false;
  /** A compaction that did not record its result, so that nothing says which context survived it. */
  #blindCompaction = false;
  #turn: Turn = { hasPrompt: false, context: undefined };
  #lastContext: Turn["context"];
  #tokens: TokenInfo | undefined;
  #goal: Goal | null | undefined;
  #olderLeftOut = false;

  constructor(readonly threadId: string) {}

  get done(): boolean {
    if (this.#wanted === "summary") return this.#lookedBack > SUMMARY_BYTES;
    if (this.#wanted !== "none") return false;
    const known = this.#lastContext !== undefined && this.#tokens !== undefined;
    return known || this.#lookedBack > LOOK_BACK_BYTES;
  }

  take({ entry, bytes }: PlacedEntry): void {
    if (this.#wanted === "none" || this.#wanted === "summary") this.#lookedBack += bytes;
    switch (entry.type) {
      case "event_msg":
        return this.#takeEvent(entry.payload);
      case "turn_context":
        return this.#takeContext(entry.payload);
      case "compacted":
        return this.#takeCompacted(entry.payload);
      case "response_item":
        return this.#takeItem(entry.payload, bytes);
      case "session_meta":
        return;
      default:
        return entry satisfies never;
    }
  }

  result(): Replayed {
    const oldPrompts = [...recentPrompts(this.#oldPrompts, KEPT_PROMPT_TOKENS)];
    const last = this.#lastContext;
    const baselineHolds = !last?.compactedSince && !this.#blindCompaction && !this.#olderLeftOut;
    return {
      history: [...this.#history, ...oldPrompts].reverse(),
      tokens: this.#tokens,
      lastTurnContext: last?.value,
      contextBaseline: baselineHolds ? last?.value : undefined,
      goal: this.#goal ?? null,
      olderLeftOut: this.#olderLeftOut,
    };
  }

  #takeEvent(event: EventMsg): void {
    switch (event.type) {
      case "token_count":
        this.#tokens ??= readTokenInfo(event.info);
        return;
      case "thread_rolled_back":
        this.#promptsToDrop += typeof event.num_turns === "number" ? Math.max(0, event.num_turns) : 0;
        return;
      case "task_complete":
      case "turn_aborted":
        this.#hasTurnEvents = true;
        return;
      case "task_started":
        this.#beforeCut = false;
        this.#turn = { hasPrompt: false, context: undefined };
        return;
      case "user_message":
        if (this.#promptsToDrop === 0 && !this.#beforeCut) this.#markPrompt();
        return;
      case "thread_goal_updated":
      case "thread_goal_cleared":
        if (this.#goal === undefined) this.#goal = goalIn(event, this.threadId);
        return;
      default:
        return;
    }
  }

  #takeContext(value: TurnContext): void {
    if (value.turn_id !== undefined) this.#hasTurnEvents = true;
    if (this.#promptsToDrop > 0 || this.#beforeCut) return;
    this.#turn.context ??= { value, compactedSince: this.#compacted };
    if (this.#turn.hasPrompt) this.#lastContext ??= this.#turn.context;
  }

  #markPrompt(): void {
    this.#turn.hasPrompt = true;
    this.#lastContext ??= this.#turn.context;
  }

  /** What a compaction left is what all that follows it builds on: it is kept whether or not there is room. */
  #takeCompacted(compacted: Compacted): void {
    if (this.#promptsToDrop > 0 || (this.#beforeCut && this.#hasTurnEvents)) return;
    this.#beforeCut = false;
    this.#compacted = true;
    if (this.#wanted === "none") return;
    const replacement = compacted.replacement_history?.toReversed();
    if (this.#wanted === "summary") {
      this.#push(replacement ?? [userMessage(compacted.message)]);
      this.#wanted = "none";
    } else if (this.#wanted === "prompts") {
      if (!replacement) return;
      for (const item of replacement) if (isUserPrompt(item)) this.#keepOldPrompt(item);
      this.#wanted = "none";
    } else if (replacement) {
      this.#push(replacement);
      this.#wanted = "none";
    } else {
      this.#push([userMessage(compacted.message)]);
      this.#blindCompaction = true;
      this.#wanted = "prompts";
    }
  }

  #takeItem(item: ResponseItem, bytes: number): void {
    if (this.#promptsToDrop > 0) {
      if (!isUserPrompt(item)) return;
      this.#promptsToDrop -= 1;
      this.#beforeCut = this.#promptsToDrop === 0;
      return;
    }
    if (this.#beforeCut && isContextUpdate(item)) return;
    this.#beforeCut = false;
    if (this.#wanted === "all") this.#keep(item, bytes);
    if (!isUserPrompt(item)) return;
    this.#markPrompt();
    if (this.#wanted === "prompts") this.#keepOldPrompt(item);
  }

  #keepOldPrompt(prompt: MessageItem): void {
    this.#oldPrompts.push(prompt);
    this.#oldPromptBytes += Buffer.byteLength(textOf(prompt));
    if (this.#oldPromptBytes > KEPT_PROMPT_TOKENS * BYTES_PER_TOKEN) this.#wanted = "none";
  }

  #keep(item: ResponseItem, bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes <= HISTORY_BYTES || this.#history.length === 0) {
      this.#history.push(item);
      return;
    }
    this.#olderLeftOut = true;
    this.#wanted = "summary";
  }

  #push(newestFirst: readonly ResponseItem[]): void {
    for (const item of newestFirst) this.#history.push(item);
  }
}

function isContextUpdate(item: ResponseItem): boolean {
  return (item.type === "message" && item.role === "developer") || isContextMessage(item);
}

function readTokenInfo(info: unknown): TokenInfo | undefined {
  if (!isObject(info)) return undefined;
  const total = readUsage(info.total_token_usage);
  const last = readUsage(info.last_token_usage);
  if (!total || !last) return undefined;
  const window = info.model_context_window;
  return { total, last, contextWindow: typeof window === "number" ? window : null };
}

function readUsage(usage: unknown): TokenUsage | undefined {
  if (!isObject(usage)) return undefined;
  const count = (value: unknown): number => (typeof value === "number" ? value : 0);
  return {
    input_tokens: count(usage.input_tokens),
    cached_input_tokens: count(usage.cached_input_tokens),
    cache_write_input_tokens: count(usage.cache_write_input_tokens),
    output_tokens: count(usage.output_tokens),
    reasoning_output_tokens: count(usage.reasoning_output_tokens),
    total_tokens: count(usage.total_tokens),
  };
}
