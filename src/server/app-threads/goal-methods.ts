// A thread's goal: thread/goal/set, thread/goal/get, thread/goal/clear, and how it is told (app-server.md 5 and 18).

import { findById } from "../../rollout/find";
import { rebuild } from "../../rollout/rebuild";
import type { ThreadGoals } from "../../protocol/goal";
import { UserError } from "../../util/user-error";
import { answering, method, type App, type Method } from "../app/app";
import { readThreadId, refuse } from "../app/params";
import { oneOf, optional, required, string, struct, wrongType, type Decode, type Field } from "../rpc/decode";
import { sayGoal } from "./goal-out";
import type { LiveThread } from "./live-thread";
import { threadKey } from "./thread-methods";

const STATUSES = ["active", "paused", "blocked", "usageLimited", "budgetLimited", "complete"] as const;

const i64: Decode<number> = (value) =>
  typeof value === "number" && Number.isSafeInteger(value) ? value : wrongType(value, "i64");
/** Null takes the budget away, and is not the same as nothing. */
const budget: Field<number | null | undefined> = {
  decode: (value) => (value === null ? null : i64(value)),
  missing: () => undefined,
};

const threadParams = (name: string) => struct(name, { threadId: required(string) });

export const GOAL_METHODS: readonly (readonly [string, Method])[] = [
  answering(
    "thread/goal/set",
    struct("ThreadGoalSetParams", {
      threadId: required(string),
      objective: optional(string),
      status: optional(oneOf(...STATUSES)),
      tokenBudget: budget,
    }),
    async ({ threadId, objective, status, tokenBudget }, { app }) => {
      const live = await loaded(app, readThreadId(threadId), "changed");
      const goal = await goalsOf(live).change({ objective, status, tokenBudget });
      if ("refused" in goal) throw refuse(goal.refused);
      const after = () => {
        sayGoal(live);
        live.pursue();
      };
      return { result: { goal }, after };
    },
    { key: threadKey },
  ),
  method(
    "thread/goal/get",
    threadParams("ThreadGoalGetParams"),
    async ({ threadId }, { app }) => {
      const id = readThreadId(threadId);
      const live = app.threads.get(id);
      return { goal: live === undefined ? await storedGoal(app, id) : goalsOf(live).current() };
    },
    { key: threadKey },
  ),
  answering(
    "thread/goal/clear",
    threadParams("ThreadGoalClearParams"),
    async ({ threadId }, { app }) => {
      const live = await loaded(app, readThreadId(threadId), "cleared");
      const cleared = goalsOf(live).clear();
      return { result: { cleared }, after: () => (cleared ? sayGoal(live) : undefined) };
    },
    { key: threadKey },
  ),
];

/** @throws RpcFailure */
function goalsOf(live: LiveThread): ThreadGoals {
  const { goals } = live.thread;
  if (goals !== undefined) return goals;
  throw refuse(
    live.ephemeral ? `ephemeral thread does not support goals: ${live.id}` : "goals feature is disabled",
  );
}

/** @throws RpcFailure for a thread that is not loaded: its file may be that of another process at work */
async function loaded(app: App, id: string, done: string): Promise<LiveThread> {
  const live = app.threads.get(id);
  if (live !== undefined) return live;
  await pathOf(app, id);
  throw refuse(`the goal of a thread that is not loaded cannot be ${done}: resume ${id} first`);
}

async function storedGoal(app: App, id: string) {
  return rebuild(await pathOf(app, id)).goal;
}

async function pathOf({ place }: App, id: string): Promise<string> {
  try {
    return await findById(place.codexHome, id);
  } catch (error) {
    if (error instanceof UserError) throw refuse(`thread not found: ${id}`);
    throw error;
  }
}
