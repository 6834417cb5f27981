// What the editing keys do to a text with a cursor: emacs keys, word moves, killing (tui.md 2, 4).

import { nextBreak, nextWord, onBreak, previousBreak, previousWord } from "./graphemes";

/** `cursor` is an offset between characters. */
export type EditText = { readonly text: string; readonly cursor: number };

export const NO_TEXT: EditText = { text: "", cursor: 0 };

/** Moves the cursor; vertical moves are not here since they depend on how the text is laid out. */
export const MOVES = {
  move_left: ({ text, cursor }) => (cursor > 0 ? previousBreak(text, cursor) : 0),
  move_right: ({ text, cursor }) => (cursor < text.length ? nextBreak(text, cursor) : cursor),
  move_word_left: ({ text, cursor }) => previousWord(text, cursor),
  move_word_right: ({ text, cursor }) => nextWord(text, cursor),
  move_line_start: lineStart,
  move_line_end: lineEnd,
} as const satisfies Readonly<Record<string, (place: EditText) => number>>;

/** What is deleted, as the other end of the range that begins or ends at the cursor. */
export const DELETIONS = {
  delete_backward: MOVES.move_left,
  delete_forward: MOVES.move_right,
} as const satisfies Readonly<Record<string, (place: EditText) => number>>;

/** As deletions, but what is deleted can be yanked. At the end of a line the line end itself goes. */
export const KILLS = {
  delete_backward_word: MOVES.move_word_left,
  delete_forward_word: MOVES.move_word_right,
  kill_line_start: (place) => {
    const start = lineStart(place);
    return start < place.cursor ? start : Math.max(0, place.cursor - 1);
  },
  kill_line_end: (place) => {
    const end = lineEnd(place);
    return end > place.cursor ? end : Math.min(place.text.length, place.cursor + 1);
  },
} as const satisfies Readonly<Record<string, (place: EditText) => number>>;

/** Puts `text` in place of a range; the cursor goes behind it. */
export function replaceRange(place: EditText, start: number, end: number, text: string): EditText {
  const before = place.text.slice(0, start) + text;
  const whole = before + place.text.slice(end);
  // What was put in may have become one character with what follows, an accent for instance.
  const cursor = onBreak(whole, before.length);
  return { text: whole, cursor: cursor < before.length ? nextBreak(whole, cursor) : cursor };
}

/** The range of the whole line around the cursor, with its line end. */
export function wholeLine(place: EditText): readonly [start: number, end: number] {
  return [lineStart(place), Math.min(place.text.length, lineEnd(place) + 1)];
}

function lineStart({ text, cursor }: EditText): number {
  return cursor === 0 ? 0 : text.lastIndexOf("\n", cursor - 1) + 1;
}

function lineEnd({ text, cursor }: EditText): number {
  const newline = text.indexOf("\n", cursor);
  return newline < 0 ? text.length : newline;
}
