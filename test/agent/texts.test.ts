// The texts that steer the model keep what the program and the readers of old sessions rely on.

import { describe, expect, test } from "bun:test";
import baseInstructions from "../../src/agent/base-instructions.md" with { type: "text" };
import reviewRubric from "../../src/agent/review-rubric.md" with { type: "text" };
import summaryPrefix from "../../src/agent/summary-prefix.md" with { type: "text" };
import { parsePatch } from "../../src/patch/parse";
import { recentPrompts, userMessage } from "../../src/rollout/user-messages";
import grammar from "../../src/tools/apply-patch.lark" with { type: "text" };

const example = baseInstructions.match(/^\*\*\* Begin Patch\n[^]*?^\*\*\* End Patch$/m)?.[0] ?? "";

describe("the base instructions", () => {
  test("show a patch that our parser takes, with every kind of section", () => {
    const patch = parsePatch(example);
    expect(patch).toMatchObject({ type: "patch" });
    for (const header of ["Add File", "Delete File", "Update File", "Move to"]) {
      expect(example).toContain(`\n*** ${header}: `);
    }
  });

  test("show a patch whose lines are all lines of the grammar", () => {
    const line = /^(\*\*\* (Begin Patch|End Patch|((Add|Delete|Update) File|Move to): .+)|@@( .+)?|[-+ ].*)$/;
    expect(example.split("\n").filter((text) => !line.test(text))).toEqual([]);
    for (const literal of grammar.matchAll(/"(\*\*\* [^"]+)"/g)) {
      expect(baseInstructions).toContain(literal[1]?.trim() ?? "");
    }
  });

  test("stay within what every request can carry", () => {
    expect(baseInstructions.length).toBeLessThan(20_000);
  });
});

test("a summary that begins with our prefix, or with the reference's, is not taken for a prompt", () => {
  const history = [
    userMessage("first"),
    userMessage(`${summaryPrefix.trim()}\nwhat was done`),
    userMessage("Another language model started to solve this problem and left this"),
    userMessage("second"),
  ];
  const prompts = [...recentPrompts(history.toReversed(), 1000)];
  expect(prompts).toEqual([userMessage("second"), userMessage("first")]);
});

test("the review rubric shows its answer as the JSON that is asked for", () => {
  const shape = reviewRubric.match(/^\{\n[^]*?^\}$/m)?.[0] ?? "";
  const answer: unknown = JSON.parse(shape);
  expect(answer).toMatchObject({
    findings: [{ code_location: { line_range: { start: 42, end: 44 } } }],
    overall_correctness: "patch is correct",
  });
});
