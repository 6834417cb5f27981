// The history as a request carries it: every call answered, every output asked for, nothing the model cannot read (agent.md 6).

import type { ContentPart, ResponseItem, ToolOutputContent } from "../protocol/response-items";
import { serverId } from "./response-item";

/** An item as sent. */
export type WireItem = { readonly type: string; readonly [field: string]: unknown };

export type SendingOptions = {
  /** The model reads images; else a line of text stands in for each. */
  readonly images: boolean;
  /** Items go back with the ids that the server gave them. */
  readonly serverIds: boolean;
};

const NO_IMAGE = "[An image was here. This model cannot read images.]";

/** Items in order, each in its wire form. The same history gives the same items, and a longer one begins with them. */
export function historyForRequest(
  history: readonly ResponseItem[],
  options: SendingOptions,
): readonly WireItem[] {
  const { called, answered } = callIds(history);
  const sent: WireItem[] = [];
  for (const item of history) {
    if (isOrphan(item, called)) continue;
    const wire = wireForm(item, options);
    if (wire === null) continue;
    const id = options.serverIds ? serverId(item) : undefined;
    sent.push(id === undefined ? wire : { id, ...wire });
    const missing = missingOutput(item, answered);
    if (missing !== null) sent.push(missing);
  }
  return sent;
}

function callIds(history: readonly ResponseItem[]): { called: Set<unknown>; answered: Set<unknown> } {
  const called = new Set<unknown>();
  const answered = new Set<unknown>();
  for (const item of history) {
    if (item.type.endsWith("_call") && "call_id" in item) called.add(item.call_id);
    if (item.type.endsWith("_output") && "call_id" in item) answered.add(item.call_id);
  }
  return { called, answered };
}

/** An output that no call asked for. A search that the server ran itself has no call. */
function isOrphan(item: ResponseItem, called: ReadonlySet<unknown>): boolean {
  switch (item.type) {
    case "function_call_output":
    case "custom_tool_call_output":
      return !called.has(item.call_id);
    case "tool_search_output":
      return item.execution === "client" && !called.has(item.call_id);
    default:
      return false;
  }
}

/** What stands in for an output that was never recorded, because the run was cut short. */
function missingOutput(item: ResponseItem, answered: ReadonlySet<unknown>): WireItem | null {
  switch (item.type) {
    case "function_call":
    case "local_shell_call":
      return answered.has(item.call_id)
        ? null
        : { type: "function_call_output", call_id: item.call_id, output: "aborted" };
    case "custom_tool_call":
      return answered.has(item.call_id)
        ? null
        : { type: "custom_tool_call_output", call_id: item.call_id, output: "aborted" };
    case "tool_search_call":
      if (item.call_id === null || item.execution !== "client" || answered.has(item.call_id)) return null;
      return {
        type: "tool_search_output",
        call_id: item.call_id,
        status: "completed",
        execution: "client",
        tools: [],
      };
    default:
      return null;
  }
}

/** Fields in the order of the wire and no others: items of old session files have more. Null: not sent. */
function wireForm(item: ResponseItem, { images }: SendingOptions): WireItem | null {
  switch (item.type) {
    case "message":
      if (item.role === "system") return null;
      return {
        type: item.type,
        role: item.role,
        content: item.content.map((part) => contentForm(part, images)),
        ...(item.phase === undefined ? {} : { phase: item.phase }),
      };
    case "reasoning":
      return {
        type: item.type,
        summary: item.summary.map(({ text }) => ({ type: "summary_text", text })),
        ...reasoningContent(item.content),
        encrypted_content: item.encrypted_content ?? null,
      };
    case "function_call":
      return {
        type: item.type,
        name: item.name,
        ...(item.namespace === undefined ? {} : { namespace: item.namespace }),
        arguments: item.arguments,
        call_id: item.call_id,
      };
    case "custom_tool_call":
      return {
        type: item.type,
        ...(item.status === undefined ? {} : { status: item.status }),
        call_id: item.call_id,
        name: item.name,
        input: item.input,
      };
    case "function_call_output":
    case "custom_tool_call_output":
      return { type: item.type, call_id: item.call_id, output: outputForm(item.output, images) };
    case "tool_search_call":
      return {
        type: item.type,
        call_id: item.call_id,
        ...(item.status === undefined ? {} : { status: item.status }),
        execution: item.execution,
        arguments: item.arguments,
      };
    case "tool_search_output":
      return {
        type: item.type,
        call_id: item.call_id,
        status: item.status,
        execution: item.execution,
        tools: item.tools,
      };
    case "web_search_call":
      return {
        type: item.type,
        ...(item.status === undefined ? {} : { status: item.status }),
        ...(item.action === undefined ? {} : { action: item.action }),
      };
    case "local_shell_call":
    case "image_generation_call":
    case "compaction":
    case "context_compaction":
      return { ...item };
    default:
      // A session file may hold items of other releases; they are not sent.
      item satisfies never;
      return null;
  }
}

/** Raw reasoning text stays here: servers take only their own encrypted form back. */
function reasoningContent(
  content: readonly { readonly type: string; readonly text: string }[] | null | undefined,
): { content?: unknown } {
  if (content === null || content === undefined) return { content: null };
  return content.some((part) => part.type === "reasoning_text") ? {} : { content };
}

function outputForm(output: ToolOutputContent, images: boolean): unknown {
  return typeof output === "string" ? output : output.map((part) => contentForm(part, images));
}

function contentForm(part: ContentPart, images: boolean): unknown {
  switch (part.type) {
    case "input_text":
    case "output_text":
      return { type: part.type, text: part.text };
    case "input_image":
      if (!images) return { type: "input_text", text: NO_IMAGE };
      return {
        type: part.type,
        image_url: part.image_url,
        ...(part.detail === undefined ? {} : { detail: part.detail }),
      };
    default:
      return part satisfies never;
  }
}
