// Previews of patches that the model is still writing.

import { describe, expect, test } from "bun:test";
import type { FileChange } from "../../src/protocol/items";
import { patchPreview } from "../../src/patch/preview";

const PATCH = `*** Begin Patch
*** Add File: new.txt
+one
+two
*** Update File: a.txt
*** Move to: b.txt
@@ f()
 keep
-old
+new
*** End of File
*** Delete File: c.txt
*** End Patch
`;
const WHOLE: readonly FileChange[] = [
  { type: "add", path: "new.txt", content: "one\ntwo\n" },
  {
    type: "update",
    path: "a.txt",
    unifiedDiff: "@@ f()\n-keep\n-old\n+keep\n+new\n*** End of File\n",
    movePath: "b.txt",
  },
  { type: "delete", path: "c.txt", content: "" },
];

/** One letter after the other, `msEach` apart. */
function typed(text: string, msEach: number): readonly (readonly FileChange[])[] {
  const preview = patchPreview();
  const shown = [...text].map((letter, at) => preview.write(letter, at * msEach));
  return [...shown, preview.end()].filter((changes) => changes !== null);
}

describe("a preview", () => {
  test("shows the first hunk at once and the whole patch at the end", () => {
    const shown = typed(PATCH, 0);
    expect(shown).toEqual([[{ type: "add", path: "new.txt", content: "" }], WHOLE]);
  });

  test("grows line by line where there is time, and never shrinks", () => {
    const shown = typed(PATCH, 1000);
    expect(shown.length).toBeGreaterThan(5);
    const sizes = shown.map((changes) => JSON.stringify(changes).length);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(shown.at(-1)).toEqual(WHOLE);
  });

  test("shows nothing twice, and nothing of what is no patch", () => {
    expect(typed("hello\nworld\n", 1000)).toEqual([]);
    expect(typed("*** Begin Patch\n*** Frob: x\n+y\n", 1000)).toEqual([]);
    expect(typed("*** Begin Patch\n*** Delete File: x\n\n\n*** End Patch", 1000)).toHaveLength(1);
  });

  test("of a long text that is no patch costs no more than its reading", () => {
    const preview = patchPreview();
    const startedAt = performance.now();
    for (let at = 0; at < 50_000; at++) preview.write("not a patch at all\n", at / 1000);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});
