// The items of a response as the server sends them, made into items of the history: server ids and unknown fields dropped, fields in wire order (agent.md 6).

import type { ContentPart, ResponseItem } from "../protocol/response-items";

type Fields = Readonly<Record<string, unknown>>;

/** Where an item keeps the id that the server gave it: hidden, for it belongs in no file, and only servers that store responses want it back. */
const SERVER_ID = Symbol("server id");

/** Undefined for items of unknown type or without what their type needs: they are not recorded. */
export function responseItem(value: unknown): ResponseItem | undefined {
  const fields = object(value);
  if (fields === undefined) return undefined;
  const item = known(fields);
  const id = text(fields.id);
  return item === undefined || id === undefined
    ? item
    : Object.defineProperty(item, SERVER_ID, { value: id });
}

/** The id the server gave an item of this run; undefined for items read from a file and items of ours. */
export function serverId(item: ResponseItem): string | undefined {
  return (item as { [SERVER_ID]?: string })[SERVER_ID]; // set by responseItem alone, always text
}

function known(fields: Fields): ResponseItem | undefined {
  switch (fields.type) {
    case "message":
      return messageOf(fields);
    case "reasoning":
      return {
        type: "reasoning",
        summary: texts(fields.summary).map((part) => ({ type: "summary_text", text: part })),
        content: reasoningContent(fields.content),
        encrypted_content: text(fields.encrypted_content) ?? null,
      };
    case "function_call": {
      const [name, callId, args] = [text(fields.name), text(fields.call_id), argumentsText(fields.arguments)];
      if (name === undefined || callId === undefined) return undefined;
      return {
        type: "function_call",
        name,
        ...optional("namespace", fields),
        arguments: args,
        call_id: callId,
      };
    }
    case "custom_tool_call": {
      const [name, callId, input] = [text(fields.name), text(fields.call_id), text(fields.input)];
      if (name === undefined || callId === undefined || input === undefined) return undefined;
      return { type: "custom_tool_call", ...optional("status", fields), call_id: callId, name, input };
    }
    case "tool_search_call":
      return {
        type: "tool_search_call",
        call_id: text(fields.call_id) ?? null,
        ...optional("status", fields),
        execution: text(fields.execution) ?? "client",
        arguments: fields.arguments ?? {},
      };
    case "web_search_call":
      return {
        type: "web_search_call",
        ...optional("status", fields),
        ...(fields.action === undefined ? {} : { action: fields.action }),
      };
    case "local_shell_call":
    case "image_generation_call":
    case "compaction":
    case "context_compaction":
      return { ...fields, type: fields.type };
    default:
      return undefined;
  }
}

function messageOf(fields: Fields): ResponseItem | undefined {
  const { role } = fields;
  if (role !== "assistant" && role !== "user" && role !== "developer") return undefined;
  const parts = list(fields.content);
  const content = parts.flatMap(contentPart);
  if (content.length === 0 && parts.length > 0) return undefined;
  return { type: "message", role, content, ...optional("phase", fields) };
}

/** A refusal is what the model said: it is kept as its text. */
function contentPart(value: unknown): ContentPart[] {
  const part = object(value) ?? {};
  const said = text(part.text) ?? text(part.refusal);
  if (said === undefined) return [];
  return [{ type: part.type === "input_text" ? "input_text" : "output_text", text: said }];
}

function reasoningContent(value: unknown): { type: "reasoning_text"; text: string }[] | null {
  const parts = texts(value);
  return parts.length === 0 ? null : parts.map((part) => ({ type: "reasoning_text", text: part }));
}

/** Some servers send the arguments as an object instead of as text. */
function argumentsText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

function optional<K extends string>(key: K, fields: Fields): { [key in K]?: string } {
  const value = text(fields[key]);
  return (value === undefined ? {} : { [key]: value }) as { [key in K]?: string }; // a computed key widens to string
}

function texts(value: unknown): string[] {
  return list(value).flatMap((part) => text(object(part)?.text) ?? []);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function object(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
