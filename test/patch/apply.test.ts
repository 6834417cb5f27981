// What applying a patch does to real files: links, modes, special files, full disks, and what is told after a failure.

import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { applyPatchText, type PatchOutcome } from "../../src/patch/apply";
import { CODEX } from "../support/harness";
import { tempFolder } from "../support/temp-folder";

function apply(cwd: string, ...body: readonly string[]): PatchOutcome {
  const text = ["*** Begin Patch", ...body, "*** End Patch"].join("\n");
  return applyPatchText(text, { cwd, home: cwd, lineEndings: "keep" });
}

const text = (content: string, executable = false) => ({ type: "text", text: content, executable }) as const;

describe("files are changed in place", () => {
  test("an update keeps inode, mode and the other names of the file", () => {
    using folder = tempFolder({ "run.sh": "echo 1\n" });
    const path = join(folder.path, "run.sh");
    chmodSync(path, 0o750);
    linkSync(path, join(folder.path, "other.sh"));
    const inode = statSync(path).ino;
    apply(folder.path, "*** Update File: run.sh", "@@", "-echo 1", "+echo 2 and more");
    expect(statSync(path)).toMatchObject({ ino: inode, nlink: 2, mode: 0o100750 });
    expect(readFileSync(join(folder.path, "other.sh"), "utf8")).toBe("echo 2 and more\n");
  });

  test("a shorter text leaves nothing of the longer one", () => {
    using folder = tempFolder({ "a.txt": "a long line\nx\n" });
    apply(folder.path, "*** Update File: a.txt", "@@", "-a long line", " x");
    expect(readFileSync(join(folder.path, "a.txt"), "utf8")).toBe("x\n");
  });

  test("an update through a symbolic link changes the target and leaves the link", () => {
    using folder = tempFolder({ "deep/real.txt": "x\n" });
    symlinkSync("deep/real.txt", join(folder.path, "link.txt"));
    apply(folder.path, "*** Update File: link.txt", "@@", "-x", "+y");
    expect(lstatSync(join(folder.path, "link.txt")).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(folder.path, "deep/real.txt"), "utf8")).toBe("y\n");
  });

  test("`~` is the home directory", () => {
    using folder = tempFolder();
    expect(apply(folder.path, "*** Add File: ~", "+x").stderr).toBe(`Failed to write file ${folder.path}\n`);
    apply(folder.path, "*** Add File: ~/sub/../in-home", "+x");
    expect(existsSync(join(folder.path, "in-home"))).toBe(true);
  });
});

describe("the outcome says what is on disk now", () => {
  test("every change comes with the text before and after, paths absolute", () => {
    using folder = tempFolder({ "u.txt": "u\n", "d.txt": "d\n", "m.txt": "m\n", "over.txt": "old\n" });
    const at = (name: string) => join(folder.path, name);
    const outcome = apply(
      folder.path,
      ...["*** Add File: new/a.txt", "+a"],
      ...["*** Update File: u.txt", "@@", "-u", "+U"],
      "*** Delete File: d.txt",
      ...["*** Update File: m.txt", "*** Move to: over.txt", "@@", "-m", "+M"],
    );
    expect(outcome).toEqual({
      exitCode: 0,
      stdout: "Success. Updated the following files:\nA new/a.txt\nM u.txt\nM over.txt\nD d.txt\n",
      stderr: "",
      failure: null,
      applied: [
        { type: "add", path: at("new/a.txt"), before: null, after: text("a\n") },
        { type: "update", path: at("u.txt"), before: text("u\n"), after: text("U\n") },
        { type: "delete", path: at("d.txt"), before: text("d\n") },
        {
          type: "move",
          path: at("m.txt"),
          movePath: at("over.txt"),
          before: text("m\n"),
          after: text("M\n"),
          overwritten: text("old\n"),
        },
      ],
    });
  });

  test("a failure names its hunk and lists only what came before it", () => {
    using folder = tempFolder({ "b.txt": "b\n" });
    const outcome = apply(
      folder.path,
      ...["*** Add File: a.txt", "+a"],
      ...["*** Update File: b.txt", "@@", "-zzz", "+y"],
      ...["*** Add File: never.txt", "+n"],
    );
    const message = `Failed to find expected lines in ${folder.path}/b.txt:\nzzz`;
    expect(outcome).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `${message}\n`,
      applied: [{ type: "add", path: join(folder.path, "a.txt"), before: null, after: text("a\n") }],
      failure: { hunk: 1, message, reason: null, intact: true },
    });
    expect(existsSync(join(folder.path, "never.txt"))).toBe(false);
  });

  test("the system's reason is told beside the text that leaves it out", () => {
    using folder = tempFolder();
    mkdirSync(join(folder.path, "d"));
    const outcome = apply(folder.path, "*** Add File: d", "+x");
    expect(outcome.stderr).toBe(`Failed to write file ${folder.path}/d\n`);
    expect(outcome.failure).toMatchObject({ reason: "Is a directory (os error 21)", intact: true });
  });

  test("files that are long or not text are named by their git hash", () => {
    using folder = tempFolder({ "long.txt": "line\n".repeat(300_000) });
    folder.write("b.bin", Uint8Array.of(0xff, 0xfe));
    const outcome = apply(folder.path, "*** Delete File: b.bin", "*** Delete File: long.txt");
    const blob = (hash: string) => ({ type: "omitted", blob: hash, executable: false }) as const;
    expect(outcome.applied.map((change) => change.before)).toEqual([
      blob("46b134b197f35e75e0784bedbf94a8dd124693b1"),
      blob("5b9e98c724a4f56286eca26780f9df13f0f70f40"),
    ]);
  });
});

