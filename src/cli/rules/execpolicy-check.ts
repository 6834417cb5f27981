// `codex execpolicy check`: which rules of some files match a command, as JSON (approvals.md 12.5).

import {
  matchCommand,
  matchWords,
  joinRules,
  strictest,
  type RuleMatch,
  type RuleSet,
} from "../../rules/match";
import { readRulesText } from "../../rules/load";
import { parseRules } from "../../rules/parse";
import { problemReport } from "../../rules/rules-error";
import { UserError } from "../../util/user-error";
import type { Invocation } from "../grammar/spec";
import { writeOutput } from "../output";

export type ExecpolicyCheckOptions = {
  /** Paths as given, for the messages. Not empty. */
  readonly rules: readonly string[];
  /** The words of the command, taken as they are. Not empty. */
  readonly command: readonly string[];
  /** `compact`: one line; `pretty`: indented by two blanks. */
  readonly format: "compact" | "pretty";
  /** `by-name`: an absolute program path is also looked up by its base name, as sessions do. */
  readonly programs: "exact" | "by-name";
};

export async function run({ levels }: Invocation): Promise<number> {
  const own = levels.at(-1);
  return await runExecpolicyCheck({
    rules: own?.values.get("rules") ?? [],
    command: own?.words.get("COMMAND") ?? [],
    format: own?.switches.has("pretty") === true ? "pretty" : "compact",
    programs: own?.switches.has("resolve-host-executables") === true ? "by-name" : "exact",
  });
}

/**
 * Prints the matches and the strictest decision. Returns 0 whatever that is.
 * @throws UserError for a file that cannot be read or is wrong
 */
export async function runExecpolicyCheck(options: ExecpolicyCheckOptions): Promise<number> {
  const rules = joinRules(options.rules.map(readRules));
  const match = options.programs === "exact" ? matchWords : matchCommand;
  const matches = match(rules, options.command);
  const decision = strictest(matches.map((found) => found.decision));
  const result = { matchedRules: matches.map(matchJson), ...(decision !== undefined && { decision }) };
  await writeOutput(1, `${JSON.stringify(result, null, options.format === "pretty" ? 2 : undefined)}\n`);
  return 0;
}

function readRules(file: string): RuleSet {
  const read = readRulesText(file);
  if (read.type === "unreadable") {
    throw new UserError(`failed to read policy at ${file}`, { cause: new Error(read.reason) });
  }
  const parsed = parseRules(read.text, file);
  if (parsed.type === "rules") return parsed.rules;
  // The first line is indented where causes are printed, the others here.
  const report = problemReport(parsed.problem).replaceAll("\n", "\n    ");
  throw new UserError(`failed to parse policy at ${file}`, { cause: new Error(report) });
}

/** Keys in the order that readers of the output have always seen. */
function matchJson({ matchedPrefix, decision, resolvedProgram, justification }: RuleMatch): unknown {
  return {
    prefixRuleMatch: {
      matchedPrefix,
      decision,
      ...(resolvedProgram !== undefined && { resolvedProgram }),
      ...(justification !== undefined && { justification }),
    },
  };
}
