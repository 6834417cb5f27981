// Where vim's motions lead, and what its text objects enclose (tui.md 2.2).

import { MOVES, type EditText } from "./edits";
import { nextBreak, nextWord, previousBreak, previousWord } from "./graphemes";

/** A range of the text; `lines` when whole lines are meant. */
export type Span = { readonly start: number; readonly end: number; readonly lines: boolean };

/** Motions within the text; `j` and `k` depend on how it is laid out. */
export const MOTIONS: ReadonlyMap<string, (place: EditText) => number> = new Map([
  ["h", left],
  ["left", left],
  ["l", right],
  ["right", right],
  ["w", nextWordStart],
  ["b", MOVES.move_word_left],
  ["e", wordEnd],
  ["0", MOVES.move_line_start],
  ["home", MOVES.move_line_start],
  ["$", MOVES.move_line_end],
  ["end", MOVES.move_line_end],
]);

/** What an operator takes with a motion; undefined for a key that is none. */
export function spanOfMotion(key: string, place: EditText): Span | undefined {
  const { text, cursor } = place;
  if (key === "j" || key === "down") return linesBetween(text, cursor, MOVES.move_line_end(place) + 1);
  if (key === "k" || key === "up") return linesBetween(text, MOVES.move_line_start(place) - 1, cursor);
  const target = MOTIONS.get(key)?.(place);
  if (target === undefined) return undefined;
  // `e` stands on the last character it takes.
  const end = key === "e" ? nextOrEnd(text, target) : target;
  return { start: Math.min(cursor, end), end: Math.max(cursor, end), lines: false };
}

/** The character that the cursor stands on; empty at the end of a line. */
export function underCursor({ text, cursor }: EditText): Span {
  return { start: cursor, end: right({ text, cursor }), lines: false };
}

export function restOfLine({ text, cursor }: EditText): Span {
  return { start: cursor, end: lineEnd(text, cursor), lines: false };
}

/** The lines that two offsets are in, with the line end of the last. */
export function linesBetween(text: string, from: number, to: number): Span {
  const start = MOVES.move_line_start({ text, cursor: Math.max(0, from) });
  const end = lineEnd(text, Math.min(text.length, to));
  return { start, end: Math.min(text.length, end + 1), lines: true };
}

const PAIRS: ReadonlyMap<string, readonly [open: string, close: string]> = new Map(
  (["()b", "[]", "{}B"] as const).flatMap((keys) =>
    [...keys].map((key) => [key, [keys.charAt(0), keys.charAt(1)]] as const),
  ),
);

/** What `i` or `a` with a key encloses around the cursor; undefined when there is nothing such. */
export function textObject(around: "i" | "a", key: string, { text, cursor }: EditText): Span | undefined {
  const pair = PAIRS.get(key);
  const inner =
    key === "w" || key === "W"
      ? wordAround(text, cursor, key === "W")
      : pair !== undefined
        ? between(text, cursor, ...pair)
        : `"'\``.includes(key)
          ? quoted(text, cursor, key)
          : undefined;
  if (inner === undefined || around === "i") return inner;
  if (key !== "w" && key !== "W") return { ...inner, start: inner.start - 1, end: inner.end + 1 };
  const after = /^[ \t]*/.exec(text.slice(inner.end))?.[0].length ?? 0;
  const before =
    after > 0 ? 0 : (/[ \t]*$/.exec(text.slice(lineStart(text, cursor), inner.start))?.[0].length ?? 0);
  return { ...inner, start: inner.start - before, end: inner.end + after };
}

/** In normal mode the cursor stands on a character: at the end of a line that has any, on its last. */
export function onCharacter({ text, cursor }: EditText): number {
  const isAtEnd = cursor === lineEnd(text, cursor) && cursor > lineStart(text, cursor);
  return isAtEnd ? previousBreak(text, cursor) : cursor;
}

function left({ text, cursor }: EditText): number {
  return cursor > lineStart(text, cursor) ? previousBreak(text, cursor) : cursor;
}

function right({ text, cursor }: EditText): number {
  return cursor < lineEnd(text, cursor) ? nextBreak(text, cursor) : cursor;
}

function nextWordStart({ text, cursor }: EditText): number {
  const isOnBlank = /^\s/.test(text.slice(cursor, cursor + 1));
  let at = isOnBlank ? cursor : nextWord(text, cursor);
  while (/^\s$/.test(text.charAt(at))) at += 1;
  return at;
}

function wordEnd({ text, cursor }: EditText): number {
  const end = nextWord(text, nextOrEnd(text, cursor));
  return end > 0 ? previousBreak(text, end) : 0;
}

function wordAround(text: string, cursor: number, isBig: boolean): Span | undefined {
  if (cursor >= text.length) return undefined;
  if (isBig || /^\s/.test(text.slice(cursor))) {
    const same = /^\s/.test(text.slice(cursor, cursor + 1)) ? /[^\S\n]/ : /\S/;
    let [start, end] = [cursor, cursor];
    while (start > 0 && same.test(text.charAt(start - 1))) start -= 1;
    while (end < text.length && same.test(text.charAt(end))) end += 1;
    return { start, end, lines: false };
  }
  const start = previousWord(text, nextOrEnd(text, cursor));
  return { start, end: nextWord(text, start), lines: false };
}

/** Between the nearest brackets that enclose the cursor, or stand under it. */
function between(text: string, cursor: number, open: string, close: string): Span | undefined {
  let depth = 0;
  let start = text.charAt(cursor) === close ? cursor - 1 : cursor;
  for (; start >= 0; start--) {
    const character = text.charAt(start);
    if (character === close) depth += 1;
    if (character === open && depth-- === 0) break;
  }
  if (start < 0) return undefined;
  depth = 0;
  for (let end = start + 1; end < text.length; end++) {
    const character = text.charAt(end);
    if (character === open) depth += 1;
    if (character === close && depth-- === 0) return { start: start + 1, end, lines: false };
  }
  return undefined;
}

/** Between two quotes of the line: those around the cursor, else the next ones. */
function quoted(text: string, cursor: number, quote: string): Span | undefined {
  const from = lineStart(text, cursor);
  const to = lineEnd(text, cursor);
  const places: number[] = [];
  for (let at = from; at < to; at++) if (text.charAt(at) === quote) places.push(at);
  for (let n = 0; n + 1 < places.length; n += 2) {
    const [open = 0, close = 0] = [places[n], places[n + 1]];
    if (close >= cursor) return { start: open + 1, end: close, lines: false };
  }
  return undefined;
}

function nextOrEnd(text: string, at: number): number {
  return at < text.length ? nextBreak(text, at) : at;
}

function lineStart(text: string, cursor: number): number {
  return MOVES.move_line_start({ text, cursor });
}

function lineEnd(text: string, cursor: number): number {
  return MOVES.move_line_end({ text, cursor });
}
