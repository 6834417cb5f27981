// Reads one history item from untrusted JSON, keeping only the fields that are sent back to the model (rollout.md 6, agent.md 6).

import type { ContentPart, MessageItem, ReasoningItem, ResponseItem } from "../protocol/response-items";

type Fields = Readonly<Record<string, unknown>>;

/**
 * The item in wire field order, without server ids; undefined for kinds that are not history (`ghost_snapshot`, kinds
 * of later releases) and for items that lack what their kind requires.
 */
export function readResponseItem(value: unknown): ResponseItem | undefined {
  if (!isObject(value)) return undefined;
  switch (value.type) {
    case "message":
      return readMessage(value);
    case "reasoning":
      return readReasoning(value);
    case "function_call":
      if (!isText(value.name) || !isText(value.arguments) || !isText(value.call_id)) return undefined;
      return {
        type: "function_call",
        name: value.name,
        ...text("namespace", value.namespace),
        arguments: value.arguments,
        call_id: value.call_id,
      };
    case "custom_tool_call":
      if (!isText(value.name) || !isText(value.input) || !isText(value.call_id)) return undefined;
      return {
        type: "custom_tool_call",
        ...text("status", value.status),
        call_id: value.call_id,
        name: value.name,
        input: value.input,
      };
    case "function_call_output":
    case "custom_tool_call_output": {
      const output = isText(value.output) ? value.output : readParts(value.output);
      if (!isText(value.call_id) || output === undefined) return undefined;
      return { type: value.type, call_id: value.call_id, output };
    }
    case "tool_search_call":
      if (!isText(value.execution)) return undefined;
      return {
        type: "tool_search_call",
        call_id: isText(value.call_id) ? value.call_id : null,
        ...text("status", value.status),
        execution: value.execution,
        arguments: value.arguments ?? null,
      };
    case "tool_search_output":
      if (!isText(value.execution) || !isText(value.status) || !Array.isArray(value.tools)) return undefined;
      return {
        type: "tool_search_output",
        call_id: isText(value.call_id) ? value.call_id : null,
        status: value.status,
        execution: value.execution,
        tools: value.tools,
      };
    case "web_search_call":
      return {
        type: "web_search_call",
        ...text("status", value.status),
        ...(value.action === undefined ? {} : { action: value.action }),
      };
    case "local_shell_call":
    case "image_generation_call":
    case "compaction":
    case "context_compaction":
      return { ...value, type: value.type };
    default:
      return undefined;
  }
}

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readMessage(value: Fields): MessageItem | undefined {
  const { role } = value;
  if (role !== "developer" && role !== "user" && role !== "assistant" && role !== "system") return undefined;
  const content = readParts(value.content);
  if (!content) return undefined;
  return { type: "message", role, content, ...text("phase", value.phase) };
}

function readReasoning(value: Fields): ReasoningItem {
  const summary = list(value.summary).flatMap((part) =>
    isObject(part) && isText(part.text) ? [{ type: "summary_text" as const, text: part.text }] : [],
  );
  return {
    type: "reasoning",
    summary,
    content: Array.isArray(value.content) ? value.content.flatMap(readReasoningText) : null,
    ...(value.encrypted_content === null
      ? { encrypted_content: null }
      : text("encrypted_content", value.encrypted_content)),
  };
}

function readReasoningText(part: unknown): NonNullable<ReasoningItem["content"]> {
  if (!isObject(part) || !isText(part.text)) return [];
  return part.type === "reasoning_text" || part.type === "text" ? [{ type: part.type, text: part.text }] : [];
}

/** Content parts; parts of unknown kinds are left out. Undefined when this is no list of parts. */
function readParts(value: unknown): readonly ContentPart[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((part): ContentPart[] => {
    if (!isObject(part)) return [];
    if ((part.type === "input_text" || part.type === "output_text") && isText(part.text)) {
      return [{ type: part.type, text: part.text }];
    }
    if (part.type !== "input_image" || !isText(part.image_url)) return [];
    const { detail } = part;
    const known = detail === "low" || detail === "high" || detail === "auto" || detail === "original";
    return [{ type: "input_image", image_url: part.image_url, ...(known ? { detail } : {}) }];
  });
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** `{[name]: value}` when the value is text, else nothing. */
function text<Name extends string>(name: Name, value: unknown): { [key in Name]?: string } {
  // The cast is needed because a computed key widens to `string`.
  return isText(value) ? ({ [name]: value } as { [key in Name]: string }) : {};
}
