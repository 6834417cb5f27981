// The terminal as the interface uses it: finished lines are printed once, a few live lines stand below them.

import type { Readable, Writable } from "node:stream";
import type { ColourLevel } from "./colour";
import type { InputEvent } from "./keys";
import type { Rgb } from "./theme";

/** A cell of the live lines: `row` from 0 counts the given lines, `column` from 0 counts cells. */
export type CursorPlace = { readonly row: number; readonly column: number };

export type Screen = AsyncDisposable & {
  /** Cells and lines, as they are now. */
  readonly columns: number;
  readonly rows: number;
  readonly colour: ColourLevel;
  /** The cursor cannot be moved (TERM=dumb): live lines are not shown, prompts are plain lines. */
  readonly plain: boolean;
  /** What the terminal has answered about its background; undefined until then. */
  readonly background: () => Rgb | undefined;
  /** Whether keys such as Shift-Enter are told apart (the kitty protocol was answered). */
  readonly distinguishesKeys: () => boolean;
  /** Events in order. One reader at a time: a nested reader, such as a dialog's, takes over until it returns. */
  readonly input: () => AsyncGenerator<InputEvent, void>;
  /** Finished lines: `text` goes to the scrollback above the live lines and is never painted again. A last newline is added when missing. */
  readonly print: (text: string) => void;
  /**
   * Replaces the live lines. Lines are at most `columns` wide (longer ones are cut), at most rows - 1 of them are shown, the
   * last ones; without `cursor` the cursor is hidden. At most 30 times a second.
   */
  readonly live: (lines: readonly string[], cursor?: CursorPlace) => void;
  /**
   * Lends the terminal to somebody else: a prompt of a library, an editor, a pager. The live lines are taken away and come
   * back afterwards; nothing is read meanwhile, and modes are the terminal's own.
   */
  readonly lend: <T>(borrow: (streams: { input: Readable; output: Writable }) => Promise<T>) => Promise<T>;
  /** Null clears it. */
  readonly title: (text: string | null) => void;
  /** A sequence that shows nothing: a bell, OSC 9, OSC 52. */
  readonly write: (sequence: string) => void;
  /** True until the terminal says otherwise. */
  readonly focused: () => boolean;
  /** Stops the process as Ctrl-Z does in a shell; `fg` paints the live lines again. */
  readonly suspend: () => void;
  /** Clears the screen and, where the terminal can, its scrollback. */
  readonly clear: () => void;
  /** Everything printed so far has been taken by the terminal. */
  readonly settled: () => Promise<void>;
};
