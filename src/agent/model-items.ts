// Follows the items of a response while they stream, and turns them into what front ends show.

import { serverId } from "../model/response-item";
import type { ModelEvent, StartedItem } from "../model/model-event";
import { patchPreview, type PatchPreview } from "../patch/preview";
import type { ThreadEvent } from "../protocol/events";
import type { ThreadItem, WebSearch } from "../protocol/items";
import type { MessageItem, ReasoningItem, ResponseItem, WebSearchCallItem } from "../protocol/response-items";

/** Deltas belong to the item added last, by position, not by their own item id (agent.md 5). */
export function modelItems(): {
  readonly live: (event: ModelEvent) => Generator<ThreadEvent, void>;
  readonly finished: (item: ResponseItem) => Generator<ThreadEvent, void>;
  readonly reset: () => void;
} {
  let open: { readonly type: string; readonly id: string } | null = null;
  let patch: StartedPatch | null = null;

  return {
    *live(event) {
      switch (event.type) {
        case "item_added": {
          open = { type: event.item.type, id: shownId(event.item.id) };
          patch = startedPatch(event.item);
          const started = emptyItem(open.type, open.id);
          if (started !== null) yield { type: "item.started", item: started };
          break;
        }
        case "text_delta":
          if (open?.type === "message") yield { type: "message.delta", itemId: open.id, delta: event.delta };
          break;
        case "summary_delta":
          if (open?.type === "reasoning") {
            yield { type: "reasoning.delta", itemId: open.id, delta: event.delta, summaryIndex: event.index };
          }
          break;
        case "summary_break":
          if (open?.type === "reasoning") {
            yield { type: "reasoning.break", itemId: open.id, summaryIndex: event.index };
          }
          break;
        case "custom_input_delta": {
          const changes = patch?.preview.write(event.delta, performance.now()) ?? null;
          if (patch !== null && changes !== null)
            yield { type: "patch.preview", itemId: patch.callId, changes };
          break;
        }
        case "rate_limits":
          yield { type: "rate_limits", limits: event.limits };
          break;
        default:
      }
    },
    *finished(item) {
      const announced = open?.type === item.type ? open.id : null;
      open = null;
      const changes = patch?.preview.end() ?? null;
      if (patch !== null && changes !== null) yield { type: "patch.preview", itemId: patch.callId, changes };
      patch = null;
      const shown = shownItem(item, announced ?? shownId(serverId(item)));
      if (shown === null) return;
      if (shown.type === "web_search" && announced === null) yield { type: "item.started", item: shown };
      yield { type: "item.completed", item: shown };
    },
    reset() {
      open = null;
      patch = null;
    },
  };
}

type StartedPatch = { readonly callId: string; readonly preview: PatchPreview };

function startedPatch(item: StartedItem): StartedPatch | null {
  const { type, name, call_id } = item;
  if (type !== "custom_tool_call" || name !== "apply_patch" || typeof call_id !== "string") return null;
  return { callId: call_id, preview: patchPreview() };
}

/** The text of a message, its parts joined. */
export function messageText(message: MessageItem): string {
  return message.content.flatMap((part) => (part.type === "output_text" ? [part.text] : [])).join("");
}

function shownId(serverId: string | undefined): string {
  return serverId ?? Bun.randomUUIDv7();
}

function emptyItem(type: string, id: string): ThreadItem | null {
  if (type === "message") return { type: "agent_message", id, text: "", phase: null };
  if (type === "reasoning") return { type: "reasoning", id, summary: [], raw: [] };
  if (type === "web_search_call") return { type: "web_search", id, query: "", action: { type: "other" } };
  return null;
}

function shownItem(item: ResponseItem, id: string): ThreadItem | null {
  switch (item.type) {
    case "message":
      return { type: "agent_message", id, text: messageText(item), phase: item.phase ?? null };
    case "reasoning":
      return reasoningShown(item, id);
    case "web_search_call":
      return webSearchShown(item, id);
    default:
      return null;
  }
}

function reasoningShown(item: ReasoningItem, id: string): ThreadItem {
  return {
    type: "reasoning",
    id,
    summary: item.summary.map((part) => part.text),
    raw: (item.content ?? []).map((part) => part.text),
  };
}

/** A search keeps its action; opening a page or finding in one is shown by its address (exec.md 5.2). */
export function webSearchShown(item: WebSearchCallItem, id: string): WebSearch {
  const action = (item.action ?? {}) as { type?: string; query?: string; url?: string; pattern?: string };
  const shown = { type: "web_search", id } as const;
  if (action.type === "search") return { ...shown, query: action.query ?? "", action };
  const query =
    action.pattern === undefined ? (action.url ?? "") : `'${action.pattern}' in ${action.url ?? ""}`;
  return { ...shown, query, action: { type: "other" } };
}
