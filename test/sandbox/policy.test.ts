import { describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import type { PermissionEntry, PermissionProfile, SandboxPolicy } from "../../src/protocol/policy";
import { canWrite, profileOf, readable, sandboxNeeded, writableRoots } from "../../src/sandbox/policy";
import { tempFolder } from "../support/temp-folder";

const PLACE = {
  cwd: "/work",
  env: { TMPDIR: "/scratch" },
  codexHome: "/home/me/.codex",
  addDirs: ["/extra"],
};
const WORKSPACE: SandboxPolicy = {
  type: "workspace-write",
  writable_roots: ["/opt/data"],
  network_access: false,
  exclude_tmpdir_env_var: false,
  exclude_slash_tmp: false,
};
const restricted = (...entries: readonly PermissionEntry[]): PermissionProfile => ({
  type: "managed",
  file_system: { type: "restricted", entries },
  network: "restricted",
});
const path = (text: string, access: PermissionEntry["access"]): PermissionEntry => ({
  path: { type: "path", path: text },
  access,
});
const special = (
  kind: "root" | "tmpdir" | "slash_tmp",
  access: PermissionEntry["access"],
): PermissionEntry => ({
  path: { type: "special", value: { kind } },
  access,
});

describe("the profile of a mode", () => {
  test("read-only: everything may be read", () => {
    expect(profileOf({ type: "read-only" }, PLACE)).toEqual(restricted(special("root", "read")));
    expect(profileOf({ type: "read-only", network_access: true }, PLACE)).toMatchObject({
      network: "enabled",
    });
  });

  test("danger-full-access and an external sandbox: none of our business", () => {
    expect(profileOf({ type: "danger-full-access" }, PLACE)).toEqual({ type: "disabled" });
    expect(profileOf({ type: "external-sandbox", network_access: "restricted" }, PLACE)).toEqual({
      type: "external",
      network: "restricted",
    });
  });

  test("workspace-write: roots in order, temporary folders, memories, protected names", () => {
    const names = [".git", ".agents", ".codex"];
    expect(profileOf(WORKSPACE, PLACE)).toEqual(
      restricted(
        special("root", "read"),
        ...["/work", "/extra", "/opt/data"].map((root) => path(root, "write")),
        special("slash_tmp", "write"),
        special("tmpdir", "write"),
        path("/home/me/.codex/memories", "write"),
        ...names.flatMap((name) =>
          ["/work", "/extra", "/opt/data"].map((root) => path(`${root}/${name}`, "read")),
        ),
      ),
    );
  });

  test("workspace-write without the temporary folders", () => {
    const policy = { ...WORKSPACE, exclude_slash_tmp: true, exclude_tmpdir_env_var: true };
    expect(writableRoots(profileOf(policy, PLACE), PLACE)).toEqual([
      "/work",
      "/extra",
      "/opt/data",
      "/home/me/.codex/memories",
    ]);
  });

  test.each([{ TMPDIR: "relative" }, { TMPDIR: "" }, {}])(
    "a $TMPDIR that is not absolute counts for nothing: %j",
    (env) => {
      expect(writableRoots(profileOf(WORKSPACE, PLACE), { ...PLACE, env })).not.toContain("relative");
    },
  );
});

describe("what may be written, by the text of the path", () => {
  const profile = profileOf(WORKSPACE, PLACE);
  const table: readonly (readonly [string, boolean])[] = [
    ["/work", true],
    ["/work/a/b", true],
    ["/work/./a/../b", true],
    ["/work/../etc/passwd", false],
    ["/workshop/a", false],
    ["/extra/a", true],
    ["/opt/data/a", true],
    ["/opt/a", false],
    ["/tmp/a", true],
    ["/scratch/a", true],
    ["/home/me/.codex/memories/a", true],
    ["/home/me/.codex/config.toml", false],
    ["/work/.git", false],
    ["/work/.git/config", false],
    ["/work/.codex/config.toml", false],
    ["/work/.agents/x/y", false],
    ["/work/.gitignore", true],
    ["/work/sub/.git/config", true],
    ["/work/sub/.codex/x", true],
    ["/tmp/.git/x", false],
    ["/scratch/.codex", false],
  ];
  test.each(table)("%s: %p", (file, expected) => {
    expect(canWrite(profile, file, PLACE)).toBe(expected);
  });

  test("the longest entry decides; of equal ones deny, then write, then read", () => {
    const rules = restricted(
      special("root", "read"),
      path("/a", "write"),
      path("/a/b", "read"),
      path("/a/b/c", "write"),
      path("/a/d", "deny"),
      path("/a/e", "read"),
      path("/a/e", "write"),
      path("/a/f", "write"),
      path("/a/f", "deny"),
    );
    const writable = ["/a/x", "/a/b/x", "/a/b/c/x", "/a/d/x", "/a/e/x", "/a/f/x", "/x"].map((file) =>
      canWrite(rules, file, PLACE),
    );
    expect(writable).toEqual([true, false, true, false, true, false, false]);
  });

  test("a write entry for a protected name, or below it, lifts its protection", () => {
    const rules = restricted(
      path("/a", "write"),
      path("/a/.git", "write"),
      path("/a/.codex/skills", "write"),
    );
    const of = (file: string) => canWrite(rules, file, PLACE);
    expect([
      of("/a/.git/x"),
      of("/a/.codex/skills/x"),
      of("/a/.codex/config.toml"),
      of("/a/.agents"),
    ]).toEqual([true, true, false, false]);
  });

  test("without restrictions everything may be written", () => {
    for (const policy of [
      { type: "danger-full-access" },
      { type: "external-sandbox", network_access: "enabled" },
    ] as const) {
      expect(canWrite(profileOf(policy, PLACE), "/etc/passwd", PLACE)).toBeTrue();
    }
  });
});

describe("what may be read outside the sandbox", () => {
  const glob = (pattern: string): PermissionEntry => ({
    path: { type: "glob_pattern", pattern },
    access: "deny",
  });
  const of = (profile: PermissionProfile, ...files: readonly string[]) => files.map(readable(profile, PLACE));

  test("is everything where nothing is hidden", () => {
    const open = profileOf({ type: "read-only" }, PLACE);
    expect(of(open, "/etc/passwd", "/nowhere")).toEqual([true, true]);
    expect(of(profileOf({ type: "danger-full-access" }, PLACE), "/etc/passwd")).toEqual([true]);
  });

  test("is not what is denied by name or by pattern, unless something deeper is open again", () => {
    const rules = restricted(
      special("root", "read"),
      path("/a/b", "deny"),
      path("/a/b/c", "read"),
      glob("/a/**/*.env"),
    );
    expect(of(rules, "/a/x", "/a/b", "/a/b/x", "/a/./b/x/", "/a/b/c/x", "/a/d/x.env")).toEqual([
      ...[true, false, false, false, true, false],
    ]);
  });

  test("is only what is named where the root is not", () => {
    expect(of(restricted(path("/a", "write")), "/a/x", "/b")).toEqual([true, false]);
  });

  test("is judged by where links lead, for files and for what is denied", () => {
    using folder = tempFolder({ "real/secret": "", "real/open": "" });
    const at = (name: string) => join(folder.path, name);
    symlinkSync("real/secret", at("link"));
    symlinkSync("real", at("alias"));
    const rules = restricted(special("root", "read"), path(at("alias/secret"), "deny"));
    expect(of(rules, at("link"), at("real/secret"), at("alias/secret"), at("real/open"))).toEqual([
      ...[false, false, false, true],
    ]);
  });
});

describe("a sandbox is needed", () => {
  const full = (network: "restricted" | "enabled"): PermissionProfile => ({
    type: "managed",
    file_system: { type: "unrestricted" },
    network,
  });
  test.each([
    [profileOf({ type: "read-only" }, PLACE), true],
    [profileOf({ type: "read-only", network_access: true }, PLACE), true],
    [full("restricted"), true],
    [full("enabled"), false],
    [{ type: "disabled" } as const, false],
    [{ type: "external", network: "restricted" } as const, false],
  ])("%j: %p", (profile, needed) => {
    expect(sandboxNeeded(profile)).toBe(needed);
  });
});
