// Renders the difference of two texts as the hunks of a unified diff, without file headers (apply-patch.md 10).

import { diffLines, type LineChange } from "./line-diff";

/** Lines of context around a change: in the events of a session, and where people read it. */
export const EVENT_CONTEXT = 1;
export const DISPLAY_CONTEXT = 3;

/** Empty when the texts are equal. Every line of the result ends with LF. */
export function unifiedDiff(oldText: string, newText: string, context: number): string {
  if (oldText === newText) return "";
  const [oldLines, newLines] = [linesOf(oldText), linesOf(newText)];
  const pieces: string[] = [];
  for (const group of groupsOf(diffLines(oldLines, newLines), context)) {
    pieces.push(renderGroup(group, oldLines, newLines, context));
  }
  return pieces.join("");
}

/** Each line with its ending, so that a change of the last line's ending shows. */
function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

type Group = readonly [LineChange, ...LineChange[]];

/** Changes whose context would touch or overlap go into one hunk. */
function groupsOf(changes: readonly LineChange[], context: number): readonly Group[] {
  const groups: [LineChange, ...LineChange[]][] = [];
  for (const change of changes) {
    const group = groups.at(-1);
    const previous = group?.at(-1);
    if (group !== undefined && previous !== undefined && change.oldStart - previous.oldEnd <= 2 * context) {
      group.push(change);
    } else {
      groups.push([change]);
    }
  }
  return groups;
}

function renderGroup(
  group: Group,
  oldLines: readonly string[],
  newLines: readonly string[],
  context: number,
): string {
  const first = group[0];
  const last = group.at(-1) ?? first;
  const lead = Math.min(context, first.oldStart);
  const trail = Math.min(context, oldLines.length - last.oldEnd);
  const oldRange = rangeText(first.oldStart - lead, last.oldEnd + trail);
  const newRange = rangeText(first.newStart - lead, last.newEnd + trail);

  const lines: string[] = [];
  const show = (marker: string, from: readonly string[], start: number, end: number) => {
    for (const line of from.slice(start, end)) lines.push(marker, ended(line));
  };
  let done = first.oldStart - lead;
  for (const change of group) {
    show(" ", oldLines, done, change.oldStart);
    show("-", oldLines, change.oldStart, change.oldEnd);
    show("+", newLines, change.newStart, change.newEnd);
    done = change.oldEnd;
  }
  show(" ", oldLines, done, done + trail);
  return `@@ -${oldRange} +${newRange} @@\n${lines.join("")}`;
}

/** `start,count` with `start` from 1; `,1` is left out, and an empty range names the line before it. */
function rangeText(start: number, end: number): string {
  const count = end - start;
  if (count === 1) return String(start + 1);
  return `${count === 0 ? start : start + 1},${count}`;
}

function ended(line: string): string {
  return line.endsWith("\n") ? line : `${line}\n\\ No newline at end of file\n`;
}
