// Says in one sentence why a command did not start: what failed, why, and what to do about it.

import { readFileSync } from "node:fs";
import { constants } from "node:os";
import type { CommandSpec, RunningCommand, StartFailure } from "./command";
import type { Steps } from "./linux-steps";

/** The numbers of `enum AT_…` in the C text. */
const PLACES = {
  clone: 1,
  identity: 2,
  mount: 3,
  placeholder: 4,
  rights: 5,
  filter: 6,
  fork: 7,
  directory: 8,
  streams: 9,
  terminal: 10,
  execute: 11,
  close: 12,
  loopback: 13,
} as const;

/** Where it failed, the error number, and for mounts and placeholders which one. */
export type FailureRecord = { readonly where: number; readonly error: number; readonly detail: number };

export const CLONE_FAILED = PLACES.clone;

/** What the rest of the system says about namespaces; see `blockerFacts`. */
export type BlockerFacts = {
  readonly maxUserNamespaces: string | undefined;
  readonly unprivilegedClone: string | undefined;
  readonly apparmorRestricts: string | undefined;
  /** Process 1 here is that of a sandbox of ours. */
  readonly isConfined: boolean;
  /** The `Seccomp:` line of our own status: `2` where a container filters system calls. */
  readonly seccomp: string | undefined;
};

export function startFailure(
  record: FailureRecord,
  spec: Pick<CommandSpec, "argv" | "cwd">,
  plan: Steps,
): StartFailure {
  const reason = errorText(record.error);
  switch (record.where) {
    case PLACES.execute:
      return commandFailure(spec.argv[0] ?? "", record.error);
    case PLACES.directory:
      return directoryFailure(spec.cwd, record.error);
    case PLACES.streams:
      return {
        type: "failed",
        cause: "other",
        message: `${STREAMS[record.detail]} cannot be passed on: ${reason}`,
      };
    case PLACES.fork:
    case PLACES.terminal:
      return { type: "failed", cause: "other", message: `the command could not be started: ${reason}` };
    default: {
      const advice = sandboxFailure(record, plan, blockerFacts());
      return { type: "failed", cause: "sandbox", message: `${advice.reason}; ${advice.fix}.`, advice };
    }
  }
}

