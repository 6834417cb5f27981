// Runs a program that takes the terminal over for a while: an editor, a pager.

import { spawnCommand, type ExitStatus } from "../../exec/spawn";
import type { Screen } from "../terminal/screen";

export type Environment = Readonly<Record<string, string | undefined>>;

export type ProgramPlace = {
  readonly cwd: string;
  readonly env: Environment;
  /** Ends the program. */
  readonly signal: AbortSignal;
};

/** Resolves when it has ended; the terminal is ours again. */
export async function runOnTerminal(
  screen: Screen,
  argv: readonly string[],
  { cwd, env, signal }: ProgramPlace,
): Promise<ExitStatus> {
  return await screen.lend(async () => {
    await using program = spawnCommand({
      argv,
      cwd,
      env: definedOnly(env),
      confinement: { type: "none" },
      stdin: "inherit",
      stdout: "inherit",
      stderr: "inherit",
      session: "ours",
    });
    const end = () => program.kill("SIGTERM");
    if (signal.aborted) end();
    signal.addEventListener("abort", end);
    try {
      return await program.exited;
    } finally {
      signal.removeEventListener("abort", end);
    }
  });
}

export type HelperPlace = {
  readonly cwd: string;
  readonly env: Environment;
  /** It is killed after this. */
  readonly timeoutMs: number;
};

/** Runs a program that needs no terminal and gets nothing on stdin; its output, at most `maxBytes` of it. */
export async function runHelper(
  argv: readonly string[],
  options: HelperPlace & { readonly maxBytes: number },
): Promise<{ readonly exit: ExitStatus; readonly output: Uint8Array; readonly cut: boolean }> {
  await using program = spawnCommand({
    argv,
    cwd: options.cwd,
    env: definedOnly(options.env),
    confinement: { type: "none" },
    stdin: "null",
    stdout: "pipe",
    stderr: "stdout",
  });
  const timer = setTimeout(() => program.kill(), options.timeoutMs);
  try {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    let cut = false;
    if (program.stdout !== null) {
      for await (const chunk of program.stdout) {
        chunks.push(chunk.subarray(0, options.maxBytes - bytes));
        bytes += chunk.byteLength;
        cut = bytes > options.maxBytes;
        if (cut) break;
      }
    }
    if (cut) program.kill();
    return { exit: await program.exited, output: Buffer.concat(chunks), cut };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs a program that takes `input` and has nothing to say. What it leaves behind when it ends well stays: the text on a
 * clipboard is held by a process.
 */
export async function feedHelper(
  argv: readonly string[],
  { cwd, env, input, timeoutMs }: HelperPlace & { readonly input: Uint8Array },
): Promise<ExitStatus> {
  await using program = spawnCommand({
    argv,
    cwd,
    env: definedOnly(env),
    confinement: { type: "none" },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "stdout",
    leftovers: "kept",
  });
  const timer = setTimeout(() => program.kill(), timeoutMs);
  void program.write(input).then(program.closeStdin);
  try {
    return await program.exited;
  } finally {
    clearTimeout(timer);
  }
}

function definedOnly(env: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
