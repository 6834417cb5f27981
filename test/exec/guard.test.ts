// What a command may have changed although it is protected is found, and put back as it was.

import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { guardPaths } from "../../src/exec/guard";
import { tempFolder } from "../support/temp-folder";

const GIT = {
  ".git/HEAD": "ref: x\n",
  ".git/config": "[core]\n",
  ".git/hooks/one": "#!\n",
  ".git/objects/a": "a",
  ".git/index": "i",
};

/** Runs `change` under guard of `names`, and gives what was told, with the folder left out. */
function guarded(
  folder: string,
  names: readonly string[],
  change: (at: (name: string) => string) => void,
): readonly string[] {
  const at = (name: string) => join(folder, name);
  const guard = guardPaths(names.map(at));
  if (guard.type === "failed") return [guard.message];
  change(at);
  return guard.restore().map((note) => note.replaceAll(`${folder}/`, ""));
}

describe.skipIf(process.platform !== "linux")("what is guarded", () => {
  test("stays as it is when nothing was changed, and what is not guarded changes freely", () => {
    using box = tempFolder(GIT);
    const told = guarded(box.path, [".git", ".codex"], (at) => {
      writeFileSync(at(".git/index"), "other");
      writeFileSync(at(".git/objects/b"), "b");
      writeFileSync(at("file"), "x");
    });
    expect(told).toEqual([]);
    expect(readFileSync(join(box.path, ".git/index"), "utf8")).toBe("other");
  });

  test("settings and hooks of Git come back: changed, added, removed, made a link, made executable", () => {
    using box = tempFolder({ ...GIT, outside: "keep" });
    const told = guarded(box.path, [".git"], (at) => {
      writeFileSync(at(".git/config"), "evil");
      writeFileSync(at(".git/hooks/two"), "evil");
      writeFileSync(at(".git/config.worktree"), "evil");
      chmodSync(at(".git/hooks/one"), 0o777);
      rmSync(at(".git/HEAD"));
      symlinkSync(at("outside"), at(".git/HEAD"));
    });
    expect(told).toHaveLength(6);
    expect(readFileSync(join(box.path, ".git/config"), "utf8")).toBe("[core]\n");
    expect(readFileSync(join(box.path, ".git/HEAD"), "utf8")).toBe("ref: x\n");
    expect(readFileSync(join(box.path, "outside"), "utf8")).toBe("keep");
    expect(readdirSync(join(box.path, ".git/hooks"))).toEqual(["one"]);
    expect(statSync(join(box.path, ".git/hooks/one")).mode & 0o111).toBe(0);
    expect(existsSync(join(box.path, ".git/config.worktree"))).toBeFalse();
  });

  test("a folder of Git that was gutted does not lose the rest", () => {
    using box = tempFolder(GIT);
    guarded(box.path, [".git"], (at) => rmSync(at(".git/HEAD")));
    expect(readFileSync(join(box.path, ".git/HEAD"), "utf8")).toBe("ref: x\n");
    expect(readFileSync(join(box.path, ".git/objects/a"), "utf8")).toBe("a");
  });

  test("what was moved away comes back, and what stood in its place is moved aside", () => {
    using box = tempFolder(GIT);
    const told = guarded(box.path, [".git"], (at) => {
      renameSync(at(".git"), at("gone"));
      mkdirSync(at(".git"));
      writeFileSync(at(".git/mine"), "work");
    });
    expect(told).toEqual([".git was moved by the command; it is back in its place"]);
    expect(readFileSync(join(box.path, ".git/objects/a"), "utf8")).toBe("a");
    expect(readFileSync(join(box.path, ".git.aside-1/mine"), "utf8")).toBe("work");
  });

  test("what was deleted whole is made again", () => {
    using box = tempFolder(GIT);
    guarded(box.path, [".git"], (at) => rmSync(at(".git"), { recursive: true }));
    expect(readFileSync(join(box.path, ".git/hooks/one"), "utf8")).toBe("#!\n");
  });

  test("what did not exist is moved aside, never deleted", () => {
    using box = tempFolder({ ".codex.aside-1": "older" });
    const told = guarded(box.path, [".codex"], (at) => mkdirSync(at(".codex/rules"), { recursive: true }));
    expect(told).toEqual([".codex was made by the command; it is now .codex.aside-2"]);
    expect(existsSync(join(box.path, ".codex"))).toBeFalse();
    expect(existsSync(join(box.path, ".codex.aside-2/rules"))).toBeTrue();
  });

  test("settings of submodules come back too", () => {
    using box = tempFolder({
      ...GIT,
      ".git/modules/deep/sub/HEAD": "r",
      ".git/modules/deep/sub/objects/a": "a",
      ".git/modules/deep/sub/config": "c",
    });
    guarded(box.path, [".git"], (at) => {
      mkdirSync(at(".git/modules/deep/sub/hooks"));
      writeFileSync(at(".git/modules/deep/sub/hooks/pre-commit"), "evil");
      writeFileSync(at(".git/modules/deep/sub/config"), "evil");
      writeFileSync(at(".git/modules/deep/sub/objects/b"), "b");
    });
    const sub = join(box.path, ".git/modules/deep/sub");
    expect(readdirSync(sub).sort()).toEqual(["HEAD", "config", "objects"]);
    expect(readFileSync(join(sub, "config"), "utf8")).toBe("c");
    expect(readdirSync(join(sub, "objects")).sort()).toEqual(["a", "b"]);
  });

  test("another name of the same file keeps what was written", () => {
    using box = tempFolder(GIT);
    guarded(box.path, [".git"], (at) => {
      linkSync(at(".git/config"), at("other"));
      writeFileSync(at("other"), "mine");
    });
    expect(readFileSync(join(box.path, ".git/config"), "utf8")).toBe("[core]\n");
    expect(readFileSync(join(box.path, "other"), "utf8")).toBe("mine");
  });

  test("nothing is put back before the last command has ended, and all that it was when the first began", () => {
    using box = tempFolder(GIT);
    const path = join(box.path, ".git");
    const [first, second] = [guardPaths([path]), guardPaths([path])];
    writeFileSync(join(path, "config"), "evil");
    const third = guardPaths([path]);
    if (first.type === "failed" || second.type === "failed" || third.type === "failed")
      throw new Error("not guarded");
    expect([first.restore(), second.restore()]).toEqual([[], []]);
    expect(third.restore()).toHaveLength(1);
    expect(readFileSync(join(path, "config"), "utf8")).toBe("[core]\n");
  });

  test("what is too large to keep is refused", () => {
    using box = tempFolder({ ".codex/file": "" });
    truncateSync(join(box.path, ".codex/file"), 20_000_000);
    expect(guarded(box.path, [".codex"], () => {})[0]).toContain("cannot keep a copy");
  });
});
