// get_goal, create_goal, update_goal: how they are advertised. What they do is loaded when one is called.

import { CREATE_GOAL_PARAMETERS, GET_GOAL_PARAMETERS, UPDATE_GOAL_PARAMETERS } from "../schemas";
import { functionSpec, type Tool, type ToolSpec } from "../tool";
import createText from "./create-goal.txt" with { type: "text" };
import getText from "./get-goal.txt" with { type: "text" };
import updateText from "./update-goal.txt" with { type: "text" };

type GoalTool = Tool & { readonly spec: ToolSpec };

/** For threads that can have a goal; in the order in which they are advertised. */
export const GOAL_TOOLS: readonly GoalTool[] = [
  goalTool("get_goal", getText, GET_GOAL_PARAMETERS),
  goalTool("create_goal", createText, CREATE_GOAL_PARAMETERS),
  goalTool("update_goal", updateText, UPDATE_GOAL_PARAMETERS),
];

function goalTool(name: string, description: string, parameters: unknown): GoalTool {
  const spec = functionSpec(name, description, parameters);
  return {
    name,
    spec,
    parallel: false,
    advertise: () => spec,
    async *run(call, context) {
      if (call.type !== "function_call" || context.goals === undefined) return "aborted";
      const { answerGoalCall } = await import("./work");
      const { goal, output } = answerGoalCall(name, call.arguments, context.goals, context);
      if (goal !== undefined) yield context.goals.told(goal, context.turnId);
      return output;
    },
  };
}