/** A command that never ran, in the shape of one that did. Its streams are empty and at their end; what is written to it goes nowhere. */
export function neverStarted(
  spec: Pick<CommandSpec, "stdout" | "stderr">,
  failure: StartFailure,
): RunningCommand {
  const exited = Promise.resolve(failure);
  const empty = () => new Blob([]).stream() as ReadableStream<Uint8Array>; // Bun types a Blob's stream by its content.
  return {
    pid: -1,
    exited,
    kill: () => {},
    stdout: spec.stdout === "pipe" ? empty() : null,
    stderr: spec.stderr === "pipe" ? empty() : null,
    write: async () => {},
    closeStdin: () => {},
    terminate: () => exited,
    resize: () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

export function commandFailure(program: string, error: number): StartFailure {
  const cause = isMissing(error) ? "not_found" : "not_executable";
  return { type: "failed", cause, message: `Failed to execute ${program}: ${errorText(error)}` };
}

export function directoryFailure(cwd: string, error: number): StartFailure {
  return { type: "failed", cause: "directory", message: `Failed to enter ${cwd}: ${errorText(error)}` };
}

/** The runtime has other numbers for them there. */
const WINDOWS_TEXTS: Readonly<Record<number, string>> | undefined =
  process.platform === "win32"
    ? { 2: "no such file or directory", 13: "permission denied", 20: "not a directory" }
    : undefined;

/** `No such file or directory (os error 2)`. */
export function errorText(error: number): string {
  // Loaded when it is needed: it takes longer to load than all that starts a command.
  const { getSystemErrorMessage } = process.getBuiltinModule("node:util");
  const text = WINDOWS_TEXTS?.[error] ?? getSystemErrorMessage(-error) ?? "unknown error";
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} (os error ${error})`;
}

/** `cause` is the end of the reason, where that is something about the system: `AppArmor restricts user namespaces`. */
export type Advice = { readonly reason: string; readonly fix: string; readonly cause?: string };

/** What stands in the way of a sandbox and how to clear it; a pure function of what is known. */
export function sandboxFailure(record: FailureRecord, plan: Steps, facts: BlockerFacts): Advice {
  const { EPERM, EACCES, ENOSPC, ELOOP, ESTALE, EINVAL, ENOSYS, ENOEXEC, EPIPE, ETIMEDOUT } = constants.errno;
  const { where, error, detail } = record;
  if (where === PLACES.clone && [ETIMEDOUT, ENOEXEC, EPIPE].includes(error)) return NO_ANSWER;
  const unbuilt = where === PLACES.clone || where === PLACES.identity;
  if (unbuilt && [EPERM, EACCES, ENOSPC, EINVAL, ENOSYS].includes(error)) return blocker(facts, error);
  if (where === PLACES.placeholder) {
    return {
      reason: `the sandbox cannot protect ${plan.placeholders[detail]}, which does not exist: ${errorText(error)}`,
      fix: "create it, or make its folder writable",
    };
  }
  if (where !== PLACES.mount) {
    return {
      reason: `the sandbox cannot be built: ${errorText(error)} (step ${where})`,
      fix: "please report this",
    };
  }
  const path = plan.steps[detail]?.path ?? "";
  if (error === ELOOP) {
    return {
      reason: `the sandbox cannot protect ${path} because a symbolic link leads to it`,
      fix: "replace the link with what it points to",
    };
  }
  if (error === ESTALE || error === constants.errno.ENOENT) {
    return {
      reason: `the sandbox cannot protect ${path} because it changed while the command was starting`,
      fix: "run it again",
    };
  }
  if ([EPERM, EACCES].includes(error)) return blocker(facts, error);
  return { reason: `the sandbox cannot be built: ${errorText(error)} at ${path}`, fix: "please report this" };
}

/** Its memory is given back in one step, which takes an emulator minutes. Nothing else can be built then either. */
export const NO_ANSWER: Advice = {
  reason:
    "the sandbox cannot be built: its first process does not start, as under an emulator such as qemu-user",
  fix: "use the executable that was made for this machine's own processor",
};

const STREAMS = ["stdin", "stdout", "stderr"];

function blocker(facts: BlockerFacts, error: number): Advice {
  const [cause, fix] = blockerCause(facts, error);
  return { reason: `the sandbox cannot be built because ${cause}`, fix, cause };
}

function blockerCause(facts: BlockerFacts, error: number): readonly [cause: string, fix: string] {
  if (facts.isConfined) {
    return [
      "user 0 cannot build another one inside it",
      "run the inner command without: the outer sandbox holds",
    ];
  }
  if (facts.maxUserNamespaces === "0") {
    return [
      "user.max_user_namespaces is 0",
      "allow user namespaces with `sudo sysctl -w user.max_user_namespaces=15000`",
    ];
  }
  if (facts.unprivilegedClone === "0") {
    return [
      "kernel.unprivileged_userns_clone is 0",
      "allow user namespaces with `sudo sysctl -w kernel.unprivileged_userns_clone=1`",
    ];
  }
  if (facts.apparmorRestricts === "1") {
    return [
      "AppArmor restricts user namespaces",
      "allow them with `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`",
    ];
  }
  if (facts.seccomp === "2") {
    return [
      "a system call filter, probably the container's, refuses user namespaces",
      "start the container with `--security-opt seccomp=unconfined`",
    ];
  }
  return [
    `the kernel refuses user namespaces: ${errorText(error)}`,
    "leave the chroot, or use a kernel with CONFIG_USER_NS",
  ];
}

function blockerFacts(): BlockerFacts {
  return {
    isConfined: setting("/proc/1/comm") === "codex-sandbox",
    maxUserNamespaces: setting("/proc/sys/user/max_user_namespaces"),
    unprivilegedClone: setting("/proc/sys/kernel/unprivileged_userns_clone"),
    apparmorRestricts: setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
    seccomp: /^Seccomp:\s*(\d)/m.exec(setting("/proc/self/status") ?? "")?.[1],
  };
}

/** Undefined where this kernel has no such setting. */
function setting(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

function isMissing(error: number): boolean {
  return error === constants.errno.ENOENT || error === constants.errno.ENOTDIR;
}
