// The events that tell where items of a turn begin and end, beside those that each kind has of its own (mcp.md 18).

import type { ThreadItem } from "../../protocol/items";

export type EventMessage = { readonly type: string; readonly [field: string]: unknown };

/** Which turn of which thread an event belongs to, and when that began, in milliseconds since the epoch. */
export type EventPlace = { readonly threadId: string; readonly turnId: string; readonly startedAt: number };

type Stage = "item_started" | "item_completed";

/** What the user has said is an item too. */
export function userMessages(message: string, place: EventPlace): readonly EventMessage[] {
  const content = [{ type: "text", text: message, text_elements: [] }];
  const item = { type: "UserMessage", id: crypto.randomUUID(), content };
  return [
    staged("item_started", item, place),
    staged("item_completed", item, place),
    { type: "user_message", message, images: [], local_images: [], text_elements: [] },
  ];
}

/** None for items that have only events of their own. */
export function itemMessage(stage: Stage, item: ThreadItem, place: EventPlace): readonly EventMessage[] {
  const shape = turnItem(item);
  return shape === undefined ? [] : [staged(stage, shape, place)];
}

function staged(stage: Stage, item: object, { threadId, turnId }: EventPlace): EventMessage {
  const at = stage === "item_started" ? "started_at_ms" : "completed_at_ms";
  return { type: stage, thread_id: threadId, turn_id: turnId, item, [at]: Date.now() };
}

function turnItem(item: ThreadItem): object | undefined {
  switch (item.type) {
    case "agent_message": {
      const content = item.text === "" ? [] : [{ type: "Text", text: item.text }];
      return { type: "AgentMessage", id: item.id, content, phase: item.phase, memory_citation: null };
    }
    case "reasoning":
      return { type: "Reasoning", id: item.id, summary_text: item.summary, raw_content: item.raw };
    case "web_search":
      return { type: "WebSearch", id: item.id, query: item.query, action: item.action };
    case "proposed_plan":
      return { type: "Plan", id: item.id, text: item.text };
    case "command_execution":
    case "file_change":
    case "mcp_tool_call":
    case "plan":
    case "image_view":
    case "questions":
    case "terminal_interaction":
      return undefined;
    default:
      return item satisfies never;
  }
}
