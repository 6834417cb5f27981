// `codex rules list`: every rule in force here, for people or as JSON.

import type { Invocation } from "../grammar/spec";
import { writeOutput } from "../output";
import { knownRules, shownWords, type KnownRule } from "./known-rules";

/** Always exit code 0. @throws UserError when a file of rules is wrong, since then none is in force */
export async function run(invocation: Invocation): Promise<number> {
  const known = await knownRules(invocation);
  const json = invocation.levels.at(-1)?.switches.has("json") === true;
  await writeOutput(1, json ? `${JSON.stringify(known.map(jsonOf), null, 2)}\n` : table(known));
  return 0;
}

function table(known: readonly KnownRule[]): string {
  if (known.length === 0) return "No rules.\n";
  const rows = known.map((rule) => [
    rule.scope,
    rule.rule.decision === "forbidden" ? "forbid" : rule.rule.decision,
    shownWords(rule),
    `${rule.file}:${rule.line}`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row, at) => {
      const why = known[at]?.rule.justification;
      const cells = row.map((cell, column) => cell.padEnd(widths[column] ?? 0));
      return `${cells.join("  ")}${why === undefined ? "" : `  ${why}`}\n`;
    })
    .join("");
}

function jsonOf({ scope, file, line, rule }: KnownRule): unknown {
  const { decision, justification = null } = rule;
  const what =
    rule.kind === "prefix" ? { pattern: rule.pattern } : { host: rule.host, protocol: rule.protocol };
  return { scope, file, line, kind: rule.kind, decision, ...what, justification };
}
