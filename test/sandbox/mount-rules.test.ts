import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PermissionEntry } from "../../src/protocol/policy";
import { mountRules } from "../../src/sandbox/mount-rules";
import { sandboxBox } from "../support/harness";
import { tempFolder } from "../support/temp-folder";

type Access = PermissionEntry["access"];
const READ_ALL: PermissionEntry = { path: { type: "special", value: { kind: "root" } }, access: "read" };

describe("the mounts of a profile", () => {
  test("a root is opened, its protected names are closed again", () => {
    using folder = tempFolder({ "work/file": "" });
    const root = join(folder.path, "work");
    expect(rules(folder.path, [root, "write"])).toEqual([
      `open ${root}`,
      `protect ${root}/.git`,
      `protect ${root}/.agents`,
      `protect ${root}/.codex`,
    ]);
  });

  test("a root that does not exist is skipped", () => {
    using folder = tempFolder();
    expect(rules(folder.path, [join(folder.path, "gone"), "write"])).toEqual([]);
  });

  test("a root behind a symbolic link is opened where it is", () => {
    using folder = tempFolder({ "real/file": "" });
    symlinkSync(join(folder.path, "real"), join(folder.path, "alias"));
    expect(rules(folder.path, [join(folder.path, "alias"), "write"])[0]).toBe(`open ${folder.path}/real`);
  });

  test("parents come before children, whatever the order of the entries", () => {
    using folder = tempFolder({ "a/b/c/file": "" });
    const at = (name: string) => join(folder.path, name);
    const found = rules(folder.path, [at("a/b/c"), "write"], [at("a"), "write"], [at("a/b"), "read"]);
    expect(found.filter((rule) => !rule.includes("/."))).toEqual([
      `open ${at("a")}`,
      `protect ${at("a/b")}`,
      `open ${at("a/b/c")}`,
    ]);
  });

  test("folders between a root and what is protected deep in it are pinned", () => {
    using folder = tempFolder({ "a/b/c/d/file": "" });
    const at = (name: string) => join(folder.path, name);
    const found = rules(folder.path, [at("a"), "write"], [at("a/b/c/d"), "write"]);
    expect(found.filter((rule) => rule.startsWith("pin"))).toEqual([
      `pin ${at("a/b")}`,
      `pin ${at("a/b/c")}`,
    ]);
  });

  test("a protected name may be opened by an entry of its own", () => {
    using folder = tempFolder({ "a/.git/file": "", "a/.codex/skills/file": "" });
    const at = (name: string) => join(folder.path, name);
    const found = rules(
      folder.path,
      [at("a"), "write"],
      [at("a/.git"), "write"],
      [at("a/.codex/skills"), "write"],
    );
    expect(found).toContain(`open ${at("a/.git")}`);
    expect(found).toContain(`protect ${at("a/.codex")}`);
    expect(found.indexOf(`protect ${at("a/.codex")}`)).toBeLessThan(
      found.indexOf(`open ${at("a/.codex/skills")}`),
    );
  });

  test("a read entry that does not exist is kept from being made, from its first missing folder on", () => {
    using folder = tempFolder({ "a/file": "" });
    const at = (name: string) => join(folder.path, name);
    expect(rules(folder.path, [at("a"), "write"], [at("a/x/y/z"), "read"])).toContain(`protect ${at("a/x")}`);
  });

  test("what a `.git` file points to is protected too, with the folder it shares", () => {
    using folder = tempFolder({ "work/.git": "gitdir: ../main/.git/worktrees/w\n" });
    const at = (name: string) => join(folder.path, name);
    mkdirSync(at("main/.git/worktrees/w"), { recursive: true });
    writeFileSync(at("main/.git/worktrees/w/commondir"), "../..\n");
    const found = rules(folder.path, [folder.path, "write"], [at("work"), "write"]);
    expect(found).toContain(`protect ${at("main/.git")}`);
    expect(found).toContain(`protect ${at("main/.git/worktrees/w")}`);
    expect(found).toContain(`pin ${at("main")}`);
  });

  test.each(["nonsense", "gitdir: ", "gitdir: /nowhere", "gitdir: ../gone"])(
    "a malformed `.git` file is only itself: %j",
    (text) => {
      using folder = tempFolder({ "work/.git": text });
      expect(rules(folder.path, [join(folder.path, "work"), "write"])).toHaveLength(4);
    },
  );

  test("hidden files and folders, with a way through to what is not", () => {
    using folder = tempFolder({ "a/secret": "", "b/keep/file": "", "b/x": "", "b/shown": "" });
    const at = (name: string) => join(folder.path, name);
    const found = rules(
      folder.path,
      [at("a/secret"), "deny"],
      [at("b"), "deny"],
      [at("b/keep"), "write"],
      [at("b/shown"), "read"],
      ["/gone", "deny"],
    );
    expect(found.filter((rule) => !/\.(git|agents|codex)$/.test(rule))).toEqual([
      `hide directory ${at("b")} past ${at("b/keep")} ${at("b/shown")}`,
      `open ${at("b/keep")}`,
      `protect ${at("b/shown")}`,
      `hide file ${at("a/secret")}`,
    ]);
  });

  test("a symbolic link in the place of a protected name is refused", () => {
    using folder = tempFolder({ "work/file": "" });
    symlinkSync("/etc", join(folder.path, "work/.codex"));
    expect(rules(folder.path, [join(folder.path, "work"), "write"])).toEqual([
      `refused: The sandbox cannot keep ${folder.path}/work/.codex read-only because it is a symbolic link in a writable folder.`,
    ]);
  });

  test("what cannot be enforced is refused, not left out", () => {
    const glob: PermissionEntry = { path: { type: "glob_pattern", pattern: "/a/**/*.env" }, access: "deny" };
    const permission = (entries: readonly PermissionEntry[]) => ({ type: "restricted", entries }) as const;
    expect(mountRules(permission([READ_ALL, glob]), place("/"))).toMatchObject({ type: "refused" });
    expect(
      mountRules(permission([{ ...READ_ALL, path: { type: "path", path: "/usr" } }]), place("/")),
    ).toMatchObject({
      type: "refused",
    });
  });
});

