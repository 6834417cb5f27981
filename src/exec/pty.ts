// A terminal for a command: Bun's Terminal as the master, and the output that comes out of it as a stream.

import { readdirSync, readlinkSync } from "node:fs";
import type { TerminalSize } from "./command";

/** Output that nobody has read yet is kept up to this; beyond it the oldest goes. Terminals cannot be told to wait. */
const UNREAD_BYTES = 4_194_304;
/** After the exit, silence this long means that all output has been read: a terminal has no end of file. */
const QUIET_MS = 10;

/** What a `Bun.Terminal` writes, as a stream that its user ends. */
export type TerminalOutput = {
  readonly options: Bun.TerminalOptions;
  readonly stream: ReadableStream<Uint8Array>;
  /** Ends the stream when what was written last has been read. */
  readonly end: () => Promise<void>;
};

export type Pty = {
  /** Our descriptor of the command's side; Bun closes it with the terminal. */
  readonly slave: number;
  readonly path: string;
  readonly terminal: Bun.Terminal;
  readonly output: TerminalOutput;
};

export function terminalOutput(size: TerminalSize): TerminalOutput {
  const unread: Uint8Array[] = [];
  let bytes = 0;
  let ended = false;
  let lastAt = 0;
  let wake = Promise.withResolvers<void>();
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        while (unread.length === 0 && !ended) await wake.promise;
        const chunk = unread.shift();
        if (chunk === undefined) return controller.close();
        bytes -= chunk.byteLength;
        controller.enqueue(chunk);
      },
      cancel() {
        ended = true;
      },
    },
    { highWaterMark: 0 },
  );
  const signal = () => {
    wake.resolve();
    wake = Promise.withResolvers();
  };
  return {
    stream,
    options: {
      cols: size.columns,
      rows: size.rows,
      data(_terminal, data) {
        lastAt = performance.now();
        unread.push(data.slice());
        bytes += data.byteLength;
        while (bytes > UNREAD_BYTES && unread.length > 1) bytes -= unread.shift()?.byteLength ?? 0;
        signal();
      },
    },
    async end() {
      do await Bun.sleep(QUIET_MS);
      while (performance.now() - lastAt < QUIET_MS);
      ended = true;
      signal();
    },
  };
}

/** Linux: opens a terminal and finds its other side, which Bun keeps open and does not name. */
export function openPty(size: TerminalSize): Pty {
  const before = new Set(openSlaves().map(({ fd }) => fd));
  const output = terminalOutput(size);
  const terminal = new Bun.Terminal(output.options);
  const slave = openSlaves().find(({ fd }) => !before.has(fd));
  if (slave === undefined) {
    terminal.close();
    throw new Error("the terminal's other side was not found");
  }
  return { slave: slave.fd, path: slave.path, terminal, output };
}

function openSlaves(): readonly { readonly fd: number; readonly path: string }[] {
  return readdirSync("/proc/self/fd").flatMap((name) => {
    const path = linkOf(name);
    return path?.startsWith("/dev/pts/") ? [{ fd: Number(name), path }] : [];
  });
}

/** Undefined for the descriptor of the listing itself, which is closed by now. */
function linkOf(fd: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
