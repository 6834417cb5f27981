import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import { unifiedDiff } from "../../../src/patch/unified-diff";
import { withContext } from "../../../src/ui/transcript/diff-context";
import { page } from "./pages";

const numbers = (count: number, changed: Readonly<Record<number, string>> = {}) =>
  Array.from({ length: count }, (_, index) => `${changed[index + 1] ?? `line ${index + 1}`}\n`)
    .filter((line) => line !== "gone\n")
    .join("");

const CASES: readonly (readonly [what: string, before: string, after: string])[] = [
  ["one line in the middle", numbers(20), numbers(20, { 10: "new" })],
  ["the first and the last line", numbers(20), numbers(20, { 1: "new", 20: "new" })],
  ["lines that are near", numbers(20), numbers(20, { 5: "new", 9: "new", 12: "new" })],
  ["lines that go", numbers(20), numbers(20, { 3: "gone", 4: "gone", 18: "gone" })],
  ["lines that come", numbers(20), `${numbers(20, { 7: "line 7\nand\nmore" })}end\n`],
  ["a file of one line", "a\n", "b\n"],
  ["a file without an end of line", "a\nb\nc\nd\ne\nf", "a\nb\nc\nd\ne\ng"],
];

function file(): Disposable & { readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), "codex-context-"));
  return { path: join(folder, "a.txt"), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** Without counts and notes, which nobody is shown. */
const comparable = (diff: string) =>
  diff.replace(/^@@ -(\d+)(,\d+)? \+(\d+)(,\d+)? @@/gm, "@@ -$1 +$3 @@").replace(/^\\.*\n/gm, "");

describe("three lines of context", () => {
  test.each(CASES)("around %s, before it is applied and after", (_, before, after) => {
    using target = file();
    const change = {
      type: "update",
      path: target.path,
      movePath: null,
      unifiedDiff: unifiedDiff(before, after, 1),
    } as const;
    const wide = comparable(unifiedDiff(before, after, 3));
    for (const text of [before, after]) {
      writeFileSync(target.path, text);
      const shown = withContext(change);
      expect(shown.type === "update" && comparable(shown.unifiedDiff)).toBe(wide);
    }
  });

  test("are left out where the file says something else, or is none", () => {
    using target = file();
    const change = {
      type: "update",
      path: target.path,
      movePath: null,
      unifiedDiff: unifiedDiff("a\nb\n", "a\nc\n", 1),
    } as const;
    expect(withContext(change)).toBe(change);
    writeFileSync(target.path, "x\ny\n");
    expect(withContext(change)).toBe(change);
    const device = { ...change, path: "/dev/zero" };
    expect(withContext(device)).toBe(device);
  });

  test("are shown with the patch", () => {
    using target = file();
    writeFileSync(target.path, numbers(9, { 5: "new" }));
    const change = {
      type: "update",
      path: target.path,
      movePath: null,
      unifiedDiff: unifiedDiff(numbers(9), numbers(9, { 5: "new" }), 1),
    } as const;
    const shown = page(80, { cwd: join(target.path, "..") }).play({
      type: "item.completed",
      item: { type: "file_change", id: "p", status: "completed", changes: [change] },
    });
    expect(shown).toBe(
      "• Edited a.txt (+1 -1)\n    2  line 2\n    3  line 3\n    4  line 4\n    5 -line 5\n    5 +new\n    6  line 6\n    7  line 7\n    8  line 8\n",
    );
  });
});
