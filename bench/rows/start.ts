// What every call of the program costs: printing its version or its help.

import { commandJob } from "../command-job";
import { paired } from "../paired";
import type { Row } from "../row";

const BUDGETS = { wall: { type: "ratio", most: 1 }, peak: { type: "absolute", most: 40 } } as const;

export const START_ROWS: readonly Row[] = ["--version", "--help"].map((flag) => ({
  name: flag.slice(2),
  title: flag,
  measure: (context) => paired(context, (program) => commandJob(program, [flag]), BUDGETS),
}));
