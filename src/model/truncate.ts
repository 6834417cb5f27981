// Shortens tool output to what a model should read: the head and the tail are kept, the middle is counted (agent.md 8.1).

import type { ContentPart, ResponseItem, ToolOutputContent } from "../protocol/response-items";
import type { ModelInfo, TruncationPolicy } from "./catalog";

const BYTES_PER_TOKEN = 4;
/** What enters history may be this much longer than the model's limit. */
const HISTORY_FACTOR = 1.2;
/** Room for the line in front of output that was cut, so that it is not cut once more for the sake of that line. */
const WARNING_BYTES = 80;
const WARNING = "Warning: truncated output";

/** 1 token is about 4 bytes of UTF-8, rounded up. */
export function approxTokens(text: string): number {
  return tokensOf(Buffer.byteLength(text));
}

/** The tool-output limit of a model in tokens, whatever unit its policy has. */
export function policyTokens(policy: TruncationPolicy): number {
  return policy.mode === "tokens" ? policy.limit : tokensOf(policy.limit);
}

/**
 * Text within the limit as it is; else its first and last halves of the limit, cut at character boundaries and joined by
 * `…N tokens truncated…` or `…N chars truncated…`.
 */
export function truncateMiddle(text: string, policy: TruncationPolicy): string {
  const budget = policy.mode === "tokens" ? policy.limit * BYTES_PER_TOKEN : policy.limit;
  // A UTF-16 unit is at most three bytes: short text needs no counting.
  if (text.length * 3 <= budget) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= budget) return text;
  const head = bytes.subarray(0, boundaryBefore(bytes, Math.floor(budget / 2)));
  const tail = bytes.subarray(boundaryAfter(bytes, bytes.length - (budget - Math.floor(budget / 2))));
  return `${head}${marker(policy, bytes, head.length, tail.length, budget)}${tail}`;
}

/**
 * The output of a command for the model: always in token form, with two lines in front when it had to be cut (newer.md).
 * @param maxTokens the smaller of what the call asked for and the model's limit
 * @param whole size of the output before it was bounded in memory, when `text` is only a part of it
 */
export function truncateOutput(
  text: string,
  maxTokens: number,
  whole: { readonly bytes: number; readonly lines: number } = {
    bytes: Buffer.byteLength(text),
    lines: countLines(text),
  },
): string {
  if (whole.bytes <= maxTokens * BYTES_PER_TOKEN) return text;
  const cut = truncateMiddle(text, { mode: "tokens", limit: maxTokens });
  return (
    `${WARNING} (original token count: ${tokensOf(whole.bytes)})\n` +
    `Total output lines: ${whole.lines}\n\n${cut}`
  );
}

/** A tool output as it enters history: within 1.2 times the model's limit. Any other item is returned unchanged. */
export function truncateForHistory(item: ResponseItem, model: Pick<ModelInfo, "truncation">): ResponseItem {
  if (item.type !== "function_call_output" && item.type !== "custom_tool_call_output") return item;
  const { mode, limit } = model.truncation;
  const room = mode === "tokens" ? tokensOf(WARNING_BYTES) : WARNING_BYTES;
  const warned = typeof item.output === "string" && item.output.includes(WARNING);
  const output = truncateContent(item.output, {
    mode,
    limit: Math.ceil(limit * HISTORY_FACTOR) + (warned ? room : 0),
  });
  return output === item.output ? item : { ...item, output };
}

/** Text is cut in the middle. Of an array, the texts share the limit in order, images are kept, and what found no room is counted. */
export function truncateContent(content: ToolOutputContent, policy: TruncationPolicy): ToolOutputContent {
  if (typeof content === "string") return truncateMiddle(content, policy);
  let left = policy.limit;
  let omitted = 0;
  let changed = false;
  const kept: ContentPart[] = [];
  for (const part of content) {
    if (part.type === "input_image") {
      kept.push(part);
      continue;
    }
    const size = policy.mode === "tokens" ? approxTokens(part.text) : Buffer.byteLength(part.text);
    if (left <= 0 && size > 0) {
      omitted += 1;
      continue;
    }
    if (size > left) changed = true;
    kept.push(
      size > left ? { ...part, text: truncateMiddle(part.text, { mode: policy.mode, limit: left }) } : part,
    );
    left -= size;
  }
  if (omitted > 0) kept.push({ type: "input_text", text: `[omitted ${omitted} text items ...]` });
  return changed || omitted > 0 ? kept : content;
}

/** Lines of text: a last one without a line feed counts, nothing after the last line feed does not. */
export function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
  return text === "" || text.endsWith("\n") ? lines : lines + 1;
}

function tokensOf(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

function marker(policy: TruncationPolicy, bytes: Buffer, head: number, tail: number, budget: number): string {
  if (policy.mode === "tokens") return `…${tokensOf(bytes.length - budget)} tokens truncated…`;
  return `…${countCharacters(bytes.subarray(head, bytes.length - tail))} chars truncated…`;
}

function countCharacters(bytes: Uint8Array): number {
  let count = 0;
  for (const byte of bytes) if (!isContinuation(byte)) count += 1;
  return count;
}

/** The greatest character boundary at or before `at`. */
function boundaryBefore(bytes: Uint8Array, at: number): number {
  let index = at;
  while (index > 0 && isContinuation(bytes[index])) index -= 1;
  return index;
}

/** The least character boundary at or after `at`. */
function boundaryAfter(bytes: Uint8Array, at: number): number {
  let index = at;
  while (index < bytes.length && isContinuation(bytes[index])) index += 1;
  return index;
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
