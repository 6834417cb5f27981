// The turns of a session file as the protocol shows them: with the items that files keep (app-server.md 6).

import { renderReview } from "../../agent/review-text";
import type { FileChange } from "../../protocol/items";
import type { ReviewOutput } from "../../protocol/review";
import type { EventMsg } from "../../protocol/rollout";
import { parseLine } from "../../rollout/line";
import { linesFromStart } from "../../rollout/read";
import { isRecord } from "../rpc/message";
import { fileChangeItem, searchAction, type Item } from "./items";

/** What is read of a file; the newest turns of a longer one are missing. */
const FILE_BYTES = 1_073_741_824;

export type StoredTurn = {
  readonly id: string;
  readonly items: readonly Item[];
  readonly itemsView: "full";
  readonly status: "completed" | "interrupted" | "inProgress";
  readonly error: null;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly durationMs: number | null;
};

type OpenTurn = { -readonly [Field in keyof StoredTurn]: StoredTurn[Field] } & {
  items: Item[];
  hasPrompt: boolean;
  /** What was begun by an event that said so; files of old releases do not. */
  explicit: boolean;
};

/**
 * Oldest first. A turn without an end is interrupted, unless it is the one that runs.
 * Throws the error of the file system.
 */
export function storedTurns(path: string, runningId?: string): readonly StoredTurn[] {
  const turns: OpenTurn[] = [];
  let items = 0;
  const nextId = () => `item-${++items}`;
  const current = () => {
    const last = turns.at(-1);
    if (last?.status === "inProgress") return last;
    const made = newTurn(crypto.randomUUID(), null, false);
    turns.push(made);
    return made;
  };
  for (const { bytes } of linesFromStart(path, FILE_BYTES)) {
    if (!bytes?.includes('"event_msg"')) continue;
    const line = parseLine(bytes);
    if (line.type !== "entry" || line.entry.type !== "event_msg") continue;
    const event = line.entry.payload;
    switch (event.type) {
      case "task_started":
        closeOpen(turns);
        turns.push(
          newTurn(textOr(event["turn_id"], crypto.randomUUID()), numberOf(event["started_at"]), true),
        );
        break;
      case "task_complete":
        end(current(), "completed", event);
        break;
      case "turn_aborted":
        end(current(), "interrupted", event);
        break;
      case "thread_rolled_back":
        rollBack(turns, numberOf(event["num_turns"]) ?? 0);
        break;
      case "user_message": {
        const last = turns.at(-1);
        if (last?.explicit === false) closeOpen(turns);
        const turn = current();
        turn.hasPrompt = true;
        if (!isReviewPrompt(turn)) turn.items.push(promptItem(event, nextId()));
        break;
      }
      case "agent_reasoning":
      case "agent_reasoning_raw_content":
        addReasoning(current().items, event, nextId);
        break;
      default: {
        const item = itemOf(event, nextId);
        if (item !== undefined) current().items.push(item);
      }
    }
  }
  return turns.map((turn) => finished(turn, runningId));
}

function finished(open: OpenTurn, runningId: string | undefined): StoredTurn {
  const { hasPrompt: _, explicit: __, ...turn } = open;
  const isCut = turn.status === "inProgress" && turn.id !== runningId;
  return isCut ? { ...turn, status: "interrupted" } : turn;
}

function newTurn(id: string, startedAt: number | null, explicit: boolean): OpenTurn {
  return {
    id,
    items: [],
    itemsView: "full",
    status: "inProgress",
    error: null,
    startedAt,
    completedAt: null,
    durationMs: null,
    hasPrompt: false,
    explicit,
  };
}

function end(turn: OpenTurn, status: "completed" | "interrupted", event: EventMsg): void {
  turn.status = status;
  turn.completedAt = numberOf(event["completed_at"]);
  turn.durationMs = numberOf(event["duration_ms"]);
}

/** One that the next one began without an end of it: its process was gone. */
function closeOpen(turns: readonly OpenTurn[]): void {
  const last = turns.at(-1);
  if (last?.status === "inProgress") last.status = last.explicit ? "interrupted" : "completed";
}

/** The newest turns in which the user said something, and all that came after them. */
function rollBack(turns: OpenTurn[], prompts: number): void {
  for (let left = prompts; left > 0;) {
    const dropped = turns.pop();
    if (dropped === undefined) return;
    if (dropped.hasPrompt) left -= 1;
  }
}

/** The prompt of a review is ours, and what it is about is shown in its place. */
function isReviewPrompt({ items }: OpenTurn): boolean {
  return items.at(-1)?.type === "enteredReviewMode";
}

