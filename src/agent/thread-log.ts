// A thread's memory: the history the model sees and the session file, kept in step. What is recorded here may then be shown.

import type { ThreadEvent, TokenUsage } from "../protocol/events";
import type { Goal } from "../protocol/goal";
import type { FileChange, McpToolCall, WebSearch } from "../protocol/items";
import type {
  ContentPart,
  MessageItem,
  ReasoningItem,
  ResponseItem,
  WebSearchCallItem,
} from "../protocol/response-items";
import type { Compacted, TurnContext } from "../protocol/rollout";
import { goalEvent } from "../rollout/goal";
import type { RolloutWriter } from "../rollout/writer";
import type { UserInput } from "../protocol/user-input";
import { textOf } from "./user-message";

/** Owns the writer. Every method appends to the file before it returns. */
export class ThreadLog implements AsyncDisposable {
  readonly history: ResponseItem[];
  /** Is told of every item after it was recorded. */
  onItem: ((item: ResponseItem) => void) | undefined;
  readonly #writer: RolloutWriter;

  constructor(writer: RolloutWriter, history: readonly ResponseItem[] = []) {
    this.#writer = writer;
    this.history = [...history];
  }

  /** The session file; undefined when none is kept. */
  get path(): string | undefined {
    return this.#writer.path;
  }

  /** The same, once something was written to it. */
  get writtenPath(): string | undefined {
    return this.#writer.begun ? this.#writer.path : undefined;
  }

  /** What to tell the user while the file cannot be written; the lines are kept and tried again. */
  get failure(): string | undefined {
    return this.#writer.failed;
  }

  item(item: ResponseItem): void {
    this.history.push(item);
    this.#writer.append({ type: "response_item", payload: item });
    this.onItem?.(item);
  }

  event(type: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#writer.append({ type: "event_msg", payload: { type, ...fields } });
  }

  goal(threadId: string, turnId: string | null, goal: Goal | null): void {
    this.#writer.append({ type: "event_msg", payload: goalEvent(threadId, turnId, goal) });
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

  /** The event holds the action as the server gave it. */
  webSearch(item: WebSearchCallItem, shown: WebSearch): void {
    this.event("web_search_end", { call_id: shown.id, query: shown.query, action: item.action ?? null });
    this.item(item);
  }

  /** Records what only events tell of: how a patch or the call of an MCP tool ended, and a plan (rollout.md 7). */
  shown(
    event: ThreadEvent,
    { threadId, turnId }: { readonly threadId: string; readonly turnId: string },
  ): void {
    if (event.type !== "item.completed") return;
    if (event.item.type === "proposed_plan") {
      const { id: planId, text } = event.item;
      const item = { type: "Plan", id: planId, text };
      this.event("item_completed", { thread_id: threadId, turn_id: turnId, item });
    }
    if (event.item.type === "mcp_tool_call") this.event("mcp_tool_call_end", mcpCallEnd(event.item));
    if (event.item.type !== "file_change") return;
    const { id, changes, status, stdout = "", stderr = "" } = event.item;
    this.event("patch_apply_end", {
      call_id: id,
      turn_id: turnId,
      stdout,
      stderr,
      success: status === "completed",
      changes: Object.fromEntries(changes.map((change) => [change.path, recordedChange(change)])),
      status,
    });
  }

  tokens(total: TokenUsage, last: TokenUsage, contextWindow: number | null, rateLimits: unknown): void {
    const info = { total_token_usage: total, last_token_usage: last, model_context_window: contextWindow };
    this.event("token_count", { info, rate_limits: rateLimits });
  }

  /**
   * Puts a text in the place of the images of the last tool output that has some; false when there is none. The file
   * keeps what was sent.
   */
  dropLastImages(text: string): boolean {
    const at = this.history.findLastIndex(hasOutputImage);
    const item = this.history[at];
    if (item?.type !== "function_call_output" || typeof item.output === "string") return false;
    const output = item.output.map((part): ContentPart =>
      part.type === "input_image" ? { type: "input_text", text } : part,
    );
    this.history[at] = { ...item, output };
    return true;
  }

  /** Replaces the whole history; everything before this line is irrelevant for the model afterwards. */
  compacted(record: Compacted, history: readonly ResponseItem[]): void {
    this.history.splice(0, this.history.length, ...history);
    this.#writer.append({ type: "compacted", payload: record });
  }

  /** The newest prompts of the user and all after them are forgotten; `history` is what is left. */
  rolledBack(userTurns: number, history: readonly ResponseItem[]): void {
    this.history.splice(0, this.history.length, ...history);
    this.event("thread_rolled_back", { num_turns: userTurns });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer[Symbol.asyncDispose]();
  }
}

function mcpCallEnd(call: McpToolCall): Readonly<Record<string, unknown>> {
  const { server, tool, result, error, durationMs, status } = call;
  const milliseconds = durationMs ?? 0;
  const seconds = Math.floor(milliseconds / 1000);
  return {
    call_id: call.id,
    invocation: { server, tool, arguments: call.arguments },
    duration: { secs: seconds, nanos: Math.round((milliseconds - seconds * 1000) * 1e6) },
    result:
      result === null
        ? { Err: error?.message ?? "" }
        : {
            Ok: {
              content: result.content,
              ...(result.structured_content !== null && { structuredContent: result.structured_content }),
              isError: status === "failed",
              ...(result._meta !== undefined && { _meta: result._meta }),
            },
          },
  };
}

function hasOutputImage(item: ResponseItem): boolean {
  if (item.type !== "function_call_output" || typeof item.output === "string") return false;
  return item.output.some((part) => part.type === "input_image");
}

function recordedChange(change: FileChange): Readonly<Record<string, unknown>> {
  switch (change.type) {
    case "add":
    case "delete":
      return { type: change.type, content: change.content };
    case "update":
      return { type: "update", unified_diff: change.unifiedDiff, move_path: change.movePath };
    default:
      return change satisfies never;
  }
}
