// What a turn of `codex exec` costs, for each scripted scenario.

import { execJob } from "../exec-job";
import { paired } from "../paired";
import type { Row } from "../row";
import { SCENARIOS } from "../scenarios";

const WALL = { type: "ratio", most: 0.35 } as const;

export const EXEC_ROWS: readonly Row[] = SCENARIOS.map((scenario) => ({
  name: scenario.name,
  title: scenario.title,
  measure: (context) =>
    paired(context, (program) => execJob(program, scenario), {
      wall: WALL,
      peak: { type: "ratio", most: scenario.peak ?? 1 },
    }),
}));