describe("nothing waits and nothing is lost", () => {
  test("a FIFO is refused at once, for reading and for writing", () => {
    using folder = tempFolder();
    const fifo = join(folder.path, "fifo");
    expect(Bun.spawnSync(["mkfifo", fifo]).exitCode).toBe(0);
    expect(apply(folder.path, "*** Update File: fifo", "@@", "-x", "+y").stderr).toBe(
      `Failed to read file to update ${fifo}: not a regular file\n`,
    );
    expect(apply(folder.path, "*** Add File: fifo", "+y").stderr).toBe(`Failed to write file ${fifo}\n`);
  });

  test("a name with a NUL, and a name that is too long, fail with a reason", () => {
    using folder = tempFolder();
    expect(apply(folder.path, "*** Update File: a\0b", "@@", "-x", "+y").stderr).toEndWith(
      ": file name contained an unexpected NUL byte\n",
    );
    expect(apply(folder.path, "*** Add File: a\0b", "+y").failure).toMatchObject({ intact: true });
    const long = "n".repeat(300);
    expect(apply(folder.path, `*** Update File: ${long}`, "@@", "-x", "+y").stderr).toEndWith(
      `${long}: Filename too long (os error 36)\n`,
    );
  });

  test("when a write fails half-way the old text is put back, and a new file is removed", async () => {
    const old = "old line\n".repeat(200); // 1,800 bytes, within the limit of two blocks of 1,024 bytes
    using folder = tempFolder({ "a.txt": old });
    const added = "+a line of the new text\n".repeat(400);
    for (const hunk of ["*** Update File: a.txt\n@@\n old line", "*** Add File: new.txt"]) {
      const patch = `*** Begin Patch\n${hunk}\n${added}*** End Patch`;
      const request = JSON.stringify({ patch, cwd: folder.path, lineEndings: "keep" });
      const limited = `trap '' XFSZ; ulimit -f 2; exec "$0" --codex-run-as-patch-helper`;
      const child = Bun.spawn(["bash", "-c", limited, CODEX], {
        stdin: Buffer.from(request),
        stdout: "pipe",
      });
      const outcome = (await child.stdout.json()) as PatchOutcome; // what the helper writes
      expect(outcome.stderr).toMatch(/^Failed to write file .*(a|new)\.txt\n$/);
      expect(outcome.failure).toMatchObject({ reason: "File too large (os error 27)", intact: true });
      expect(outcome.applied).toEqual([]);
    }
    expect(readFileSync(join(folder.path, "a.txt"), "utf8")).toBe(old);
    expect(existsSync(join(folder.path, "new.txt"))).toBe(false);
  });
});
