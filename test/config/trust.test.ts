import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { tryLock } from "../../src/exec/libc";
import { recordTrust } from "../../src/config/edit";
import { gitRoot, trustKey, trustOf } from "../../src/config/trust";
import { tempFolder, type TempFolder } from "../support/temp-folder";
import { configBox } from "./config-box";

/** A main checkout and a linked worktree, as `git worktree add` lays them out. */
function worktree(box: TempFolder): { readonly main: string; readonly linked: string } {
  const [main, linked] = [join(box.path, "main"), join(box.path, "linked")];
  box.write("main/.git/HEAD", "ref: refs/heads/main\n");
  box.write("main/.git/worktrees/linked/gitdir", `${join(linked, ".git")}\n`);
  box.write("linked/.git", `gitdir: ${join(main, ".git", "worktrees", "linked")}\n`);
  mkdirSync(join(linked, "sub"));
  return { main, linked };
}

describe("the Git root", () => {
  test("is the folder with .git, for a linked worktree the main checkout, else nothing", () => {
    using box = tempFolder({ "sub/module/.git": "gitdir: ../../.git/modules/module\n" });
    const { main, linked } = worktree(box);
    expect(gitRoot(main)).toBe(main);
    expect(gitRoot(join(linked, "sub"))).toBe(main);
    expect(gitRoot(join(box.path, "sub", "module"))).toBe(join(box.path, "sub", "module"));
    expect(gitRoot("/usr")).toBeUndefined();
    expect(trustKey("/usr")).toBe("/usr");
    expect(trustKey(linked)).toBe(main);
  });

  test("is not borrowed by a folder that only claims to be a worktree", () => {
    using box = tempFolder();
    const { main } = worktree(box);
    box.write("stranger/.git", `gitdir: ${join(main, ".git", "worktrees", "linked")}\n`);
    const stranger = join(box.path, "stranger");
    expect(gitRoot(stranger)).toBe(stranger);
    expect(trustOf({ [main]: { trust_level: "trusted" } }, stranger, stranger)).toBeUndefined();
  });
});

test("trust in the main checkout holds in its worktrees", () => {
  using box = tempFolder();
  const { main, linked } = worktree(box);
  expect(trustOf({ [main]: { trust_level: "trusted" } }, linked, linked)).toBe("trusted");
  expect(
    trustOf({ [main]: { trust_level: "trusted" }, [linked]: { trust_level: "untrusted" } }, linked, linked),
  ).toBe("untrusted");
  expect(trustOf({ [main]: { trust_level: "maybe" } }, linked, linked)).toBeUndefined();
  expect(trustOf(5, linked, linked)).toBeUndefined();
});

test("a decision is written as a table of its own and counts at once", async () => {
  using box = configBox({ "work/.codex/config.toml": 'model = "m"\n' });
  await recordTrust(box.userFile, box.work, { tryLock });
  expect(readFileSync(box.userFile, "utf8")).toBe(`[projects."${box.work}"]\ntrust_level = "trusted"\n`);
  const config = await box.load();
  expect([config.trust, config.model]).toEqual(["trusted", "m"]);
});

test("a decision leaves other projects as they are", async () => {
  using box = configBox({
    "home/config.toml": 'projects = { "/x" = { trust_level = "untrusted" } } # mine\n',
  });
  await recordTrust(box.userFile, "/y", { tryLock });
  const config = await box.load();
  expect(config.toml.projects).toEqual({
    "/x": { trust_level: "untrusted" },
    "/y": { trust_level: "trusted" },
  });
  expect(readFileSync(box.userFile, "utf8")).toEndWith("# mine\n");
});
