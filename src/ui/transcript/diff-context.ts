// Widens the context of a change to the three lines that people are used to, from the file as it is on disk (tui.md 7).

import { readFileSync, statSync } from "node:fs";
import { decodeText } from "../../patch/encoding";
import { DISPLAY_CONTEXT } from "../../patch/unified-diff";
import type { FileChange } from "../../protocol/items";

/** A larger file is not read for a few lines of context. */
const MAX_FILE_BYTES = 1_048_576;

/** The change with more context, before it is applied or after; as it was where the file does not fit it. Never throws. */
export function withContext(change: FileChange): FileChange {
  if (change.type !== "update") return change;
  const hunks = hunksOf(change.unifiedDiff);
  if (hunks === undefined) return change;
  const file = linesOfFile(change.movePath ?? change.path) ?? linesOfFile(change.path);
  if (file === undefined) return change;
  const side = (["added", "removed"] as const).find((kind) => hunks.every((hunk) => fits(hunk, kind, file)));
  return side === undefined ? change : { ...change, unifiedDiff: widened(hunks, side, file) };
}

type Hunk = { readonly oldStart: number; readonly newStart: number; readonly lines: readonly string[] };
/** Which lines the file holds beside those that do not change. */
type Side = "added" | "removed";

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/** Starts count from 0 and name the first line also of an empty range. Undefined for anything but a plain diff. */
function hunksOf(diff: string): readonly Hunk[] | undefined {
  const hunks: { oldStart: number; newStart: number; lines: string[] }[] = [];
  for (const line of diff.replace(/\n$/, "").split("\n")) {
    const [head, oldStart, oldCount, newStart, newCount] = HUNK.exec(line) ?? [];
    if (head !== undefined) {
      const first = (start: string | undefined, count: string | undefined) =>
        Number(start) - (count === "0" ? 0 : 1);
      hunks.push({ oldStart: first(oldStart, oldCount), newStart: first(newStart, newCount), lines: [] });
    } else if (/^[ +-]/.test(line)) {
      hunks.at(-1)?.lines.push(line);
    } else if (!line.startsWith("\\")) {
      return undefined;
    }
  }
  return hunks.length === 0 ? undefined : hunks;
}

function linesOfFile(path: string): readonly string[] | undefined {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || !found.isFile() || found.size > MAX_FILE_BYTES) return undefined;
    return decodeText(readFileSync(path)).text.replace(/\n$/, "").split("\n");
  } catch {
    // Closed to us, or gone: the change is shown with the context that it has.
    return undefined;
  }
}

function fits(hunk: Hunk, side: Side, file: readonly string[]): boolean {
  const start = startOf(hunk, side);
  return sideLines(hunk, side).every((line, index) => file[start + index] === line.slice(1));
}

function startOf(hunk: Hunk, side: Side): number {
  return side === "added" ? hunk.newStart : hunk.oldStart;
}

function sideLines(hunk: Hunk, side: Side): readonly string[] {
  return hunk.lines.filter((line) => !line.startsWith(side === "added" ? "-" : "+"));
}

function widened(hunks: readonly Hunk[], side: Side, file: readonly string[]): string {
  const context = (from: number, to: number) => file.slice(from, to).map((line) => ` ${line}`);
  let text = "";
  let printed = 0;
  for (const [index, hunk] of hunks.entries()) {
    const start = startOf(hunk, side);
    const before = Math.max(0, DISPLAY_CONTEXT - contextAt(hunk.lines));
    const from = Math.max(printed, start - before);
    if (index === 0 || from > printed) {
      const shift = start - from;
      text += `@@ -${hunk.oldStart - shift + 1} +${hunk.newStart - shift + 1} @@\n`;
    }
    const end = start + sideLines(hunk, side).length;
    const next = hunks[index + 1];
    const limit = next === undefined ? file.length : startOf(next, side);
    const after = Math.max(0, DISPLAY_CONTEXT - contextAt(hunk.lines.toReversed()));
    printed = Math.min(limit, end + after);
    const lines = [...context(from, start), ...hunk.lines, ...context(end, printed)];
    text += lines.map((line) => `${line}\n`).join("");
  }
  return text;
}

/** Lines at the beginning that do not change. */
function contextAt(lines: readonly string[]): number {
  const first = lines.findIndex((line) => !line.startsWith(" "));
  return first === -1 ? lines.length : first;
}
