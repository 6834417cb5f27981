// Tells those who follow a thread what its goal is (app-server.md 18).

import type { LiveThread } from "./live-thread";

/** Tells what the goal is, or that there is none. Nothing of a thread that can have none. */
export function sayGoal(live: LiveThread): void {
  const { goals } = live.thread;
  if (goals === undefined) return;
  const goal = goals.current();
  const threadId = live.id;
  if (goal === null) void live.say("thread/goal/cleared", { threadId });
  else void live.say("thread/goal/updated", { threadId, turnId: null, goal });
}
