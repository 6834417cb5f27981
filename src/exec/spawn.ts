// Starts a command the way its confinement says, the one door through which commands are run; without one, in a session of its own.

import { closeSync, statSync } from "node:fs";
import { constants } from "node:os";
import { once } from "../util/once";
import {
  terminate,
  type CommandSpec,
  type ExitStatus,
  type RunningCommand,
  type StartFailure,
} from "./command";
import type { TokenConfinement } from "./confinement";
import { findProgram } from "./executable";
import { awaitChild, makePipe } from "./libc";
import { spawnOnLinux } from "./linux-run";
import { commandFailure, directoryFailure, neverStarted } from "./start-failure";
import { NOTHING, openStreams, terminalOutput, writeNow, type Streams, type TerminalOutput } from "./streams";
import watchdogScript from "./watchdog.sh" with { type: "text" };

export type { CommandSpec, ExitStatus, RunningCommand, TerminalSize } from "./command";

/**
 * Starts a command in a session of its own and returns at once. Whatever keeps it from running, a missing program as well
 * as a sandbox that cannot be built, is its exit status; it never runs with less confinement than asked for.
 * Dispose of the result: that kills what is left of it and closes our ends.
 */
export function spawnCommand(spec: CommandSpec): RunningCommand {
  if ([spec.cwd, ...spec.argv, ...Object.entries(spec.env).flat()].some((text) => text.includes("\0"))) {
    return neverStarted(spec, {
      type: "failed",
      cause: "other",
      message: "the command contains a NUL byte, which no argument, variable or path can hold",
    });
  }
  switch (spec.confinement.type) {
    case "none":
      if (process.platform === "win32" && spec.tty === undefined && spec.session !== "ours") {
        return windowsRun().spawnOnWindows(spec);
      }
      return spawnDirectly(spec);
    case "token":
      return spawnConfinedOnWindows(spec, spec.confinement);
    case "namespaces":
    case "bubblewrap":
    case "landlock":
      return spawnOnLinux(spec, spec.confinement);
    case "seatbelt":
      return spawnDirectly(spec, spec.confinement.wrapper);
    default:
      return spec.confinement satisfies never;
  }
}

function spawnConfinedOnWindows(spec: CommandSpec, confinement: TokenConfinement): RunningCommand {
  if (process.platform !== "win32") throw new Error("this confinement is of Windows");
  if (spec.tty === undefined) return windowsRun().spawnOnWindows(spec, confinement);
  const [reason, fix] = ["the sandbox of Windows has no terminal for a command", "run it without `tty`"];
  return neverStarted(spec, {
    type: "failed",
    cause: "sandbox",
    message: `${reason}; ${fix}.`,
    advice: { reason, fix },
  });
}

/** Only in executables for Windows: elsewhere the bundler sees that nobody gets here. */
function windowsRun(): typeof import("./windows-run") {
  if (process.platform === "win32") return require("./windows-run") as typeof import("./windows-run"); // It gives no types.
  throw new Error("this is for Windows");
}

/**
 * A watchdog is put over it, so that it dies with us.
 * @param wrapper words to be put before the command, which start it in turn; the first is a path
 * @throws Error when no descriptors are left; a command that cannot be started is an exit status
 */
function spawnDirectly(spec: CommandSpec, wrapper: readonly string[] = []): RunningCommand {
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
  if (!("type" in started)) return running(started, spec, streams, output);
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
  const announcer = announcing(spec);
  const words = [...(announcer?.words ?? []), ...wrapper, path, ...args];
  const argv0 = announcer?.words[0] ?? (wrapper.length === 0 ? (spec.arg0 ?? outer) : outer);
  const options = { argv0, cwd: spec.cwd, env: { ...spec.env } };
  const beyond = announcer === undefined ? [] : [announcer.pipe];
  try {
    if (output !== undefined) {
      return Bun.spawn(words, {
        ...options,
        terminal: output.options,
        stdio: [undefined, undefined, undefined, ...beyond],
      });
    }
    const [stdin = NOTHING, stdout = 1, stderr = 2] = streams?.child ?? [];
    return Bun.spawn(words, {
      ...options,
      stdio: [stdin === NOTHING ? "ignore" : stdin, stdout, stderr, ...beyond],
      detached: spec.session !== "ours",
    });
  } catch (error) {
    const errno =
      error instanceof Error && "errno" in error && typeof error.errno === "number" ? error.errno : 0;
    return commandFailure(program, Math.abs(errno) || constants.errno.EIO);
  }
}

