// What the user's answers have settled for the rest of a session: what is not asked again, and the rules that "always" added (approvals.md 7.4).

import { allowRuleText, saveProjectRule, saveRule, withAllowed } from "../../rules/append";
import type { RuleSet } from "../../rules/match";
import type { RuleProposal, RuleScope } from "../../protocol/approvals";
import { toolLock, type Release } from "../tool-lock";

/** Lives as long as its thread. */
export type SessionApprovals = {
  /** Those the session began with and those that were added since. */
  readonly rules: () => RuleSet;
  /** Resolves when no other question is open; the answer to it may have made this one needless. */
  readonly turnToAsk: () => Promise<Release>;
  /** Whether "for this session" was answered for all these keys. */
  readonly covers: (keys: readonly string[]) => boolean;
  readonly remember: (keys: readonly string[]) => void;
  readonly proposal: (prefix: readonly string[] | null) => RuleProposal | null;
  /** Allows a prefix from now on, in this session even if it cannot be saved; then returns why. */
  readonly allow: (prefix: readonly string[], scope: RuleScope) => Promise<string | null>;
  /** Something the model is to be told after the outputs of its calls. */
  readonly notify: (text: string) => void;
  /** What it has not been told yet, oldest first. */
  readonly takeNotices: () => readonly string[];
};

/** @param folders where rules may be saved; absolute, `rules` of CODEX_HOME and of the project's `.codex` */
export function sessionApprovals(
  initial: RuleSet,
  folders: readonly { readonly scope: RuleScope; readonly folder: string }[],
): SessionApprovals {
  const answered = new Set<string>();
  const questions = toolLock();
  let rules = initial;
  let notices: string[] = [];

  return {
    rules: () => rules,
    turnToAsk: () => questions.acquire("exclusive"),
    covers: (keys) => keys.length > 0 && keys.every((key) => answered.has(key)),
    remember(keys) {
      for (const key of keys) answered.add(key);
    },
    proposal: (prefix) =>
      prefix === null
        ? null
        : {
            prefix,
            text: allowRuleText(prefix),
            places: folders.map(({ scope, folder }) => ({ scope, file: `${folder}/default.rules` })),
          },
    async allow(prefix, scope) {
      rules = withAllowed(rules, prefix);
      const place = folders.find((candidate) => candidate.scope === scope);
      if (place === undefined) return `there is no place for rules of the ${scope}`;
      const save = scope === "project" ? saveProjectRule : saveRule;
      const saved = await save(place.folder, allowRuleText(prefix));
      return saved.type === "saved" ? null : saved.reason;
    },
    notify: (text) => void notices.push(text),
    takeNotices() {
      const taken = notices;
      notices = [];
      return taken;
    },
  };
}
