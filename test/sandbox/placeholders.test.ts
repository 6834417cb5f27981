// Protected names that do not exist: masked while commands run, and never left behind.

import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { confined, everyone } from "../support/confined";
import { until } from "../support/processes";

const NAMES = [".agents", ".codex", ".git"];
const present = (folder: string) =>
  readdirSync(folder)
    .filter((name) => NAMES.includes(name))
    .sort();
/** Waits in the sandbox until the file exists. */
const waitFor = (file: string) => ["sh", "-c", `touch started; while [ ! -e ${file} ]; do sleep 0.01; done`];

describe.skipIf(process.platform !== "linux")("a protected name that does not exist", () => {
  for (const who of everyone()) {
    test(`is gone from the host after the command (${who})`, async () => {
      using box = confined(who);
      rmSync(join(box.workspace, ".git"), { recursive: true });
      const result = await box.run("workspace-write", ["sh", "-c", "ls -A | grep '^\\.'; touch made"]);
      expect(result).toEqual({ stdout: ".agents\n.codex\n.git\n", stderr: "", exitCode: 0 });
      expect(present(box.workspace)).toEqual([]);
      expect(present(box.tmp)).toEqual([]);
      expect(present(join(box.codexHome, "memories"))).toEqual([]);
      expect(existsSync(join(box.workspace, "made"))).toBeTrue();
    });

    test(`stays protected while a second command in the same workspace ends (${who})`, async () => {
      using box = confined(who);
      const long = box.start("workspace-write", [
        "sh",
        "-c",
        `${waitFor("go")[2]}; mkdir .codex/x 2>/dev/null || rmdir .codex 2>/dev/null || echo held`,
      ]);
      await until("the first command runs", () => existsSync(join(box.workspace, "started")));
      await box.run("workspace-write", ["true"]);
      expect(present(box.workspace)).toEqual(NAMES);
      await box.run("workspace-write", ["touch", "go"]);
      expect(await new Response(long.stdout).text()).toBe("held\n");
      expect(await long.exited).toBe(0);
      expect(present(box.workspace)).toEqual([".git"]);
    });

    test(`is removed also when we are killed (${who})`, async () => {
      using box = confined(who);
      const child = box.start("workspace-write", waitFor("never"));
      await until("the command runs", () => existsSync(join(box.workspace, "started")));
      expect(present(box.workspace)).toEqual(NAMES);
      child.kill("SIGKILL");
      await child.exited;
      await until("the placeholders are gone", () => present(box.workspace).length === 1);
    });
  }

  test("is left alone when it is a folder of the user's, even an empty one", async () => {
    using box = confined();
    mkdirSync(join(box.workspace, ".codex"));
    expect((await box.run("workspace-write", ["touch", ".codex/x"])).stderr).toContain(
      "Read-only file system",
    );
    expect(statSync(join(box.workspace, ".codex")).isDirectory()).toBeTrue();
    expect(present(box.workspace)).toEqual([".codex", ".git"]);
  });

  test("that an earlier run could not remove is adopted and removed", async () => {
    using box = confined();
    mkdirSync(join(box.workspace, ".codex"), { mode: 0o1555 });
    await box.run("workspace-write", ["true"]);
    expect(present(box.workspace)).toEqual([".git"]);
  });

  test("is protected by ten commands at once, and none is left", async () => {
    using box = confined();
    rmSync(join(box.workspace, ".git"), { recursive: true });
    const runs = Array.from({ length: 10 }, () => box.run("workspace-write", ["mkdir", ".git/hooks"]));
    for (const { stderr } of await Promise.all(runs)) expect(stderr).toContain("Read-only file system");
    expect(present(box.workspace)).toEqual([]);
  });

  test("stops the command when it is a symbolic link", async () => {
    using box = confined();
    symlinkSync(box.outside, join(box.workspace, ".codex"));
    const result = await box.run("workspace-write", ["touch", "made"]);
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain(`${box.workspace}/.codex read-only because it is a symbolic link`);
    expect(existsSync(join(box.workspace, "made"))).toBeFalse();
  });

  test("does not keep `git init` from being refused", async () => {
    using box = confined();
    rmSync(join(box.workspace, ".git"), { recursive: true });
    const result = await box.run("workspace-write", ["git", "init"]);
    expect(result.exitCode).toBe(128);
    expect(present(box.workspace)).toEqual([]);
  });
});

describe.skipIf(process.platform !== "linux")("a `.git` file", () => {
  test("is protected together with the folders it points to", async () => {
    using box = confined();
    const main = join(box.tmp, "main", ".git");
    const own = join(main, "worktrees", "w");
    mkdirSync(own, { recursive: true });
    mkdirSync(join(main, "hooks"));
    writeFileSync(join(own, "commondir"), "../..\n");
    rmSync(join(box.workspace, ".git"), { recursive: true });
    writeFileSync(join(box.workspace, ".git"), `gitdir: ${own}\n`);
    const attempts = [
      `echo x > .git`,
      `mv .git x`,
      `touch ${own}/index.lock`,
      `touch ${main}/hooks/post-commit`,
    ];
    for (const attempt of [...attempts, `mv ${main} ${main}-moved`, `mv ${box.tmp}/main ${box.tmp}/moved`]) {
      const { stderr } = await box.run("workspace-write", ["sh", "-c", attempt]);
      expect(stderr).toMatch(/Read-only file system|Device or resource busy/);
    }
    expect((await box.run("workspace-write", ["touch", join(box.tmp, "main", "file")])).stderr).toBe("");
  });
});
