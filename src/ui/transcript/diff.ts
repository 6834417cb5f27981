// Shows what a patch changes: files with their counts, lines with their numbers, gaps between them (tui.md 7).

import type { FileChange } from "../../protocol/items";
import { expandTabs, plainText } from "../text/control-sequences";
import { highlighter, languageOf, type Highlighter } from "../text/highlight";
import { wrapBehind } from "../text/wrap";
import { outputLines } from "./command";
import { bulleted, limitsOf, oneLine, shownPath, type Layout } from "./layout";

const TAB = 4;
/** A line is not shown further than this. */
const LINE_CHARS = 4000;
const INDENT = "    ";

type Tone = "added" | "removed" | "same";
type DiffLine = { readonly tone: Tone; readonly number: number | undefined; readonly text: string } | "gap";

/** `• Edited a.ts (+1 -1)` and its lines; several files below one title. */
export function changeLines(changes: readonly FileChange[], layout: Layout): string[] {
  const [only, ...more] = changes.map((change) => ({ change, lines: linesOf(change) }));
  if (only === undefined) return [];
  if (more.length === 0) {
    const { change, lines } = only;
    return [
      ...bulleted(`${layout.theme.bold(verbOf(change))} ${nameAndCounts(change, layout)}`, layout),
      ...body(change, lines, layout),
    ];
  }
  const files = [only, ...more];
  const { theme } = layout;
  const title = `${theme.bold("Edited")} ${files.length} files ${countsText(countOf(changes), layout)}`;
  return [
    ...bulleted(title, layout),
    ...files.flatMap(({ change, lines }, index) => [
      ...(index === 0 ? [] : [""]),
      ...wrapBehind(nameAndCounts(change, layout), layout.columns(), `  ${theme.dim("└")} `, INDENT),
      ...body(change, lines, layout),
    ]),
  ];
}

/** One line about a patch that is being written or applied. */
export function changeSummary(verb: string, changes: readonly FileChange[], layout: Layout): string[] {
  const [first, ...more] = changes;
  if (first === undefined) return [];
  const name = more.length === 0 ? shownPath(first.path, layout) : `${changes.length} files`;
  return bulleted(`${layout.theme.bold(verb)} ${name} ${countsText(countOf(changes), layout)}`, layout);
}

/** @param told what the patch printed, or what the model read of one that was never begun */
export function failedPatchLines(told: string, layout: Layout): string[] {
  const { theme } = layout;
  const reason = plainText(told.replace(/^apply_patch verification failed: /, "")).trim();
  return [
    ...bulleted(theme.error("Failed to apply patch"), layout, theme.error("✘")),
    ...(reason === "" ? [] : outputLines(reason, limitsOf(layout).output, layout)),
  ];
}

export type Counts = { readonly added: number; readonly removed: number };

/** Lines that come and go. */
export function countOf(changes: readonly FileChange[]): Counts {
  let added = 0;
  let removed = 0;
  for (const change of changes) {
    if (change.type === "add") added += textLines(change.content).length;
    else if (change.type === "delete") removed += textLines(change.content).length;
    else {
      for (const line of change.unifiedDiff.split("\n")) {
        if (line.startsWith("+")) added++;
        else if (line.startsWith("-")) removed++;
      }
    }
  }
  return { added, removed };
}

function verbOf(change: FileChange): string {
  return { add: "Added", delete: "Deleted", update: "Edited" }[change.type];
}

function nameAndCounts(change: FileChange, layout: Layout): string {
  const moved = change.type === "update" && change.movePath !== null ? change.movePath : undefined;
  const name = shownPath(change.path, layout) + (moved === undefined ? "" : ` → ${shownPath(moved, layout)}`);
  return `${name} ${countsText(countOf([change]), layout)}`;
}

function countsText({ added, removed }: Counts, { theme }: Layout): string {
  return `(${theme.addedMark(`+${added}`)} ${theme.removedMark(`-${removed}`)})`;
}

function textLines(text: string): readonly string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

function linesOf(change: FileChange): readonly DiffLine[] {
  if (change.type === "update") return diffLines(change.unifiedDiff);
  const tone = change.type === "add" ? "added" : "removed";
  return textLines(change.content).map((text, index) => ({ tone, number: index + 1, text }));
}

const HUNK = /^@@(?: -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@)?/;

/** Removed lines have the numbers of the old text, all others those of the new one. */
function diffLines(unifiedDiff: string): readonly DiffLine[] {
  const lines: DiffLine[] = [];
  let oldNumber: number | undefined;
  let newNumber: number | undefined;
  const next = (number: number | undefined) => (number === undefined ? undefined : number + 1);
  for (const line of textLines(unifiedDiff)) {
    const hunk = HUNK.exec(line);
    if (hunk !== null) {
      if (lines.length > 0) lines.push("gap");
      oldNumber = hunk[1] === undefined ? undefined : Number(hunk[1]);
      newNumber = hunk[2] === undefined ? undefined : Number(hunk[2]);
    } else if (line.startsWith("+")) {
      lines.push({ tone: "added", number: newNumber, text: line.slice(1) });
      newNumber = next(newNumber);
    } else if (line.startsWith("-")) {
      lines.push({ tone: "removed", number: oldNumber, text: line.slice(1) });
      oldNumber = next(oldNumber);
    } else if (!line.startsWith("\\")) {
      lines.push({ tone: "same", number: newNumber, text: line.slice(1) });
      oldNumber = next(oldNumber);
      newNumber = next(newNumber);
    }
  }
  return lines;
}

function body(change: FileChange, lines: readonly DiffLine[], layout: Layout): string[] {
  const { theme } = layout;
  const width = Math.max(1, ...lines.map((line) => (line === "gap" ? 1 : String(line.number ?? "").length)));
  const language = languageOf(
    oneLine(change.type === "update" ? (change.movePath ?? change.path) : change.path),
  );
  let colour = highlighter(language, theme);
  const limit = limitsOf(layout).file;
  const rows = lines.slice(0, limit).flatMap((line) => {
    if (line !== "gap") return diffRows(line, width, colour, layout);
    colour = highlighter(language, theme);
    return [`${INDENT}${theme.dim("⋮".padStart(width))}`];
  });
  const hidden = lines.length - limit;
  return hidden > 0 ? [...rows, `${INDENT}${theme.dim(`… +${hidden} lines`)}`] : rows;
}

const SIGNS = { added: "+", removed: "-", same: " " } as const;

function diffRows(
  { tone, number, text }: Exclude<DiffLine, "gap">,
  width: number,
  colour: Highlighter,
  layout: Layout,
): string[] {
  const { theme } = layout;
  const plain = expandTabs(plainText(text.replace(/\r$/, "").slice(0, LINE_CHARS)), TAB);
  const first = `${INDENT}${theme.dim(String(number ?? "").padStart(width))} `;
  const rest = " ".repeat(INDENT.length + width + 2);
  const coloured = theme.level >= 2 ? colour(plain) : plain;
  if (tone === "same") return wrapBehind(` ${coloured}`, layout.columns(), first, rest);
  const style = tone === "added" ? theme.added : theme.removed;
  return wrapBehind(style(`${SIGNS[tone]}${coloured}`), layout.columns(), first, rest);
}
