// What is said of a patch that failed half-way.

import { describe, expect, test } from "bun:test";
import { parsePatch } from "../../src/patch/parse";
import { failureReport } from "../../src/patch/summary";

const PATCH = [
  ...["*** Begin Patch", "*** Add File: a", "+1", "*** Update File: b", "*** Move to: c", "@@", "-x", "+y"],
  ...["*** Delete File: d", "*** End Patch"],
].join("\n");

function report(ending: Partial<Parameters<typeof failureReport>[1]>): string {
  const patch = parsePatch(PATCH);
  if (patch.type !== "patch") throw new Error(patch.message);
  return failureReport(patch, { exitCode: 1, stderr: "Failed\n", applied: [], failure: null, ...ending });
}

describe("the report", () => {
  test("is empty after a success", () => {
    expect(report({ exitCode: 0 })).toBe("");
  });

  test("names what was changed and what was not, with the system's reason", () => {
    expect(report({ applied: [1], failure: { hunk: 1, reason: "No space", intact: true } })).toBe(
      "Reason: No space\nChanged before that:\nA a\nNot changed:\nM c\nD d\n",
    );
    expect(report({ failure: { hunk: 0, reason: null, intact: true } })).toBe("No file was changed.\n");
  });

  test("names a file that was written but could not be taken from its old place, and one that may be damaged", () => {
    expect(report({ applied: [1, 2], failure: { hunk: 1, reason: null, intact: true } })).toContain(
      "Written, but the original is still there: c\n",
    );
    expect(report({ applied: [1], failure: { hunk: 1, reason: null, intact: false } })).toBe(
      "Changed before that:\nA a\nMay be damaged: c\nNot changed:\nD d\n",
    );
  });

  test("admits what is not known", () => {
    expect(report({})).toBe("It is not known which of the files were changed.\n");
  });
});
