// The word that the cursor is in, when it is one that the composer can complete: `/command`, `@file`, `$skill` (tui.md 2).

import { marksIn } from "../editor/attachments";

export type Completion = {
  readonly type: "command" | "file" | "skill";
  /** Offsets of the word, its sign included. */
  readonly start: number;
  readonly end: number;
  /** What follows the sign. */
  readonly query: string;
};

/** Longer words are none that anybody would want completed. */
const WORD_CHARS = 1000;

/** Commands are completed at the start of a prompt only, and in a shell command neither they nor skills are. */
export function completionAt(text: string, cursor: number, isShell: boolean): Completion | undefined {
  const start = wordStart(text, cursor);
  if (start === cursor || start === undefined) return undefined;
  const end = cursor + wordAfter(text, cursor).length;
  const query = text.slice(start + 1, end);
  const found = (type: Completion["type"]): Completion => ({ type, start, end, query });
  switch (text.charAt(start)) {
    case "/":
      return start === 0 && !isShell && !query.includes("/") ? found("command") : undefined;
    case "@":
      return found("file");
    case "$":
      return !isShell && /^[\w:.-]*$/.test(query) ? found("skill") : undefined;
    default:
      return undefined;
  }
}

/** After the nearest blank or attachment before the cursor; undefined when that is too far away. */
function wordStart(text: string, cursor: number): number | undefined {
  for (let start = cursor; cursor - start < WORD_CHARS;) {
    const before = text.slice(Math.max(0, start - 2), start);
    const isPair = /^[\ud800-\udbff]/.test(before);
    if (isPair) start -= 2;
    else if (before === "" || /\s$/.test(before) || marksIn(before.slice(-1)).length > 0) return start;
    else start -= 1;
  }
  return undefined;
}

function wordAfter(text: string, cursor: number): string {
  const word = /[^\s\udc00-\udfff]*/uy;
  word.lastIndex = cursor;
  return word.exec(text)?.[0] ?? "";
}
