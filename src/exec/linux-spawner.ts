// Starts the helper, which carries out plans: as the spawner beside this process, or in its place.

import { accessSync, closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { constants as system, tmpdir } from "node:os";
import { once } from "../util/once";
import { UserError } from "../util/user-error";
import {
  awaitChild,
  becomeProgram,
  executableMemoryFile,
  makeConnection,
  makePipe,
  memoryFile,
  sendDescriptors,
  setInherited,
  startProgram,
  type PipeEnds,
} from "./libc";
import type { CommandSpec } from "./command";
import type { NamespaceConfinement } from "./confinement";
import { compileHelper } from "./linux-helper";
import { compileHelper as builtHelper } from "./linux-helper" with { type: "macro" };
import { encodePlan } from "./linux-plan";

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
 * This process ends here: the helper waits for the command in its place, under its process id, passes signals on, writes on what
 * comes through pipes, and ends as the command does. Should the command not start, `program` is executed, to say why. Returns
 * when the helper cannot be executed, and then there was no command.
 * @param command has the streams of this process, or pipes to them
 * @param program our own path and arguments
 * @param env for `program` alone, `NAME=VALUE`
 */
export function becomeCommand(
  command: Pick<CommandSpec, "argv" | "cwd" | "env" | "stdout" | "stderr">,
  confinement: NamespaceConfinement,
  program: readonly [string, ...string[]],
  env: readonly string[],
): void {
  const stdout = command.stdout === "pipe" ? makePipe() : INHERITED_STDOUT;
  const both = command.stderr === "stdout" && command.stdout === "pipe";
  // Where both are the same file, one pipe takes all; it is read once.
  const joined = both ? { write: stdout.write, read: NOTHING } : INHERITED_STDERR;
  const stderr = command.stderr === "pipe" ? makePipe() : joined;
  const [status, control] = [makePipe(), makePipe()];
  const plan = encodePlan(command, confinement, undefined).bytes;
  const file = planFile(plan);
  const passed = [0, stdout.write, stderr.write, status.write, control.read];
  const kept = [status.read, control.write, stdout.read, stderr.read];
  const ours = new Set([file, ...passed, ...kept].filter((fd) => fd > 2));
  for (const fd of ours) setInherited(fd, true);
  // Its start takes about as long as the end of this program, and can happen meanwhile.
  const words = ["codex-keeper", "keep", file, plan.byteLength, ...passed];
  const keeper = startProgram(helperPath(), words.map(String));
  if (keeper > 0) {
    becomeProgram(helperPath(), ["codex", "stand-in", ...kept.map(String), ...program], env);
  }
  for (const fd of ours) closeSync(fd);
  if (keeper > 0) awaitChild(keeper);
}

/** No descriptor. */
const NOTHING = -1;
const INHERITED_STDOUT: PipeEnds = { read: NOTHING, write: 1 };
const INHERITED_STDERR: PipeEnds = { read: NOTHING, write: 2 };

const helperPath = once((): string => {
  // A text, by the time this is built: then what compiles, and the C text, are not in the executable.
  const image = builtHelper() ?? compileHelper();
  if (image === null) throw new Error("there is no sandbox helper for this system");
  const bytes = Buffer.from(image, "base64");
  const fd = executableMemoryFile("codex-helper");
  if (fd !== undefined) writeAll(fd, bytes);
  return descriptorPath(fd ?? onDisk(bytes));
});

const descriptorPath = (fd: number) => `/proc/self/fd/${fd}`;

/** Where files in memory may not be executed: a file without a name, which nobody can write to any more. */
function onDisk(bytes: Uint8Array): number {
  const folders = [...new Set([tmpdir(), "/var/tmp", "/dev/shm"])];
  for (const folder of folders) {
    const fd = unnamedFile(folder, bytes);
    if (fd !== undefined) return fd;
  }
  throw new UserError(
    `This system does not let the sandbox's helper be executed, neither from memory (vm.memfd_noexec) nor from ${folders.join(", ")}. ` +
      "Set TMPDIR to a folder on a disk without noexec.",
  );
}

const O_TMPFILE = 0o20_000_000 | constants.O_DIRECTORY;

/** Undefined where there can be none, or where it could not be executed. */
function unnamedFile(folder: string, bytes: Uint8Array): number | undefined {
  let fd: number | undefined;
  try {
    const written = openSync(folder, O_TMPFILE | constants.O_RDWR, 0o500);
    try {
      writeAll(written, bytes);
      fd = openSync(descriptorPath(written), constants.O_RDONLY);
    } finally {
      closeSync(written); // What is open for writing cannot be executed.
    }
    accessSync(descriptorPath(fd), constants.X_OK);
    return fd;
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    if (fd !== undefined) closeSync(fd);
    return undefined;
  }
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
