// Which rules a command matches (approvals.md 12.3).

import { describe, expect, test } from "bun:test";
import {
  allowedPrefixes,
  joinRules,
  matchCommand,
  matchWords,
  strictest,
  type RuleMatch,
  type RuleSet,
} from "../../src/rules/match";
import { parseRules } from "../../src/rules/parse";

describe("a prefix", () => {
  const git = rules('prefix_rule(["git", ["pull", "fetch"]])');

  test("matches words at its places and ignores those after", () => {
    expect(prefixes(matchWords(git, ["git", "pull"]))).toEqual([["git", "pull"]]);
    expect(prefixes(matchWords(git, ["git", "fetch", "--all", "x"]))).toEqual([["git", "fetch"]]);
  });

  test("does not match fewer words, others, or other letters", () => {
    for (const words of [
      ["git"],
      ["git", "push"],
      ["git", "Pull"],
      ["GIT", "pull"],
      ["git", "pullx"],
      [],
      ["x", "git", "pull"],
    ]) {
      expect(matchWords(git, words)).toEqual([]);
    }
  });

  test("with an empty word matches only an empty word", () => {
    const empty = rules('prefix_rule(["a", ""])');
    expect(matchWords(empty, ["a"])).toEqual([]);
    expect(prefixes(matchWords(empty, ["a", ""]))).toEqual([["a", ""]]);
  });
});

test("all rules that match are found, in the order of their definition", () => {
  const set = rules(
    'prefix_rule(["git"], "prompt")\nprefix_rule(["git", "log"], "allow", justification="j")\nprefix_rule(["hg"])',
  );
  expect(matchWords(set, ["git", "log"])).toEqual([
    { matchedPrefix: ["git"], decision: "prompt", resolvedProgram: undefined, justification: undefined },
    { matchedPrefix: ["git", "log"], decision: "allow", resolvedProgram: undefined, justification: "j" },
  ]);
});

describe("an absolute program path", () => {
  const plain = rules('prefix_rule(["git"])');
  const listed = rules('prefix_rule(["git"])\nhost_executable("git", ["/usr/bin/git"])');
  const literal = rules('prefix_rule(["git"])\nprefix_rule(["/usr/bin/git"], "forbidden")');

  test("is looked up by its base name", () => {
    expect(matchCommand(plain, ["/usr/bin/git", "x"])).toEqual([
      {
        matchedPrefix: ["git"],
        decision: "allow",
        resolvedProgram: "/usr/bin/git",
        justification: undefined,
      },
    ]);
    expect(matchWords(plain, ["/usr/bin/git", "x"])).toEqual([]);
  });

  test("only if it is among those that host_executable names", () => {
    expect(matchCommand(listed, ["/usr/bin/git"]).length).toBe(1);
    expect(matchCommand(listed, ["/tmp/git"])).toEqual([]);
    expect(matchCommand(listed, ["git"]).length).toBe(1);
  });

  test("not when a rule names the path itself", () => {
    expect(matchCommand(literal, ["/usr/bin/git"]).map(({ decision }) => decision)).toEqual(["forbidden"]);
  });

  test("a relative path is nobody's", () => {
    for (const program of ["./git", "bin/git", "../git", "~/git", "/"])
      expect(matchCommand(plain, [program])).toEqual([]);
  });
});

test("the strictest decision counts", () => {
  expect(strictest([])).toBeUndefined();
  expect(strictest(["allow", "prompt", "allow"])).toBe("prompt");
  expect(strictest(["prompt", "forbidden", "allow"])).toBe("forbidden");
});

test("allowed prefixes are written out, within a limit", () => {
  const set = rules(
    'prefix_rule([["a", "b"], "c", ["d", "e"]])\nprefix_rule(["x"], "prompt")\nprefix_rule(["y"])',
  );
  const all = ["a c d", "a c e", "b c d", "b c e", "y"];
  expect(allowedPrefixes(set, 10).map((words) => words.join(" "))).toEqual(all);
  expect(allowedPrefixes(set, 3).length).toBe(3);
  const many = Array.from({ length: 12 }, () => '["a", "b", "c", "d"]').join(", ");
  expect(allowedPrefixes(rules(`prefix_rule([${many}])`), 100).length).toBe(100);
});

test("several sets are one, without overriding", () => {
  const joined = joinRules([
    rules('prefix_rule(["a"])\nhost_executable("a", ["/x/a"])'),
    rules('prefix_rule(["a"], "prompt")\nhost_executable("a", ["/y/a"])'),
  ]);
  expect(matchWords(joined, ["a"]).map(({ decision }) => decision)).toEqual(["allow", "prompt"]);
  expect(joined.hostExecutables.get("a")).toEqual(["/y/a"]);
});

function rules(text: string): RuleSet {
  const parsed = parseRules(text, "f.rules");
  if (parsed.type === "invalid") throw new Error(parsed.problem.message);
  return parsed.rules;
}

function prefixes(matches: readonly RuleMatch[]): readonly (readonly string[])[] {
  return matches.map(({ matchedPrefix }) => matchedPrefix);
}
