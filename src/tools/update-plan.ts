// update_plan: the model's checklist, shown to the user. It changes nothing else.

import type { PlanStep } from "../protocol/items";
import { readArguments, stringArgument } from "./arguments";
import { UPDATE_PLAN_PARAMETERS } from "./schemas";
import { functionSpec, type Tool } from "./tool";
import description from "./update-plan.txt" with { type: "text" };

export const updatePlan: Tool = {
  name: "update_plan",
  parallel: false,
  advertise: () => functionSpec("update_plan", description, UPDATE_PLAN_PARAMETERS),
  async *run(call, { collaborationMode }) {
    if (call.type !== "function_call") return "aborted";
    if (collaborationMode === "plan")
      return "update_plan is unavailable in Plan mode: present the plan in your message";
    const read = readArguments(call.arguments, UPDATE_PLAN_PARAMETERS);
    if ("error" in read) return read.error;
    const plan = read.ok.plan as readonly PlanStep[]; // fits the schema
    const steps = plan.map(({ step, status }) => ({ step, status }));
    const explanation = stringArgument(read.ok, "explanation") ?? null;
    yield { type: "item.updated", item: { type: "plan", id: call.call_id, explanation, steps } };
    return { output: "Plan updated", response: "Plan updated" };
  },
};
