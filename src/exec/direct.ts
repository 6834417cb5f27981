// Runs a command without a sandbox: a session of its own, so that all of it can be signalled, and a watchdog over it.

import { accessSync, constants as fsConstants, statSync } from "node:fs";
import { constants } from "node:os";
import { resolve } from "node:path";
import {
  terminate,
  type CommandSpec,
  type ExitStatus,
  type RunningCommand,
  type StartFailure,
} from "./command";
import { executableCandidates } from "./executable";
import { terminalOutput, type TerminalOutput } from "./pty";
import { commandFailure, directoryFailure, neverStarted } from "./start-failure";
import { NOTHING, openStreams, type Streams } from "./streams";
import { watchGroup } from "./watchdog";

/**
 * @param wrapper words to be put before the command, which start it in turn; the first is a path
 * @throws Error when no descriptors are left; a command that cannot be started is an exit status
 */
export function spawnDirectly(spec: CommandSpec, wrapper: readonly string[] = []): RunningCommand {
  const directory = statSync(spec.cwd, { throwIfNoEntry: false });
  if (directory?.isDirectory() !== true) {
    const { ENOENT, ENOTDIR } = constants.errno;
    return neverStarted(spec, directoryFailure(spec.cwd, directory === undefined ? ENOENT : ENOTDIR));
  }
  const path = findProgram(spec.argv[0] ?? "", spec);
  if (typeof path !== "string") return neverStarted(spec, path);
  const output = spec.tty === undefined ? undefined : terminalOutput(spec.tty);
  const streams = output === undefined ? openStreams(spec) : undefined;
  const started = start(path, spec, wrapper, streams, output);
  streams?.closeChildEnds();
  if (!("type" in started)) return running(started, streams, output);
  void streams?.stop();
  return neverStarted(spec, started);
}

function start(
  path: string,
  spec: CommandSpec,
  wrapper: readonly string[],
  streams: Streams | undefined,
  output: TerminalOutput | undefined,
): Bun.Subprocess | StartFailure {
  const [program = "", ...args] = spec.argv;
  const [outer = program] = wrapper;
  const words = [...wrapper, path, ...args];
  const options = { argv0: outer, cwd: spec.cwd, env: { ...spec.env } };
  try {
    if (output !== undefined) return Bun.spawn(words, { ...options, terminal: output.options });
    const [stdin = NOTHING, stdout = 1, stderr = 2] = streams?.child ?? [];
    return Bun.spawn(words, {
      ...options,
      stdio: [stdin === NOTHING ? "ignore" : stdin, stdout, stderr],
      detached: spec.session !== "ours",
    });
  } catch (error) {
    const errno =
      error instanceof Error && "errno" in error && typeof error.errno === "number" ? error.errno : 0;
    return commandFailure(program, Math.abs(errno) || constants.errno.EIO);
  }
}

/** The path that PATH of the command's own environment gives, not of ours. */
export function findProgram(
  program: string,
  { env, cwd }: Pick<CommandSpec, "env" | "cwd">,
): string | StartFailure {
  let reason: number = constants.errno.ENOENT;
  for (const candidate of executableCandidates(program, env.PATH)) {
    const path = resolve(cwd, candidate);
    if (!isFile(path)) continue;
    if (process.platform === "win32" || isExecutable(path)) return path;
    reason = constants.errno.EACCES;
  }
  return commandFailure(program, reason);
}

/** A folder of PATH that may not be looked into holds nothing for us. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, fsConstants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

function running(
  child: Bun.Subprocess,
  streams: Streams | undefined,
  output: TerminalOutput | undefined,
): RunningCommand {
  const forget = watchGroup(child.pid);
  let ended = false;
  const kill = (signal: NodeJS.Signals = "SIGKILL") => {
    if (!ended) signalGroup(child.pid, signal);
  };
  const exited = child.exited.then(async (): Promise<ExitStatus> => {
    // What the command left behind in its group goes with it; what made a session of its own is not ours.
    kill();
    ended = true;
    forget();
    await output?.end();
    child.terminal?.close();
    return statusOf(child);
  });
  const { terminal } = child;
  return {
    pid: child.pid,
    exited,
    kill,
    stdout: output?.stream ?? streams?.output?.stream ?? null,
    stderr: streams?.errors?.stream ?? null,
    async write(bytes) {
      if (terminal !== undefined && !terminal.closed) terminal.write(bytes);
      await streams?.input?.write(bytes);
    },
    closeStdin: () => streams?.input?.close(),
    terminate: (graceMs) => terminate({ kill, exited }, graceMs),
    resize(size) {
      if (terminal !== undefined && !terminal.closed) terminal.resize(size.columns, size.rows);
    },
    async [Symbol.asyncDispose]() {
      kill();
      await exited;
      await streams?.stop();
    },
  };
}

function statusOf(child: Bun.Subprocess): ExitStatus {
  const { signalCode } = child;
  if (typeof signalCode === "number") return { type: "signaled", signal: signalCode };
  if (signalCode !== null) return { type: "signaled", signal: constants.signals[signalCode] };
  return { type: "exited", code: child.exitCode ?? 0 };
}

/** Nothing happens when the group is empty. */
function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === "win32" ? group : -group, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
