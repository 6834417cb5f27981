// Knows which live lines the terminal shows and where its cursor is; makes the shortest text that changes them.

import type { TerminalSize } from "./tty";

/** A cell of the live lines: `row` from 0 counts the given lines, `column` from 0 counts cells. */
export type CursorPlace = { readonly row: number; readonly column: number };

export type Frame = { readonly lines: readonly string[]; readonly cursor: CursorPlace | undefined };

export type Painter = {
  /** Puts `printed` (finished lines, or "") above the live lines and replaces those. "" when nothing changes. */
  readonly paint: (printed: string, frame: Frame) => string;
  /** Takes the live lines away; the cursor is where the first one began. */
  readonly erase: () => string;
  /** The terminal has another size: it may have wrapped the live lines anew. */
  readonly resize: (size: TerminalSize) => void;
  /** Somebody else has written, and left the cursor at the beginning of a line: nothing of ours is live. */
  readonly forget: () => void;
};

const BEGIN = "\x1b[?2026h\x1b[?25l";
const END = "\x1b[?2026l";
const SHOW_CURSOR = "\x1b[?25h";
/** A line that the terminal finds wider than we do must not become two. */
const NO_WRAP = "\x1b[?7l";
const WRAP = "\x1b[?7h";
const ERASE_LINE = "\x1b[K";
const ERASE_BELOW = "\x1b[J";
const NO_STYLE = "\x1b[0m";

/** @param rewraps whether the terminal wraps lines anew when it gets narrower, as all but a few do */
export function createPainter(initial: TerminalSize, rewraps: boolean): Painter {
  let size = initial;
  let shown: readonly string[] = [];
  let cursor: CursorPlace | undefined;
  /** Where the terminal's cursor is, in rows below the first live line, and in which column. */
  let at: CursorPlace = { row: 0, column: 0 };
  /** The live lines may not be what we think; they are painted anew as a whole. */
  let doubtful = false;

  const toTop = () => `${at.row > 0 ? `\x1b[${at.row}A` : ""}\r`;

  const placeCursor = (row: number): string => {
    if (cursor === undefined) return "";
    const column = Math.min(cursor.column, size.columns - 1);
    const text = `${moveRows(cursor.row - row)}\x1b[${column + 1}G${SHOW_CURSOR}`;
    at = { row: cursor.row, column };
    return text;
  };

  const all = (printed: string, lines: readonly string[]): string => {
    const head = `${toTop()}${ERASE_BELOW}${withLineEnds(printed)}`;
    at = { row: Math.max(lines.length - 1, 0), column: widthOf(lines.at(-1)) };
    return `${head}${NO_WRAP}${lines.map((line) => line + NO_STYLE).join("\r\n")}${WRAP}`;
  };

  /** Only what differs, line by line. */
  const changes = (lines: readonly string[]): string => {
    let { row } = at;
    let text = "";
    const go = (target: number) => {
      const last = Math.max(shown.length - 1, row);
      if (target <= last) text += `${moveRows(target - row)}\r`;
      else text += `${moveRows(last - row)}${"\r\n".repeat(target - last)}`;
      row = target;
    };
    lines.forEach((line, index) => {
      if (line === shown[index]) return;
      go(index);
      text += `${ERASE_LINE}${line}${NO_STYLE}`;
      at = { row, column: widthOf(line) };
    });
    if (lines.length < shown.length) {
      go(lines.length);
      text += ERASE_BELOW;
      at = { row, column: 0 };
      if (lines.length > 0) {
        go(lines.length - 1);
        at = { row, column: 0 };
      }
    }
    return `${NO_WRAP}${text}${WRAP}`;
  };

  return {
    paint: (printed, frame) => {
      const window = visible(frame, size);
      const same = !doubtful && sameLines(window.lines, shown);
      if (printed === "" && same && samePlace(window.cursor, cursor)) return "";
      cursor = window.cursor;
      let text = "";
      if (printed !== "" || doubtful) text = all(printed, window.lines);
      else if (!same) text = changes(window.lines);
      shown = window.lines;
      doubtful = false;
      return `${BEGIN}${text}${placeCursor(at.row)}${END}`;
    },
    erase: () => {
      const text = `${toTop()}${ERASE_BELOW}${SHOW_CURSOR}`;
      shown = [];
      cursor = undefined;
      at = { row: 0, column: 0 };
      doubtful = false;
      return text;
    },
    resize: (next) => {
      if (rewraps && next.columns < size.columns) {
        const rows = shown
          .slice(0, at.row)
          .reduce((sum, line) => sum + rowsOf(widthOf(line), next.columns), 0);
        at = { row: rows + Math.floor(at.column / next.columns), column: at.column % next.columns };
      }
      at = { ...at, row: Math.min(at.row, next.rows - 1) };
      size = next;
      doubtful = shown.length > 0;
    },
    forget: () => {
      shown = [];
      cursor = undefined;
      at = { row: 0, column: 0 };
      doubtful = false;
    },
  };
}

/** As many of the last lines as fit below one finished line, always the one with the cursor, none wider than the terminal. */
function visible({ lines, cursor }: Frame, { columns, rows }: TerminalSize): Frame {
  const most = Math.max(rows - 1, 1);
  const start = Math.min(Math.max(lines.length - most, 0), cursor?.row ?? lines.length);
  return {
    lines: lines.slice(start, start + most).map((line) => fitted(line, columns)),
    cursor: cursor === undefined ? undefined : { row: cursor.row - start, column: cursor.column },
  };
}

function fitted(line: string, columns: number): string {
  const oneLine = line.replace(/\t/g, "    ").replace(/[\r\n]/g, "");
  return Bun.stringWidth(oneLine) <= columns ? oneLine : Bun.sliceAnsi(oneLine, 0, columns);
}

function withLineEnds(printed: string): string {
  if (printed === "") return "";
  const ended = printed.endsWith("\n") ? printed : `${printed}\n`;
  return ended.replace(/\r?\n/g, "\r\n") + NO_STYLE;
}

function moveRows(rows: number): string {
  if (rows === 0) return "";
  return rows < 0 ? `\x1b[${-rows}A` : `\x1b[${rows}B`;
}

function rowsOf(width: number, columns: number): number {
  return Math.max(Math.ceil(width / columns), 1);
}

function widthOf(line: string | undefined): number {
  return line === undefined ? 0 : Bun.stringWidth(line);
}

function sameLines(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((line, index) => line === b[index]);
}

function samePlace(a: CursorPlace | undefined, b: CursorPlace | undefined): boolean {
  return a?.row === b?.row && a?.column === b?.column;
}
