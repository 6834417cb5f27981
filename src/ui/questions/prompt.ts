// Puts one prompt on the lent terminal: keys in, lines out, and nothing left of it when it has been answered.

import { TextPrompt } from "@clack/core";
import { Readable, Writable } from "node:stream";
import type { Screen } from "../terminal/screen";
import { lentKeys, type PromptKey } from "./lent-keys";
import { readlineKeys } from "./readline-keys";

export type { PromptKey } from "./lent-keys";

/** In cells and lines. */
export type Size = { readonly columns: number; readonly rows: number };

/** What is typed; `cursor` counts characters from 0. */
export type Field = { readonly text: string; readonly cursor: number };

export type Press<T> =
  /** The key changes the text field. */
  | { readonly type: "edit" }
  /** The key changed something else, or nothing. */
  | { readonly type: "redraw" }
  /** The text field gets this text, the cursor at its end. */
  | { readonly type: "fill"; readonly text: string }
  | { readonly type: "done"; readonly value: T };

/** A prompt as a small state machine: what it shows, and what keys do to it. */
export type Dialog<T> = {
  /** At most `rows` lines of at most `columns` cells; styles are allowed. */
  readonly render: (size: Size, field: Field) => readonly string[];
  readonly press: (key: PromptKey, field: Field) => Press<T>;
  /** The answer when nobody can give one any more: the signal fired, or the terminal has gone. */
  readonly whenGone: T;
  readonly initialText?: string;
  /** Begins work beside the prompt. `redraw` shows what it found; the returned function ends it. */
  readonly start?: (redraw: () => void) => () => void;
};

/** Smaller screens have no empty line between what was said and the prompt. */
const ROWS_FOR_GAP = 10;
const PASTE_ON = "\x1b[?2004h";
const PASTE_OFF = "\x1b[?2004l";

/**
 * Shows the dialog until it is answered or the signal fires; then it disappears. The state machine, the text field and
 * the painting are those of @clack/core; which key means what is the dialog's.
 */
export async function runPrompt<T>(screen: Screen, dialog: Dialog<T>, signal?: AbortSignal): Promise<T> {
  if (signal?.aborted) return dialog.whenGone;
  return await screen.lend(async ({ input, output }) => {
    let answer = dialog.whenGone;
    let isOver = false;
    const source = new Readable({ read() {} });
    const paper = paperOn(output, screen, () => isOver);
    const prompt = new TextPrompt({
      input: source,
      output: paper,
      accessible: false,
      initialUserInput: dialog.initialText ?? "",
      render() {
        if (isOver) return "";
        const field = { text: this.userInput, cursor: this.cursor };
        const size = sizeOf(output, screen);
        const gap = size.rows < ROWS_FOR_GAP ? [] : [""];
        return [...gap, ...dialog.render(paintable(size, gap.length), field)].join("\n");
      },
    });
    const redraw = () => void source.emit("keypress", undefined, { name: "redraw" });
    const finish = (value: T) => {
      if (isOver) return;
      answer = value;
      isOver = true;
      prompt.state = "submit";
      redraw();
    };
    const press = (key: PromptKey) => {
      if (isOver) return;
      const field = { text: prompt.userInput, cursor: prompt.cursor };
      const pressed = dialog.press(key, field);
      if (pressed.type === "done") return finish(pressed.value);
      const edits = pressed.type === "edit" ? readlineKeys(key) : [];
      if (pressed.type === "fill") edits.push(...readlineKeys("clear"), ...readlineKeys(pressed.text));
      for (const { text, key } of edits) source.emit("keypress", text, key);
      if (edits.length === 0) redraw();
    };
    const leave = () => finish(dialog.whenGone);
    const resized = () => void paper.emit("resize");

    signal?.addEventListener("abort", leave, { once: true });
    output.on("resize", resized);
    output.write(PASTE_ON);
    const answered = prompt.prompt();
    const stopReading = lentKeys(input, press, leave);
    const stopWork = dialog.start?.(() => isOver || redraw());
    try {
      if (signal?.aborted) leave();
      await answered;
    } finally {
      stopWork?.();
      stopReading();
      output.off("resize", resized);
      signal?.removeEventListener("abort", leave);
      await flushed(paper, output, PASTE_OFF);
    }
    return answer;
  });
}

/**
 * What a key means in a list, as keys are bound; undefined when nothing.
 * @param typing letters belong to a text field
 */
export function boundKey(screen: Screen, key: PromptKey, typing: boolean): PromptKey | undefined {
  return key.type === "paste" || screen.listKeys === undefined ? key : screen.listKeys(key, typing);
}

/** One line and one column are left free, so that no terminal scrolls or wraps. */
function paintable({ columns, rows }: Size, gap: number): Size {
  return { columns: Math.max(1, columns - 1), rows: Math.max(1, rows - 1 - gap) };
}

/** The lent stream knows its size when it is a terminal. */
function sizeOf(output: Writable, screen: Screen): Size {
  const { columns, rows } = output as Writable & Partial<Size>; // fields that only terminals have
  return { columns: columns ?? screen.columns, rows: rows ?? screen.rows };
}

/** What the library paints on. The line break that it adds behind an answered prompt is left out. */
function paperOn(output: Writable, screen: Screen, isOver: () => boolean): Writable {
  const paper = new Writable({
    decodeStrings: false,
    write(chunk: unknown, _encoding, done) {
      if (isOver() && chunk === "\n") done();
      else output.write(chunk, () => done());
    },
  });
  return Object.defineProperties(paper, {
    columns: { get: () => sizeOf(output, screen).columns },
    rows: { get: () => sizeOf(output, screen).rows },
  });
}

/** The last thing to be written has been taken. */
async function flushed(paper: Writable, output: Writable, last: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  paper.end(() => output.write(last, () => resolve()));
  await promise;
}
