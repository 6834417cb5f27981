// Lays out a Markdown table for a terminal: columns as wide as they need or as there is room for, cells wrapped.

import type { Theme } from "../terminal/theme";
import { cells, wrapText } from "./wrap";

export type Align = "left" | "center" | "right";
export type TableRow = readonly string[];

/** A column is never narrower, nor than its words up to a length; with less room, rows are written one cell a line. */
const MIN_CELL = 4;
const WORD_CELLS = 12;
/** Cells between two columns, and beside a cell. */
const GAP = 2;
const PADDING = 1;

/** Styled cells in, lines of at most `columns` cells out; lays out later rows as it did the first ones. */
export type TableLayout = {
  readonly head: () => string[];
  readonly row: (row: TableRow) => string[];
};

/** @param rows those that decide about the widths */
export function tableLayout(
  head: TableRow,
  aligns: readonly Align[],
  rows: readonly TableRow[],
  options: { readonly columns: number; readonly theme: Theme },
): TableLayout {
  const { columns, theme } = options;
  const widths = fit(naturalWidths(head, rows), leastWidths(head, rows), columns);
  if (widths === undefined) {
    return {
      head: () => [],
      row: (row) => [
        ...row.flatMap((cell, index) => wrapText(`${theme.bold(head[index] ?? "")}: ${cell}`, columns)),
        theme.dim("─".repeat(Math.min(3, columns))),
      ],
    };
  }
  const line = (row: TableRow, style: (text: string) => string) => rowLines(row, widths, aligns, style);
  return {
    head: () => [
      ...line(head, (text) => (text === "" ? "" : theme.bold(text))),
      widths.map((width) => theme.dim("━".repeat(width + 2 * PADDING))).join(" ".repeat(GAP)),
    ],
    row: (row) => line(row, (text) => text),
  };
}

/** The cells of a row's source: split at `|` that no backslash guards; the outer ones are decoration. */
export function splitRow(line: string): string[] {
  const inner = line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** The alignments that a delimiter row (`|---|:-:|`) gives, or undefined when the line is none. */
export function delimiterRow(line: string): Align[] | undefined {
  if (!line.includes("-") || !/^[\s|:-]+$/.test(line) || !/[|:]/.test(line)) return undefined;
  const parts = splitRow(line);
  if (!parts.every((part) => /^:?-+:?$/.test(part))) return undefined;
  return parts.map((part) => (part.endsWith(":") ? (part.startsWith(":") ? "center" : "right") : "left"));
}

function naturalWidths(head: TableRow, rows: readonly TableRow[]): number[] {
  return head.map((cell, index) => {
    let width = cells(cell);
    for (const row of rows) width = Math.max(width, cells(row[index] ?? ""));
    return Math.max(1, width);
  });
}

/** What holds the words that cannot be broken well: those of letters that are one cell wide. */
function leastWidths(head: TableRow, rows: readonly TableRow[]): number[] {
  return head.map((_, index) => {
    const words = [head, ...rows].flatMap(
      (row) => Bun.stripANSI(row[index] ?? "").match(/[\x21-\x7e]+/g) ?? [],
    );
    const longest = words.reduce((most, word) => Math.max(most, word.length), MIN_CELL);
    return Math.min(longest, WORD_CELLS);
  });
}

/** Takes from the widest columns until the table fits; undefined when it cannot. */
function fit(natural: readonly number[], least: readonly number[], columns: number): number[] | undefined {
  const widths = [...natural];
  const spare = (index: number) => (widths[index] ?? 0) > (least[index] ?? 0);
  let excess = widths.reduce((sum, width) => sum + width + 2 * PADDING, GAP * (widths.length - 1)) - columns;
  for (; excess > 0; excess -= 1) {
    const shrinkable = [...widths.keys()].filter(spare);
    if (shrinkable.length === 0) return undefined;
    const widest = shrinkable.reduce((a, b) => ((widths[b] ?? 0) > (widths[a] ?? 0) ? b : a));
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function rowLines(
  row: TableRow,
  widths: readonly number[],
  aligns: readonly Align[],
  style: (text: string) => string,
): string[] {
  const columns = widths.map((width, index) => wrapText(row[index] ?? "", width));
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) =>
    columns
      .map((lines, index) => aligned(lines[at] ?? "", widths[index] ?? 0, aligns[index] ?? "left", style))
      .join(" ".repeat(GAP))
      .trimEnd(),
  );
}

function aligned(text: string, width: number, align: Align, style: (text: string) => string): string {
  const spare = Math.max(0, width - cells(text));
  const before = align === "right" ? spare : align === "center" ? Math.floor(spare / 2) : 0;
  return `${" ".repeat(PADDING + before)}${style(text)}${" ".repeat(spare - before + PADDING)}`;
}
