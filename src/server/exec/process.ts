// One process of a client's: its output as numbered messages, its input, and its end (exec-server.md 4).

import type { CommandSpec, RunningCommand } from "../../exec/command";
import type { ExitStatus } from "../../exec/spawn";
import { INTERNAL_ERROR, RpcFailure } from "../rpc/message";
import { createTranscript, type StreamName, type Transcript } from "./transcript";

/** Largest piece of output in one message. */
const CHUNK_BYTES = 8_192;
/** Input that the process has not taken yet; more waits for it. */
const UNREAD_INPUT_BYTES = 1_048_576;
const INPUT_DEADLINE_MS = 5_000;
/** What clients see instead of the number of the signal. */
const SIGNALED_EXIT_CODE = -1;
const SIGNALED_TERMINAL_EXIT_CODE = 1;

/** Sends a message to whoever has the session; resolves when there is room for more. */
export type Notify = (method: string, params: object) => Promise<void>;

/** Disposing of it kills what is left of the group. */
export type ClientProcess = AsyncDisposable & {
  readonly transcript: Transcript;
  /** Resolves when both streams and the process have ended, and everything has been told. */
  readonly run: () => Promise<void>;
  /** @throws RpcFailure when the input cannot be taken */
  readonly write: (bytes: Uint8Array, signal: AbortSignal) => Promise<"accepted" | "stdinClosed">;
  /** Whether it was running. */
  readonly terminate: () => boolean;
  readonly interrupt: () => void;
};

export function followProcess(
  processId: string,
  command: RunningCommand,
  spec: Pick<CommandSpec, "stdin" | "tty">,
  notify: Notify,
): ClientProcess {
  const transcript = createTranscript();
  let ending: Promise<void> | undefined;
  let unread = 0;

  const tell = async (stream: StreamName, source: ReadableStream<Uint8Array> | null) => {
    for await (const bytes of source ?? []) {
      for (let at = 0; at < bytes.byteLength; at += CHUNK_BYTES) {
        const chunk = transcript.add(stream, bytes.subarray(at, at + CHUNK_BYTES));
        await notify("process/output", { processId, ...chunk });
      }
    }
  };
  const tellExit = async () => {
    const exitCode = exitCodeOf(await command.exited, spec.tty !== undefined);
    const seq = transcript.exit(exitCode);
    await notify("process/exited", { processId, seq, exitCode });
  };
  const end = async () => await (ending ??= Promise.resolve(command[Symbol.asyncDispose]()));

  return {
    transcript,
    async run() {
      const first = spec.tty === undefined ? "stdout" : "pty";
      try {
        await Promise.all([tell(first, command.stdout), tell("stderr", command.stderr), tellExit()]);
      } finally {
        await end();
      }
      await notify("process/closed", { processId, seq: transcript.close() });
    },
    async write(bytes, signal) {
      if (spec.tty === undefined && spec.stdin !== "pipe") return "stdinClosed";
      if (transcript.exited()) {
        if (spec.tty === undefined) throw unwritable("failed to write to process stdin");
        return "accepted";
      }
      unread += bytes.byteLength;
      const written = command.write(bytes).finally(() => {
        unread -= bytes.byteLength;
      });
      if (unread > UNREAD_INPUT_BYTES && !(await taken(written, command.exited, signal))) {
        throw unwritable("failed to write to process stdin: the process does not read it");
      }
      return "accepted";
    },
    terminate() {
      if (transcript.exited()) return false;
      command.kill();
      return true;
    },
    interrupt() {
      if (!transcript.exited()) command.kill("SIGINT");
    },
    [Symbol.asyncDispose]: end,
  };
}

function exitCodeOf(status: ExitStatus, onTerminal: boolean): number {
  if (status.type === "exited") return status.code;
  return onTerminal ? SIGNALED_TERMINAL_EXIT_CODE : SIGNALED_EXIT_CODE;
}

/** Whether there is room again in time. A process that has ended takes everything. */
async function taken(
  written: Promise<void>,
  exited: Promise<unknown>,
  signal: AbortSignal,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<false>();
  const giveUp = () => resolve(false);
  const timer = setTimeout(giveUp, INPUT_DEADLINE_MS);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    const room = Promise.race([written, exited]).then(() => true);
    return await Promise.race([room, promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
  }
}

function unwritable(message: string): RpcFailure {
  return new RpcFailure(INTERNAL_ERROR, message);
}
