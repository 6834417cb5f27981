// The session's check of a patch before anything is asked or written.

import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { parsePatch } from "../../src/patch/parse";
import { errorForModel } from "../../src/patch/patch";
import { type VerifiedPatch, verifyPatch } from "../../src/patch/verify";
import { tempFolder } from "../support/temp-folder";

/** The verified patch, or what the model reads. */
function verify(cwd: string, ...body: readonly string[]): VerifiedPatch | string {
  const patch = parsePatch(["*** Begin Patch", ...body, "*** End Patch"].join("\n"));
  if (patch.type !== "patch") return errorForModel(patch);
  const verified = verifyPatch(patch, cwd, { home: join(cwd, "home") });
  return verified.type === "verified" ? verified : errorForModel(verified);
}

describe("a patch that fits", () => {
  test("gives one change for each source path, sorted, and every path that it touches", () => {
    using folder = tempFolder({ "m.txt": "one\ntwo\nthree\n", "d.txt": "gone\n" });
    const at = (name: string) => join(folder.path, name);
    const verified = verify(
      folder.path,
      ...["*** Update File: m.txt", "*** Move to: sub/../n.txt", "@@", "-two", "+2"],
      "*** Delete File: ./d.txt",
      ...["*** Add File: ~/a.txt", "+x"],
    );
    expect(verified).toMatchObject({
      type: "verified",
      changes: [
        { type: "delete", path: at("d.txt"), content: "gone\n" },
        { type: "add", path: at("home/a.txt"), content: "x\n" },
        {
          type: "update",
          path: at("m.txt"),
          unifiedDiff: "@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n",
          movePath: at("n.txt"),
        },
      ],
      paths: [at("m.txt"), at("n.txt"), at("d.txt"), at("home/a.txt")],
    });
    expect(readdirSync(folder.path).sort()).toEqual(["d.txt", "m.txt"]);
  });

  test("the later of two hunks on one path stands in the changes", () => {
    using folder = tempFolder({ "a.txt": "x\ny\n" });
    const verified = verify(
      folder.path,
      ...["*** Update File: a.txt", "@@", "-x", "+1"],
      ...["*** Update File: a.txt", "@@", "-y", "+2"],
    );
    expect(verified).toMatchObject({ changes: [{ unifiedDiff: "@@ -1,2 +1,2 @@\n x\n-y\n+2\n" }] });
  });

  test("an Add passes on anything that is there", () => {
    using folder = tempFolder();
    mkdirSync(join(folder.path, "d"));
    expect(verify(folder.path, "*** Add File: d", "+x")).toMatchObject({ changes: [{ type: "add" }] });
  });

  test("the diff of a CRLF file shows only the line that changes", () => {
    using folder = tempFolder({ "a.txt": "one\r\ntwo\r\n" });
    expect(verify(folder.path, "*** Update File: a.txt", "@@", " one", "-two", "+2")).toMatchObject({
      changes: [{ unifiedDiff: "@@ -1,2 +1,2 @@\n one\r\n-two\r\n+2\r\n" }],
    });
  });
});

describe("a patch that does not fit is told to the model", () => {
  const cases: readonly [name: string, body: readonly string[], message: string][] = [
    ["a bad header", ["*** Frob: a"], "invalid hunk at line 2, '*** Frob: a' is not a valid hunk header."],
    [
      "a missing file",
      ["*** Update File: no", "@@", "-x", "+y"],
      "Failed to read file to update {cwd}/no: No such file or directory (os error 2)",
    ],
    [
      "a missing file to delete",
      ["*** Delete File: no"],
      "Failed to read {cwd}/no: No such file or directory (os error 2)",
    ],
    [
      "a directory to delete",
      ["*** Delete File: dir"],
      "Failed to read {cwd}/dir: Is a directory (os error 21)",
    ],
    [
      "lines that are not there",
      ["*** Update File: a.txt", "@@", " one", "-zzz"],
      "Failed to find expected lines in {cwd}/a.txt:\none\nzzz",
    ],
    [
      "a context that is not there",
      ["*** Update File: a.txt", "@@ f()", "-one"],
      "Failed to find context 'f()' in {cwd}/a.txt",
    ],
    [
      "an update of a file that the patch only adds",
      ["*** Add File: n", "+x", "*** Update File: n", "@@", "-x", "+y"],
      "Failed to read file to update {cwd}/n: No such file or directory (os error 2)",
    ],
    [
      "a link that points to itself",
      ["*** Update File: loop", "@@", "-x", "+y"],
      "Failed to read file to update {cwd}/loop: Symbolic link loop (os error 40)",
    ],
  ];
  for (const [name, body, message] of cases) {
    test(name, () => {
      using folder = tempFolder({ "a.txt": "one\ntwo\n", "dir/x": "" });
      symlinkSync("loop", join(folder.path, "loop"));
      const expected = `apply_patch verification failed: ${message.replaceAll("{cwd}", folder.path)}`;
      const told = verify(folder.path, ...body);
      expect(typeof told === "string" ? told.slice(0, expected.length) : told).toBe(expected);
    });
  }

  test("a broken envelope", () => {
    const patch = parsePatch("hello");
    expect(patch.type === "patch" ? "" : errorForModel(patch)).toBe(
      "apply_patch verification failed: invalid patch: The first line of the patch must be '*** Begin Patch'",
    );
  });
});
