// Starts the helper, which carries out plans: as the spawner beside this process, or in its place.

import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { constants as system, tmpdir } from "node:os";
import { once } from "../util/once";
import {
  awaitChild,
  becomeProgram,
  executableMemoryFile,
  makeConnection,
  memoryFile,
  sendDescriptors,
  setInherited,
  startProgram,
} from "./libc";
import { compileHelper } from "./linux-helper";
import { compileHelper as builtHelper } from "./linux-helper" with { type: "macro" };

/** What the spawner passes on to the command's processes. */
export type PlanDescriptors = {
  readonly streams: readonly [number, number, number];
  readonly status: number;
  readonly control: number;
};

/** A spawner answers within a millisecond or two. */
const PATIENCE_SECONDS = 10;
const { EPIPE, ETIMEDOUT } = system.errno;

/**
 * Starts the chain of processes that runs a plan.
 * @param plan as `linux-plan` encodes it
 * @returns the process id of the keeper, or a negative error number
 */
export function startPlan(plan: Uint8Array, descriptors: PlanDescriptors): number {
  return spawner().start(plan, descriptors);
}

/**
 * This process ends here: the helper runs the plan in its place, under its process id, and ends as the command does. Should the
 * command not start, `program` is executed, to say why.
 * @param plan with the three streams of this process
 * @param program a path and arguments
 * @param env for `program` alone
 * Returns when the helper cannot be executed.
 */
export function becomePlan(
  plan: Uint8Array,
  program: readonly [string, ...string[]],
  env: readonly string[],
): void {
  const file = planFile(plan);
  setInherited(file, true);
  const [path, ...args] = program;
  becomeProgram(helperPath(), ["codex", "stand-in", `${file}`, `${plan.byteLength}`, path, ...args], env);
}

const helperPath = once((): string => {
  // A text, by the time this is built: then what compiles, and the C text, are not in the executable.
  const image = builtHelper() ?? compileHelper();
  if (image === null) throw new Error("there is no sandbox helper for this system");
  const bytes = Buffer.from(image, "base64");
  const fd = executableMemoryFile("codex-helper");
  if (fd !== undefined) writeAll(fd, bytes);
  return `/proc/self/fd/${fd ?? onDisk(bytes)}`;
});

const O_TMPFILE = 0o20_000_000 | constants.O_DIRECTORY;

/** Where files in memory may not be executed: a file without a name, which nobody can write to any more. Open for writing it could not be executed. */
function onDisk(bytes: Uint8Array): number {
  const written = openSync(tmpdir(), O_TMPFILE | constants.O_RDWR, 0o500);
  writeAll(written, bytes);
  const fd = openSync(`/proc/self/fd/${written}`, constants.O_RDONLY);
  closeSync(written);
  return fd;
}

const spawner = once(() => {
  let running: { readonly socket: number; readonly pid: number } | undefined;
  const launch = () => {
    const { ours, theirs } = makeConnection(PATIENCE_SECONDS);
    setInherited(theirs, true);
    const pid = startProgram(helperPath(), ["codex-spawner", "spawn", `${theirs}`]);
    closeSync(theirs);
    if (pid < 0) closeSync(ours);
    else running = { socket: ours, pid };
    return pid;
  };
  const stop = () => {
    if (running === undefined) return;
    closeSync(running.socket);
    awaitChild(running.pid);
    running = undefined;
  };
  // Whoever inherits our children may not collect them, as process 1 of many containers.
  process.once("exit", stop);
  return {
    /** A spawner that was killed is replaced. */
    start(plan: Uint8Array, descriptors: PlanDescriptors): number {
      const file = planFile(plan);
      try {
        for (let attempt = 0; attempt < 2; attempt++) {
          if (running === undefined) {
            const launched = launch();
            if (launched < 0) return launched;
          }
          const answer =
            running === undefined ? undefined : ask(running.socket, plan.byteLength, descriptors, file);
          if (answer !== undefined) return answer;
          stop();
        }
        return -EPIPE;
      } finally {
        closeSync(file);
      }
    },
  };
});

const REQUEST_BYTES = 16;
const ANSWER_BYTES = 8;

/** Undefined when the spawner is gone. */
function ask(
  socket: number,
  planBytes: number,
  { streams, status, control }: PlanDescriptors,
  file: number,
): number | undefined {
  const request = Buffer.alloc(REQUEST_BYTES);
  const passed = [...streams, status, control];
  request.writeUInt32LE(planBytes, 0);
  // A bit for each that is there.
  request.writeUInt32LE(
    passed.reduce((bits, fd, index) => (fd < 0 ? bits : bits | (1 << index)), 0),
    8,
  );
  if (!sendDescriptors(socket, request, [...passed.filter((fd) => fd >= 0), file])) return undefined;
  const answer = Buffer.alloc(ANSWER_BYTES);
  try {
    return readSync(socket, answer) === ANSWER_BYTES ? Number(answer.readBigInt64LE()) : undefined;
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return error.code === "EAGAIN" ? -ETIMEDOUT : undefined;
  }
}

function planFile(plan: Uint8Array): number {
  const file = memoryFile("codex-plan");
  writeAll(file, plan);
  return file;
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.byteLength;) done += writeSync(fd, bytes, done);
}
