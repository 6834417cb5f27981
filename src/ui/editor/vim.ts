// Vim's way of editing: a mode in which letters are commands, operators with motions and text objects (tui.md 2.2).

import type { Editor } from "./editor";
import {
  linesBetween,
  MOTIONS,
  onCharacter,
  restOfLine,
  spanOfMotion,
  textObject,
  underCursor,
  type Span,
} from "./vim-motions";

export type VimMode = "insert" | "normal";

/** `taken`: done. `passed`: the key means what it means without vim. */
export type VimPress = "taken" | "passed" | "move_up" | "move_down";

export type Vim = {
  readonly mode: () => VimMode;
  /** A key without Ctrl or Alt: its name, or the character that it types. */
  readonly press: (key: string) => VimPress;
  /** Something new is to be written: after sending, for instance. The mode stays. */
  readonly reset: () => void;
};

type Operator = "d" | "y" | "c";

export function createVim(editor: Editor, start: VimMode): Vim {
  let mode = start;
  let operator: Operator | undefined;
  let object: "i" | "a" | undefined;

  const place = () => ({ text: editor.text(), cursor: editor.cursor() });
  const settle = () => editor.moveTo(onCharacter(place()));
  const insertAt = (offset: number) => {
    editor.moveTo(offset);
    mode = "insert";
  };
  const forget = () => {
    operator = undefined;
    object = undefined;
  };

  const operate = (by: Operator, span: Span): void => {
    const { start, end, lines } = span;
    if (by === "y") {
      editor.copy(start, end);
      editor.moveTo(lines ? editor.cursor() : start);
    } else if (by === "c") {
      const hasLineEnd = lines && editor.text().charAt(end - 1) === "\n";
      editor.cut(start, hasLineEnd ? end - 1 : end);
      mode = "insert";
    } else {
      // The last line goes with the line end before it.
      const isLast = lines && end === editor.text().length && editor.text().charAt(end - 1) !== "\n";
      editor.cut(isLast ? Math.max(0, start - 1) : start, end);
      if (isLast) editor.apply("move_line_start");
    }
    if (mode === "normal") settle();
  };

  const put = (): void => {
    const text = editor.killed();
    const { cursor } = place();
    const isLines = text.length > 1 && (text.endsWith("\n") || text.startsWith("\n"));
    if (text === "") return;
    if (isLines) {
      editor.apply("move_line_end");
      const at = editor.cursor();
      editor.insert(`\n${text.replace(/^\n|\n$/g, "")}`);
      editor.moveTo(at + 1);
    } else {
      const isOnCharacter = cursor < editor.text().length && editor.text().charAt(cursor) !== "\n";
      if (isOnCharacter) editor.apply("move_right");
      editor.insert(text);
      editor.apply("move_left");
    }
    settle();
  };

  const openLine = (way: "above" | "below"): void => {
    editor.apply(way === "above" ? "move_line_start" : "move_line_end");
    editor.apply("insert_newline");
    if (way === "above") editor.apply("move_left");
    mode = "insert";
  };

  const pending = (key: string, by: Operator): void => {
    if (object !== undefined) {
      const span = textObject(object, key, place());
      forget();
      if (span !== undefined) operate(by, span);
      return;
    }
    if (key === "i" || key === "a") {
      object = key;
      return;
    }
    const { text, cursor } = place();
    // `cw` leaves the blanks behind the word.
    const motion = by === "c" && key === "w" && /^\S/.test(text.slice(cursor)) ? "e" : key;
    const span = key === by ? linesBetween(text, cursor, cursor) : spanOfMotion(motion, place());
    forget();
    if (span !== undefined) operate(by, span);
  };

  const command = (key: string): VimPress => {
    const now = place();
    const motion = MOTIONS.get(key);
    if (motion !== undefined) {
      editor.moveTo(motion(now));
      settle();
      return "taken";
    }
    switch (key) {
      case "d":
      case "y":
      case "c":
        operator = key;
        return "taken";
      case "j":
      case "down":
        return "move_down";
      case "k":
      case "up":
        return "move_up";
      case "x":
      case "delete":
        operate("d", underCursor(now));
        return "taken";
      case "s":
        operate("c", underCursor(now));
        return "taken";
      case "D":
      case "C":
        operate(key === "D" ? "d" : "c", restOfLine(now));
        return "taken";
      case "Y":
        operate("y", linesBetween(now.text, now.cursor, now.cursor));
        return "taken";
      case "p":
        put();
        return "taken";
      case "u":
        editor.undo();
        settle();
        return "taken";
      case "i":
      case "insert":
        mode = "insert";
        return "taken";
      case "a":
        insertAt(underCursor(now).end);
        return "taken";
      case "I":
        editor.apply("move_line_start");
        mode = "insert";
        return "taken";
      case "A":
        editor.apply("move_line_end");
        mode = "insert";
        return "taken";
      case "o":
        openLine("below");
        return "taken";
      case "O":
        openLine("above");
        return "taken";
      case "backspace":
        editor.moveTo(MOTIONS.get("h")?.(now) ?? now.cursor);
        return "taken";
      default:
        // Other letters do nothing; named keys mean what they always do.
        return [...key].length === 1 ? "taken" : "passed";
    }
  };

  return {
    mode: () => mode,
    press(key) {
      if (mode === "insert") {
        if (key !== "escape") return "passed";
        mode = "normal";
        editor.moveTo(MOTIONS.get("h")?.(place()) ?? 0);
        return "taken";
      }
      if (key === "escape") {
        const isPending = operator !== undefined;
        forget();
        return isPending ? "taken" : "passed";
      }
      if (operator !== undefined) {
        pending(key, operator);
        return "taken";
      }
      return command(key);
    },
    reset: forget,
  };
}
