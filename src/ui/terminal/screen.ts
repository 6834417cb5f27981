// The terminal as the interface uses it: finished lines are printed once, a few live lines stand below them.

import type { Readable, Writable } from "node:stream";
import type { ListKeys } from "../keymap/list-keys";
import { createAnswerFilter } from "./answer-filter";
import { colourLevel, type ColourLevel } from "./colour";
import { createInputQueue } from "./input-queue";
import { createKeyReader, ESCAPE_MS, type InputEvent, type TerminalAnswer } from "./keys";
import { borrowedStreams, type LentStreams } from "./lent-streams";
import { rewrapsLines, terminalModes } from "./modes";
import { createPainter, type CursorPlace, type Frame } from "./painter";
import type { Rgb } from "./theme";
import { openTty } from "./tty";

export type Screen = AsyncDisposable & {
  /** Cells and lines, as they are now. */
  readonly columns: number;
  readonly rows: number;
  readonly colour: ColourLevel;
  /** The cursor cannot be moved (TERM=dumb): live lines are not shown, what is typed comes in lines. */
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
   * back afterwards, from the line where the cursor is left; modes are the terminal's own; `input` takes keys only while
   * somebody reads it. What is printed meanwhile waits.
   */
  readonly lend: <T>(borrow: (streams: { input: Readable; output: Writable }) => Promise<T>) => Promise<T>;
  /** The keys of lists and questions, when they are not the usual ones. */
  readonly listKeys?: ListKeys | undefined;
  /** A program has the terminal: Ctrl-C there is meant for it, and sends a signal to us too. */
  readonly lent: () => boolean;
  /** Ends the input for every reader, also of whom the terminal is lent to: nobody is to be asked any more. */
  readonly hangUp: () => void;
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
  /** Resolves at once while little waits for the terminal; before more is printed, so that it is never overrun. */
  readonly room: () => Promise<void>;
};

export type ScreenOptions = Pick<Screen, "listKeys"> & {
  readonly env: Readonly<Record<string, string | undefined>>;
};

const FRAME_MS = 33;
/** More waiting text than this makes `room` wait. */
const WAITING_CHARS = 65_536;
/** How long the answer to our last question may take when we leave, so that it does not end up in the shell. */
const ANSWER_MS = 150;
/** Who leaves does not wait longer for a terminal that takes nothing. */
const LEAVING_MS = 3_000;
const SHOW_CURSOR = "\x1b[?25h";
const CLEAR = "\x1b[H\x1b[2J\x1b[3J";

/** Takes the terminal over until disposed; whichever way the process ends, its modes are restored. Stdin and stdout must be terminals. */
export function openScreen(options: ScreenOptions): Screen {
  return new TerminalScreen(options);
}

class TerminalScreen implements Screen {
  readonly colour: ColourLevel;
  readonly plain: boolean;
  readonly listKeys: ListKeys | undefined;
  readonly #tty = openTty();
  readonly #modes: ReturnType<typeof terminalModes>;
  readonly #queue = createInputQueue();
  readonly #keys = createKeyReader((answer) => this.#hear(answer));
  readonly #painter: ReturnType<typeof createPainter>;
  #size = this.#tty.size();
  /** For those whom the terminal is lent to before it has answered. */
  readonly #answers = createAnswerFilter((answer) => this.#hear(answer));
  #isAnswered = false;
  #background: Rgb | undefined;
  #kitty = false;
  #focused = true;
  #title: string | null = null;
  readonly #answered = Promise.withResolvers<void>();
  /** Text that waits for the next frame: sequences, and finished lines. */
  #sequences = "";
  #printed = "";
  #frame: Frame = { lines: [], cursor: undefined };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastFrame = -FRAME_MS;
  #writing: Promise<void> = Promise.resolve();
  /** Set while somebody else has the terminal. */
  #lent: LentStreams | undefined;
  /** Set while the process is stopped, so that no timer paints before the modes are ours again. */
  #suspended = false;
  #hungUp = false;
  #closed = false;
  #escape: ReturnType<typeof setTimeout> | undefined;

