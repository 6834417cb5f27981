// Where a thread's goal is kept while the thread is open: its newest state, and the line of the session file for each.

import type { ThreadEvent } from "../../protocol/events";
import type { Goal } from "../../protocol/goal";

export type GoalBook = {
  readonly threadId: string;
  /** Null when there is none. */
  readonly goal: () => Goal | null;
  /** Writes down what it is from now on; null: there is none. @param turnId the turn in which it changed */
  readonly keep: (goal: Goal | null, turnId: string | null) => void;
  /** The same, and tells of it. */
  readonly told: (goal: Goal, turnId: string) => ThreadEvent;
  /** A call of the response that is under way has made the goal, or ended its pursuit. */
  readonly calledIn: (response: "first" | "last") => void;
  /** Whether the response that has just ended counts. Asked once for each. */
  readonly takeResponse: () => boolean;
  /** Writes it down again, behind a compaction: what is before one is not read any more. */
  readonly again: () => void;
  /** From now on time counts. */
  readonly startClock: () => void;
  /** Whole seconds of the turn that were not counted before. @param turnStartedAt milliseconds since the epoch */
  readonly takeSeconds: (turnStartedAt: number) => number;
};

/** @param record appends to the session file */
export function goalBook(
  threadId: string,
  known: Goal | null,
  record: (goal: Goal | null, turnId: string | null) => void,
): GoalBook {
  let goal = known;
  let countedTo = 0;
  let spareMs = 0;
  let response: "first" | "last" | undefined;
  const keep: GoalBook["keep"] = (next, turnId) => {
    goal = next;
    record(next, turnId);
  };
  return {
    threadId,
    goal: () => goal,
    keep,
    told(next, turnId) {
      keep(next, turnId);
      return { type: "goal", goal: next };
    },
    calledIn(which) {
      response = which;
    },
    takeResponse() {
      const counts = response === undefined ? isPursued(goal) : response === "last";
      response = undefined;
      return counts;
    },
    again() {
      if (goal !== null) record(goal, null);
    },
    startClock() {
      countedTo = Date.now();
    },
    takeSeconds(turnStartedAt) {
      const now = Date.now();
      spareMs += Math.max(0, now - Math.max(countedTo, turnStartedAt));
      countedTo = now;
      const seconds = Math.floor(spareMs / 1000);
      spareMs -= seconds * 1000;
      return seconds;
    },
  };
}

/** What a turn does counts: also after the budget is used up, until the turn ends. */
export function isPursued(goal: Goal | null): goal is Goal {
  return goal?.status === "active" || goal?.status === "budgetLimited";
}
