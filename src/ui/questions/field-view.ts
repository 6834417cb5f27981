// Draws a text field of one line: its cursor, its placeholder, and the part that there is room for.

import type { Theme } from "../terminal/theme";
import { cells } from "../text/wrap";
import type { Field } from "./prompt";

export type FieldStyle = {
  readonly placeholder?: string;
  /** What is typed is not shown. */
  readonly isSecret?: boolean;
};

const SECRET = "•";
const GRAPHEMES = new Intl.Segmenter();

/** At most `columns` cells; the cursor is a cell in reverse. A text that is too long is shown around the cursor. */
export function fieldLine(field: Field, columns: number, theme: Theme, style: FieldStyle = {}): string {
  if (field.text === "") return theme.inverse(" ") + theme.placeholder(style.placeholder ?? "");
  const show = (text: string) =>
    style.isSecret === true ? SECRET.repeat([...GRAPHEMES.segment(text)].length) : text;
  const before = show(field.text.slice(0, field.cursor));
  const at = show([...GRAPHEMES.segment(field.text.slice(field.cursor))][0]?.segment ?? "");
  const rest = field.text.slice(field.cursor).slice(style.isSecret === true ? 1 : at.length);
  const after = rest === "" ? "" : show(rest);
  const cursor = at === "" ? " " : at;
  const room = Math.max(1, columns - cells(cursor));
  const shownBefore = Math.min(cells(before), Math.max(room - cells(after), Math.floor(room * 0.75)));
  const head = cells(before) > shownBefore ? Bun.sliceAnsi(before, cells(before) - shownBefore) : before;
  return head + theme.inverse(cursor) + Bun.sliceAnsi(after, 0, Math.max(0, room - cells(head)));
}
