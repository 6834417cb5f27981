// Lays a text out in rows of a given width, breaking at blanks, and finds places in them.

import { ASCII, cellWidth, cutToWidth, graphemes, shown } from "./graphemes";

/** Offsets; `end` is after the last character, the line's own end not counted. */
export type Row = { readonly start: number; readonly end: number };

export type Layout = {
  readonly text: string;
  /** How marks are shown, by mark. */
  readonly labels: ReadonlyMap<string, string>;
  /** Cells of a row. One blank may stand beyond them at its end. */
  readonly width: number;
  /** At least one. Where a row was broken, the offset between the rows belongs to the second. */
  readonly rows: readonly Row[];
};

/** One character or attachment as it is shown. */
export type Cell = {
  /** Offsets. */
  readonly at: number;
  readonly end: number;
  readonly text: string;
  readonly width: number;
  readonly isLabel: boolean;
};

export function layOut(text: string, labels: ReadonlyMap<string, string>, width: number): Layout {
  const rows: Row[] = [];
  for (let start = 0; start <= text.length;) {
    const newline = text.indexOf("\n", start);
    const end = newline < 0 ? text.length : newline;
    if (ASCII.test(text.slice(start, end))) breakAscii(text, width, { start, end }, rows);
    else breakLine({ text, labels, width }, start, end, rows);
    start = end + 1;
  }
  return { text, labels, width, rows };
}

/** What a row shows, in order. */
export function* cellsOf(layout: Omit<Layout, "rows">, { start, end }: Row): Generator<Cell, void> {
  for (const grapheme of graphemes(layout.text, start, end)) {
    const label = layout.labels.get(grapheme.text);
    const text = label === undefined ? shown(grapheme.text) : cutToWidth(label, layout.width);
    const end = grapheme.at + grapheme.text.length;
    yield { at: grapheme.at, end, text, width: cellWidth(text), isLabel: label !== undefined };
  }
}

/** Row and cell, both from 0, of an offset. */
export function placeOf(layout: Layout, offset: number): { readonly row: number; readonly column: number } {
  const after = layout.rows.findIndex((row) => row.start > offset);
  const row = (after < 0 ? layout.rows.length : after) - 1;
  let column = 0;
  for (const cell of cellsOf(layout, layout.rows[row] ?? { start: 0, end: 0 })) {
    if (cell.at >= offset) break;
    column += cell.width;
  }
  return { row, column };
}

/** The offset in a row that is nearest to a cell and still in that row. */
export function offsetAt(layout: Layout, row: number, column: number): number {
  const place = layout.rows[row];
  if (place === undefined) return layout.text.length;
  let left = 0;
  let last = place.start;
  for (const cell of cellsOf(layout, place)) {
    if (left + cell.width > column) return cell.at;
    left += cell.width;
    last = cell.at;
  }
  const isBroken = layout.rows[row + 1]?.start === place.end;
  return isBroken ? last : place.end;
}

/** As `breakLine`, for a line in which every character takes one cell: nearly all of a long text, and much faster. */
function breakAscii(text: string, width: number, line: Row, rows: Row[]): void {
  let { start } = line;
  while (line.end - start > width) {
    const blank = text.slice(start, start + width + 1).lastIndexOf(" ");
    const end = start + (blank >= 0 ? blank + 1 : width);
    if (end >= line.end) break;
    rows.push({ start, end });
    start = end;
  }
  rows.push({ start, end: line.end });
}

function breakLine(layout: Omit<Layout, "rows">, lineStart: number, lineEnd: number, rows: Row[]): void {
  let start = lineStart;
  let used = 0;
  /** The last place in this row where it may be broken, and the cells up to there. */
  let chance = { at: lineStart, used: 0 };
  for (const cell of cellsOf(layout, { start: lineStart, end: lineEnd })) {
    const isBlank = !cell.isLabel && cell.text.trim() === "";
    const isWide = !cell.isLabel && cell.width > 1;
    if (isWide) chance = { at: cell.at, used };
    const hangs = cell.text === " " && used === layout.width;
    while (used > 0 && used + cell.width > layout.width && !hangs) {
      if (chance.at === start) chance = { at: cell.at, used };
      rows.push({ start, end: chance.at });
      start = chance.at;
      used -= chance.used;
    }
    used += cell.width;
    if (isBlank || isWide) chance = { at: cell.end, used };
  }
  rows.push({ start, end: lineEnd });
}
