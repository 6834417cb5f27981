import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { PermissionProfile } from "../../src/protocol/policy";
import { type ConfigBox, configBox } from "./config-box";

const dev = (more: string) => `default_permissions = "dev"\n[permissions.dev]\n${more}`;

/** The entries as `path=access`, the box's folders by their names. */
function entries(box: ConfigBox, profile: PermissionProfile | undefined): readonly string[] {
  if (profile?.type !== "managed" || profile.file_system.type !== "restricted") return [];
  return profile.file_system.entries.map(({ path, access }) => {
    const name =
      path.type === "path" ? path.path : path.type === "special" ? `:${path.value.kind}` : path.pattern;
    return `${name.replaceAll(box.work, "<work>").replaceAll(box.home, "<home>")}=${access}`;
  });
}

async function compiled(toml: string, addDirs: readonly string[] = []) {
  using box = configBox({ "home/config.toml": toml });
  const config = await box.load({ flags: { addDirs } });
  const user = join(box.home, "..", "user");
  return {
    config,
    network: config.permissionProfile?.type === "managed" ? config.permissionProfile.network : undefined,
    entries: entries(box, config.permissionProfile).map((entry) => entry.replaceAll(user, "~")),
    policy: JSON.parse(
      JSON.stringify(config.sandboxPolicy).replaceAll(user, "~").replaceAll(box.home, "<home>"),
    ),
  };
}

const WORKSPACE = [
  ...[":root=read", "<work>=write", "<work>/.git=read", "<work>/.agents=read", "<work>/.codex=read"],
  ...[":slash_tmp=write", ":tmpdir=write"],
];

describe("a permission profile", () => {
  test("takes over its parents and replaces their keys", async () => {
    const { entries, network, policy } = await compiled(
      dev(
        'extends = "base"\n[permissions.dev.filesystem]\n":tmpdir" = "read"\n[permissions.dev.network]\nenabled = true\n' +
          '[permissions.base]\nextends = ":workspace"\n[permissions.base.filesystem]\n"~/.cache" = "write"\n":tmpdir" = "deny"\n' +
          '":workspace_roots" = { "secrets" = "deny", "a/**" = "read" }\n',
      ),
    );
    expect(entries).toEqual([
      ...WORKSPACE.slice(0, 5),
      ...["<work>/secrets=deny", "<work>/a=read", ":slash_tmp=write", ":tmpdir=read"],
      ...["~/.cache=write", "<home>/memories=write"],
    ]);
    expect(network).toBe("enabled");
    expect(policy).toEqual({
      ...{ type: "workspace-write", writable_roots: ["~/.cache"], network_access: true },
      ...{ exclude_tmpdir_env_var: true, exclude_slash_tmp: false },
    });
  });

  test("covers --add-dir and its own workspace roots like the working folder", async () => {
    const { entries } = await compiled(
      dev('extends = ":workspace"\nworkspace_roots = { "~/o" = true, "/off" = false }\n'),
      ["/added"],
    );
    expect(entries).toEqual([
      ...WORKSPACE.slice(0, 5),
      ...["/added", "~/o"].flatMap((root) => [
        ...[`${root}=write`, `${root}/.git=read`, `${root}/.agents=read`, `${root}/.codex=read`],
      ]),
      ...WORKSPACE.slice(5),
      "<home>/memories=write",
    ]);
  });

  test("without a parent is what it says and no more", async () => {
    const { entries, network, policy, config } = await compiled(
      dev(
        '[permissions.dev.filesystem]\n":minimal" = "read"\n":workspace_roots" = "write"\n"/data" = { "x" = "none" }\n' +
          '"/logs/**" = "read"\n"/s/**/*.env" = "deny"\n":zzz" = "read"\n',
      ),
    );
    expect(entries).toEqual([
      ...[":minimal=read", "<work>=write", "/data/x=deny", "/logs=read", "/s/**/*.env=deny", ":unknown=read"],
    ]);
    expect(network).toBe("restricted");
    expect(policy).toMatchObject({
      type: "workspace-write",
      exclude_tmpdir_env_var: true,
      exclude_slash_tmp: true,
    });
    expect(config.warnings).toEqual([
      "Configured filesystem path `:zzz` is not recognized by this version of Codex and will be ignored. " +
        "Upgrade Codex if this path is required.",
    ]);
  });

  test("that opens nothing is read-only in sum, and warned about when it is empty", async () => {
    const readOnly = await compiled(
      dev('extends = ":read-only"\nnetwork = { enabled = true, mode = "full" }\n'),
    );
    expect(readOnly.policy).toEqual({ type: "read-only", network_access: true });
    expect(readOnly.config.warnings).toEqual([]);
    const empty = await compiled(dev(""));
    expect(empty.policy).toEqual({ type: "read-only" });
    expect(empty.config.warnings).toEqual([
      "Permissions profile `dev` does not define any recognized filesystem entries for this version of Codex. " +
        "Filesystem access will remain restricted. Upgrade Codex if this profile expects filesystem permissions.",
    ]);
  });

  test("gives way to a sandbox flag", async () => {
    using box = configBox({ "home/config.toml": dev('extends = ":workspace"\n') });
    const config = await box.load({ flags: { sandboxMode: "read-only" } });
    expect<unknown>([config.permissionProfile, config.sandboxPolicy]).toEqual([
      undefined,
      { type: "read-only" },
    ]);
  });
});

describe("a profile is refused", () => {
  const fs = (pairs: string) => dev(`extends = ":workspace"\n[permissions.dev.filesystem]\n${pairs}\n`);
  const cases: readonly (readonly [string, string])[] = [
    [
      fs('"relative" = "read"'),
      "filesystem path `relative` must be absolute, use `~/...`, or start with `:`",
    ],
    [fs('":tmpdir" = { a = "write" }'), "filesystem path `:tmpdir` does not support nested entries"],
    [
      fs('":workspace_roots" = { ".." = "write" }'),
      "filesystem subpath `..` must be a descendant path without `.` or `..` components",
    ],
    [
      fs('"/x" = { "/y" = "write" }'),
      "filesystem subpath `/y` must be a descendant path without `.` or `..` components",
    ],
    [
      fs('":workspace_roots" = { "x*" = "write" }'),
      "filesystem glob subpath `x*` only supports `deny` access",
    ],
    [
      fs('"/a*" = "write"'),
      "filesystem glob path `/a*` only supports `deny` access; use an exact path or trailing `/**` for `write` subtree access",
    ],
    [fs("glob_scan_max_depth = 0"), "glob_scan_max_depth must be at least 1"],
    [dev('extends = "b"\n'), "permissions profile `dev` extends undefined profile `b`"],
    [dev('extends = ":x"\n'), "permissions profile `dev` cannot extend unsupported built-in profile `:x`"],
    [
      dev('extends = "b"\n[permissions.b]\nextends = "dev"\n'),
      "permissions profile inheritance cycle detected: dev -> b -> dev",
    ],
    [
      dev('extends = ":workspace"\nnetwork = { enabled = true, domains = { "a.b" = "allow" } }\n'),
      "permissions profile `dev` sets `network.domains`, which this version cannot enforce.",
    ],
  ];
  for (const [toml, message] of cases) {
    test(message, async () => {
      using box = configBox({ "home/config.toml": toml });
      expect(await box.failure()).toStartWith(message);
    });
  }
});
