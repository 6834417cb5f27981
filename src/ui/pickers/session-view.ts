// Draws the session picker: search, filters, the rows that there is room for, and the keys (tui.md 6.3).

import type { Theme } from "../terminal/theme";
import { cells, cutMiddle, cutText } from "../text/wrap";
import { shortPath } from "../text/short-path";
import { fieldLine } from "../questions/field-view";
import type { Field, Size } from "../questions/prompt";
import { visibleLine } from "../questions/visible";
import type { SessionRow } from "./session-list";

export type Density = "comfortable" | "dense";
export type Focus = "search" | "filter" | "sort";

export type PickerState = {
  readonly rows: readonly SessionRow[];
  readonly cursor: number;
  readonly focus: Focus;
  readonly filter: "cwd" | "all";
  readonly sortBy: "updated" | "created";
  readonly density: Density;
  /** Id, folder and times of the row under the cursor. */
  readonly isExpanded: boolean;
  /** Lines of the session under the cursor, in place of the list. */
  readonly preview: readonly string[] | undefined;
  readonly found: number;
  readonly isComplete: boolean;
  readonly damaged: number;
};

export type PickerTexts = {
  readonly title: string;
  /** What Enter and Esc do. */
  readonly enter: string;
  readonly escape: string;
};

const MARGIN = "  ";
const CURSOR = "❯ ";
const AGE_CELLS = 10;
const LEAST_ROWS = 3;

/** At most `size.rows` lines. Pure but for the clock that is handed in. */
export function pickerView(
  state: PickerState,
  texts: PickerTexts,
  size: Size,
  field: Field,
  theme: Theme,
  now: Date,
): string[] {
  const { columns, rows } = size;
  const head = [
    ` ${theme.bold(texts.title)}`,
    "",
    ` ${searchAndFilters(state, columns - 1, field, theme)}`,
    "",
  ];
  const foot = [rule(state, columns, theme), ...keyLines(state, texts, theme)];
  const room = rows - head.length - foot.length;
  if (room >= LEAST_ROWS) {
    const body = state.preview?.slice(-room) ?? bodyLines(state, { columns, rows: room }, theme, now);
    return [...head, ...body, ...foot].map((line) => cutText(line, columns));
  }
  const search =
    rows > 1 ? [` ${fieldLine(field, columns - 1, theme, { placeholder: "Type to search" })}`] : [];
  const body = bodyLines(state, { columns, rows: rows - search.length }, theme, now);
  return [...search, ...body].map((line) => cutText(line, columns));
}

/** The rows around the cursor, as many as fit. */
function bodyLines(state: PickerState, size: Size, theme: Theme, now: Date): string[] {
  if (state.rows.length === 0) {
    return [MARGIN + theme.dim(state.isComplete ? "no sessions found" : "looking for sessions …")];
  }
  const perRow = state.density === "comfortable" && size.rows >= 2 * LEAST_ROWS ? 2 : 1;
  const details = state.isExpanded ? detailLines(state.rows[state.cursor], size.columns, theme) : [];
  const count = Math.max(1, Math.floor((size.rows - details.length) / perRow));
  const first = Math.max(0, Math.min(state.cursor - Math.floor(count / 2), state.rows.length - count));
  return state.rows
    .slice(first, first + count)
    .flatMap((row, index) => {
      const isCurrent = first + index === state.cursor;
      const mark = isCurrent ? theme.accent(CURSOR) : MARGIN;
      const age = ageText(state.sortBy === "created" ? row.createdAt : row.updatedAt, now);
      const start = `${MARGIN}${mark}${theme.dim(age.padEnd(AGE_CELLS))}  `;
      const room = Math.max(1, size.columns - cells(start));
      const title = cutText(row.title, room);
      const lines = [start + (isCurrent ? theme.selected(title) : title)];
      if (perRow === 2) lines.push(" ".repeat(cells(start)) + theme.dim(cutText(placeText(row), room)));
      return isCurrent ? [...lines, ...details] : lines;
    })
    .slice(0, size.rows);
}

function placeText({ branch, cwd }: SessionRow): string {
  return [...(branch === undefined ? [] : [branch]), shortPath(cwd)].join(" · ");
}

function detailLines(row: SessionRow | undefined, columns: number, theme: Theme): string[] {
  if (row === undefined) return [];
  const lines = [
    `id       ${row.id}`,
    `folder   ${shortPath(row.cwd)}`,
    ...(row.branch === undefined ? [] : [`branch   ${row.branch}`]),
    ...(row.provider === null ? [] : [`provider ${visibleLine(row.provider)}`]),
    `created  ${row.createdAt.toLocaleString("sv")}`,
    `updated  ${row.updatedAt.toLocaleString("sv")}`,
  ];
  return lines.map((line) => `      ${theme.dim(cutMiddle(line, Math.max(1, columns - 6)))}`);
}

function searchAndFilters(state: PickerState, columns: number, field: Field, theme: Theme): string {
  const options = [
    toggle(
      "Filter",
      [
        ["cwd", "Cwd"],
        ["all", "All"],
      ],
      state.filter,
      state.focus === "filter",
      theme,
    ),
    toggle(
      "Sort",
      [
        ["updated", "Updated"],
        ["created", "Created"],
      ],
      state.sortBy,
      state.focus === "sort",
      theme,
    ),
  ].join("    ");
  const room = columns - cells(options) - 2;
  if (room < 16) return fieldLine(field, columns, theme, { placeholder: "Type to search" });
  const search = fieldLine(field, room, theme, { placeholder: "Type to search" });
  return `${search}${" ".repeat(Math.max(2, columns - cells(search) - cells(options)))}${options}`;
}

function toggle<T extends string>(
  name: string,
  options: readonly (readonly [T, string])[],
  chosen: T,
  hasFocus: boolean,
  theme: Theme,
): string {
  const words = options.map(([value, word]) => (value === chosen ? `[${word}]` : word)).join(" ");
  return `${hasFocus ? theme.selected(`${name}:`) : theme.dim(`${name}:`)} ${words}`;
}

/** `──── 3 / 120 · 2% ─` and what could not be read. */
function rule(state: PickerState, columns: number, theme: Theme): string {
  const at = state.rows.length === 0 ? 0 : state.cursor + 1;
  const share = state.rows.length === 0 ? 100 : Math.round((at / state.rows.length) * 100);
  const count = `${at} / ${state.rows.length}${state.isComplete ? "" : "+"} · ${share}%`;
  const damaged =
    state.damaged === 0
      ? ""
      : ` ${state.damaged} damaged ${state.damaged === 1 ? "session" : "sessions"} left out `;
  const fill = columns - cells(count) - cells(damaged) - 4;
  return theme.dim("─") + theme.warning(damaged) + theme.dim(`${"─".repeat(Math.max(0, fill))} ${count} ─`);
}

function keyLines({ density, preview, isExpanded }: PickerState, texts: PickerTexts, theme: Theme): string[] {
  return [
    ` enter ${texts.enter}   esc ${texts.escape}   ctrl+c quit   tab focus   ←/→ option`,
    ` ctrl+o ${density === "dense" ? "comfy" : "dense"}   ctrl+t ${preview === undefined ? "preview" : "list"}   ctrl+e ${isExpanded ? "less" : "exp"}   ↑/↓ browse`,
  ].map((line) => theme.dim(line));
}

/** `just now`, `5m ago`, `3h ago`, `2d ago`, and the date after a month. */
export function ageText(time: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - time.getTime()) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes}m ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}h ago`;
  const days = Math.floor(minutes / (24 * 60));
  return days <= 30 ? `${days}d ago` : time.toLocaleDateString("sv");
}
