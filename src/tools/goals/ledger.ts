// What becomes of a goal: made, changed, charged with what was used. Pure.

import type { Goal, GoalChange, GoalStatus } from "../../protocol/goal";

/** In characters. */
const LONGEST_OBJECTIVE = 4000;

export function newGoal(threadId: string, objective: string, tokenBudget: number | null): Goal {
  const now = nowSeconds();
  return {
    threadId,
    objective: objective.trim(),
    status: "active",
    tokenBudget,
    tokensUsed: 0,
    timeUsedSeconds: 0,
    createdAt: now,
    updatedAt: now,
  };
}

/** Why it cannot be, as a sentence without its full stop; null when it can. */
export function problemOf({ objective, tokenBudget }: GoalChange): string | null {
  const length = objective === undefined ? 1 : [...objective.trim()].length;
  if (length === 0) return "goal objective must not be empty";
  if (length > LONGEST_OBJECTIVE) return `goal objective must be at most ${LONGEST_OBJECTIVE} characters`;
  if (typeof tokenBudget === "number" && tokenBudget <= 0) {
    return "goal budgets must be positive when provided";
  }
  return null;
}

/** What stopped because its budget was used up cannot be paused as well, and goes on only with a larger one. */
export function changed(goal: Goal, { objective, status, tokenBudget }: GoalChange): Goal {
  const next = {
    ...goal,
    ...(objective !== undefined && { objective: objective.trim() }),
    ...(tokenBudget !== undefined && { tokenBudget }),
    updatedAt: nowSeconds(),
  };
  const wanted = status ?? goal.status;
  const stays = goal.status === "budgetLimited" && (wanted === "paused" || wanted === "blocked");
  return { ...next, status: stays ? "budgetLimited" : limited(next, wanted) };
}

/** @param tokens used since it was charged last; likewise the seconds */
export function charged(goal: Goal, tokens: number, seconds: number): Goal {
  const next = {
    ...goal,
    tokensUsed: goal.tokensUsed + tokens,
    timeUsedSeconds: goal.timeUsedSeconds + seconds,
    updatedAt: nowSeconds(),
  };
  return { ...next, status: limited(next, goal.status) };
}

function limited({ tokenBudget, tokensUsed }: Goal, status: GoalStatus): GoalStatus {
  return status === "active" && tokenBudget !== null && tokensUsed >= tokenBudget ? "budgetLimited" : status;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
