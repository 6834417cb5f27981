// The goal of a thread in its session file: one event whenever it changes, of which the newest counts.

import type { Goal, GoalStatus } from "../protocol/goal";
import type { EventMsg } from "../protocol/rollout";
import { isObject } from "./response-item";

const STATUSES: readonly GoalStatus[] = [
  "active",
  "paused",
  "blocked",
  "usageLimited",
  "budgetLimited",
  "complete",
];

/** The payload of the line that keeps a goal, or says that there is none any more. */
export function goalEvent(threadId: string, turnId: string | null, goal: Goal | null): EventMsg {
  return goal === null
    ? { type: "thread_goal_cleared", threadId }
    : { type: "thread_goal_updated", threadId, turnId, goal };
}

/** What a line says of the goal of a thread; undefined when it says nothing, as that of a thread which it is a fork of. */
export function goalIn(event: EventMsg, threadId: string): Goal | null | undefined {
  if (event["threadId"] !== threadId) return undefined;
  if (event.type === "thread_goal_cleared") return null;
  const { goal } = event;
  if (event.type !== "thread_goal_updated" || !isObject(goal)) return undefined;
  const { objective, tokenBudget } = goal;
  const status = STATUSES.find((one) => one === goal["status"]);
  if (typeof objective !== "string" || status === undefined) return undefined;
  return {
    threadId,
    objective,
    status,
    tokenBudget: typeof tokenBudget === "number" ? tokenBudget : null,
    tokensUsed: count(goal["tokensUsed"]),
    timeUsedSeconds: count(goal["timeUsedSeconds"]),
    createdAt: count(goal["createdAt"]),
    updatedAt: count(goal["updatedAt"]),
  };
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
