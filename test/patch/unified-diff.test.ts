// Unified diffs: their form, that they lead from the old text to the new, and that they stay quick.

import { describe, expect, test } from "bun:test";
import { diffLines } from "../../src/patch/line-diff";
import { unifiedDiff } from "../../src/patch/unified-diff";
import { randomFrom } from "./random";

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`).join("");

describe("the form of a unified diff", () => {
  test("one line of context on each side", () => {
    expect(unifiedDiff(numbered(1, 9), numbered(1, 9).replace("5\n", "five\n"), 1)).toBe(
      "@@ -4,3 +4,3 @@\n 4\n-5\n+five\n 6\n",
    );
  });

  test("changes whose context touches share a hunk, others do not", () => {
    const old = numbered(1, 9);
    const twoApart = old.replace("3\n", "x\n").replace("6\n", "y\n");
    expect(unifiedDiff(old, twoApart, 1)).toBe("@@ -2,6 +2,6 @@\n 2\n-3\n+x\n 4\n 5\n-6\n+y\n 7\n");
    const threeApart = old.replace("3\n", "x\n").replace("7\n", "y\n");
    expect(unifiedDiff(old, threeApart, 1)).toBe(
      "@@ -2,3 +2,3 @@\n 2\n-3\n+x\n 4\n@@ -6,3 +6,3 @@\n 6\n-7\n+y\n 8\n",
    );
  });

  test("a count of one is left out, and an empty side names the line before it", () => {
    expect(unifiedDiff("x\n", "y\n", 1)).toBe("@@ -1 +1 @@\n-x\n+y\n");
    expect(unifiedDiff("", "y\n", 3)).toBe("@@ -0,0 +1 @@\n+y\n");
    expect(unifiedDiff("x\ny\n", "", 3)).toBe("@@ -1,2 +0,0 @@\n-x\n-y\n");
  });

  test("a missing final newline is marked on the side that misses it", () => {
    expect(unifiedDiff("x\ny", "x\nz\n", 1)).toBe(
      "@@ -1,2 +1,2 @@\n x\n-y\n\\ No newline at end of file\n+z\n",
    );
    expect(unifiedDiff("x", "x\n", 1)).toBe("@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n");
  });

  test("equal texts have no diff", () => {
    expect(unifiedDiff("x\n", "x\n", 3)).toBe("");
  });
});

test("the changes of random line lists lead from the one to the other and are as few as can be", () => {
  const random = randomFrom(4);
  for (let n = 0; n < 3000; n++) {
    const words = ["a", "b", "c", "d", "e"].slice(0, 2 + random.below(4));
    const before = Array.from({ length: random.below(12) }, () => random.pick(words));
    const after = Array.from({ length: random.below(12) }, () => random.pick(words));
    const changes = diffLines(before, after);
    const rebuilt: string[] = [];
    let done = 0;
    for (const change of changes) {
      rebuilt.push(...before.slice(done, change.oldStart), ...after.slice(change.newStart, change.newEnd));
      done = change.oldEnd;
    }
    rebuilt.push(...before.slice(done));
    expect(rebuilt).toEqual(after);
    const edits = changes.reduce((sum, c) => sum + c.oldEnd - c.oldStart + c.newEnd - c.newStart, 0);
    expect(edits).toBe(before.length + after.length - 2 * longestCommon(before, after));
  }
});

test("texts of fifty thousand lines with little in common are compared in bounded time", () => {
  const lines = (step: number) =>
    Array.from({ length: 50_000 }, (_, index) => `${(index * step) % 50_021}\n`);
  const [before, after] = [lines(7919), lines(104_729)];
  const started = performance.now();
  const diff = unifiedDiff(before.join(""), after.join(""), 3);
  expect(performance.now() - started).toBeLessThan(5000);
  expect(diff).not.toBe("");
});

test("a long text with more edits than are searched for is still compared part by part", () => {
  const before = Array.from({ length: 20_000 }, (_, index) => `line ${index}`);
  const after = before.map((line, index) => (index % 10 === 0 ? `changed ${index}` : line));
  expect(diffLines(before, after).length).toBe(2000);
});

function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, () => 0);
  for (const line of a) {
    const next = [0];
    for (const [index, other] of b.entries()) {
      next.push(line === other ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
