// Draws a prompt with a list: title, options, footer, in whatever room there is.

import type { Style, Theme } from "../terminal/theme";
import { cells, cutText, wrapText } from "../text/wrap";
import { labelOf } from "./choice";
import type { List } from "./list";
import type { Size } from "./prompt";

/** Narrower screens show what an option means below it. */
const COLUMNS_FOR_HINTS = 50;
/** Most of the width that labels take before hints. */
const LABEL_SHARE = 0.5;
const MARGIN = "  ";
const CURSOR = "› ";

export type OptionStyle = {
  /** `1. ` before the options, which digits then choose. */
  readonly numbered: boolean;
  /** Goes before the label, such as a check box. */
  readonly mark?: (index: number) => string;
};

/** The lines of the options that are shown, one array each, wrapped below themselves. */
export function optionLines<T>(list: List<T>, size: Size, theme: Theme, style: OptionStyle): string[][] {
  const digits = String(list.options.length).length;
  const rows = list.shown.map((index, place) => {
    const option = list.options[index];
    const number = style.numbered ? `${String(index + 1).padStart(digits)}. ` : "";
    return {
      option,
      isCurrent: place === list.cursor,
      prefix: `${number}${style.mark?.(index) ?? ""}`,
      label: option === undefined ? "" : labelOf(option),
      hint: option?.disabled ?? option?.hint ?? "",
    };
  });
  const width = size.columns - CURSOR.length;
  const labels = Math.max(0, ...rows.map(({ prefix, label }) => cells(prefix + label)));
  const hintColumn = Math.min(labels, Math.floor(width * LABEL_SHARE)) + 2;
  return rows.map(({ option, isCurrent, prefix, label, hint }, place) => {
    // Too far from the cursor to be seen: its lines are not laid out, only counted.
    if (Math.abs(place - list.cursor) > size.rows) return [""];
    const paint = option?.disabled !== undefined ? theme.dim : isCurrent ? theme.selected : plain;
    const beside = hint !== "" && size.columns >= COLUMNS_FOR_HINTS && !isLong(prefix + label, hintColumn);
    const left = hanging(prefix, label, beside ? hintColumn - 2 : width, paint);
    const lines = beside
      ? joined(
          left,
          wrapText(hint, width - hintColumn).map((line) => theme.dim(line)),
          hintColumn,
        )
      : [...left, ...(hint === "" ? [] : hanging(" ".repeat(prefix.length + 2), hint, width, theme.dim))];
    return lines.map((line, index) => (index === 0 && isCurrent ? theme.accent(CURSOR) : MARGIN) + line);
  });
}

/** The parts of a prompt, from top to bottom; an empty line is put between them where there is room. */
export type Parts = {
  readonly head: readonly string[];
  /** One array for each option; only as many are shown as fit. */
  readonly options: readonly (readonly string[])[];
  readonly cursor: number;
  /** Below the options, such as a text field. */
  readonly below?: readonly string[];
  readonly foot: readonly string[];
};

/**
 * Fits the parts into the rows: first the empty lines go, then the options far from the cursor, then the head but for its
 * beginning, then the foot. The option under the cursor is always there.
 */
export function fitted(parts: Parts, size: Size): string[] {
  const { options, cursor } = parts;
  const below = parts.below ?? [];
  const all = [parts.head, options.flat(), below, parts.foot].filter((part) => part.length > 0);
  const airy = all.flatMap((part, index) => (index === 0 ? part : ["", ...part]));
  if (airy.length <= size.rows) return airy.map((line) => cutText(line, size.columns));

  const least = (options[cursor] ?? []).length + below.length;
  const foot = size.rows - least - Math.min(2, parts.head.length) >= parts.foot.length ? parts.foot : [];
  const left = size.rows - below.length - foot.length;
  const head = atMost(parts.head, Math.max(left - options.flat().length, Math.min(3, left - least)));
  const rows = around(options, cursor, left - head.length);
  return [...head, ...rows, ...below, ...foot].slice(0, size.rows).map((line) => cutText(line, size.columns));
}

/** The options around the cursor that have room in `rows` lines, in order. */
function around(options: readonly (readonly string[])[], cursor: number, rows: number): string[] {
  let from = cursor;
  let to = cursor + 1;
  let left = rows - (options[cursor]?.length ?? 0);
  for (;;) {
    const after = options[to]?.length;
    const before = options[from - 1]?.length;
    if (after !== undefined && after <= left) {
      left -= after;
      to += 1;
    } else if (before !== undefined && before <= left) {
      left -= before;
      from -= 1;
    } else return options.slice(from, to).flat().slice(0, Math.max(1, rows));
  }
}

/** Wraps behind a first prefix, with blanks as wide as it before further lines; each line is styled by itself. */
export function hanging(prefix: string, text: string, columns: number, style: Style = plain): string[] {
  const indent = cells(prefix);
  return wrapText(text, columns - indent).map(
    (line, index) => (index === 0 ? prefix : " ".repeat(indent)) + style(line),
  );
}

function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - cells(text)));
}

/** At most `count` lines, the last saying that some are missing. */
function atMost(lines: readonly string[], count: number): readonly string[] {
  if (lines.length <= count) return lines;
  return count <= 0 ? [] : [...lines.slice(0, count - 1), `${MARGIN}…`];
}

function isLong(text: string, hintColumn: number): boolean {
  return cells(text) > hintColumn - 2;
}

function joined(left: readonly string[], right: readonly string[], column: number): string[] {
  const count = Math.max(left.length, right.length);
  return Array.from({ length: count }, (_, row) => `${padded(left[row] ?? "", column)}${right[row] ?? ""}`);
}

function plain(text: string): string {
  return text;
}
