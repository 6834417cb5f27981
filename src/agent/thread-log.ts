// A thread's memory: the history the model sees and the session file, kept in step. What is recorded here may then be shown.

import type { TokenUsage } from "../protocol/events";
import type { MessageItem, ReasoningItem, ResponseItem } from "../protocol/response-items";
import type { Compacted, TurnContext } from "../protocol/rollout";
import type { RolloutWriter } from "../rollout/writer";
import type { UserInput } from "../protocol/user-input";
import { textOf } from "./user-message";

/** Owns the writer. Every method appends to the file before it returns. */
export class ThreadLog implements AsyncDisposable {
  readonly history: ResponseItem[];
  readonly #writer: RolloutWriter;

  constructor(writer: RolloutWriter, history: readonly ResponseItem[] = []) {
    this.#writer = writer;
    this.history = [...history];
  }

  /** The session file; undefined when none is kept. */
  get path(): string | undefined {
    return this.#writer.path;
  }

  /** What to tell the user while the file cannot be written; the lines are kept and tried again. */
  get failure(): string | undefined {
    return this.#writer.failed;
  }

  item(item: ResponseItem): void {
    this.history.push(item);
    this.#writer.append({ type: "response_item", payload: item });
  }

  event(type: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#writer.append({ type: "event_msg", payload: { type, ...fields } });
  }

  turnContext(context: TurnContext): void {
    this.#writer.append({ type: "turn_context", payload: context });
  }

  /** The item first, then the event that lists and pickers read (rollout.md 7). */
  user(message: MessageItem, input: readonly UserInput[]): void {
    this.item(message);
    this.event("user_message", {
      message: textOf(input),
      images: input.flatMap((part) => (part.type === "image" ? [part.url] : [])),
      local_images: input.flatMap((part) => (part.type === "local_image" ? [part.path] : [])),
      text_elements: [],
    });
  }

  assistant(message: MessageItem, text: string): void {
    this.event("agent_message", { message: text, phase: message.phase ?? null, memory_citation: null });
    this.item(message);
  }

  reasoning(item: ReasoningItem): void {
    for (const part of item.summary) this.event("agent_reasoning", { text: part.text });
    for (const part of item.content ?? []) this.event("agent_reasoning_raw_content", { text: part.text });
    this.item(item);
  }

  tokens(total: TokenUsage, last: TokenUsage, contextWindow: number | null, rateLimits: unknown): void {
    const info = { total_token_usage: total, last_token_usage: last, model_context_window: contextWindow };
    this.event("token_count", { info, rate_limits: rateLimits });
  }

  /** Replaces the whole history; everything before this line is irrelevant for the model afterwards. */
  compacted(record: Compacted, history: readonly ResponseItem[]): void {
    this.history.splice(0, this.history.length, ...history);
    this.#writer.append({ type: "compacted", payload: record });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer[Symbol.asyncDispose]();
  }
}
