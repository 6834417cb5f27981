// A screen for tests of prompts: bytes typed go in, and what stands on the terminal is read off an emulator.

import { Terminal } from "@xterm/headless";
import { PassThrough, Writable } from "node:stream";
import { createTheme, type Theme } from "../../src/ui/terminal/theme";
import type { Screen } from "../../src/ui/terminal/screen";

export type FakeScreen = {
  readonly screen: Screen;
  readonly theme: Theme;
  /** Bytes as a terminal sends them, e.g. `\x1b[A`. Those of each call come by themselves. */
  readonly type: (...bytes: readonly string[]) => void;
  /** Resolves to the lines on the screen, blank ones at the beginning and the end left out, as soon as one contains the text. */
  readonly shows: (text: string | RegExp) => Promise<readonly string[]>;
  readonly lines: () => readonly string[];
  /** What was printed for good. */
  readonly printed: () => string;
  readonly resize: (columns: number, rows: number) => void;
  /** The terminal goes away. */
  readonly hangUp: () => void;
};

/** How long a screen may take to show something. */
const SHOWS_MS = 20_000;

export function fakeScreen(columns = 80, rows = 24, options: { plain?: boolean } = {}): FakeScreen {
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true });
  const input = new PassThrough();
  let printed = "";
  const output = Object.assign(
    new Writable({
      decodeStrings: false,
      write: (chunk: string | Uint8Array, _encoding, done) => terminal.write(chunk, done),
    }),
    { columns, rows },
  );
  const lines = () => {
    const { active } = terminal.buffer;
    const all = Array.from(
      { length: terminal.rows },
      (_, row) => active.getLine(active.viewportY + row)?.translateToString(true) ?? "",
    );
    const first = all.findIndex((line) => line !== "");
    return first < 0 ? [] : all.slice(first, all.findLastIndex((line) => line !== "") + 1);
  };
  const screen: Screen = {
    get columns() {
      return terminal.cols;
    },
    get rows() {
      return terminal.rows;
    },
    colour: 0,
    plain: options.plain ?? false,
    background: () => undefined,
    distinguishesKeys: () => false,
    async *input() {},
    print: (text) => {
      printed += text;
    },
    live: () => {},
    lend: (borrow) => borrow({ input, output }),
    lent: () => false,
    hangUp: () => {},
    title: () => {},
    write: () => {},
    focused: () => true,
    suspend: () => {},
    clear: () => {},
    settled: () => Promise.resolve(),
    room: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return {
    screen,
    theme: createTheme(0),
    lines,
    printed: () => Bun.stripANSI(printed),
    type: (...bytes) => {
      for (const part of bytes) input.write(part);
    },
    shows: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const now = lines();
          const all = now.join("\n");
          if (!(typeof text === "string" ? all.includes(text) : text.test(all))) return;
          clearTimeout(timer);
          parsed.dispose();
          resolve(now);
        };
        const parsed = terminal.onWriteParsed(look);
        const timer = setTimeout(() => {
          parsed.dispose();
          reject(new Error(`never showed ${String(text)}:\n${lines().join("\n")}`));
        }, SHOWS_MS);
        look();
      }),
    resize: (wide, high) => {
      terminal.resize(wide, high);
      Object.assign(output, { columns: wide, rows: high });
      output.emit("resize");
    },
    hangUp: () => input.end(),
  };
}
