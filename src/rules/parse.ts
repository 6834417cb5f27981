// Reads one `.rules` file: runs it with `prefix_rule`, `network_rule` and `host_executable`, and checks its examples (approvals.md 12.2).

import { quoteWords, splitWords } from "../util/shell-words";
import {
  matchCommand,
  type NetworkProtocol,
  type PrefixRule,
  type RuleDecision,
  type RuleSet,
} from "./match";
import { ExampleError, problemOf, StarlarkError, type RulesProblem } from "./rules-error";
import { runStarlark } from "./starlark-eval";
import { bind } from "./starlark-globals";
import { parseStarlark } from "./starlark-parse";
import type { Parameter, Span } from "./starlark-tree";
import { repr, typeName, type FunctionValue, type ListValue, type Value } from "./starlark-values";

export type ParsedRules =
  | {
      readonly type: "rules";
      readonly rules: RuleSet;
      /** The calls that made the rules, in their order; in the text without a BOM. */
      readonly prefixCalls: readonly Span[];
      readonly networkCalls: readonly Span[];
    }
  | { readonly type: "invalid"; readonly problem: RulesProblem };

/** A call of `prefix_rule` with examples; they are looked at when the whole file has been read. */
type ExampleCheck = {
  readonly rule: PrefixRule;
  readonly match: readonly (readonly string[])[];
  readonly notMatch: readonly (readonly string[])[];
  readonly at: Span;
};

/** @param file the path as it shall stand in error messages */
export function parseRules(source: string, file: string): ParsedRules {
  const text = source.startsWith("\ufeff") ? source.slice(1) : source;
  const prefixRules: PrefixRule[] = [];
  const networkRules: RuleSet["networkRules"][number][] = [];
  const hostExecutables = new Map<string, readonly string[]>();
  const checks: ExampleCheck[] = [];
  const networkCalls: Span[] = [];
  const builtins = [
    builtin("prefix_rule", ["pattern", "decision?", "match?", "not_match?", "justification?"], (args, at) => {
      const rule: PrefixRule = {
        pattern: patternOf(listArgument(args, "pattern", at), at),
        decision: prefixDecision(stringArgument(args, "decision", at) ?? "allow", at),
        justification: justificationOf(args, at),
      };
      prefixRules.push(rule);
      checks.push({
        rule,
        match: examplesOf(args, "match", at),
        notMatch: examplesOf(args, "not_match", at),
        at,
      });
    }),
    builtin("network_rule", ["host", "protocol", "decision", "justification?"], (args, at) => {
      networkCalls.push(at);
      networkRules.push({
        host: hostOf(stringArgument(args, "host", at) ?? "", at),
        protocol: protocolOf(stringArgument(args, "protocol", at) ?? "", at),
        decision: networkDecision(stringArgument(args, "decision", at) ?? "", at),
        justification: justificationOf(args, at),
      });
    }),
    builtin("host_executable", ["name", "paths"], (args, at) => {
      const name = stringArgument(args, "name", at) ?? "";
      hostExecutables.set(programName(name, at), programPaths(name, listArgument(args, "paths", at), at));
    }),
  ];
  try {
    runStarlark(parseStarlark(text), builtins);
    for (const check of checks) checkExamples(check, hostExecutables);
  } catch (error) {
    if (error instanceof StarlarkError) return { type: "invalid", problem: problemOf(error, file, text) };
    throw error;
  }
  const rules = { prefixRules, networkRules, hostExecutables };
  return { type: "rules", rules, prefixCalls: checks.map(({ at }) => at), networkCalls };
}

type Given = ReadonlyMap<string, Value>;

/** A function for files to call; names that end in `?` may be left out. */
function builtin(
  name: string,
  words: readonly string[],
  run: (args: Given, at: Span) => void,
): FunctionValue {
  const parameters = words.map((word): Parameter => {
    return { name: word.replace("?", ""), kind: "plain", fallback: undefined };
  });
  const optional = new Map<string, Value>(
    words.filter((word) => word.endsWith("?")).map((word) => [word.slice(0, -1), LEFT_OUT]),
  );
  return {
    type: "function",
    name,
    call: (args, at) => {
      run(bind(name, parameters, optional, args, at), at);
      return null;
    },
  };
}

/** Tells an argument that was not given from None. */
const LEFT_OUT: Value = { type: "tuple", items: [] };

function stringArgument(args: Given, name: string, at: Span): string | undefined {
  const value = args.get(name) ?? null;
  if (value === LEFT_OUT) return undefined;
  if (typeof value === "string") return value;
  return wrongType(name, "str", value, at);
}

function listArgument(args: Given, name: string, at: Span): readonly Value[] {
  const value = args.get(name) ?? null;
  if (value === LEFT_OUT) return [];
  if (isList(value)) return value.items;
  return wrongType(name, "list", value, at);
}

function isList(value: Value): value is ListValue {
  return value !== null && typeof value === "object" && value.type === "list";
}

function wrongType(name: string, expected: string, value: Value, at: Span): never {
  const actual = `\`${typeName(value)} (repr: ${repr(value)})\``;
  throw new StarlarkError(
    `Type of parameter \`${name}\` doesn't match, expected \`${expected}\`, actual ${actual}`,
    at,
  );
}

