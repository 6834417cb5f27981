// Runs a confined command on Linux: streams and plan before the clone, which the C text makes, the status record after it.

import { closeSync, readSync } from "node:fs";
import { constants } from "node:os";
import { resolve } from "node:path";
import {
  terminate,
  type CommandSpec,
  type ExitStatus,
  type RefusedCall,
  type RunningCommand,
  type StartFailure,
} from "./command";
import type { BubblewrapConfinement, LinuxConfinement, NamespaceConfinement } from "./confinement";
import { findProgram } from "./executable";
import { guardPaths } from "./guard";
import { makePipe } from "./libc";
import { PIPE_RIGHTS } from "./linux-steps";
import { encodePlan, type Plan, type PlannedCommand } from "./linux-plan";
import { startPlan } from "./linux-spawner";
import { CLONE_FAILED, neverStarted, startFailure } from "./start-failure";
import {
  NOTHING,
  openPty,
  openStreams,
  readPipe,
  withEnding,
  writeNow,
  type Pty,
  type Streams,
} from "./streams";

const RECORD_BYTES = 16;
const RECORD_FAILED = 1;
const RECORD_EXITED = 2;
const RECORD_REFUSED = 3;
const ADDRESS_BYTES = 128;

/** @throws Error when no descriptors are left; whatever else fails becomes the exit status. */
export function spawnOnLinux(spec: CommandSpec, confinement: LinuxConfinement): RunningCommand {
  const planned = confinement.type === "bubblewrap" ? behindBubblewrap(spec, confinement) : spec;
  if ("type" in planned) return neverStarted(spec, planned);
  const guard = confinement.type === "landlock" ? guardPaths(confinement.guard) : undefined;
  if (guard?.type === "failed") return neverStarted(spec, guard);
  const pty = spec.tty === undefined ? undefined : openPty(spec.tty);
  const streams = pty === undefined ? openStreams(spec) : undefined;
  const ends = pty === undefined ? streams?.child : ([pty.slave, pty.slave, pty.slave] as const);
  const clone = start(planned, confinement, ends ?? NO_STREAMS, pty?.path);
  streams?.closeChildEnds();
  const restored = clone.exited.then(() => guard?.restore() ?? []);
  const exited = clone.exited.then(async (status): Promise<ExitStatus> => {
    await pty?.output.end();
    pty?.terminal.close();
    const notes = await restored;
    return notes.length === 0 || status.type === "failed" ? status : { ...status, notes };
  });
  const told =
    guard === undefined ? undefined : restored.then((notes) => notes.map((note) => `${note}\n`).join(""));
  return running({ ...clone, exited }, streams, pty, told);
}

/**
 * Sets everything up and runs nothing: undefined when commands could be confined so. Waits for the answer, which takes
 * about two milliseconds.
 */
export function tryNamespaces(confinement: NamespaceConfinement): StartFailure | undefined {
  const { pid, plan, status, control } = clonePlan(null, confinement, NO_STREAMS, undefined);
  const record = Buffer.alloc(RECORD_BYTES);
  const bytes = readSync(status, record);
  while (readSync(status, Buffer.alloc(RECORD_BYTES)) > 0);
  closeSync(status);
  closeSync(control);
  const outcome = outcomeOf(pid, record.subarray(0, bytes), null, plan);
  if (outcome.type === "failed") return outcome;
  if (outcome.type === "exited") return undefined;
  return { type: "failed", cause: "sandbox", message: "the sandbox was killed while it was built" };
}

/** bwrap looks for the program itself, and says what it met with in words that look like the command's own. */
function behindBubblewrap(
  spec: CommandSpec,
  { program, options, opened }: BubblewrapConfinement,
): PlannedCommand | StartFailure {
  const path = findProgram(spec.argv[0] ?? "", spec);
  if (typeof path !== "string") return path;
  // What loads code into a program does not pass through one that gets rights by being executed.
  const loading = Object.entries(spec.env).filter(([name]) => name.startsWith("LD_"));
  const variables = loading.flatMap(([name, value]) => ["--setenv", name, value]);
  const { onRefused: _, ...rest } = spec;
  // The helper once more, which finds itself at this descriptor, and becomes the command.
  const rules =
    opened === undefined ? [] : ["/proc/self/fd/8", "inside", `${PIPE_RIGHTS[0]}`, ...opened, "--", path];
  const argv = [program, ...options, ...variables, "--chdir", spec.cwd, "--", ...rules, ...spec.argv];
  return { ...rest, argv };
}

