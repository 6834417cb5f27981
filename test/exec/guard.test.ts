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
  rmdirSync,
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

  test("what a command made or changed is moved aside, never deleted", () => {
    using box = tempFolder({ ...GIT, ".codex/config.toml": "a = 1\n" });
    const told = guarded(box.path, [".git", ".codex"], (at) => {
      writeFileSync(at(".git/hooks/two"), "mine");
      writeFileSync(at(".git/hooks/one"), "mine too");
      mkdirSync(at(".codex/skills/x"), { recursive: true });
      writeFileSync(at(".codex/skills/x/SKILL.md"), "mine as well");
    });
    expect(told).toEqual([
      ".git/hooks/two was made by the command; it is now .git.aside-1/hooks/two",
      ".git/hooks/one was changed by the command; it has been put back; what it made of it is .git.aside-1/hooks/one",
      ".codex/skills was made by the command; it is now .codex.aside-1/skills",
    ]);
    const kept = (name: string) => readFileSync(join(box.path, name), "utf8");
    expect([".git.aside-1/hooks/two", ".git.aside-1/hooks/one"].map(kept)).toEqual(["mine", "mine too"]);
    expect(kept(".codex.aside-1/skills/x/SKILL.md")).toBe("mine as well");
  });

  test("a repository in the place of a file that points to one is moved aside whole", () => {
    using box = tempFolder({ ".git": "gitdir: elsewhere\n" });
    guarded(box.path, [".git"], (at) => {
      rmSync(at(".git"));
      mkdirSync(at(".git/objects"), { recursive: true });
      writeFileSync(at(".git/objects/a"), "work");
    });
    expect(readFileSync(join(box.path, ".git"), "utf8")).toBe("gitdir: elsewhere\n");
    expect(readFileSync(join(box.path, ".git.aside-1/objects/a"), "utf8")).toBe("work");
  });

  test("neither too much nor closed folders keep anything from being put back", () => {
    using box = tempFolder({ ...GIT, ".codex/config.toml": "a = 1\n" });
    guarded(box.path, [".git", ".codex"], (at) => {
      writeFileSync(at(".codex/config.toml"), "evil");
      writeFileSync(at(".codex/large"), "");
      truncateSync(at(".codex/large"), 20_000_000);
      mkdirSync(at(".codex/rules"));
      writeFileSync(at(".codex/rules/x.rules"), "evil");
      chmodSync(at(".codex/rules"), 0);
      writeFileSync(at(".git/hooks/two"), "evil");
      chmodSync(at(".git/hooks"), 0);
      chmodSync(at(".git"), 0o500);
    });
    expect(readdirSync(join(box.path, ".codex"))).toEqual(["config.toml"]);
    expect(readFileSync(join(box.path, ".codex/config.toml"), "utf8")).toBe("a = 1\n");
    expect(readdirSync(join(box.path, ".git/hooks"))).toEqual(["one"]);
  });

  test("the folder by which another sandbox holds the place of a name is left to it", () => {
    using box = tempFolder({});
    const hold = (at: string) => {
      mkdirSync(at);
      chmodSync(at, 0o1555);
    };
    expect(guarded(box.path, [".codex"], (at) => hold(at(".codex")))).toEqual([]);
    expect(readdirSync(box.path)).toEqual([".codex"]);
    expect(guarded(box.path, [".codex"], (at) => rmdirSync(at(".codex")))).toEqual([]);
    expect(readdirSync(box.path)).toEqual([]);
  });

  test("what is too large to keep is refused", () => {
    using box = tempFolder({ ".codex/file": "" });
    truncateSync(join(box.path, ".codex/file"), 20_000_000);
    expect(guarded(box.path, [".codex"], () => {})[0]).toContain("cannot keep a copy");
  });
});
