// What one sandboxed command costs as a process of its own.

import { commandJob } from "../command-job";
import { paired } from "../paired";
import type { Row } from "../row";

const BUDGETS = { wall: { type: "ratio", most: 0.5 }, peak: { type: "ratio", most: 1.2 } } as const;

export const SANDBOX_ROW: Row = {
  name: "sandbox",
  title: "sandbox -- /bin/true",
  measure: (context) =>
    paired(context, (program) => commandJob(program, ["sandbox", "--", "/bin/true"]), BUDGETS),
};