const NO_STREAMS = [NOTHING, NOTHING, NOTHING] as const;

type Clone = {
  readonly pid: number;
  readonly exited: Promise<ExitStatus>;
  readonly kill: (signal?: NodeJS.Signals) => void;
};

function start(
  command: PlannedCommand,
  confinement: LinuxConfinement,
  streams: readonly [number, number, number],
  terminal: string | undefined,
): Clone {
  let open = true;
  const { pid, plan, status, control } = clonePlan(command, confinement, streams, terminal);
  const outcome = async (): Promise<ExitStatus> => {
    let unread = Buffer.alloc(0);
    for await (const chunk of readPipe(status).stream) {
      unread = withoutRefusals(Buffer.concat([unread, chunk]), command.onRefused);
    }
    return outcomeOf(pid, unread, command, plan);
  };
  return {
    pid: Math.max(pid, -1),
    exited: outcome().finally(() => {
      open = false;
      closeSync(control);
    }),
    kill(signal = "SIGKILL") {
      if (open) writeNow(control, Uint8Array.of(constants.signals[signal]));
    },
  };
}

type ClonedPlan = {
  /** Of the keeper, or a negative error number. */
  readonly pid: number;
  readonly plan: Plan;
  /** To be read, to its end: then every process of the command is gone. */
  readonly status: number;
  /** To be written. */
  readonly control: number;
};

function clonePlan(
  command: PlannedCommand | null,
  confinement: LinuxConfinement,
  streams: readonly [number, number, number],
  terminal: string | undefined,
): ClonedPlan {
  const status = makePipe();
  const control = makePipe();
  const plan = encodePlan(command, confinement, terminal);
  const pid = startPlan(plan.bytes, { streams, status: status.write, control: control.read });
  closeSync(status.write);
  closeSync(control.read);
  return { pid, plan, status: status.read, control: control.write };
}

/** Tells of the refused calls that are whole, and gives what follows them. */
function withoutRefusals(bytes: Buffer, tell: CommandSpec["onRefused"]): Buffer<ArrayBuffer> {
  let at = 0;
  for (; bytes.byteLength - at >= RECORD_BYTES;) {
    const end = at + RECORD_BYTES + bytes.readUInt32LE(at + 12);
    if (bytes.readUInt32LE(at) !== RECORD_REFUSED || end > bytes.byteLength) break;
    tell?.(refusedCall(bytes.subarray(at, end)));
    at = end;
  }
  return Buffer.from(bytes.subarray(at));
}

/** As `struct refused_call` of the C text has it. */
function refusedCall(bytes: Buffer): RefusedCall {
  const args = Array.from({ length: 6 }, (_, index) => bytes.readBigUInt64LE(RECORD_BYTES + index * 8));
  const addressAt = RECORD_BYTES + 6 * 8;
  const textAt = addressAt + ADDRESS_BYTES;
  const [program = "", ...names] = bytes.toString("utf8", textAt).split("\0").slice(0, -1);
  const paths = names.flatMap((folder, index) =>
    index % 2 === 0 ? [resolve(folder === "" ? "/" : folder, names[index + 1] ?? "")] : [],
  );
  const address = new Uint8Array(bytes.subarray(addressAt, textAt));
  return { call: bytes.readUInt32LE(4), error: bytes.readUInt32LE(8), args, program, paths, address };
}

/** The first record tells. */
function outcomeOf(pid: number, bytes: Buffer, command: PlannedCommand | null, plan: Plan): ExitStatus {
  const spec = command ?? { argv: [], cwd: "/" };
  if (pid < 0) return startFailure({ where: CLONE_FAILED, error: -pid, detail: 0 }, spec, plan);
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

function running(
  clone: Clone,
  streams: Streams | undefined,
  pty: Pty | undefined,
  told: Promise<string> | undefined,
): RunningCommand {
  const { pid, exited, kill } = clone;
  const output = pty?.output.stream ?? streams?.output?.stream ?? null;
  return {
    pid,
    exited,
    kill,
    stdout: output === null || told === undefined ? output : withEnding(output, told),
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
