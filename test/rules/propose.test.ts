// What "always" saves, and which later commands the saved rule covers.

import { describe, expect, test } from "bun:test";
import { withAllowed } from "../../src/rules/append";
import { decide, type Decision, type DecisionInput } from "../../src/rules/decide";
import { NO_RULES, type RuleSet } from "../../src/rules/match";
import { isBannedPrefix, widened } from "../../src/rules/propose";
import pairs from "../fixtures/rules-pairs.json";

test("there are at least 60 pairs", () => expect(pairs.length).toBeGreaterThanOrEqual(60));

describe("the saved rule", () => {
  for (const { approved, saved, later, covered } of pairs) {
    test(`of \`${approved}\` ${covered ? "covers" : "does not cover"} \`${later}\``, () => {
      const question = decision(approved, NO_RULES, "require_escalated");
      expect(question).toMatchObject({ type: "ask", proposedPrefix: saved });
      const next = decision(later, withAllowed(NO_RULES, saved), "use_default");
      expect(next.type === "run" && next.outside).toBe(covered);
    });
  }
});

test("the saved rule covers the command it was proposed for", () => {
  for (const { approved, saved } of pairs) {
    const escalated = decision(approved, withAllowed(NO_RULES, saved), "require_escalated");
    const several = /&&|\|/.test(approved);
    expect(`${approved}: ${escalated.type}`).toBe(`${approved}: ${several ? "ask" : "run"}`);
  }
});

test("an interpreter, a shell or git alone is never proposed", () => {
  for (const words of [
    "python3",
    "python3 -c",
    "bash",
    "bash -lc",
    "sh -c",
    "zsh",
    "git",
    "env",
    "sudo",
    "node -e",
  ]) {
    expect(isBannedPrefix(words.split(" "))).toBe(true);
    expect(isBannedPrefix(widened([...words.split(" "), "x y"]))).toBe(false);
  }
  for (const words of ["git status", "npm install", "python3 x.py", "bash x", "node x.js", "py -2"]) {
    expect(isBannedPrefix(words.split(" "))).toBe(false);
  }
});

test("options where a subcommand should be are not taken for one", () => {
  for (const words of [
    ["npm", "--prefix", "x"],
    ["cargo", "+nightly", "test"],
    ["make", "-f", "x"],
    ["docker", "-H", "x"],
    ["npm"],
  ]) {
    expect(widened(words)).toEqual(words);
  }
});

function decision(script: string, rules: RuleSet, permissions: DecisionInput["permissions"]): Decision {
  return decide({
    argv: ["/bin/bash", "-lc", script],
    rules,
    approvalPolicy: "on-request",
    sandbox: "restricted",
    deniesReads: false,
    permissions,
    justification: undefined,
    prefixRule: undefined,
    platform: "linux",
    unenforced: false,
  });
}
