// What a server answered to a call, as the model reads it and as front ends show it (mcp.md 9 and 14).

import { isRecord } from "../../mcp/tool-list";
import type { ModelInfo } from "../../model/catalog";
import type { McpToolCall } from "../../protocol/items";
import type { ContentPart, ToolOutputContent } from "../../protocol/response-items";

/** `content`, `structuredContent`, `isError` and `_meta`, each as the server gave it. */
export type CallResult = Readonly<Record<string, unknown>>;

/** Of a result as events and session files hold it, in bytes of JSON. */
const SHOWN_BYTES = 1_048_576;
const PREVIEW_CHARS = 100_000;

const NO_IMAGES = "<image content omitted because you do not support image input>";
const DETAILS = ["auto", "low", "high", "original"] as const;

/** A failure to call, in the form of a result. */
export function errorResult(message: string): CallResult {
  return { content: [{ type: "text", text: message }], isError: true };
}

/** @param startedAt when the call began, by `performance.now()` */
export function outputOf(
  result: CallResult,
  { startedAt, model }: { readonly startedAt: number; readonly model: ModelInfo },
): ToolOutputContent {
  const header = `Wall time: ${((performance.now() - startedAt) / 1000).toFixed(4)} seconds\nOutput:`;
  const structured = result.structuredContent ?? null;
  if (structured !== null) return `${header}\n${JSON.stringify(structured)}`;
  const blocks = contentOf(result).map((block) =>
    isImage(block) && !model.supportsImages ? { type: "text", text: NO_IMAGES } : block,
  );
  if (!blocks.some(isImage)) return `${header}\n${JSON.stringify(blocks)}`;
  return [{ type: "input_text", text: header }, ...blocks.map((block) => partOf(block, model))];
}

/** One that is too large becomes a preview. */
export function shownResult(result: CallResult): NonNullable<McpToolCall["result"]> {
  const shown = {
    content: contentOf(result),
    ...(result._meta !== undefined && result._meta !== null && { _meta: result._meta }),
    structured_content: result.structuredContent ?? null,
  };
  const json = JSON.stringify(shown);
  if (json.length * 3 <= SHOWN_BYTES || Buffer.byteLength(json) <= SHOWN_BYTES) return shown;
  return { content: [{ type: "text", text: json.slice(0, PREVIEW_CHARS) }], structured_content: null };
}

function contentOf({ content }: CallResult): readonly unknown[] {
  return Array.isArray(content) ? (content as readonly unknown[]) : [];
}

type Image = Readonly<Record<string, unknown>> & { readonly type: "image"; readonly data: string };

function isImage(block: unknown): block is Image {
  return isRecord(block) && block.type === "image" && typeof block.data === "string";
}

function partOf(block: unknown, model: ModelInfo): ContentPart {
  if (isImage(block)) {
    return { type: "input_image", image_url: imageUrl(block), detail: detailOf(block, model) };
  }
  const isText = isRecord(block) && block.type === "text" && typeof block.text === "string";
  return { type: "input_text", text: isText ? String(block.text) : JSON.stringify(block) };
}

function imageUrl({ data, mimeType }: Image): string {
  if (data.startsWith("data:")) return data;
  return `data:${typeof mimeType === "string" ? mimeType : "application/octet-stream"};base64,${data}`;
}

function detailOf({ _meta: meta }: Image, model: ModelInfo): (typeof DETAILS)[number] {
  const wish = isRecord(meta) ? meta["codex/imageDetail"] : undefined;
  const detail = DETAILS.find((name) => name === wish) ?? "high";
  return detail === "original" && !model.supportsImageDetailOriginal ? "high" : detail;
}
