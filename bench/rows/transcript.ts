// What it costs to show 20,000 pieces of an answer, against a plain print of them to the same terminal.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Row } from "../row";
import type { StreamCost } from "../transcript";

export const TRANSCRIPT_ROW: Row = {
  name: "transcript",
  title: "20,000 deltas shown, over a plain print",
  measure: async ({ runs }) => {
    const folder = mkdtempSync(join(tmpdir(), "codex-bench-"));
    try {
      const file = join(folder, "cost.json");
      const script = join(import.meta.dir, "..", "transcript.ts");
      const program = Bun.spawn([process.execPath, script, String(runs), file], {
        terminal: { cols: 80, rows: 24, data: () => undefined },
      });
      if ((await program.exited) !== 0) throw new Error("transcript.ts failed");
      program.terminal?.close();
      const { plainMs, transcriptMs } = (await Bun.file(file).json()) as StreamCost; // what it writes
      return [
        {
          what: "wall",
          unit: "ms",
          codex: transcriptMs,
          reference: plainMs,
          budget: { type: "ratio", most: 1.2 },
        },
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
