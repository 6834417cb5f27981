// What a command has as its streams: three pipes made for it, or a terminal, and how our ends are read and written.
//
// Bun's file streams poll a pipe; streams of node:fs would block one of Bun's few threads for as long as the command is silent.

import { closeSync, readdirSync, readlinkSync, writeSync } from "node:fs";
import type { CommandSpec, TerminalSize } from "./command";
import { makePipe } from "./libc";

/** Stands for /dev/null. */
export const NOTHING = -1;

/** Output that nobody has read yet is kept up to this; beyond it the oldest goes. Terminals cannot be told to wait. */
const UNREAD_BYTES = 4_194_304;
/** After the exit, silence this long means that all output has been read: a terminal has no end of file. */
const QUIET_MS = 10;

export type Streams = {
  /** Descriptors for the command's stdin, stdout and stderr. */
  readonly child: readonly [number, number, number];
  readonly input: PipeWriter | undefined;
  readonly output: OpenPipe | undefined;
  readonly errors: OpenPipe | undefined;
  /** To be called when the command has its ends, so that ours are the only ones left. */
  readonly closeChildEnds: () => void;
  /** Ends all that is still open. */
  readonly stop: () => Promise<void>;
};

/** @throws Error when no descriptors are left; then none has been kept. */
export function openStreams(spec: Pick<CommandSpec, "stdin" | "stdout" | "stderr">): Streams {
  const made: number[] = [];
  const pipe = () => {
    const ends = makePipe();
    made.push(ends.read, ends.write);
    return ends;
  };
  try {
    const input = spec.stdin === "pipe" ? pipe() : undefined;
    const output = spec.stdout === "pipe" ? pipe() : undefined;
    const errors = spec.stderr === "pipe" ? pipe() : undefined;
    const stdout = output?.write ?? 1;
    const stderr = errors?.write ?? (spec.stderr === "stdout" ? stdout : 2);
    return ours({
      child: [input?.read ?? (spec.stdin === "inherit" ? 0 : NOTHING), stdout, stderr],
      ends: [input?.read, output?.write, errors?.write].filter((fd) => fd !== undefined),
      input: input?.write,
      output: output?.read,
      errors: errors?.read,
    });
  } catch (error) {
    for (const fd of made) closeSync(fd);
    throw error;
  }
}

type Ends = {
  readonly child: readonly [number, number, number];
  readonly ends: readonly number[];
  readonly input: number | undefined;
  readonly output: number | undefined;
  readonly errors: number | undefined;
};

function ours(fds: Ends): Streams {
  const input = fds.input === undefined ? undefined : new PipeWriter(fds.input);
  const output = fds.output === undefined ? undefined : readPipe(fds.output);
  const errors = fds.errors === undefined ? undefined : readPipe(fds.errors);
  return {
    child: fds.child,
    input,
    output,
    errors,
    closeChildEnds() {
      for (const fd of fds.ends) closeSync(fd);
    },
    async stop() {
      input?.close();
      await Promise.all([output?.stop(), errors?.stop()]);
    },
  };
}

export type OpenPipe = {
  /** Ends when every writer is gone, or with `stop`. */
  readonly stream: ReadableStream<Uint8Array>;
  /** Ends the stream although a writer may be left, also under a reader that waits. */
  readonly stop: () => Promise<void>;
};

/** Takes the descriptor over. It is closed when the stream has ended: Bun leaves one that it was given by number open. */
export function readPipe(fd: number): OpenPipe {
  const reader = Bun.file(fd).stream().getReader();
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    closeSync(fd);
  };
  const stop = async () => {
    if (ended) return;
    await reader.cancel();
    end();
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value, done } = await reader.read();
        if (!done) return controller.enqueue(value);
        end();
        controller.close();
      },
      cancel: stop,
    },
    { highWaterMark: 0 },
  );
  return { stream, stop };
}

/** A stream, and after its end a text, once that is known. */
export function withEnding(
  stream: ReadableStream<Uint8Array>,
  ending: Promise<string>,
): ReadableStream<Uint8Array> {
  return stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      async flush(controller) {
        const text = await ending;
        if (text !== "") controller.enqueue(new TextEncoder().encode(text));
      },
    }),
  );
}

/** Writes in order. Closing waits for what was written before; a reader that is gone takes everything. */
export class PipeWriter {
  readonly #fd: number;
  readonly #sink: Bun.FileSink;
  #open = true;
  #last: Promise<void> = Promise.resolve();

  constructor(fd: number) {
    this.#fd = fd;
    this.#sink = Bun.file(fd).writer();
  }

  /** Resolves when the bytes are in the pipe. */
  write(bytes: Uint8Array): Promise<void> {
    if (!this.#open || bytes.byteLength === 0) return this.#last;
    this.#last = this.#last.then(() =>
      unlessBroken(async () => {
        await this.#sink.write(bytes);
        await this.#sink.flush();
      }),
    );
    return this.#last;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#last = this.#last.then(async () => {
      await unlessBroken(async () => void (await this.#sink.end()));
      closeSync(this.#fd);
    });
  }
}

/** Writes a few bytes at once, to a pipe that is never full. Nothing happens when its reader is gone. */
export function writeNow(fd: number, bytes: Uint8Array | string): void {
  try {
    if (typeof bytes === "string") writeSync(fd, bytes);
    else writeSync(fd, bytes);
  } catch (error) {
    if (!isBroken(error)) throw error;
  }
}

async function unlessBroken(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isBroken(error)) throw error;
  }
}

function isBroken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE";
}

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
