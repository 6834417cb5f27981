// Scenarios of goals in `codex exec`, as far as the reference ends them the same way twice: one that is active when its turn ends it does not.

import { completed, functionCall, message, respond } from "../support/responses-server";
import { json, type Run, type Scenario } from "./scenario";

/** Which responses count differs by one; see docs/differences.md. */
const UNCOUNTED = completed(null);
const DONE = respond(message("done"), UNCOUNTED);

function call(name: string, args: unknown, callId: string) {
  return respond(functionCall(name, args, callId), UNCOUNTED);
}

function notOffered(name: string, about: string, run: Run): Scenario {
  return { name, about, script: [call("create_goal", { objective: "x" }, "c1"), DONE], runs: [run] };
}

export const goals: readonly Scenario[] = [
  {
    name: "goal-reached",
    about: "a goal that is made, looked at and reached in one turn; a later one knows it",
    script: [
      call("get_goal", {}, "c1"),
      call("create_goal", { objective: "  ship it\n", token_budget: 5000 }, "c2"),
      call("get_goal", {}, "c3"),
      call("update_goal", { status: "complete" }, "c4"),
      call("get_goal", {}, "c5"),
      DONE,
      call("get_goal", {}, "c6"),
      DONE,
    ],
    runs: [json("go"), json("resume", "{thread}", "and now")],
  },
  {
    name: "goal-blocked",
    about: "a goal without a budget that the model gives up",
    script: [
      call("create_goal", { objective: "ship it" }, "c1"),
      call("update_goal", { status: "blocked" }, "c2"),
      DONE,
    ],
    runs: [json("go")],
  },
  {
    name: "goal-impossible",
    about: "goals that cannot be",
    script: [
      call("create_goal", { objective: " " }, "c1"),
      call("create_goal", { objective: "x".repeat(4001) }, "c2"),
      call("create_goal", { objective: "x", token_budget: 0 }, "c3"),
      DONE,
    ],
    runs: [json("go")],
  },
  notOffered("goals-off", "without the feature there are no goals", json("--disable", "goals", "go")),
  notOffered("goals-ephemeral", "a thread without a session file has no goals", json("--ephemeral", "go")),
];