function promptItem(event: EventMsg, id: string): Item {
  const { message, images, local_images: paths, text_elements: elements } = event;
  const text = textOr(message, "");
  const content = [
    ...(text === "" ? [] : [{ type: "text", text, text_elements: Array.isArray(elements) ? elements : [] }]),
    ...textsOf(images).map((url) => ({ type: "image", url })),
    ...textsOf(paths).map((path) => ({ type: "localImage", path })),
  ];
  const clientId = typeof event["client_id"] === "string" ? event["client_id"] : null;
  return { type: "userMessage", id, clientId, content };
}

/** Parts that follow each other are one item. */
function addReasoning(items: Item[], event: EventMsg, nextId: () => string): void {
  const text = textOr(event["text"], "");
  const raw = event.type === "agent_reasoning_raw_content";
  const last = items.at(-1);
  const isOpen = last?.type === "reasoning";
  const before = isOpen ? last : { type: "reasoning", id: nextId(), summary: [], content: [] };
  const summary = textsOf(before["summary"]);
  const content = textsOf(before["content"]);
  if (isOpen) items.pop();
  items.push({
    ...before,
    summary: raw ? summary : [...summary, text],
    content: raw ? [...content, text] : content,
  });
}

function itemOf(event: EventMsg, nextId: () => string): Item | undefined {
  switch (event.type) {
    case "agent_message": {
      const phase = typeof event["phase"] === "string" ? event["phase"] : null;
      const text = textOr(event["message"], "");
      return { type: "agentMessage", id: nextId(), text, phase, memoryCitation: null };
    }
    case "patch_apply_end": {
      const status = textOr(event["status"], event["success"] === true ? "completed" : "failed");
      return fileChangeItem(textOr(event["call_id"], ""), changesOf(event["changes"]), status);
    }
    case "mcp_tool_call_end":
      return mcpItem(event);
    case "web_search_end":
      return {
        type: "webSearch",
        id: textOr(event["call_id"], ""),
        query: textOr(event["query"], ""),
        action: searchAction(event["action"]),
      };
    case "item_completed": {
      const { item } = event;
      if (!isRecord(item) || item["type"] !== "Plan") return undefined;
      return { type: "plan", id: textOr(item["id"], ""), text: textOr(item["text"], "") };
    }
    case "entered_review_mode":
      return { type: "enteredReviewMode", id: nextId(), review: textOr(event["user_facing_hint"], "") };
    case "exited_review_mode":
      return { type: "exitedReviewMode", id: nextId(), review: reviewText(event["review_output"]) };
    case "context_compacted":
      return { type: "contextCompaction", id: nextId() };
    default:
      return undefined;
  }
}

function mcpItem(event: EventMsg): Item {
  const { call_id: id, invocation, duration, result } = event;
  const call = isRecord(invocation) ? invocation : {};
  const outcome = isRecord(result) ? result : {};
  const ok = isRecord(outcome["Ok"]) ? outcome["Ok"] : undefined;
  const time = isRecord(duration) ? duration : {};
  return {
    type: "mcpToolCall",
    id: textOr(id, ""),
    server: textOr(call["server"], ""),
    tool: textOr(call["tool"], ""),
    status: ok === undefined || ok["isError"] === true ? "failed" : "completed",
    arguments: call["arguments"] ?? null,
    pluginId: null,
    result:
      ok === undefined
        ? null
        : {
            content: Array.isArray(ok["content"]) ? ok["content"] : [],
            structuredContent: ok["structuredContent"] ?? null,
            _meta: ok["_meta"] ?? null,
          },
    error: ok === undefined ? { message: textOr(outcome["Err"], "") } : null,
    durationMs: (numberOf(time["secs"]) ?? 0) * 1000 + Math.round((numberOf(time["nanos"]) ?? 0) / 1e6),
  };
}

function changesOf(changes: unknown): readonly FileChange[] {
  if (!isRecord(changes)) return [];
  return Object.entries(changes).flatMap(([path, change]): readonly FileChange[] => {
    if (!isRecord(change)) return [];
    const { type, content, unified_diff: unifiedDiff, move_path: movePath } = change;
    if (type === "add" || type === "delete") return [{ type, path, content: textOr(content, "") }];
    if (type !== "update") return [];
    const moved = typeof movePath === "string" ? movePath : null;
    return [{ type, path, unifiedDiff: textOr(unifiedDiff, ""), movePath: moved }];
  });
}

function reviewText(output: unknown): string {
  if (!isRecord(output) || !Array.isArray(output["findings"])) return "";
  return renderReview(output as ReviewOutput); // as a review of ours, or of the reference, was recorded
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
