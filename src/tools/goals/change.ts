// Changes a goal as a client or a person at the prompt wants it (app-server.md 5).

import type { Goal, GoalChange } from "../../protocol/goal";
import type { ResponseItem } from "../../protocol/response-items";
import type { GoalBook } from "./book";
import { changed, newGoal, problemOf } from "./ledger";
import { editedMessage } from "./messages";

/** @param tell what a turn that runs is to be told; undefined when none runs */
export function changeGoal(
  book: GoalBook,
  change: GoalChange,
  tell: ((item: ResponseItem) => void) | undefined,
): Goal | { readonly refused: string } {
  const problem = problemOf(change);
  if (problem !== null) return { refused: problem };
  const before = book.goal();
  const { objective } = change;
  if (before === null && objective === undefined) {
    return { refused: `cannot update goal for thread ${book.threadId}: no goal exists` };
  }
  const goal = changed(before ?? newGoal(book.threadId, objective ?? "", null), change);
  if (goal.status === "active" && before?.status !== "active") book.startClock();
  book.keep(goal, null);
  if (before?.status === "active" && before.objective !== goal.objective) tell?.(editedMessage(goal));
  return goal;
}
