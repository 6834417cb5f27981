// The composer as lines: the text with its cursor, and below it a popup, the shortcuts, a search or a hint (tui.md 2, 3, 7.2).

import type { Editor } from "../editor/editor";
import { cellWidth, cutToWidth, shown } from "../editor/graphemes";
import { cellsOf, placeOf, type Layout, type Row } from "../editor/layout";
import type { VimMode } from "../editor/vim";
import type { Keymap } from "../keymap/keymap";
import type { Theme } from "../terminal/theme";
import type { Situation } from "./actions";
import type { HistorySearch } from "./history-search";
import { popupLines } from "./popup-lines";
import type { PopupView } from "./popup";
import { shortcutLines } from "./shortcuts";

export type ComposerView = {
  readonly editor: Editor;
  readonly popup: PopupView | undefined;
  readonly search: HistorySearch | undefined;
  readonly top: number;
  readonly shortcutsShown: boolean;
  readonly escapePrimed: boolean;
  /** Which hint an empty composer shows; any number. */
  readonly hint: number;
  /** Undefined without vim's keys. */
  readonly vimMode: VimMode | undefined;
  readonly keymap: Keymap;
  readonly isWsl: boolean;
  readonly hasKeymapCommand: boolean;
};

export type Rendered = {
  readonly lines: readonly string[];
  /** The first row of the text that is shown: to be given back as `top`, so that the text moves no more than it must. */
  readonly top: number;
  readonly cursor: { readonly row: number; readonly column: number };
};

/** Cells before the text, for the prompt mark. */
const MARGIN = 2;
/** Unless the situation says how many lines there are. */
const ROWS = 24;
const HINTS = [
  "Explain this codebase",
  "Summarize recent commits",
  "Implement {feature}",
  "Find and fix a bug in @filename",
  "Write tests for @filename",
  "Improve documentation in @filename",
  "Run /review on my current changes",
  "Use /skills to list available skills",
] as const;

/** Cells of a row of text; one more stays free for the cursor, or for a blank at the end. */
export function textWidth(columns: number): number {
  return Math.max(1, columns - MARGIN - 1);
}

/** Lines at most `columns` wide, at most `situation.rows` of them if there are more than two. */
export function renderComposer(
  view: ComposerView,
  columns: number,
  theme: Theme,
  situation: Situation,
): Rendered {
  const rows = Math.max(1, situation.rows ?? ROWS);
  const roomBelow = Math.max(0, rows - 2);
  const below = linesBelow(view, { columns, height: roomBelow, theme }, situation);
  const shownBelow = below.lines.slice(0, roomBelow);
  const layout = view.editor.layout(textWidth(columns));
  const cursor = placeOf(layout, view.editor.cursor());
  const height = Math.max(1, rows - shownBelow.length - (shownBelow.length > 0 ? 1 : 0));
  const lowest = Math.min(view.top, cursor.row, Math.max(0, layout.rows.length - height));
  const first = Math.max(lowest, cursor.row - height + 1);
  const text = layout.rows.slice(first, first + height);
  const lines = text.map(
    (row, index) => prefix(view, theme, first + index) + rowText(view, layout, row, theme),
  );
  const gap = shownBelow.length > 0 && rows > text.length + shownBelow.length ? [""] : [];
  const all = [...lines, ...gap, ...shownBelow];
  if (below.cursor !== undefined && shownBelow.length > 0) {
    return {
      lines: all,
      top: first,
      cursor: { row: lines.length + gap.length, column: Math.min(below.cursor, columns - 1) },
    };
  }
  const column = Math.min(MARGIN + cursor.column, Math.max(0, columns - 1));
  return { lines: all, top: first, cursor: { row: cursor.row - first, column } };
}

function prefix(view: ComposerView, theme: Theme, row: number): string {
  if (row > 0) return " ".repeat(MARGIN);
  return view.editor.isShell() ? `${theme.shell("!")} ` : `${theme.bold("›")} `;
}

function rowText(view: ComposerView, layout: Layout, row: Row, theme: Theme): string {
  if (layout.text === "") {
    if (view.editor.isShell()) return "";
    const hint = HINTS[view.hint % HINTS.length] ?? HINTS[0];
    return theme.placeholder(cutToWidth(hint, layout.width));
  }
  let line = "";
  for (const cell of cellsOf(layout, row)) line += cell.isLabel ? theme.accent(cell.text) : cell.text;
  return line;
}

type Below = { readonly lines: readonly string[]; readonly cursor?: number };

type Room = { readonly columns: number; readonly height: number; readonly theme: Theme };

function linesBelow(view: ComposerView, room: Room, situation: Situation): Below {
  const { columns, theme } = room;
  if (view.search !== undefined) return searchLine(view.search, columns, theme);
  if (view.popup !== undefined) return { lines: popupLines(view.popup, room) };
  if (view.shortcutsShown) {
    const { running, distinguishesKeys = false } = situation;
    const { isWsl, hasKeymapCommand, keymap } = view;
    const told = { running, distinguishesKeys, isWsl, hasKeymapCommand };
    return { lines: shortcutLines(keymap, columns, theme, told) };
  }
  const hint = hintFor(view, situation.running);
  if (hint !== undefined) return { lines: [hintLine(hint, room, situation.right ?? "")] };
  if (view.vimMode === undefined) return { lines: situation.footer === undefined ? [] : [situation.footer] };
  const mode = theme.dim(view.vimMode === "normal" ? "-- NORMAL --" : "-- INSERT --");
  return { lines: [withRight(situation.footer ?? "", room, mode)] };
}

function hintLine(hint: string, room: Room, right: string): string {
  return withRight(room.theme.dim(cutToWidth(`  ${hint}`, room.columns)), room, right);
}

/** What stands at the right edge goes first where there is no room for both. */
function withRight(left: string, { columns }: Room, right: string): string {
  const gap = columns - Bun.stringWidth(left) - Bun.stringWidth(right) - 1;
  return left + (right !== "" && gap > 1 ? " ".repeat(gap) + right : "");
}

function hintFor(view: ComposerView, running: boolean): string | undefined {
  if (view.escapePrimed) return "esc again to edit previous message";
  if (view.editor.isShell()) return "Shell mode: runs in your shell, outside the sandbox · esc to leave";
  const queueKey = view.keymap.keysFor("app", "composer.queue")[0];
  const hasText = view.editor.text().trim() !== "";
  return running && hasText && queueKey !== undefined ? `${queueKey} to queue message` : undefined;
}

function searchLine(search: HistorySearch, columns: number, theme: Theme): Below {
  const label = "reverse-i-search: ";
  const query = shown(search.query());
  const rest = search.failed() ? "  no match · esc cancel" : "  enter accept · esc cancel";
  const plain = `  ${label}${query}`;
  const fits = cellWidth(plain) + cellWidth(rest) <= columns;
  const line = cutToWidth(plain, columns);
  return {
    lines: [fits ? `  ${theme.dim(label)}${query}${theme.dim(rest)}` : line],
    cursor: cellWidth(line),
  };
}
