// Takes back the newest turns of a thread: the model forgets them, files stay as they are (rollout.md 10).

import { UserError } from "../util/user-error";
import { rebuild } from "../rollout/rebuild";
import { isContextMessage, isUserPrompt } from "../rollout/user-messages";
import type { ResponseItem } from "../protocol/response-items";
import { recordEstimate } from "./compact";
import type { ThreadState } from "./thread-state";

/**
 * The session file, with the rollback in it, says what is left: also what a compaction that is taken back had removed.
 * A thread without a file has only its history.
 * @throws UserError while a turn runs
 */
export function rollBack(thread: ThreadState, userTurns: number): void {
  if (thread.running) throw new UserError("A turn is running. Interrupt it before you take turns back.");
  if (userTurns <= 0) return;
  const { log } = thread;
  log.rolledBack(userTurns, withoutTurns(log.history, userTurns));
  thread.baseline = undefined;
  thread.afterCompaction = undefined;
  const path = log.writtenPath;
  if (path !== undefined && log.failure === undefined) {
    const rebuilt = rebuild(path);
    log.history.splice(0, log.history.length, ...rebuilt.history);
    thread.baseline = rebuilt.contextBaseline;
  }
  recordEstimate(thread);
}

/** Cut at the n-th last prompt; the context that was told just before it goes with it. */
function withoutTurns(history: readonly ResponseItem[], userTurns: number): readonly ResponseItem[] {
  const prompts = history.flatMap((item, index) => (isUserPrompt(item) ? [index] : []));
  let end = prompts.at(-userTurns) ?? 0;
  for (let before = history[end - 1]; before !== undefined && isUpdate(before); before = history[end - 1])
    end -= 1;
  return history.slice(0, end);
}

function isUpdate(item: ResponseItem): boolean {
  return (item.type === "message" && item.role === "developer") || isContextMessage(item);
}
