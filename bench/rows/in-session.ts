// What the sandbox adds to a command of a running session, in a program grown to 150 MB.

import { join } from "node:path";
import type { InSession } from "../in-session";
import type { Row } from "../row";

/** One command takes milliseconds: more of them give a steadier median. */
const PAIRS_PER_RUN = 10;

export const IN_SESSION_ROW: Row = {
  name: "in-session",
  title: "sandboxed command over a bare one, at 150 MB",
  measure: async ({ runs }) => {
    const program = Bun.spawn(
      [process.execPath, join(import.meta.dir, "..", "in-session.ts"), String(runs * PAIRS_PER_RUN)],
      { stdin: "ignore", stdout: "pipe", stderr: "inherit" },
    );
    const output = await program.stdout.text();
    if ((await program.exited) !== 0) throw new Error("in-session.ts failed");
    const { overheadMs } = JSON.parse(output) as InSession; // what it prints
    return [
      {
        what: "overhead",
        unit: "ms",
        codex: overheadMs,
        reference: undefined,
        budget: { type: "absolute", most: 5 },
      },
    ];
  },
};
