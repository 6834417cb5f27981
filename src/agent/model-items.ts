// Follows the items of a response while they stream, and turns them into what front ends show.

import { serverId } from "../model/response-item";
import type { ModelEvent, StartedItem } from "../model/model-event";
import { patchPreview, type PatchPreview } from "../patch/preview";
import type { ThreadEvent } from "../protocol/events";
import type { ThreadItem, WebSearch } from "../protocol/items";
import type { CollaborationMode } from "../protocol/thread";
import { planFilter, splitPlan, type PlanPart } from "./plan-mode";
import type { MessageItem, ReasoningItem, ResponseItem, WebSearchCallItem } from "../protocol/response-items";

/**
 * Deltas belong to the item added last, by position, not by their own item id (agent.md 5). In plan mode a message may
 * hold a plan, which becomes an item of its own.
 */
export function modelItems(
  turnId: string,
  mode: CollaborationMode = "default",
): {
  readonly live: (event: ModelEvent) => Generator<ThreadEvent, void>;
  readonly finished: (item: ResponseItem) => Generator<ThreadEvent, void>;
  readonly reset: () => void;
} {
  let open: { readonly type: string; readonly id: string } | null = null;
  let patch: StartedPatch | null = null;
  let planning = mode === "plan" ? planItems(turnId) : null;

  return {
    *live(event) {
      switch (event.type) {
        case "item_added": {
          open = { type: event.item.type, id: shownId(event.item.id) };
          patch = startedPatch(event.item);
          const started = emptyItem(open.type, open.id);
          planning = planning === null ? null : planItems(turnId);
          if (started !== null && !(planning !== null && open.type === "message"))
            yield { type: "item.started", item: started };
          break;
        }
        case "text_delta":
          if (open?.type !== "message") break;
          if (planning !== null) yield* planning.delta(open.id, event.delta);
          else yield { type: "message.delta", itemId: open.id, delta: event.delta };
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
      const id = announced ?? shownId(serverId(item));
      if (planning !== null && item.type === "message") return yield* planning.finished(id, item);
      const shown = shownItem(item, id);
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

/** One message of plan mode: the items appear when there is something to say in them. A turn has one plan (app-server.md 16). */
function planItems(turnId: string): {
  readonly delta: (messageId: string, delta: string) => Generator<ThreadEvent, void>;
  readonly finished: (messageId: string, message: MessageItem) => Generator<ThreadEvent, void>;
} {
  const filter = planFilter();
  const started = new Set<PlanPart["type"]>();
  const idOf = (messageId: string, type: PlanPart["type"]) =>
    type === "plan" ? `${turnId}-plan` : messageId;
  function* start(messageId: string, type: PlanPart["type"]): Generator<ThreadEvent, void> {
    if (started.has(type)) return;
    started.add(type);
    const id = idOf(messageId, type);
    const item =
      type === "plan"
        ? ({ type: "proposed_plan", id, text: "" } as const)
        : ({ type: "agent_message", id, text: "", phase: null } as const);
    yield { type: "item.started", item };
  }
  return {
    *delta(messageId, delta) {
      for (const { type, text } of filter.write(delta)) {
        if (!started.has(type) && text.trim() === "") continue;
        yield* start(messageId, type);
        yield { type: "message.delta", itemId: idOf(messageId, type), delta: text };
      }
    },
    *finished(messageId, message) {
      const { said, plan } = splitPlan(messageText(message));
      if (said !== "" || plan === null || started.has("said")) {
        yield* start(messageId, "said");
        const phase = message.phase ?? null;
        yield { type: "item.completed", item: { type: "agent_message", id: messageId, text: said, phase } };
      }
      if (plan === null) return;
      yield* start(messageId, "plan");
      const id = idOf(messageId, "plan");
      yield { type: "item.completed", item: { type: "proposed_plan", id, text: plan } };
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
