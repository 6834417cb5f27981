// Runs the command of one hook to its end or its time limit: JSON on its stdin, its output within bounds (agent.md 15).

import { boundedOutput, OUTPUT_BYTES } from "../exec/output";
import { shellArgv, type Shell } from "../exec/shell";
import { spawnCommand } from "../exec/spawn";
import type { ExitStatus } from "../exec/command";
import type { Hook } from "../protocol/hooks";
import { messageOf } from "../util/user-error";

export type HookExit =
  | {
      readonly type: "exited";
      readonly code: number;
      /** Of what is too long, the beginning and the end. */
      readonly stdout: string;
      readonly stderr: string;
      /** More was written to stdout than is kept. */
      readonly isCut: boolean;
    }
  /** It did not come to an end of its own; `reason` is a sentence for people without its full stop. */
  | { readonly type: "failed"; readonly reason: string };

export type HookPlaceToRun = {
  /** The user's. */
  readonly shell: Shell;
  /** Absolute. */
  readonly cwd: string;
  /** Of this process; without what would turn a copy of this executable into something else. */
  readonly env: Readonly<Record<string, string>>;
};

/** After the end its output is read this long, should a child of its have kept the pipe open. */
const DRAIN_MS = 250;

/** A hook that need not be waited for any longer is killed with its process group. Never rejects. */
export async function runHook(
  hook: Hook,
  input: string,
  place: HookPlaceToRun,
  signal: AbortSignal,
): Promise<HookExit> {
  try {
    return await runToEnd(hook, input, place, signal);
  } catch (error) {
    return { type: "failed", reason: `hook could not be run: ${messageOf(error)}` };
  }
}

async function runToEnd(
  hook: Hook,
  input: string,
  { shell, cwd, env }: HookPlaceToRun,
  signal: AbortSignal,
): Promise<HookExit> {
  await using running = spawnCommand({
    argv: shellArgv(shell, hook.command, false),
    cwd,
    env,
    confinement: { type: "none" },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
    leftovers: "kept",
  });
  const stdout = boundedOutput();
  const stderr = boundedOutput();
  const read = Promise.all([drain(running.stdout, stdout), drain(running.stderr, stderr)]);
  void feed(running, input);
  const ended = await endOf(running.exited, hook.timeout, signal);
  if (ended === "timed_out") return { type: "failed", reason: `hook timed out after ${hook.timeout}s` };
  if (ended === "interrupted") return { type: "failed", reason: "hook was interrupted" };
  switch (ended.type) {
    case "failed":
      return { type: "failed", reason: `hook could not be started: ${ended.message}` };
    case "signaled":
      return { type: "failed", reason: "hook exited without a status code" };
    case "exited": {
      await Promise.race([read, Bun.sleep(DRAIN_MS)]);
      const isCut = stdout.totalBytes > OUTPUT_BYTES;
      return { type: "exited", code: ended.code, stdout: stdout.text(), stderr: stderr.text(), isCut };
    }
    default:
      return ended satisfies never;
  }
}

/** A hook may end without having read what it is told. */
async function feed(
  running: { readonly write: (bytes: Uint8Array) => Promise<void>; readonly closeStdin: () => void },
  input: string,
): Promise<void> {
  await running.write(Buffer.from(input));
  running.closeStdin();
}

async function drain(
  stream: ReadableStream<Uint8Array> | null,
  output: ReturnType<typeof boundedOutput>,
): Promise<void> {
  for await (const chunk of stream ?? []) output.write(chunk);
}

/** @param seconds how long it is waited for */
async function endOf(
  exited: Promise<ExitStatus>,
  seconds: number,
  signal: AbortSignal,
): Promise<ExitStatus | "timed_out" | "interrupted"> {
  const cut = Promise.withResolvers<"timed_out" | "interrupted">();
  const interrupt = () => cut.resolve("interrupted");
  const timer = setTimeout(() => cut.resolve("timed_out"), Math.min(seconds * 1000, MAX_TIMER_MS));
  signal.addEventListener("abort", interrupt, { once: true });
  if (signal.aborted) interrupt();
  try {
    return await Promise.race([exited, cut.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", interrupt);
  }
}

/** What a timer can hold, in milliseconds; 24 days. */
const MAX_TIMER_MS = 2_147_483_647;
