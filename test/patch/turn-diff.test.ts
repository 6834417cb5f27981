// The diff of a whole turn: what it shows, and that git can apply it.

import { describe, expect, test } from "bun:test";
import { chmodSync, cpSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { applyPatchText } from "../../src/patch/apply";
import { startTurnDiff } from "../../src/patch/turn-diff";
import { tempFolder } from "../support/temp-folder";

/** Applies patches one after the other in `cwd` and renders what they did together. */
function diffAfter(cwd: string, ...patches: readonly string[]): string {
  const diff = startTurnDiff(cwd);
  for (const body of patches) {
    const text = `*** Begin Patch\n${body}\n*** End Patch`;
    const outcome = applyPatchText(text, { cwd, home: cwd, lineEndings: "keep" });
    expect(outcome.stderr).toBe("");
    diff.record(outcome.applied);
    diff.render();
  }
  return diff.render();
}

const NONE = "0".repeat(40);

describe("the diff of a turn", () => {
  test("an update has full blob ids and three lines of context", () => {
    using folder = tempFolder({ "a.txt": "one\ntwo\nthree\nfour\nfive\nsix\nseven\n" });
    expect(diffAfter(folder.path, "*** Update File: a.txt\n@@\n-two\n+2")).toBe(
      `diff --git a/a.txt b/a.txt
index 2019eda923040a79f52fe4bf49e0a106f4f658ae..036ae737bd72de7b955fd5e8d38a5f3e492acc7b
--- a/a.txt
+++ b/a.txt
@@ -1,5 +1,5 @@
 one
-two
+2
 three
 four
 five
`,
    );
  });

  test("added, emptied and deleted files have forty zeros for the side that is not there", () => {
    using folder = tempFolder({ "d.txt": "b1\nb2\n" });
    const diff = diffAfter(
      folder.path,
      "*** Add File: n.txt\n+n1\n*** Add File: empty.txt",
      "*** Update File: n.txt\n@@\n n1\n+N2",
      "*** Delete File: d.txt",
    );
    expect(diff).toBe(
      `diff --git a/d.txt b/d.txt
deleted file mode 100644
index 9b89cd566114bb76251a99d2d72260769620f786..${NONE}
--- a/d.txt
+++ /dev/null
@@ -1,2 +0,0 @@
-b1
-b2
diff --git a/empty.txt b/empty.txt
new file mode 100644
index ${NONE}..e69de29bb2d1d6434b8b29ae775ad8c2e48c5391
diff --git a/n.txt b/n.txt
new file mode 100644
index ${NONE}..5cf776820b91554f52b86b08ca86074ef412ff5a
--- /dev/null
+++ b/n.txt
@@ -0,0 +1,2 @@
+n1
+N2
`,
    );
  });

  test("a file moved twice is one entry from its first name to its last", () => {
    using folder = tempFolder({ "sub/z.txt": "z\n" });
    const diff = diffAfter(
      folder.path,
      "*** Update File: sub/z.txt\n*** Move to: z.txt\n@@\n z",
      "*** Update File: z.txt\n*** Move to: zz.txt\n@@\n-z\n+Z",
    );
    expect(diff).toBe(
      `diff --git a/sub/z.txt b/zz.txt
index b68025345d5301abad4d9ec9166f455243a0d746..e900b1c81c65dc52463027be827c1418fc7ff505
--- a/sub/z.txt
+++ b/zz.txt
@@ -1 +1 @@
-z
+Z
`,
    );
  });

  test("a move without a change still shows", () => {
    using folder = tempFolder({ "a.txt": "a\n" });
    expect(diffAfter(folder.path, "*** Update File: a.txt\n*** Move to: b.txt\n@@\n a")).toBe(
      "diff --git a/a.txt b/b.txt\nsimilarity index 100%\nrename from a.txt\nrename to b.txt\n",
    );
  });

  test("a move onto a file that was there is a removal and a change", () => {
    using folder = tempFolder({ "a.txt": "a\n", "b.txt": "b\n" });
    const diff = diffAfter(folder.path, "*** Update File: a.txt\n*** Move to: b.txt\n@@\n-a\n+A");
    expect(diff.match(/^(diff|deleted).*/gm)).toEqual([
      "diff --git a/a.txt b/a.txt",
      "deleted file mode 100644",
      "diff --git a/b.txt b/b.txt",
    ]);
  });

  test("a name that is taken again after a move makes no rename", () => {
    using folder = tempFolder({ "a.txt": "a\n" });
    const diff = diffAfter(
      folder.path,
      "*** Update File: a.txt\n*** Move to: b.txt\n@@\n-a\n+b",
      "*** Add File: a.txt\n+again",
    );
    expect(diff.match(/^(diff|new).*/gm)).toEqual([
      "diff --git a/a.txt b/a.txt",
      "diff --git a/b.txt b/b.txt",
      "new file mode 100644",
    ]);
  });

  test("what is undone within the turn does not show", () => {
    using folder = tempFolder({ "a.txt": "x\n", "m.txt": "m\n" });
    const diff = diffAfter(
      folder.path,
      "*** Update File: a.txt\n@@\n-x\n+y\n*** Add File: t.txt\n+t",
      "*** Update File: m.txt\n*** Move to: n.txt\n@@\n m",
      "*** Update File: a.txt\n@@\n-y\n+x\n*** Delete File: t.txt",
      "*** Update File: n.txt\n*** Move to: m.txt\n@@\n m",
    );
    expect(diff).toBe("");
  });

  test("paths outside the folder are absolute", () => {
    using folder = tempFolder({ "work/x": "" });
    const diff = diffAfter(join(folder.path, "work"), "*** Add File: ../out.txt\n+out");
    expect(diff).toStartWith(`diff --git a/${folder.path}/out.txt b/${folder.path}/out.txt\n`);
  });

  test("a file that is not text is said to differ", () => {
    using folder = tempFolder();
    folder.write("b.bin", Uint8Array.of(0xff, 0xfe));
    expect(diffAfter(folder.path, "*** Add File: b.bin\n+text")).toEndWith(
      "Binary files a/b.bin and b/b.bin differ\n",
    );
  });
});

test("git turns the old folder into the new one with it", () => {
  using folder = tempFolder({
    "work/a.txt": "one\r\ntwo\r\nthree",
    "work/run.sh": "echo 1\n",
    "work/d/gone.txt": "x\ny",
    "work/m.txt": "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
    "work/ü b.txt": "q\n",
  });
  const [work, old] = [join(folder.path, "work"), join(folder.path, "old")];
  chmodSync(join(work, "run.sh"), 0o755);
  cpSync(work, old, { recursive: true });
  const diff = diffAfter(
    work,
    "*** Update File: a.txt\n@@\n-three\n+3\n*** Delete File: d/gone.txt",
    "*** Update File: m.txt\n*** Move to: new/m.txt\n@@\n-2\n@@\n 8\n+8.5\n*** Add File: empty",
    "*** Update File: run.sh\n*** Move to: go.sh\n@@\n-echo 1\n+echo 2",
    "*** Update File: ü b.txt\n@@\n-q\n+r\n*** Add File: new/n.txt\n+n",
  );
  const git = Bun.spawnSync(["git", "apply", "-"], { cwd: old, stdin: Buffer.from(diff) });
  expect(git.stderr.toString()).toBe("");
  expect(snapshot(old)).toEqual(snapshot(work));
});

function snapshot(root: string): Record<string, unknown> {
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(
    files
      .map((name) => [name, statSync(join(root, name))] as const)
      .filter(([, status]) => status.isFile())
      .map(([name, status]) => [name, [readFileSync(join(root, name), "utf8"), status.mode & 0o100]]),
  );
}
