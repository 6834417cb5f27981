// `codex rules revoke`: takes one rule out of its file, named by the place that `rules list` shows or by its words.

import { resolve } from "node:path";
import { rewriteRules } from "../../rules/append";
import { osErrorText } from "../../util/os-error";
import { quoteWords } from "../../util/shell-words";
import { UserError } from "../../util/user-error";
import type { Invocation } from "../grammar/spec";
import { writeOutput } from "../output";
import { knownRules, shownRule, shownWords, type KnownRule } from "./known-rules";
import { withoutRule } from "./without-rule";

/** @throws UserError when it is not clear which rule is meant, or it cannot be taken out; then nothing has changed */
export async function run(invocation: Invocation): Promise<number> {
  const words = invocation.levels.at(-1)?.words.get("RULE") ?? [];
  const known = await knownRules(invocation);
  const rule = theOne(
    known.filter((candidate) => isNamed(candidate, words)),
    words,
  );
  const place = `${rule.file}:${rule.line}`;
  try {
    await rewriteRules(rule.file, (text) => {
      const removal = withoutRule(text, rule.call);
      if (removal.type === "removed") return removal.text;
      throw new UserError(`The rule at ${place} cannot be taken out: ${removal.reason}. Edit the file.`);
    });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`The rule at ${place} cannot be taken out: ${osErrorText(error)}`, { cause: error });
  }
  await writeOutput(1, `Revoked ${shownRule(rule)}\n  from ${place}\n`);
  return 0;
}

function theOne(found: readonly KnownRule[], words: readonly string[]): KnownRule {
  const [rule, ...more] = found;
  if (rule === undefined) {
    throw new UserError(`No rule is \`${quoteWords(words)}\`. \`codex rules list\` shows all.`);
  }
  if (more.length === 0) return rule;
  const places = found.map(
    ({ file, line, ...other }) => `  ${file}:${line}  ${shownWords({ file, line, ...other })}`,
  );
  throw new UserError(`${found.length} rules are meant. Name one of them:\n${places.join("\n")}`);
}

/** `FILE:LINE`, or the words of the pattern. */
function isNamed(known: KnownRule, words: readonly string[]): boolean {
  const [only = ""] = words;
  const place = words.length === 1 ? /^(.+):(\d+)$/.exec(only) : null;
  if (place !== null && resolve(place[1] ?? "") === known.file) return Number(place[2]) === known.line;
  if (words.length === 1 && only === shownWords(known)) return true;
  const { rule } = known;
  return (
    rule.kind === "prefix" &&
    rule.pattern.length === words.length &&
    rule.pattern.every((alternatives, at) => alternatives.length === 1 && alternatives[0] === words[at])
  );
}