  constructor({ env, listKeys }: ScreenOptions) {
    this.listKeys = listKeys;
    this.plain = env["TERM"] === "dumb";
    this.colour = colourLevel(env);
    this.#modes = terminalModes(env);
    this.#painter = createPainter(this.#size, rewrapsLines(env));
    process.on("exit", this.#restoreNow);
    process.prependListener("uncaughtException", this.#restoreNow);
    process.prependListener("unhandledRejection", this.#restoreNow);
    process.on("SIGCONT", this.#comeBack);
    process.stdout.on("resize", this.#resize);
    this.#enter();
    if (!this.plain) this.#send(this.#modes.ask);
  }

  get columns(): number {
    return this.#size.columns;
  }

  get rows(): number {
    return this.#size.rows;
  }

  background = (): Rgb | undefined => this.#background;
  distinguishesKeys = (): boolean => this.#kitty;
  lent = (): boolean => this.#lent?.isRaw() === false;
  focused = (): boolean => this.#focused;

  hangUp = (): void => {
    this.#hungUp = true;
    this.#queue.end();
    this.#lent?.hangUp();
  };

  input(): AsyncGenerator<InputEvent, void> {
    return this.#queue.read();
  }

  print(text: string): void {
    if (text === "" || this.#closed) return;
    this.#printed += text.endsWith("\n") ? text : `${text}\n`;
    this.#schedule();
  }

  live(lines: readonly string[], cursor?: CursorPlace): void {
    this.#frame = { lines, cursor };
    this.#schedule();
  }

  write(sequence: string): void {
    if (this.#lent !== undefined) return this.#send(sequence);
    this.#sequences += sequence;
    this.#schedule();
  }

  title(text: string | null): void {
    if (this.plain || text === this.#title) return;
    this.#title = text;
    // oxlint-disable-next-line no-control-regex -- they are what a title must not hold
    this.write(`\x1b]0;${(text ?? "").replace(/[\x00-\x1f\x7f-\x9f]/g, "")}\x07`);
  }

  clear(): void {
    if (this.plain) return;
    this.#printed = "";
    this.#painter.forget();
    this.write(CLEAR);
  }

  async room(): Promise<void> {
    while (!this.#closed && this.#printed.length > WAITING_CHARS) {
      if (this.#lent !== undefined || this.#suspended) {
        await Bun.sleep(FRAME_MS);
        continue;
      }
      this.#paint();
      await this.#writing;
    }
  }

  async settled(): Promise<void> {
    this.#paint();
    await this.#writing;
  }

  async lend<T>(borrow: (streams: { input: Readable; output: Writable }) => Promise<T>): Promise<T> {
    await this.settled();
    const streams = borrowedStreams(this.#tty, this.#isAnswered ? undefined : this.#answers);
    this.#lent = streams;
    this.#send(this.plain ? "" : this.#painter.erase() + this.#modes.leave);
    await this.#writing;
    await this.#tty.stopReading();
    this.#tty.raw(false);
    if (this.#hungUp) streams.hangUp();
    try {
      return await borrow(streams);
    } finally {
      await streams.giveBack();
      this.#lent = undefined;
      this.#painter.forget();
      this.#painter.resize(this.#measured());
      if (!this.#closed) this.#enter();
    }
  }

  suspend(): void {
    if (this.#lent !== undefined || this.#closed || this.plain) return;
    void this.settled().then(() => {
      this.#suspended = true;
      this.#restoreModes();
      process.kill(process.pid, "SIGTSTP");
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    if (!this.plain) await Promise.race([this.#answered.promise, Bun.sleep(ANSWER_MS)]);
    this.#frame = { lines: [], cursor: undefined };
    await Promise.race([this.settled(), Bun.sleep(LEAVING_MS)]);
    this.#closed = true;
    process.off("SIGCONT", this.#comeBack);
    process.stdout.off("resize", this.#resize);
    clearTimeout(this.#timer);
    clearTimeout(this.#escape);
    this.#queue.end();
    this.#restoreModes();
    await this.#tty.close();
    process.off("exit", this.#restoreNow);
    process.off("uncaughtException", this.#restoreNow);
    process.off("unhandledRejection", this.#restoreNow);
  }

  #enter(): void {
    if (!this.plain) {
      this.#tty.raw(true);
      this.#send(this.#modes.enter);
    }
    this.#tty.read(this.#take, this.hangUp);
    this.#schedule();
  }

  readonly #take = (bytes: Uint8Array): void => {
    clearTimeout(this.#escape);
    const at = performance.now();
    this.#deliver(this.#keys.feed(bytes, at));
    if (!this.#keys.pending()) return;
    this.#escape = setTimeout(() => this.#deliver(this.#keys.flush(performance.now())), ESCAPE_MS);
  };

  #deliver(events: readonly InputEvent[]): void {
    for (const event of events) if (event.type === "focus") this.#focused = event.focused;
    if (events.length > 0) this.#queue.push(this.plain ? events.map(asLine) : events);
  }

  #hear(answer: TerminalAnswer): void {
    if (answer.type === "background") this.#background = answer.colour;
    else if (answer.type === "kitty") this.#kitty = true;
    else {
      this.#isAnswered = true;
      this.#answered.resolve();
    }
  }

  #measured() {
    this.#size = this.#tty.size();
    return this.#size;
  }

  readonly #resize = (): void => {
    const { columns, rows } = this.#measured();
    if (this.#lent === undefined) this.#painter.resize({ columns, rows });
    else this.#lent.resized();
    this.#queue.push([{ type: "resize", columns, rows }]);
    this.#schedule();
  };

  /** After `fg`, or after a SIGSTOP from anywhere: the shell has set its own modes, and written. */
  readonly #comeBack = (): void => {
    this.#suspended = false;
    if (this.#closed || this.#lent !== undefined || this.plain) return;
    this.#tty.raw(false);
    this.#tty.raw(true);
    this.#painter.forget();
    this.#resize();
    this.#send(`\r${this.#modes.enter}`);
  };

  #restoreModes(): void {
    if (this.plain) return;
    const left = this.#lent !== undefined ? SHOW_CURSOR : this.#painter.erase() + this.#modes.leave;
    this.#tty.writeNow(left + (this.#title === null ? "" : "\x1b]0;\x07"));
    this.#title = null;
    this.#tty.raw(false);
  }

  readonly #restoreNow = (): void => {
    if (this.#closed) return;
    this.#closed = true;
    this.#restoreModes();
  };

  /** The first change is shown at once, those that follow within a frame together. */
  #schedule(): void {
    this.#paintSoon(Math.max(this.#lastFrame + FRAME_MS - performance.now(), 0));
  }

  #paintSoon(delay: number): void {
    if (this.#lent !== undefined || this.#suspended || this.#closed) return;
    this.#timer ??= setTimeout(() => this.#paint(), delay);
  }

  #paint(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lent !== undefined || this.#suspended || this.#closed) return;
    const [sequences, printed] = [this.#sequences, this.#printed];
    this.#sequences = "";
    this.#printed = "";
    const text = this.plain ? printed.replace(/\n/g, "\r\n") : this.#painter.paint(printed, this.#frame);
    if (sequences + text === "") return;
    this.#lastFrame = performance.now();
    this.#send(sequences + text);
  }

  #send(text: string): void {
    if (text === "") return;
    this.#writing = this.#writing.then(() => (this.#closed ? undefined : this.#tty.write(text)));
  }
}

/** Without raw mode a line comes when Enter is pressed, and ends in what would be Ctrl-J. */
function asLine(event: InputEvent): InputEvent {
  const isLineEnd = event.type === "key" && event.ctrl && event.key === "j";
  return isLineEnd ? { ...event, key: "enter", ctrl: false } : event;
}
