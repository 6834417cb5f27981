// Every rule that is in force in a folder, with the file and line it stands on and whose it is.

import { readRulesText, rulesFiles, scopedFolders, type RulesFolder } from "../../rules/load";
import type { NetworkRule, PrefixRule } from "../../rules/match";
import { parseRules, ruleText } from "../../rules/parse";
import { networkRuleText } from "../../rules/append";
import { rulesError } from "../../rules/rules-error";
import type { Span } from "../../rules/starlark-tree";
import { quoteWords } from "../../util/shell-words";
import { UserError } from "../../util/user-error";
import type { Invocation } from "../grammar/spec";
import { loadedConfig } from "../loaded-config";

export type KnownRule = {
  readonly scope: RulesFolder["scope"];
  /** Absolute. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly rule: ({ readonly kind: "prefix" } & PrefixRule) | ({ readonly kind: "network" } & NetworkRule);
  /** The call that made it. */
  readonly call: Span;
};

/**
 * In the order in which they are read: system, user, projects from the root down.
 * @throws UserError when the configuration or a file of rules is wrong
 */
export async function knownRules(invocation: Invocation): Promise<readonly KnownRule[]> {
  const config = await loadedConfig(invocation);
  return scopedFolders({ ...config, ignoreRules: false }).flatMap(({ scope, folder }) =>
    rulesFiles(folder).flatMap((file) => rulesOf(file).map((known) => ({ scope, file, ...known }))),
  );
}

/** The words of a command, alternatives with `|`; or the address. */
export function shownWords({ rule }: KnownRule): string {
  if (rule.kind === "network") return `${rule.protocol} ${rule.host}`;
  return rule.pattern.map((words) => words.map((word) => quoteWords([word])).join("|")).join(" ");
}

export function shownRule({ rule }: KnownRule): string {
  return rule.kind === "network" ? networkRuleText(rule) : ruleText(rule);
}

function rulesOf(file: string): readonly Pick<KnownRule, "line" | "rule" | "call">[] {
  const text = rulesText(file);
  const parsed = parseRules(text, file);
  if (parsed.type === "invalid") throw rulesError(parsed.problem);
  const { prefixRules, networkRules } = parsed.rules;
  const place = (call: Span | undefined) => ({
    call: call ?? { pos: 0, end: 0 },
    line: text.slice(0, call?.pos).split("\n").length,
  });
  return [
    ...prefixRules.map((rule, at) => ({
      rule: { kind: "prefix" as const, ...rule },
      ...place(parsed.prefixCalls[at]),
    })),
    ...networkRules.map((rule, at) => ({
      rule: { kind: "network" as const, ...rule },
      ...place(parsed.networkCalls[at]),
    })),
  ].toSorted((a, b) => a.call.pos - b.call.pos);
}

/** Without a BOM, as places are counted. */
function rulesText(file: string): string {
  const read = readRulesText(file);
  if (read.type === "unreadable") throw new UserError(`failed to read rules file ${file}: ${read.reason}`);
  return read.text.replace(/^\ufeff/, "");
}
