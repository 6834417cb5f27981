// What a process has put out, numbered, kept up to a limit, and how it is waited for (exec-server.md 4.2 and 4.3).

/** Of one process; the oldest goes first. */
const KEPT_BYTES = 1_048_576;

export type StreamName = "stdout" | "stderr" | "pty";
export type Chunk = { readonly seq: number; readonly stream: StreamName; readonly chunk: string };

export type ReadRequest = {
  readonly afterSeq: number;
  readonly maxBytes: number;
  readonly waitMs: number;
};

export type ReadResult = {
  readonly chunks: readonly Chunk[];
  readonly nextSeq: number;
  readonly exited: boolean;
  readonly exitCode: number | null;
  readonly closed: boolean;
  readonly failure: null;
};

export type Transcript = {
  readonly keptBytes: () => number;
  readonly exited: () => boolean;
  readonly closed: () => boolean;
  /** Each takes the next number and gives it. */
  readonly add: (stream: StreamName, bytes: Uint8Array) => Chunk;
  readonly exit: (exitCode: number) => number;
  readonly close: () => number;
  /** Waits, when there is nothing yet, until there is, the time is over, or the signal comes. */
  readonly read: (request: ReadRequest, signal: AbortSignal) => Promise<ReadResult>;
};

type Kept = { readonly chunk: Chunk; readonly bytes: number };

export function createTranscript(): Transcript {
  const kept: Kept[] = [];
  let bytes = 0;
  let nextSeq = 1;
  let exit: { readonly seq: number; readonly code: number } | undefined;
  let closed = false;
  let changed = Promise.withResolvers<void>();
  const tell = () => {
    changed.resolve();
    changed = Promise.withResolvers();
  };
  const result = ({ afterSeq, maxBytes }: ReadRequest): ReadResult => {
    const chunks: Chunk[] = [];
    let taken = 0;
    for (const held of kept) {
      if (held.chunk.seq <= afterSeq) continue;
      if (chunks.length > 0 && taken + held.bytes > maxBytes) break;
      chunks.push(held.chunk);
      taken += held.bytes;
    }
    const last = chunks.at(-1);
    return {
      chunks,
      nextSeq: last === undefined ? nextSeq : last.seq + 1,
      exited: exit !== undefined,
      exitCode: exit?.code ?? null,
      closed,
      failure: null,
    };
  };
  const hasNews = (afterSeq: number) =>
    closed || (exit?.seq ?? 0) > afterSeq || (kept.at(-1)?.chunk.seq ?? 0) > afterSeq;
  return {
    keptBytes: () => bytes,
    exited: () => exit !== undefined,
    closed: () => closed,
    add(stream, data) {
      const chunk = { seq: nextSeq++, stream, chunk: Buffer.from(data).toString("base64") };
      kept.push({ chunk, bytes: data.byteLength });
      bytes += data.byteLength;
      while (bytes > KEPT_BYTES) bytes -= kept.shift()?.bytes ?? bytes;
      tell();
      return chunk;
    },
    exit(code) {
      exit = { seq: nextSeq++, code };
      tell();
      return exit.seq;
    },
    close() {
      closed = true;
      tell();
      return nextSeq++;
    },
    async read(request, signal) {
      const until = performance.now() + request.waitMs;
      while (!hasNews(request.afterSeq) && !signal.aborted) {
        const left = until - performance.now();
        if (left <= 0) break;
        await firstOf(changed.promise, left, signal);
      }
      return result(request);
    },
  };
}

/** Longer waits are cut in pieces: timers take no more. */
const LONGEST_TIMER_MS = 2_147_483_647;

async function firstOf(event: Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.min(Math.ceil(ms), LONGEST_TIMER_MS));
  const wake = () => resolve();
  signal.addEventListener("abort", wake, { once: true });
  try {
    await Promise.race([event, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", wake);
  }
}