function place(cwd: string) {
  return { cwd, env: {}, codexHome: "/nowhere/.codex" };
}

/** Entries beside `read` for everything, and the rules they give, as short texts. */
function rules(cwd: string, ...given: readonly (readonly [string, Access])[]): readonly string[] {
  const entries = given.map(([path, access]): PermissionEntry => ({ path: { type: "path", path }, access }));
  const found = mountRules({ type: "restricted", entries: [READ_ALL, ...entries] }, place(cwd));
  if (found.type === "refused") return [`refused: ${found.reason}`];
  return found.mounts.map((rule) => {
    if (rule.type !== "hide") return `${rule.type} ${rule.path}`;
    const past = rule.passage.map(({ path }) => path).join(" ");
    return `hide ${rule.what} ${rule.path}${past === "" ? "" : ` past ${past}`}`;
  });
}

describe("a writable root below /dev", () => {
  const shm = existsSync("/dev/shm") ? test : test.skip;

  shm(
    "is left to the private /dev when it is a temporary folder, and refused with the reason as a workspace",
    async () => {
      await using box = await sandboxBox();
      const args = [
        "sandbox",
        "-c",
        "sandbox_mode=workspace-write",
        "--",
        "sh",
        "-c",
        "echo x > /dev/shm/codex-test; echo ok",
      ];
      const env = { TMPDIR: "/dev/shm" };
      const inside = await box.codex(args, { env });
      expect([inside.stdout, inside.stderr, inside.exitCode]).toEqual(["ok\n", "", 0]);
      expect(existsSync("/dev/shm/codex-test")).toBe(false);
      const workspace = await box.codex(args, { cwd: "/dev/shm" });
      expect(workspace.stderr).toContain("Work in a folder outside /dev");
      expect(workspace.exitCode).toBe(1);
    },
  );
});
