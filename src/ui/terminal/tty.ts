// Our own door to the terminal: reads without a busy loop, writes without blocking, and leaves the shell's descriptors alone.
//
// The terminal is opened anew, so that reading without waiting is a property of our descriptor and not of the shell's too.
// Streams of node:tty would keep a thread of the runtime for as long as nobody types; Bun's file streams poll.

import { closeSync, constants, fstatSync, openSync, readdirSync, statSync, writeSync } from "node:fs";
import { isatty } from "node:tty";

export type TerminalSize = { readonly columns: number; readonly rows: number };

export type Tty = {
  readonly size: () => TerminalSize;
  /** Begins to read. `onEnd` is called once, when the terminal has gone. */
  readonly read: (onBytes: (bytes: Uint8Array) => void, onEnd: () => void) => void;
  /** Resolves when nothing of what is typed from now on will be taken by us. */
  readonly stopReading: () => Promise<void>;
  /** Resolves when the terminal has taken all of it; a terminal that has gone takes everything. */
  readonly write: (text: string) => Promise<void>;
  /** For last words: what the terminal has not taken in a fifth of a second is dropped. */
  readonly writeNow: (text: string) => void;
  /** Keys as they are pressed, without echo and signals; or as the shell had it. */
  readonly raw: (on: boolean) => void;
  readonly close: () => Promise<void>;
};

/** How long to wait before a full terminal is tried again. */
const FULL_RETRY_MS = 5;
const LAST_WORDS_MS = 200;
/** Where a terminal does not say, or says 0. */
const UNKNOWN_SIZE: TerminalSize = { columns: 80, rows: 24 };
const WRITE_BYTES = 65_536;

/** Stdin and stdout must be terminals. */
export function openTty(): Tty {
  const output = openAgain(1, constants.O_WRONLY);
  let reading: Reading | undefined;
  let gone = false;

  const put = (bytes: Uint8Array, offset: number): number | "full" => {
    if (gone) return bytes.length - offset;
    try {
      return writeSync(output.fd, bytes, offset, Math.min(WRITE_BYTES, bytes.length - offset));
    } catch (error) {
      if (codeOf(error) === "EAGAIN") return "full";
      if (codeOf(error) !== "EIO" && codeOf(error) !== "EPIPE") throw error;
      gone = true;
      return bytes.length - offset;
    }
  };

  return {
    size: () => {
      const { columns, rows } = process.stdout;
      return columns > 0 && rows > 0 ? { columns, rows } : UNKNOWN_SIZE;
    },
    read: (onBytes, onEnd) => {
      reading ??= startReading(onBytes, onEnd);
    },
    stopReading: async () => {
      const stopped = reading;
      reading = undefined;
      await stopped?.stop();
    },
    write: async (text) => {
      const bytes = Buffer.from(text);
      for (let offset = 0; offset < bytes.length;) {
        const taken = put(bytes, offset);
        if (taken === "full") await Bun.sleep(FULL_RETRY_MS);
        else offset += taken;
      }
    },
    writeNow: (text) => {
      const bytes = Buffer.from(text);
      const deadline = performance.now() + LAST_WORDS_MS;
      for (let offset = 0; offset < bytes.length;) {
        const taken = put(bytes, offset);
        if (taken !== "full") offset += taken;
        else if (performance.now() < deadline) Bun.sleepSync(FULL_RETRY_MS);
        else return;
      }
    },
    raw: (on) => {
      if (gone || !isatty(0)) return;
      try {
        process.stdin.setRawMode(on);
      } catch (error) {
        if (codeOf(error) !== "EIO" && codeOf(error) !== "ENOTTY") throw error; // it has gone
      }
    },
    close: async () => {
      gone = true; // for what may still be waiting to be written
      await reading?.stop();
      reading = undefined;
      output.close();
    },
  };
}

type Reading = { readonly stop: () => Promise<void> };

function startReading(onBytes: (bytes: Uint8Array) => void, onEnd: () => void): Reading {
  const input = openAgain(0, constants.O_RDONLY);
  const reader = Bun.file(input.fd).stream().getReader();
  let stopped = false;
  const finished = (async () => {
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (stopped) return;
        if (done) break;
        onBytes(value);
      }
    } catch (error) {
      if (codeOf(error) !== "EIO") throw error; // how a terminal says that it has gone
    } finally {
      input.close();
    }
    if (!stopped) onEnd();
  })();
  return {
    stop: async () => {
      if (stopped) return;
      stopped = true;
      await reader.cancel();
      await finished;
    },
  };
}

type OpenedTerminal = { readonly fd: number; readonly close: () => void };

/** A descriptor of our own, non-blocking, of the terminal behind stdin or stdout; the given one where there is no way to it. */
function openAgain(fd: 0 | 1, access: number): OpenedTerminal {
  for (const path of terminalPaths(fd)) {
    try {
      const own = openSync(path, access | constants.O_NONBLOCK | constants.O_NOCTTY);
      if (isatty(own)) return { fd: own, close: () => closeSync(own) };
      closeSync(own);
    } catch (error) {
      if (!(error instanceof Error)) throw error; // a terminal of another user, or a system without such a path: the next
    }
  }
  return { fd, close: () => undefined };
}

/** On macOS `/dev/tty` cannot be polled; its terminals have names of their own, found by their device number. */
function terminalPaths(fd: 0 | 1): readonly string[] {
  if (process.platform === "win32") return [];
  if (process.platform === "linux") return [`/proc/self/fd/${fd}`, "/dev/tty"];
  const { rdev } = fstatSync(fd);
  return readdirSync("/dev")
    .filter((name) => name.startsWith("tty") && name !== "tty")
    .map((name) => `/dev/${name}`)
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.rdev === rdev);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
