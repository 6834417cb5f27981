// Measures the budgets of the project and prints whether they hold: `npm run bench -- [--runs N] [--codex PATH] [NAME...]`.

import { parseArgs } from "node:util";
import { CODEX } from "../test/support/harness";
import { findReference, ourProgram } from "./program";
import { EXEC_ROWS } from "./rows/exec";
import { IN_SESSION_ROW } from "./rows/in-session";
import { RESUME_ROWS } from "./rows/resume";
import { SANDBOX_ROW } from "./rows/sandbox";
import { SIZE_ROW } from "./rows/size";
import { START_ROWS } from "./rows/start";
import { TRANSCRIPT_ROW } from "./rows/transcript";
import { verdict, type Context, type Row } from "./row";
import { headingLine, metricLine } from "./table";

const DEFAULT_RUNS = 15;
const ROWS: readonly Row[] = [
  ...START_ROWS,
  SANDBOX_ROW,
  ...EXEC_ROWS,
  ...RESUME_ROWS,
  IN_SESSION_ROW,
  TRANSCRIPT_ROW,
  SIZE_ROW,
];
const USAGE = `usage: npm run bench -- [--runs N] [--codex PATH] [NAME...]
names: ${ROWS.map((row) => row.name).join(" ")}`;

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`bench: ${messageOf(error)}\n${USAGE}`);
  process.exitCode = 2;
}

/** Resolves to the exit code: 1 when a budget is broken or could not be measured. @throws for wrong arguments */
async function main(argv: readonly string[]): Promise<number> {
  if (process.platform !== "linux") throw new Error("this measures on Linux only");
  const { runs, codexPath, rows } = readArguments(argv);
  const codex = ourProgram(codexPath);
  const reference = findReference(process.env["CODEX_REFERENCE"]);
  console.log(`codex:     ${codex.path}`);
  console.log(
    `reference: ${reference?.path ?? "none; set CODEX_REFERENCE to an executable to compare with"}`,
  );
  console.log(`medians of ${runs} ${reference === undefined ? "runs" : "paired runs"}\n\n${headingLine()}`);
  return (await all(rows, { codex, reference, runs })) ? 0 : 1;
}

function readArguments(argv: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: {
      runs: { type: "string", default: String(DEFAULT_RUNS) },
      codex: { type: "string", default: CODEX },
    },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !ROWS.some((row) => row.name === name));
  if (unknown !== undefined) throw new Error(`there is no row ${unknown}`);
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs ${values.runs} is not a number of runs`);
  const rows = positionals.length === 0 ? ROWS : ROWS.filter((row) => positionals.includes(row.name));
  return { runs, codexPath: values.codex, rows };
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
      console.log(`${row.title}: not measured: ${messageOf(error)}`);
      good = false;
    }
  }
  return good;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
