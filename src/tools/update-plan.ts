// update_plan: the model's checklist, shown to the user. It changes nothing else.

import type { PlanStep } from "../protocol/items";
import { readArguments, stringArgument } from "./arguments";
import { UPDATE_PLAN_PARAMETERS } from "./schemas";
import { functionSpec, type Tool } from "./tool";
import description from "./update-plan.txt" with { type: "text" };

const STATUSES = ["pending", "in_progress", "completed"] as const;

export const updatePlan: Tool = {
  name: "update_plan",
  parallel: false,
  advertise: () => functionSpec("update_plan", description, UPDATE_PLAN_PARAMETERS),
  async *run(call) {
    if (call.type !== "function_call") return "aborted";
    const read = readArguments(call.arguments, UPDATE_PLAN_PARAMETERS);
    if ("error" in read) return read.error;
    const steps = planSteps(read.ok.plan);
    if (typeof steps === "string") return `failed to parse function arguments: ${steps}`;
    const explanation = stringArgument(read.ok, "explanation") ?? null;
    yield { type: "item.updated", item: { type: "plan", id: call.call_id, explanation, steps } };
    return "Plan updated";
  },
};

function planSteps(plan: unknown): readonly PlanStep[] | string {
  if (!Array.isArray(plan)) return "invalid type, expected a sequence";
  const steps: PlanStep[] = [];
  for (const entry of plan as readonly { step?: unknown; status?: unknown }[]) {
    if (typeof entry?.step !== "string") return "missing field `step`";
    const status = STATUSES.find((name) => name === entry.status);
    if (status === undefined) {
      return `unknown variant \`${String(entry.status)}\`, expected one of \`pending\`, \`in_progress\`, \`completed\``;
    }
    steps.push({ step: entry.step, status });
  }
  return steps;
}
