// /goal: what this conversation pursues; to give it a goal, to edit, pause, resume and end it (tui.md 3).

import type { GoalChange, ThreadGoals } from "../../protocol/goal";
import type { App, CommandCall } from "../app";
import { goalHint, goalText } from "../transcript/notes";
import { goOn } from "./goal-turn";

const USAGE = "/goal OBJECTIVE gives this conversation one.";

export async function goal(app: App, { args }: CommandCall): Promise<void> {
  const thread = app.thread();
  if (thread === undefined) return;
  const { goals } = thread;
  if (goals === undefined)
    return app.error("This conversation can have no goal: the feature `goals` is off.");
  const before = goals.current();
  switch (args.trim()) {
    case "":
      return before === null
        ? app.notice("There is no goal.", USAGE)
        : app.notice(goalText(before), goalHint(before));
    case "clear":
      return goals.clear() ? app.notice("The goal is gone.") : app.notice("There is no goal.", USAGE);
    case "pause":
      return await change(app, goals, { status: "paused" });
    case "resume":
      return await change(app, goals, { status: "active" });
    default:
      return await pursue(app, goals, args.trim());
  }
}

/** What is not reached yet is edited; what is makes room. */
async function pursue(app: App, goals: ThreadGoals, objective: string): Promise<void> {
  if (goals.current()?.status === "complete") goals.clear();
  await change(app, goals, { objective, status: "active" });
}

async function change(app: App, goals: ThreadGoals, wanted: GoalChange): Promise<void> {
  if (goals.current() === null && wanted.objective === undefined)
    return app.notice("There is no goal.", USAGE);
  const changed = await goals.change(wanted);
  if ("refused" in changed) return app.error(`${changed.refused}.`);
  app.notice(goalText(changed), goalHint(changed));
  goOn(app);
}
