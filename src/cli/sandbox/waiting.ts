// Runs the command of `codex sandbox` beside this process: where it cannot take our place, and to explain why one did not start.

import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { spawnCommand, type CommandSpec, type ExitStatus, type RunningCommand } from "../../exec/spawn";
import type { PermissionProfile } from "../../protocol/policy";
import { confine, type ConfineOptions } from "../../sandbox/confine";
import { UserError } from "../../util/user-error";
import { writeOutputNow } from "../output";
import { denialLog } from "./denials";
import { relay } from "./relay";
import { handOver } from "./streams";

export type SandboxJob = Pick<CommandSpec, "argv" | "cwd" | "env"> & {
  readonly profile: PermissionProfile;
  readonly options: ConfineOptions;
  readonly logDenials: boolean;
};

/**
 * Everything that ends a command from a terminal or a supervisor, the two that mean what the command says, and that the window has
 * another size, which only comes to those whose terminal it is.
 */
const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH"] as const;
/** As a shell reports them. */
const NOT_EXECUTABLE_EXIT_CODE = 126;
const NOT_FOUND_EXIT_CODE = 127;
const SIGNAL_EXIT_CODE = 128;

/**
 * Resolves to the command's exit code, or 128 + n when signal n ended it.
 * @throws UserError when it cannot be executed, or the sandbox cannot be built
 */
export async function waitFor({ profile, options, logDenials, ...command }: SandboxJob): Promise<number> {
  const logTag = `codex-${process.pid}-${crypto.randomUUID()}`;
  const confinement = confine(profile, { ...options, ...(logDenials && { logTag }) });
  if (confinement.type === "refused") throw new UserError(`${confinement.reason} ${confinement.fix}`);
  const streams = handOver(confinement);
  using signals = takeSignals();
  const log = logDenials ? await denialLog(confinement, { ...options, profile }, logTag) : undefined;
  await using running = spawnCommand({ ...command, confinement, ...streams, ...log?.watch });
  signals.passTo(running);
  await relay(running, streams);
  const status = await running.exited;
  if (status.type !== "failed") for (const note of status.notes ?? []) writeOutputNow(2, `codex: ${note}\n`);
  if (log !== undefined && status.type !== "failed") writeOutputNow(2, await log.text());
  return exitCodeOf(status);
}

/**
 * Until disposed, signals for us are signals for the command: it decides whether to end. They are taken before it starts,
 * so that one that comes early is passed on too.
 */
function takeSignals(): Disposable & { readonly passTo: (command: RunningCommand) => void } {
  const early: NodeJS.Signals[] = [];
  let target: RunningCommand | null = null;
  const take = (signal: NodeJS.Signals): void => {
    if (target === null) early.push(signal);
    else target.kill(signal);
  };
  // SIGTSTP itself would not stop a command that no shell watches over, and may not stop us for the same reason.
  const stop = (): void => {
    target?.kill("SIGSTOP");
    process.off("SIGTSTP", stop);
    process.kill(process.pid, "SIGTSTP");
    process.on("SIGTSTP", stop);
    target?.kill("SIGCONT");
  };
  const taken = [...FORWARDED.map((signal) => [signal, take] as const), ["SIGTSTP", stop] as const].filter(
    ([signal]) => !isIgnored(signal),
  );
  for (const [signal, listener] of taken) process.on(signal, listener);
  return {
    passTo(command) {
      target = command;
      for (const signal of early) command.kill(signal);
    },
    [Symbol.dispose]() {
      for (const [signal, listener] of taken) process.off(signal, listener);
    },
  };
}

/** Whether whoever started us has us ignore it, as `nohup` does. Known on Linux only. */
function isIgnored(signal: NodeJS.Signals): boolean {
  if (process.platform !== "linux") return false;
  const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  return ((BigInt(`0x${mask}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
}

function exitCodeOf(status: ExitStatus): number {
  switch (status.type) {
    case "exited":
      return status.code;
    case "signaled":
      return SIGNAL_EXIT_CODE + status.signal;
    case "failed":
      throw new UserError(status.message, { exitCode: failureExitCode(status.cause) });
    default:
      return status satisfies never;
  }
}

function failureExitCode(cause: Extract<ExitStatus, { type: "failed" }>["cause"]): number {
  if (cause === "not_found") return NOT_FOUND_EXIT_CODE;
  return cause === "not_executable" ? NOT_EXECUTABLE_EXIT_CODE : 1;
}
