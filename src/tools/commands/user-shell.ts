// The user's own command, typed behind `!`: in their shell, outside the sandbox, without a question (tui.md 2, agent.md 13).

import { shellArgv, type Shell } from "../../exec/shell";
import type { ModelInfo } from "../../model/catalog";
import { truncateMiddle } from "../../model/truncate";
import type { ThreadEvent } from "../../protocol/events";
import { exitCodeOf, waitFor } from "./process-session";
import type { ProcessTable } from "./process-table";

const KILL_GRACE_MS = 50;

export type UserShell = {
  readonly shell: Shell;
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly processes: ProcessTable;
  readonly model: ModelInfo;
};

/** Runs to its end, or to the signal's; what leaves early ends it too. Returns what the model is told. */
export async function* runUserShell(
  command: string,
  { shell, environment, cwd, processes, model }: UserShell,
  signal: AbortSignal,
): AsyncGenerator<ThreadEvent, string> {
  const id = Bun.randomUUIDv7();
  const session = await processes.start(
    {
      argv: shellArgv(shell, command, true),
      cwd,
      env: environment,
      confinement: { type: "none" },
      stdin: "null",
      stdout: "pipe",
      stderr: "stdout",
    },
    id,
    "user_shell",
  );
  try {
    yield { type: "item.started", item: session.startedItem() };
    yield* waitFor(session, id, Infinity, signal); // no limit but the user's patience
    if (session.status === null) await session.terminate(KILL_GRACE_MS);
    yield { type: "item.completed", item: session.completedItem() };
  } finally {
    if (session.status === null) await session.terminate(KILL_GRACE_MS);
    processes.forget(session);
  }
  const cut = signal.aborted ? "command aborted by user\n" : "";
  const seconds = ((performance.now() - session.startedAt) / 1000).toFixed(4);
  const { text } = session.takeOutput();
  const output = session.status?.type === "failed" ? session.status.message : text;
  return [
    "<user_shell_command>",
    `<command>\n${command}\n</command>`,
    "<result>",
    `Exit code: ${signal.aborted ? -1 : exitCodeOf(session.status)}`,
    `Duration: ${seconds} seconds`,
    `Output:\n${truncateMiddle(cut + output, model.truncation)}`,
    "</result>",
    "</user_shell_command>",
  ].join("\n");
}
