// The plan for Windows: what cannot be enforced is refused in the reference's words, and names of what may be written are kept.

import { expect, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PermissionEntry, PermissionProfile } from "../../src/protocol/policy";
import { profileOf } from "../../src/sandbox/policy";
import { readCapabilities, windowsConfinement, type WindowsSettings } from "../../src/sandbox/windows-plan";
import { tempFolder } from "../support/temp-folder";

const ON: WindowsSettings = { sandbox: "unelevated" };
const READ_ALL: PermissionEntry = { path: { type: "special", value: { kind: "root" } }, access: "read" };
type Managed = Extract<PermissionProfile, { type: "managed" }>;

function managed(entries: readonly PermissionEntry[]): Managed {
  return { type: "managed", file_system: { type: "restricted", entries }, network: "restricted" };
}

test("what a token cannot hold is refused", () => {
  using folder = tempFolder();
  const options = { cwd: folder.path, codexHome: join(folder.path, "home"), env: {}, windows: ON };
  const reason = (profile: Managed, windows: WindowsSettings | undefined = ON) => {
    const plan = windowsConfinement(profile, { ...options, windows });
    return plan.type === "refused" ? plan.reason : plan.type;
  };
  const deny: PermissionEntry = { path: { type: "path", path: "/secret" }, access: "deny" };
  expect(reason(managed([READ_ALL, deny]))).toBe(
    "windows unelevated restricted-token sandbox cannot enforce split filesystem read restrictions directly; refusing to run unsandboxed.",
  );
  expect(reason(managed([]))).toBe(
    "Restricted read-only access requires the elevated Windows sandbox backend.",
  );
  expect(
    reason({ type: "managed", file_system: { type: "unrestricted" }, network: "restricted" }),
  ).toStartWith("windows sandbox backend cannot enforce file_system=unrestricted, network=restricted");
  expect(reason(managed([READ_ALL]), { sandbox: "elevated" })).toContain("is not in this build");
  expect(reason(managed([READ_ALL]), {})).toContain("switched off");
});

test("folders are opened by names of their own, which stay the same, and what is in them is protected", () => {
  using folder = tempFolder();
  const cwd = join(folder.path, "work");
  const codexHome = join(folder.path, "home");
  for (const path of [join(cwd, ".git"), join(codexHome, "memories")]) mkdirSync(path, { recursive: true });
  const place = { cwd, codexHome, env: {}, addDirs: [] };
  const policy = { type: "workspace-write", exclude_slash_tmp: true, exclude_tmpdir_env_var: true } as const;
  const profile = profileOf({ ...policy, network_access: false }, place);
  if (profile.type !== "managed") throw new Error("the mode is managed");
  const plan = windowsConfinement(profile, { ...place, windows: ON });
  if (plan.type === "refused") throw new Error(plan.reason);
  expect(plan.open.map(({ path }) => path).toSorted()).toEqual([join(codexHome, "memories"), cwd]);
  expect(plan.protect).toEqual([join(cwd, ".git")]);
  expect(plan.guarded).toEqual([codexHome]);
  expect(new Set(plan.capabilities).size).toBe(2);
  for (const name of plan.capabilities) expect(name).toMatch(/^S-1-5-21(-\d+){4}$/);
  expect(plan.environment).toMatchObject({ HTTPS_PROXY: "http://127.0.0.1:9" });
  expect(windowsConfinement(profile, { ...place, windows: ON })).toEqual(plan);
  const kept: unknown = JSON.parse(readFileSync(join(codexHome, "cap_sid"), "utf8"));
  expect(Object.keys(kept ?? {})).toEqual([
    "workspace",
    "readonly",
    "workspace_by_cwd",
    "writable_root_by_path",
  ]);
});

test("a name that is none of ours is not taken from the file", () => {
  const everyone = { workspace: "S-1-1-0", readonly: 3, workspace_by_cwd: { "/w": "S-1-1-0" } };
  const read = readCapabilities(JSON.stringify(everyone));
  expect(read.workspace).toMatch(/^S-1-5-21-/);
  expect(read.workspace_by_cwd).toEqual({});
  expect(readCapabilities("torn").writable_root_by_path).toEqual({});
});
