// What a turn of `codex exec` costs, for each scripted scenario.

import { execJob } from "../exec-job";
import { paired } from "../paired";
import type { Row } from "../row";
import { SCENARIOS } from "../scenarios";

const BUDGETS = { wall: { type: "ratio", most: 0.35 }, peak: { type: "ratio", most: 1 } } as const;

export const EXEC_ROWS: readonly Row[] = SCENARIOS.map((scenario) => ({
  name: scenario.name,
  title: scenario.title,
  measure: (context) => paired(context, (program) => execJob(program, scenario), BUDGETS),
}));
