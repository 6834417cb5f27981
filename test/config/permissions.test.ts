import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { configBox } from "./config-box";

const WORKSPACE = {
  ...{ type: "workspace-write", network_access: false },
  ...{ exclude_tmpdir_env_var: false, exclude_slash_tmp: false },
};

async function sandbox(toml: string, options: Parameters<ReturnType<typeof configBox>["load"]>[0] = {}) {
  using box = configBox({ "home/config.toml": toml });
  return (await box.load(options)).sandboxPolicy;
}

describe("the sandbox policy", () => {
  test("is that of the mode, with the options of workspace-write", async () => {
    expect<unknown>(await sandbox('sandbox_mode = "danger-full-access"\n')).toEqual({
      type: "danger-full-access",
    });
    expect<unknown>(await sandbox('sandbox_mode = "read-only"\n')).toEqual({ type: "read-only" });
    using box = configBox({
      "home/config.toml":
        'sandbox_mode = "workspace-write"\n[sandbox_workspace_write]\nwritable_roots = ["x", "/y"]\n' +
        "network_access = true\nexclude_slash_tmp = true\n",
    });
    expect<unknown>((await box.load()).sandboxPolicy).toEqual({
      ...{ type: "workspace-write", writable_roots: [join(box.home, "x"), "/y"], network_access: true },
      ...{ exclude_tmpdir_env_var: false, exclude_slash_tmp: true },
    });
  });

  test("is chosen by a flag, else by -c default_permissions, else by the last layer that names one", async () => {
    const both = 'sandbox_mode = "danger-full-access"\ndefault_permissions = ":read-only"\n';
    expect<unknown>(await sandbox(both)).toEqual({ type: "read-only" });
    expect<unknown>(await sandbox(both, { overrides: ["sandbox_mode=workspace-write"] })).toEqual(WORKSPACE);
    expect<unknown>(
      await sandbox(both, {
        overrides: ["sandbox_mode=workspace-write", "default_permissions=:danger-full-access"],
      }),
    ).toEqual({ type: "danger-full-access" });
    expect<unknown>(await sandbox(both, { flags: { sandboxMode: "workspace-write" } })).toEqual(WORKSPACE);
    expect<unknown>(await sandbox(both, { flags: { bypass: true, sandboxMode: "read-only" } })).toEqual({
      type: "danger-full-access",
    });
  });

  test("honours the options of workspace-write by default, but not for an explicit :workspace", async () => {
    const options = "[sandbox_workspace_write]\nnetwork_access = true\n";
    using box = configBox();
    box.write(
      "home/config.toml",
      `${options}[projects.${JSON.stringify(box.work)}]\ntrust_level = "untrusted"\n`,
    );
    expect<unknown>((await box.load()).sandboxPolicy).toEqual({ ...WORKSPACE, network_access: true });
    expect<unknown>(await sandbox(`default_permissions = ":workspace"\n${options}`)).toEqual(WORKSPACE);
  });

  test("is not looked for in unused profiles", async () => {
    expect<unknown>(await sandbox('sandbox_mode = "read-only"\n[permissions.x]\n')).toEqual({
      type: "read-only",
    });
    expect<unknown>(
      await sandbox('default_permissions = ":nope"\n', { flags: { sandboxMode: "read-only" } }),
    ).toEqual({
      type: "read-only",
    });
  });
});

describe("the approval policy", () => {
  test("is that of the flag, else of the config, else on-request", async () => {
    using box = configBox({ "home/config.toml": 'approval_policy = "on-failure"\n' });
    expect((await box.load()).approvalPolicy).toBe("on-failure");
    expect((await box.load({ flags: { approvalPolicy: "never" } })).approvalPolicy).toBe("never");
    expect((await box.load({ flags: { bypass: true } })).approvalPolicy).toBe("never");
    using plain = configBox();
    expect((await plain.load()).approvalPolicy).toBe("on-request");
  });

  test("fills in what a granular one leaves out", async () => {
    using box = configBox();
    const granular = "approval_policy={granular={sandbox_approval=true,rules=false,mcp_elicitations=true}}";
    expect<unknown>((await box.load({ overrides: [granular] })).approvalPolicy).toEqual({
      granular: {
        ...{ sandbox_approval: true, rules: false, mcp_elicitations: true },
        ...{ skill_approval: false, request_permissions: false },
      },
    });
  });
});

test("folders of --add-dir are absolute", async () => {
  using box = configBox();
  const { writableRootsFlag } = await box.load({ flags: { addDirs: ["../x", "/y"] } });
  expect(writableRootsFlag).toEqual([join(box.work, "..", "x"), "/y"]);
});
