// Reads the lines of a session file as what was seen of the session: what the user said, and the events of its turns (rollout.md 6, 7).

import { splitPlan } from "../../agent/plan-mode";
import type { ThreadEvent } from "../../protocol/events";
import type { FileChange, ThreadItem } from "../../protocol/items";
import type { ToolOutputContent } from "../../protocol/response-items";
import type { EventMsg, RolloutEntry } from "../../protocol/rollout";
import { pastCall, patchCall, userShellCommand, type PastCall } from "./past-calls";

export type PastStep =
  | { readonly type: "user"; readonly text: string; readonly images: readonly string[] }
  | { readonly type: "event"; readonly event: ThreadEvent }
  | { readonly type: "review_started"; readonly hint: string }
  | { readonly type: "review_finished" }
  /** The newest messages of the user and all that followed them were taken back. */
  | { readonly type: "rolled_back"; readonly turns: number };

/** Calls that wait for their output; a damaged file may never have it. */
const MAX_OPEN_CALLS = 256;

/** Takes the entries in the order of the file. */
export class PastReader {
  readonly #calls = new Map<string, PastCall>();
  /** Scripts of commands in the background, by their handle. */
  readonly #sessions = new Map<string, string>();
  #thoughts: string[] = [];
  #inReview = false;
  #ids = 0;

  take(entry: RolloutEntry): PastStep[] {
    const steps = this.#steps(entry);
    const isThought = entry.type === "event_msg" && entry.payload.type === "agent_reasoning";
    return isThought || steps.length === 0 ? steps : [...this.end(), ...steps];
  }

  /** What was not shown yet. */
  end(): PastStep[] {
    const summary = this.#thoughts;
    this.#thoughts = [];
    return summary.length === 0 ? [] : [this.#item({ type: "reasoning", id: this.#id(), summary, raw: [] })];
  }

  #steps(entry: RolloutEntry): PastStep[] {
    if (entry.type === "event_msg") return this.#event(entry.payload);
    if (entry.type !== "response_item") return [];
    const item = entry.payload;
    switch (item.type) {
      case "function_call": {
        const call = pastCall(item, this.#sessions);
        if (call !== undefined && this.#calls.size < MAX_OPEN_CALLS) this.#calls.set(item.call_id, call);
        return [];
      }
      case "custom_tool_call":
        if (item.name === "apply_patch" && this.#calls.size < MAX_OPEN_CALLS)
          this.#calls.set(item.call_id, patchCall(item.call_id));
        return [];
      case "function_call_output":
      case "custom_tool_call_output":
        return this.#output(item.call_id, item.output);
      case "message": {
        const ran = item.role === "user" ? userShellCommand(item, this.#id()) : undefined;
        return ran === undefined ? [] : [this.#item(ran)];
      }
      default:
        return [];
    }
  }

  #output(callId: string, output: ToolOutputContent): PastStep[] {
    const call = this.#calls.get(callId);
    if (call === undefined) return [];
    this.#calls.delete(callId);
    const text =
      typeof output === "string" ? output : output.map((part) => ("text" in part ? part.text : "")).join("");
    const item = call.ended(text);
    return item === undefined ? [] : [this.#item(item)];
  }

  #event(event: EventMsg): PastStep[] {
    switch (event.type) {
      case "user_message": {
        if (this.#inReview) return [];
        const count = [event.images, event.local_images].flatMap((list) =>
          Array.isArray(list) ? list : [],
        ).length;
        const images = Array.from({ length: count }, (_, index) => `[Image #${index + 1}]`);
        return [{ type: "user", text: textOf(event.message), images }];
      }
      case "agent_message":
        return this.#said(textOf(event.message));
      case "agent_reasoning":
        this.#thoughts.push(textOf(event.text));
        return [];
      case "patch_apply_end":
        this.#calls.delete(textOf(event.call_id));
        return [this.#item(patch(event, this.#id()))];
      case "mcp_tool_call_end":
        return [this.#item(mcpCall(event, this.#id()))];
      case "web_search_end":
        return [
          this.#item({
            type: "web_search",
            id: this.#id(),
            query: textOf(event.query),
            action: event.action,
          }),
        ];
      case "context_compacted":
        return [{ type: "event", event: { type: "compacted" } }];
      case "turn_aborted":
        return [{ type: "event", event: { type: "turn.aborted", reason: abortReason(event.reason) } }];
      case "task_started":
        this.#inReview = false;
        return [{ type: "event", event: { type: "turn.started", turnId: "", modelContextWindow: null } }];
      case "entered_review_mode":
        this.#inReview = true;
        return [{ type: "review_started", hint: textOf(event.user_facing_hint) }];
      case "exited_review_mode":
        return [{ type: "review_finished" }];
      case "thread_rolled_back":
        return [{ type: "rolled_back", turns: typeof event.num_turns === "number" ? event.num_turns : 0 }];
      default:
        return [];
    }
  }

  #said(text: string): PastStep[] {
    const { said, plan } = splitPlan(text);
    return [
      ...(said.trim() === ""
        ? []
        : [this.#item({ type: "agent_message", id: this.#id(), text: said, phase: null })]),
      ...(plan === null ? [] : [this.#item({ type: "proposed_plan", id: this.#id(), text: plan })]),
    ];
  }

  #item(item: ThreadItem): PastStep {
    return { type: "event", event: { type: "item.completed", item } };
  }

  #id(): string {
    return `past-${this.#ids++}`;
  }
}

function patch(event: EventMsg, id: string): ThreadItem {
  const changes = Object.entries(objectOf(event.changes)).map(([path, change]): FileChange => {
    const { type, content, unified_diff: diff, move_path: moved } = objectOf(change);
    if (type === "add" || type === "delete") return { type, path, content: textOf(content) };
    const movePath = typeof moved === "string" ? moved : null;
    return { type: "update", path, unifiedDiff: textOf(diff), movePath };
  });
  const status = event.success === true ? "completed" : event.status === "declined" ? "declined" : "failed";
  return { type: "file_change", id, changes, status, stderr: textOf(event.stderr) };
}

function mcpCall(event: EventMsg, id: string): ThreadItem {
  const { server, tool, arguments: given } = objectOf(event.invocation);
  const { Ok: ok, Err: error } = objectOf(event.result);
  const { content, isError } = objectOf(ok);
  const failed = ok === undefined || isError === true;
  return {
    type: "mcp_tool_call",
    id,
    server: textOf(server),
    tool: textOf(tool),
    arguments: given,
    result:
      ok === undefined ? null : { content: Array.isArray(content) ? content : [], structured_content: null },
    error: ok === undefined ? { message: textOf(error) } : null,
    durationMs: null,
    status: failed ? "failed" : "completed",
  };
}

function abortReason(reason: unknown): "interrupted" | "replaced" | "review_ended" | "budget_limited" {
  return reason === "replaced" || reason === "review_ended" || reason === "budget_limited"
    ? reason
    : "interrupted";
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
