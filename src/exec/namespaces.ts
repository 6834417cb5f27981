// Runs a command in Linux namespaces: streams and plan before the clone, the status record after it.

import { closeSync } from "node:fs";
import { constants } from "node:os";
import { terminate, type CommandSpec, type ExitStatus, type RunningCommand } from "./command";
import type { NamespaceConfinement } from "./confinement";
import { makePipe } from "./libc";
import { startClone } from "./linux-clone";
import { encodePlan, type Plan, type PlannedCommand } from "./linux-plan";
import { openPty, type Pty } from "./pty";
import { CLONE_FAILED, startFailure } from "./start-failure";
import { NOTHING, openStreams, readPipe, writeNow, type Streams } from "./streams";

const RECORD_BYTES = 16;
const RECORD_FAILED = 1;
const RECORD_EXITED = 2;

/** @throws Error when no descriptors are left; whatever else fails becomes the exit status. */
export function spawnInNamespaces(spec: CommandSpec, confinement: NamespaceConfinement): RunningCommand {
  const pty = spec.tty === undefined ? undefined : openPty(spec.tty);
  const streams = pty === undefined ? openStreams(spec) : undefined;
  const ends = pty === undefined ? streams?.child : ([pty.slave, pty.slave, pty.slave] as const);
  const clone = start(spec, confinement, ends ?? NO_STREAMS, pty?.path);
  streams?.closeChildEnds();
  const exited = clone.exited.then(async (status) => {
    await pty?.output.end();
    pty?.terminal.close();
    return status;
  });
  return running({ ...clone, exited }, streams, pty);
}

/** Sets everything up and runs nothing: the answer is whether commands could be confined so. */
export async function tryNamespaces(confinement: NamespaceConfinement): Promise<ExitStatus> {
  return await start(null, confinement, NO_STREAMS, undefined).exited;
}

const NO_STREAMS = [NOTHING, NOTHING, NOTHING] as const;

type Clone = {
  readonly pid: number;
  readonly exited: Promise<ExitStatus>;
  readonly kill: (signal?: NodeJS.Signals) => void;
};

function start(
  command: PlannedCommand | null,
  confinement: NamespaceConfinement,
  [stdin, stdout, stderr]: readonly [number, number, number],
  terminal: string | undefined,
): Clone {
  const status = makePipe();
  const control = makePipe();
  let open = true;
  const plan = encodePlan(command, confinement, {
    stdin,
    stdout,
    stderr,
    status: status.write,
    control: control.read,
    ...(terminal !== undefined && { terminal }),
  });
  const pid = startClone(plan.bytes);
  closeSync(status.write);
  closeSync(control.read);
  return {
    pid: Math.max(pid, -1),
    exited: outcome(pid, status.read, command, plan).finally(() => {
      open = false;
      closeSync(control.write);
    }),
    kill(signal = "SIGKILL") {
      if (open) writeNow(control.write, Uint8Array.of(constants.signals[signal]));
    },
  };
}

/** The first record tells; the end of the pipe says that every process of the command is gone. */
async function outcome(
  pid: number,
  statusPipe: number,
  command: PlannedCommand | null,
  plan: Plan,
): Promise<ExitStatus> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readPipe(statusPipe).stream) chunks.push(chunk);
  const spec = command ?? { argv: [], cwd: "/" };
  if (pid < 0) return startFailure({ where: CLONE_FAILED, error: -pid, detail: 0 }, spec, plan);
  const bytes = Buffer.concat(chunks);
  // Nothing was written: the keeper or process 1 was killed from outside.
  if (bytes.byteLength < RECORD_BYTES) return { type: "signaled", signal: constants.signals.SIGKILL };
  const [kind, where, number, detail] = [0, 4, 8, 12].map((at) => bytes.readUInt32LE(at));
  if (kind === RECORD_EXITED) return exitOf(number ?? 0);
  if (kind !== RECORD_FAILED) throw new Error(`unknown status record ${kind}`);
  return startFailure({ where: where ?? 0, error: number ?? 0, detail: detail ?? 0 }, spec, plan);
}

/** `status` as wait gives it: the low seven bits are the signal, the second byte is the exit code. */
function exitOf(status: number): ExitStatus {
  const signal = status & 0x7f;
  return signal === 0 ? { type: "exited", code: (status >> 8) & 0xff } : { type: "signaled", signal };
}

function running(clone: Clone, streams: Streams | undefined, pty: Pty | undefined): RunningCommand {
  const { pid, exited, kill } = clone;
  return {
    pid,
    exited,
    kill,
    stdout: pty?.output.stream ?? streams?.output?.stream ?? null,
    stderr: streams?.errors?.stream ?? null,
    async write(bytes) {
      if (pty !== undefined && !pty.terminal.closed) pty.terminal.write(bytes);
      await streams?.input?.write(bytes);
    },
    closeStdin: () => streams?.input?.close(),
    terminate: (graceMs) => terminate(clone, graceMs),
    resize(size) {
      if (pty !== undefined && !pty.terminal.closed) pty.terminal.resize(size.columns, size.rows);
    },
    async [Symbol.asyncDispose]() {
      kill();
      await exited;
      await streams?.stop();
    },
  };
}
