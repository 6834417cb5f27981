// A thread's goal as front ends see and change it (app-server.md 5).

import type { ThreadGoals } from "../../protocol/goal";
import type { ResponseItem } from "../../protocol/response-items";
import type { GoalBook } from "./book";

/** What has to be known of the thread. */
export type GoalThread = {
  readonly isRunning: () => boolean;
  /** Whether the next turn only plans. */
  readonly isPlanning: () => boolean;
  /** Takes what the model is to be told before its next request. */
  readonly tell: (item: ResponseItem) => void;
};

export function threadGoals(book: GoalBook, thread: GoalThread): ThreadGoals {
  return {
    current: book.goal,
    async change(change) {
      const { changeGoal } = await import("./work");
      return changeGoal(book, change, thread.isRunning() ? thread.tell : undefined);
    },
    clear() {
      if (book.goal() === null) return false;
      book.keep(null, null);
      return true;
    },
    isDue: () => book.goal()?.status === "active" && !thread.isRunning() && !thread.isPlanning(),
  };
}