function patternOf(elements: readonly Value[], at: Span): PrefixRule["pattern"] {
  const fail = (problem: string) => invalid("pattern element", problem, at);
  if (elements.length === 0) fail("pattern cannot be empty");
  return elements.map((element) => {
    if (typeof element === "string") return [element];
    if (!isList(element)) {
      return fail(`pattern element must be a string or list of strings (got ${typeName(element)})`);
    }
    if (element.items.length === 0) fail("pattern alternatives cannot be empty");
    return element.items.map((alternative) =>
      typeof alternative === "string"
        ? alternative
        : fail(`pattern alternative must be a string (got ${typeName(alternative)})`),
    );
  });
}

function prefixDecision(word: string, at: Span): RuleDecision {
  if (word === "allow" || word === "prompt" || word === "forbidden") return word;
  throw new StarlarkError(`invalid decision: ${word}`, at);
}

function networkDecision(word: string, at: Span): RuleDecision {
  return word === "deny" ? "forbidden" : prefixDecision(word, at);
}

function justificationOf(args: Given, at: Span): string | undefined {
  const justification = stringArgument(args, "justification", at);
  if (justification !== undefined && justification.trim() === "") {
    invalid("rule", "justification cannot be empty", at);
  }
  return justification;
}

function examplesOf(args: Given, name: string, at: Span): readonly (readonly string[])[] {
  const fail = (problem: string) => invalid("example", problem, at);
  return listArgument(args, name, at).map((example) => {
    if (typeof example === "string") {
      const words = splitWords(example);
      if (words === undefined) return fail("example string has invalid shell syntax");
      return words.length === 0 ? fail("example cannot be an empty string") : words;
    }
    if (!isList(example))
      return fail(`example must be a string or list of strings (got ${typeName(example)})`);
    if (example.items.length === 0) fail("example cannot be an empty list");
    return example.items.map((word) =>
      typeof word === "string" ? word : fail(`example tokens must be strings (got ${typeName(word)})`),
    );
  });
}

function checkExamples({ rule, match, notMatch, at }: ExampleCheck, hosts: RuleSet["hostExecutables"]): void {
  const rules: RuleSet = { prefixRules: [rule], networkRules: [], hostExecutables: hosts };
  const matches = (example: readonly string[]) => matchCommand(rules, example).length > 0;
  const wrong = notMatch.find(matches);
  if (wrong !== undefined) {
    const message = `expected example to not match rule \`${ruleText(rule)}\`: ${quoteWords(wrong)}`;
    throw new ExampleError(message, at);
  }
  const unmatched = match.filter((example) => !matches(example));
  if (unmatched.length === 0) return;
  const list = unmatched.map((example) => JSON.stringify(quoteWords(example))).join(", ");
  const message = `expected every example to match at least one rule. rules: [${ruleText(rule)}]; unmatched examples: [${list}]`;
  throw new ExampleError(message, at);
}

/** A rule as one writes it: `prefix_rule(pattern=["git", ["pull", "fetch"]], decision="allow")`. */
export function ruleText({ pattern, decision, justification }: PrefixRule): string {
  const elements = pattern.map((words) => (words.length === 1 ? JSON.stringify(words[0]) : listText(words)));
  const why = justification === undefined ? "" : `, justification=${JSON.stringify(justification)}`;
  return `prefix_rule(pattern=[${elements.join(", ")}], decision="${decision}"${why})`;
}

function listText(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;
}

function hostOf(given: string, at: Span): string {
  const fail = (problem: string) => invalid("rule", `network_rule host ${problem}`, at);
  const bare = given.trim().toLowerCase();
  if (bare === "") fail("cannot be empty");
  if (bare.includes("*")) fail("must be a specific host; wildcards are not allowed");
  if (/\s/.test(bare)) fail("cannot contain whitespace");
  if (/[/?#@]/.test(bare)) fail("must be a hostname or IP literal (without scheme or path)");
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(bare)?.[1];
  const host = (bracketed ?? bare.replace(/^([^:]*):\d+$/, "$1")).replace(/\.+$/, "");
  return host === "" ? fail("cannot be empty") : host;
}

function protocolOf(word: string, at: Span): NetworkProtocol {
  switch (word) {
    case "http":
    case "https":
    case "socks5_tcp":
    case "socks5_udp":
      return word;
    case "https_connect":
    case "http-connect":
      return "https";
    default:
      return invalid(
        "rule",
        `network_rule protocol must be one of http, https, socks5_tcp, socks5_udp (got ${word})`,
        at,
      );
  }
}

function programName(name: string, at: Span): string {
  if (name === "") invalid("rule", "host_executable name cannot be empty", at);
  if (/[/\\]/.test(name))
    invalid("rule", `host_executable name must be a bare executable name (got ${name})`, at);
  return name;
}

function programPaths(name: string, paths: readonly Value[], at: Span): readonly string[] {
  return paths.map((path) => {
    const fail = (problem: string) => invalid("rule", `host_executable ${problem}`, at);
    if (typeof path !== "string") return fail(`paths must be strings (got ${typeName(path)})`);
    if (!path.startsWith("/")) return fail(`paths must be absolute (got ${path})`);
    return path.slice(path.lastIndexOf("/") + 1) === name
      ? path
      : fail(`path \`${path}\` must have basename \`${name}\``);
  });
}

function invalid(what: string, problem: string, at: Span): never {
  throw new StarlarkError(`invalid ${what}: ${problem}`, at);
}
