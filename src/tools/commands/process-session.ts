// One command started by exec_command: its output is collected as it comes, whoever is waiting, and handed out in pieces.

import type { CommandSpec, ExitStatus } from "../../exec/command";
import { boundedOutput } from "../../exec/output";
import { spawnCommand } from "../../exec/spawn";
import type { CommandExecution } from "../../protocol/items";

/** After the exit, silence this long means that the output has ended, although some grandchild may hold the pipe. */
const DRAIN_QUIET_MS = 50;
/** After the exit, output is read at most this long. */
const DRAIN_LIMIT_MS = 2_000;
/** Text kept for a front end that is slower than the command, in bytes. */
const LIVE_BYTES = 65_536;
/** A timer that is to wait longer does not wait at all. */
const LONGEST_TIMER_MS = 2_147_483_647;

export type ProcessSession = {
  /** The model's handle: 1,000 to 99,999. */
  readonly id: number;
  /** Of the call that started it. */
  readonly callId: string;
  readonly tty: boolean;
  readonly command: readonly string[];
  readonly confinement: CommandSpec["confinement"];
  /** Absolute. */
  readonly cwd: string;
  /** Milliseconds of `performance.now()`. */
  readonly startedAt: number;
  lastUsed: number;
  /** Null while it runs, and while its last output is being read. */
  readonly status: ExitStatus | null;
  /** Resolves when it has ended and its output has been read. */
  readonly ended: Promise<void>;
  readonly write: (text: string) => Promise<void>;
  /** Output since the previous call, and how much it was before it was bounded. */
  readonly takeOutput: () => { text: string; bytes: number; lines: number };
  /** Output for live display since the previous call; the oldest is dropped when nobody reads. */
  readonly takeLive: () => string;
  /** Resolves at the next output that is shown, at the end, or at once if either has happened since the last wait. */
  readonly activity: () => Promise<void>;
  /** All output so far, bounded. */
  readonly text: () => string;
  readonly startedItem: () => CommandExecution;
  /** `exitCode` replaces that of a command which was ended from here. */
  readonly completedItem: (exitCode?: number) => CommandExecution;
  readonly terminate: (graceMs: number) => Promise<void>;
};

/** Whether a front end shows output while the command runs; unseen, it costs nothing. */
export type LiveOutput = "shown" | "unseen";

export type CommandSource = NonNullable<CommandExecution["source"]>;

export function startProcess(
  spec: CommandSpec,
  id: number,
  callId: string,
  { liveOutput, source }: { readonly liveOutput: LiveOutput; readonly source: CommandSource },
): ProcessSession {
  const startedAt = performance.now();
  const running = spawnCommand(spec);
  const whole = boundedOutput();
  let fresh = boundedOutput();
  let live = boundedOutput(LIVE_BYTES);
  let status: ExitStatus | null = null;
  let killed = false;
  let endedAt = startedAt;
  let lastByteAt = startedAt;
  let signalled = Promise.withResolvers<void>();

  const read = async (): Promise<void> => {
    if (running.stdout === null) return;
    for await (const chunk of running.stdout) {
      whole.write(chunk);
      fresh.write(chunk);
      lastByteAt = performance.now();
      if (liveOutput === "unseen") continue;
      live.write(chunk);
      signalled.resolve();
    }
  };

  const finish = async (): Promise<void> => {
    const output = read();
    const exit = await running.exited;
    await drained(output, () => lastByteAt);
    endedAt = performance.now();
    await running[Symbol.asyncDispose]();
    status = exit;
    signalled.resolve();
  };

  const item = (fields: Pick<CommandExecution, "status" | "exitCode" | "durationMs">): CommandExecution => ({
    type: "command_execution",
    id: callId,
    command: spec.argv,
    cwd: spec.cwd,
    aggregatedOutput: whole.text(),
    source,
    ...fields,
  });

  const ended = finish();

  return {
    id,
    callId,
    tty: spec.tty !== undefined,
    command: spec.argv,
    confinement: spec.confinement,
    cwd: spec.cwd,
    text: () => whole.text(),
    startedAt,
    lastUsed: startedAt,
    get status() {
      return status;
    },
    ended,
    write: (text) => running.write(new TextEncoder().encode(text)),
    takeOutput() {
      const text = fresh.text();
      const bytes = fresh.omittedBytes === 0 ? Buffer.byteLength(text) : fresh.totalBytes;
      const taken = { text, bytes, lines: fresh.totalLines };
      fresh = boundedOutput();
      return taken;
    },
    takeLive() {
      const text = live.text();
      live = boundedOutput(LIVE_BYTES);
      return text;
    },
    async activity() {
      await signalled.promise;
      if (status === null) signalled = Promise.withResolvers();
    },
    startedItem: () => item({ status: "in_progress", exitCode: null, durationMs: null }),
    completedItem(given) {
      const exitCode = given ?? (killed ? -1 : exitCodeOf(status));
      return item({
        status: exitCode === 0 ? "completed" : "failed",
        exitCode,
        durationMs: Math.round(endedAt - startedAt),
      });
    },
    async terminate(graceMs) {
      if (status === null) killed = true;
      await running.terminate(graceMs);
      await ended;
    },
  };
}

/**
 * Yields the output as it comes until the command ends, the time is over or the turn is interrupted.
 * @param ms of any size; `Infinity` for no limit
 */
export async function* waitFor(
  session: ProcessSession,
  callId: string,
  ms: number,
  signal: AbortSignal,
): AsyncGenerator<{ type: "output.delta"; itemId: string; chunk: string }, void> {
  const over = Promise.withResolvers<"over">();
  const timer = setTimeout(() => over.resolve("over"), Math.min(ms, LONGEST_TIMER_MS));
  const interrupt = () => over.resolve("over");
  signal.addEventListener("abort", interrupt, { once: true });
  if (signal.aborted) interrupt();
  try {
    while (session.status === null) {
      const reason = await Promise.race([session.activity(), over.promise]);
      const chunk = session.takeLive();
      if (chunk !== "") yield { type: "output.delta", itemId: callId, chunk };
      if (reason === "over") return;
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", interrupt);
  }
}

/** As a shell reports it: 128 + n for a signal; -1 when there was no exit. */
export function exitCodeOf(status: ExitStatus | null): number {
  if (status === null || status.type === "failed") return -1;
  return status.type === "exited" ? status.code : 128 + status.signal;
}

/** Waits for the end of the output, or for quiet: a grandchild outside a sandbox may hold the pipe for ever. */
async function drained(output: Promise<void>, lastByteAt: () => number): Promise<void> {
  const limit = performance.now() + DRAIN_LIMIT_MS;
  const ended = output.then(() => true);
  while (performance.now() < limit) {
    const before = lastByteAt();
    if (await Promise.race([ended, Bun.sleep(DRAIN_QUIET_MS).then(() => false)])) return;
    if (lastByteAt() === before) return;
  }
}
