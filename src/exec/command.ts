// What a command to run looks like, what a running one can do, and how it is ended: the same for every confinement.

import type { Confinement } from "./confinement";

export type CommandSpec = {
  /** The program, by path or by name in `env.PATH`, and its arguments. Never empty. */
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly confinement: Confinement;
  /** `null` reads as empty at once. */
  readonly stdin: "null" | "pipe" | "inherit";
  readonly stdout: "pipe" | "inherit";
  /** `stdout`: the same pipe, so that the order of what is written is kept. */
  readonly stderr: "pipe" | "stdout" | "inherit";
  /** `ours`: it belongs to the terminal's foreground, as an editor must; no sandbox then. Default `own`, a session of its own. */
  readonly session?: "own" | "ours";
  /** What the command is told as its own name; default the program. Without a sandbox only. */
  readonly arg0?: string;
  /**
   * What is left of its group when it has ended is killed, now or with the disposal, or kept where it ended by itself.
   * Default `killed`; without a sandbox and a terminal only, and nothing is kept on Windows.
   */
  readonly leftovers?: "killed" | "until disposed" | "kept";
  /** A terminal instead of the three streams: all output is in `stdout`, input goes through `write`. */
  readonly tty?: TerminalSize;
  /** Told of each system call that was refused; to ask makes the command slower. In namespaces and with Landlock only. */
  readonly onRefused?: (call: RefusedCall) => void;
};

/** A system call of a command that failed for want of permission, whoever refused it. */
export type RefusedCall = {
  /** By this processor's numbers. */
  readonly call: number;
  readonly error: number;
  readonly args: readonly bigint[];
  /** The name of the program, as far as the kernel keeps it. */
  readonly program: string;
  /** What it was about, where that is files; absolute where the folder was known. */
  readonly paths: readonly string[];
  /** Of a socket, as the system has it; empty otherwise. */
  readonly address: Uint8Array;
};

export type TerminalSize = { readonly columns: number; readonly rows: number };

export type ExitStatus =
  | { readonly type: "exited"; readonly code: number; readonly notes?: Notes }
  /** `signal` is its number, as in `128 + signal`. */
  | { readonly type: "signaled"; readonly signal: number; readonly notes?: Notes }
  | StartFailure;

/** What was done after the end, a sentence each: protected files that had to be put back. Also at the end of `stdout`. */
type Notes = readonly string[];

/** The command never ran. `cause` tells a command that cannot be executed from a sandbox that cannot be built. */
export type StartFailure = {
  readonly type: "failed";
  readonly cause: "not_found" | "not_executable" | "directory" | "sandbox" | "other";
  /** One sentence for a person: what failed, why, and what to do where that is known. */
  readonly message: string;
  /** The two halves of the message, when there is something to do. */
  readonly advice?: { readonly reason: string; readonly fix: string; readonly cause?: string };
};

/** Disposing of it kills what is still running and closes everything. */
export type RunningCommand = AsyncDisposable & {
  /** Of the process that stands for the command on this side of the sandbox; -1 when nothing was started. */
  readonly pid: number;
  /** Null unless piped. Ends when every writer is gone; its descriptor is then closed. */
  readonly stdout: ReadableStream<Uint8Array> | null;
  readonly stderr: ReadableStream<Uint8Array> | null;
  /** Resolves when the bytes are taken; a command that no longer reads takes them too. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly closeStdin: () => void;
  /** Resolves once, never rejects. In a sandbox no process of the command is left by then. */
  readonly exited: Promise<ExitStatus>;
  /** Sends a signal to the command's process group; KILL unless said otherwise. */
  readonly kill: (signal?: NodeJS.Signals) => void;
  /** TERM to the group, and KILL for what is left after the grace. */
  readonly terminate: (graceMs: number) => Promise<ExitStatus>;
  /** Of a terminal; does nothing otherwise. */
  readonly resize: (size: TerminalSize) => void;
};

/** Resolves when the command has ended, by itself or by force. `graceMs` is the time between TERM and KILL. */
export async function terminate(
  command: Pick<RunningCommand, "kill" | "exited">,
  graceMs: number,
): Promise<ExitStatus> {
  command.kill("SIGTERM");
  const timer = setTimeout(() => command.kill("SIGKILL"), graceMs);
  try {
    return await command.exited;
  } finally {
    clearTimeout(timer);
  }
}
