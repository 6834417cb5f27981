// Measures the budgets of the project and prints whether they hold: `npm run bench -- [--runs N] [NAME...]`.

import { parseArgs } from "node:util";
import { findReference, OURS } from "./program";
import { EXEC_ROWS } from "./rows/exec";
import { SANDBOX_ROW } from "./rows/sandbox";
import { SIZE_ROW } from "./rows/size";
import { START_ROWS } from "./rows/start";
import { verdict, type Context, type Row } from "./row";
import { headingLine, metricLine } from "./table";

const DEFAULT_RUNS = 15;
const ROWS: readonly Row[] = [...START_ROWS, SANDBOX_ROW, ...EXEC_ROWS, SIZE_ROW];

process.exitCode = await main(process.argv.slice(2));

/** Resolves to the exit code: 1 when a budget is broken or could not be measured, 2 for wrong arguments. */
async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { runs: { type: "string", default: String(DEFAULT_RUNS) } },
    allowPositionals: true,
  });
  const runs = Number(values.runs);
  const unknown = positionals.filter((name) => !ROWS.some((row) => row.name === name));
  if (unknown.length > 0 || !Number.isInteger(runs) || runs < 1) {
    console.error(`usage: npm run bench -- [--runs N] [NAME...]\nnames: ${ROWS.map((row) => row.name).join(" ")}`);
    return 2;
  }
  if (process.platform !== "linux") {
    console.error("bench: measures on Linux only");
    return 2;
  }
  const reference = findReference(process.env["CODEX_REFERENCE"]);
  console.log(`codex:     ${OURS.path}`);
  console.log(`reference: ${reference?.path ?? "none; set CODEX_REFERENCE to an executable to compare with"}`);
  console.log(`medians of ${runs} ${reference === undefined ? "runs" : "paired runs"}\n\n${headingLine()}`);
  const rows = positionals.length === 0 ? ROWS : ROWS.filter((row) => positionals.includes(row.name));
  return (await all(rows, { codex: OURS, reference, runs })) ? 0 : 1;
}

/** Whether no budget is broken. A row that cannot be measured counts as broken, and the others go on. */
async function all(rows: readonly Row[], context: Context): Promise<boolean> {
  let good = true;
  for (const row of rows) {
    try {
      for (const metric of await row.measure(context)) {
        console.log(metricLine(row.title, metric));
        good &&= verdict(metric) !== "broken";
      }
    } catch (error) {
      console.log(`${row.title}: not measured: ${error instanceof Error ? error.message : String(error)}`);
      good = false;
    }
  }
  return good;
}
