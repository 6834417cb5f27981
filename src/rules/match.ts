// What a rule set is, and which of its rules a command matches (approvals.md 12.3).

/** From mild to strict; the strictest of all matches decides. */
export type RuleDecision = "allow" | "prompt" | "forbidden";

export type PrefixRule = {
  /** One list of alternatives for each word; never empty. */
  readonly pattern: readonly (readonly string[])[];
  readonly decision: RuleDecision;
  readonly justification: string | undefined;
};

export type NetworkProtocol = "http" | "https" | "socks5_tcp" | "socks5_udp";

export type NetworkRule = {
  /** Lower case, without port. */
  readonly host: string;
  readonly protocol: NetworkProtocol;
  readonly decision: RuleDecision;
  readonly justification: string | undefined;
};

export type RuleSet = {
  /** In the order of their definition. */
  readonly prefixRules: readonly PrefixRule[];
  /** In the order of their definition; the last for a host counts. */
  readonly networkRules: readonly NetworkRule[];
  /** Program name to the paths that count as that program. */
  readonly hostExecutables: ReadonlyMap<string, readonly string[]>;
};

export const NO_RULES: RuleSet = { prefixRules: [], networkRules: [], hostExecutables: new Map() };

export type RuleMatch = {
  /** The words of the command that the rule's pattern matched. */
  readonly matchedPrefix: readonly string[];
  readonly decision: RuleDecision;
  /** The absolute path that was looked up by its base name. */
  readonly resolvedProgram: string | undefined;
  readonly justification: string | undefined;
};

/** Rules that match the words as they stand, in the order of their definition. */
export function matchWords(
  rules: Pick<RuleSet, "prefixRules">,
  words: readonly string[],
): readonly RuleMatch[] {
  return rules.prefixRules
    .filter(({ pattern }) => pattern.every((alternatives, at) => alternatives.includes(words[at] ?? "")))
    .filter(({ pattern }) => words.length >= pattern.length)
    .map(({ pattern, decision, justification }) => ({
      matchedPrefix: words.slice(0, pattern.length),
      decision,
      resolvedProgram: undefined,
      justification,
    }));
}

/**
 * As `matchWords`; when nothing matches and the program is an absolute path, its base name is looked up instead, unless
 * `host_executable` names other paths for it.
 */
export function matchCommand(rules: RuleSet, words: readonly string[]): readonly RuleMatch[] {
  const exact = matchWords(rules, words);
  const [program, ...args] = words;
  if (exact.length > 0 || !program?.startsWith("/")) return exact;
  const name = program.slice(program.lastIndexOf("/") + 1);
  const paths = rules.hostExecutables.get(name);
  if (name === "" || (paths !== undefined && !paths.includes(program))) return [];
  return matchWords(rules, [name, ...args]).map((match) => ({ ...match, resolvedProgram: program }));
}

/**
 * The prefixes that rules allow, alternatives written out, to be told to the model.
 * @param limit the most to return; a rule with many alternatives stands for very many prefixes
 */
export function allowedPrefixes(
  { prefixRules }: Pick<RuleSet, "prefixRules">,
  limit: number,
): readonly (readonly string[])[] {
  const prefixes: (readonly string[])[] = [];
  for (const { pattern, decision } of prefixRules) {
    if (decision !== "allow") continue;
    let heads: readonly (readonly string[])[] = [[]];
    for (const words of pattern) {
      heads = heads.flatMap((head) => words.map((word) => [...head, word])).slice(0, limit);
    }
    prefixes.push(...heads);
    if (prefixes.length >= limit) break;
  }
  return prefixes.slice(0, limit);
}

const STRICTNESS: Readonly<Record<RuleDecision, number>> = { allow: 0, prompt: 1, forbidden: 2 };

/** Undefined for none. */
export function strictest(decisions: Iterable<RuleDecision>): RuleDecision | undefined {
  let found: RuleDecision | undefined;
  for (const decision of decisions) {
    if (found === undefined || STRICTNESS[decision] > STRICTNESS[found]) found = decision;
  }
  return found;
}

/** One rule set of several; there is no overriding. */
export function joinRules(sets: readonly RuleSet[]): RuleSet {
  return {
    prefixRules: sets.flatMap((set) => set.prefixRules),
    networkRules: sets.flatMap((set) => set.networkRules),
    hostExecutables: new Map(sets.flatMap((set) => [...set.hostExecutables])),
  };
}
