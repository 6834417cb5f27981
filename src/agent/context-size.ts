// How full the model's context is: what the server counted, plus an estimate of what was added since (agent.md 12).

import type { ContentPart, ResponseItem } from "../protocol/response-items";

/** The estimate used for budgets. */
const BYTES_PER_TOKEN = 4;
/** What a base64 image counts for, in bytes, whatever its size. */
const IMAGE_BYTES = 7_373;
/** Encrypted reasoning: base64 of it, less a constant frame. */
const ENCRYPTED_SHARE = 0.75;
const ENCRYPTED_FRAME_BYTES = 650;

/** @param counted total tokens of the last response; 0 when the server reported none, then all is estimated */
export function contextTokens(history: readonly ResponseItem[], counted: number): number {
  if (counted === 0) return estimateAll(history);
  const lastByModel = history.findLastIndex(isByModel);
  return counted + estimateAll(history.slice(lastByModel + 1));
}

export function estimateAll(items: readonly ResponseItem[]): number {
  return items.reduce((sum, item) => sum + estimateTokens(item), 0);
}

function estimateTokens(item: ResponseItem): number {
  return Math.ceil(sizeOf(item) / BYTES_PER_TOKEN);
}

function sizeOf(item: ResponseItem): number {
  if (item.type === "reasoning" && item.encrypted_content) {
    return Math.max(0, item.encrypted_content.length * ENCRYPTED_SHARE - ENCRYPTED_FRAME_BYTES);
  }
  const images = imagesOf(item);
  const text = Buffer.byteLength(JSON.stringify(item));
  return images.reduce((size, image) => size - image.length + IMAGE_BYTES, text);
}

function imagesOf(item: ResponseItem): readonly string[] {
  const content = item.type === "message" ? item.content : "output" in item ? item.output : [];
  if (!Array.isArray(content)) return [];
  return (content as readonly ContentPart[]).flatMap((part) =>
    part.type === "input_image" && part.image_url.startsWith("data:") ? [part.image_url] : [],
  );
}

function isByModel(item: ResponseItem): boolean {
  switch (item.type) {
    case "message":
      return item.role === "assistant";
    case "function_call_output":
    case "custom_tool_call_output":
    case "tool_search_output":
      return false;
    default:
      return true;
  }
}
