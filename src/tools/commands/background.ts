// The commands of the model that run in the background, as people see and stop them (tui.md 3: /ps, /stop).

import type { BackgroundProcess } from "../../protocol/thread";
import type { ProcessTable } from "./process-table";

/** Of its output. */
const SHOWN_LINES = 3;
const KILL_GRACE_MS = 500;

/** Oldest first. */
export function background(processes: ProcessTable): readonly BackgroundProcess[] {
  return processes.inBackground().map((session) => ({
    id: session.id,
    command: session.command.at(-1) ?? "",
    cwd: session.cwd,
    startedAt: Math.round(performance.timeOrigin + session.startedAt),
    lastLines: session.text().trimEnd().split("\n").slice(-SHOWN_LINES),
  }));
}

/** Ends all of them, and returns how many they were. */
export async function stopBackground(processes: ProcessTable): Promise<number> {
  const running = processes.inBackground();
  await Promise.all(running.map((session) => session.terminate(KILL_GRACE_MS)));
  return running.length;
}