function running(
  child: Bun.Subprocess,
  { leftovers }: Pick<CommandSpec, "leftovers">,
  streams: Streams | undefined,
  output: TerminalOutput | undefined,
): RunningCommand {
  const forget = watchGroup(child.pid);
  let ended = false;
  let killed = false;
  const kill = (signal: NodeJS.Signals = "SIGKILL") => {
    if (ended) return;
    killed = true;
    signalGroup(child.pid, signal);
  };
  // What the command left behind in its group goes with it; what made a session of its own is not ours.
  const endGroup = () => {
    if (ended) return;
    if (leftovers !== "kept" || killed) kill();
    ended = true;
    forget();
  };
  const exited = child.exited.then(async (): Promise<ExitStatus> => {
    if (leftovers !== "until disposed" || output !== undefined) endGroup();
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
      endGroup();
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

/** Nothing happens when the group is empty, or all that is left of it has become another user, as `sudo` makes it. */
function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(process.platform === "win32" ? group : -group, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && ["ESRCH", "EPERM"].includes(String(error.code))))
      throw error;
  }
}

/** From now on the group is killed when this process is gone. Returns how to call that off, for when the group has ended. */
function watchGroup(group: number): () => void {
  if (process.platform === "win32") return windowsRun().adoptProcess(group);
  const pipe = watchdog();
  writeNow(pipe, `+ ${group}\n`);
  return () => writeNow(pipe, `- ${group}\n`);
}

/** What a shell exports of its own accord. */
const EXPORTED = ["PWD", "OLDPWD", "SHLVL"];
/** What a shell passes on as it came. Functions of bash have other names, and some of its own variables it sets anew. */
const PASSED_ON = /^(?!(?:IFS|LINENO|OPTIND|PPID|PS[124]|SHELLOPTS|BASHOPTS)$)[A-Za-z_]\w*$/;

/**
 * Words to be put before a command: a shell that tells the watchdog its process id, on descriptor 3, and then becomes the
 * command. With `watchGroup` alone a command would be left behind when we are killed just after its start. Undefined where
 * there is no such shell, or no group, and where no shell would do: the command must be told a name of its own, or has variables
 * that would not get through.
 */
function announcing({ env, session, arg0 }: CommandSpec) {
  if (process.platform === "win32" || session === "ours" || arg0 !== undefined) return undefined;
  if (!Object.keys(env).every((name) => PASSED_ON.test(name))) return undefined;
  const extra = EXPORTED.filter((name) => env[name] === undefined);
  // In a shell of its own: where the watchdog is gone, the signal for that must not end the command.
  const announce = `(echo "+ $$" >&3); ${extra.length > 0 ? `unset ${extra.join(" ")}; ` : ""}exec "$@" 3>&-`;
  return { words: ["/bin/sh", "-c", announce, "sh"], pipe: watchdog() };
}

/** Started with the first group; it ends when this process does, however that comes. */
const watchdog = once((): number => {
  const { read, write } = makePipe();
  const shell = Bun.spawn(["/bin/sh", "-c", watchdogScript], {
    stdio: [read, "ignore", "ignore"],
    detached: true,
    env: {},
    cwd: "/",
  });
  shell.unref();
  closeSync(read);
  process.once("exit", () => {
    closeSync(write);
    awaitChild(shell.pid);
  });
  return write;
});
