// Tells what a person wrote from the context that is sent in the user role (agent.md 3), for previews, rollback and compaction.

import type { MessageItem, ResponseItem } from "../protocol/response-items";

const CONTEXT_MARKERS: readonly string[] = [
  "# agents.md instructions for ",
  "<environment_context>",
  "<skill>",
  "<user_shell_command>",
  "<turn_aborted>",
  "<subagent_notification>",
  "<hook_prompt",
  "<user_instructions>",
  "<codex_internal_context ",
];

/** How summaries made by a compaction begin: ours (agent/summary-prefix.md), and the reference's (agent.md 12). */
const SUMMARY_STARTS: readonly string[] = [
  "Another language model worked on this task before you",
  "Another language model started to solve this problem",
];

/** The estimate used for budgets (agent.md 12). */
export const BYTES_PER_TOKEN = 4;

/** A message of the person at the keyboard: user role, and not context, markers or hook output. */
export function isUserPrompt(item: ResponseItem): item is MessageItem {
  return isUserMessage(item) && !isContext(item);
}

/** A user-role message that the agent itself put in. */
export function isContextMessage(item: ResponseItem): boolean {
  return isUserMessage(item) && isContext(item);
}

/** What a compaction has put in the place of everything but the prompts. */
export function isSummary(item: MessageItem): boolean {
  const text = textOf(item);
  return SUMMARY_STARTS.some((start) => text.startsWith(start));
}

/** The text parts of a message, joined by newlines; images are left out. */
export function textOf(item: MessageItem): string {
  return item.content.flatMap((part) => ("text" in part ? [part.text] : [])).join("\n");
}

/**
 * What a person wrote, as text, from the newest message back until `maxTokens` are used; the message that crosses the
 * limit loses its middle. Earlier summaries are left out. Takes the items newest first and gives messages newest first.
 */
export function* recentPrompts(
  newestFirst: Iterable<ResponseItem>,
  maxTokens: number,
): Generator<MessageItem, void> {
  let left = maxTokens * BYTES_PER_TOKEN;
  for (const item of newestFirst) {
    if (left <= 0) return;
    if (!isUserPrompt(item)) continue;
    const text = textOf(item);
    if (text === "" || isSummary(item)) continue;
    const bytes = Buffer.byteLength(text);
    yield userMessage(bytes <= left ? text : withoutMiddle(text, left / bytes));
    left -= bytes;
  }
}

export function userMessage(text: string): MessageItem {
  return { type: "message", role: "user", content: [{ type: "input_text", text }] };
}

/** What the program, or a hook of the user's, has to say to the model. */
export function developerMessage(text: string): MessageItem {
  return { type: "message", role: "developer", content: [{ type: "input_text", text }] };
}

function isUserMessage(item: ResponseItem): item is MessageItem {
  return item.type === "message" && item.role === "user";
}

function isContext(item: MessageItem): boolean {
  const first = item.content[0];
  if (first?.type !== "input_text") return false;
  const start = first.text.trimStart().slice(0, 40).toLowerCase();
  return CONTEXT_MARKERS.some((marker) => start.startsWith(marker));
}

/** Keeps about `share` (0 to 1) of a text, half from each end. */
function withoutMiddle(text: string, share: number): string {
  const half = Math.floor((text.length * share) / 2);
  const removed = Math.ceil((text.length - 2 * half) / BYTES_PER_TOKEN);
  return `${text.slice(0, half).toWellFormed()}…${removed} tokens left out…${text.slice(text.length - half).toWellFormed()}`;
}
