import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../src/config/config";
import { configBox } from "./config-box";

const TRUSTED = (folder: string) => `[projects.${JSON.stringify(folder)}]\ntrust_level = "trusted"\n`;

describe("layers", () => {
  test("win in the order system, user, profile, root project, nearer project, -c, legacy managed; flags beat all", async () => {
    using box = configBox({ "work/.git/HEAD": "" });
    const { write } = box;
    const sub = join(box.work, "a", "b");
    mkdirSync(sub, { recursive: true });
    const load = (options = {}) => box.load({ cwd: sub, profile: "p", ...options });
    const steps: readonly (readonly [() => unknown, string])[] = [
      [() => write("etc/config.toml", 'model = "system"\n'), "system"],
      [() => write("home/config.toml", `model = "user"\n${TRUSTED(box.work)}`), "user"],
      [() => write("home/p.config.toml", 'model = "profile"\n'), "profile"],
      [() => write("work/.codex/config.toml", 'model = "root"\n'), "root"],
      [() => write("work/a/.codex/config.toml", 'model = "a"\n'), "a"],
    ];
    for (const [change, model] of steps) {
      change();
      expect((await load()).model).toBe(model);
    }
    expect((await load({ overrides: ["model=flag"] })).model).toBe("flag");
    write("etc/managed_config.toml", 'model = "managed"\n');
    expect((await load({ overrides: ["model=flag"] })).model).toBe("managed");
    expect((await load({ flags: { model: "typed" } })).model).toBe("typed");
    const { layers } = await load({ ignoreUserConfig: true });
    expect<unknown>(layers.map(({ source }) => source.type)).toEqual([
      ...["system", "project", "project", "session_flags", "legacy_managed"],
    ]);
  });

  test("are merged: tables key by key, lists replaced", async () => {
    using box = configBox({
      "etc/config.toml": 'notify = ["a", "b"]\n[tui]\ntheme = "x"\nanimations = true\n',
      "home/config.toml": 'notify = ["c"]\n[tui]\nanimations = false\n',
    });
    const { toml } = await box.load();
    expect(toml).toEqual({ notify: ["c"], tui: { theme: "x", animations: false } });
  });

  test("may be missing, the profile's too", async () => {
    using box = configBox();
    const config = await box.load({ profile: "nope" });
    expect(config.toml).toEqual({});
    expect(config.activeConfigPath).toBe(join(box.home, "nope.config.toml"));
    expect(config.userConfigPath).toBe(box.userFile);
  });

  test("have their own paths made absolute before they are merged", async () => {
    using box = configBox({
      "home/config.toml": 'log_dir = "logs"\n',
      "work/.codex/config.toml": 'sqlite_home = "db"\n',
    });
    const config = await box.load({
      overrides: [
        'model_instructions_file="x.md"',
        `projects={${JSON.stringify(box.work)}={trust_level="trusted"}}`,
      ],
    });
    expect(config.toml.log_dir).toBe(join(box.home, "logs"));
    expect(config.toml.sqlite_home).toBe(join(box.work, ".codex", "db"));
    expect(config.toml.model_instructions_file).toBe(join(box.work, "x.md"));
  });

  test("do not hide that an administrator's requirements are not enforced", async () => {
    using box = configBox({ "etc/requirements.toml": 'allowed_sandbox_modes = ["read-only"]\n' });
    expect((await box.load()).warnings).toEqual([
      `${join(box.home, "..", "etc", "requirements.toml")} is not read by this version: the limits it sets are not enforced.`,
    ]);
  });

  test("of a legacy profile are refused together with --profile", async () => {
    using box = configBox({ "home/config.toml": '[profiles.old]\nmodel = "m"\n' });
    expect((await box.load()).model).toBeUndefined();
    expect(await box.failure({ profile: "old" })).toBe(
      "Error loading config.toml: --profile `old` cannot be used while <box>/home/config.toml contains legacy " +
        '`profile = "old"` or `[profiles.old]` config; move those settings into <box>/home/old.config.toml and ' +
        "remove the legacy profile selector/table. See " +
        "https://developers.openai.com/codex/config-advanced#profiles for more information.",
    );
    expect(await box.failure({ overrides: ["profile=old"] })).toBe(
      'legacy `profile = "old"` config is no longer supported; use `--profile old` with `old.config.toml` instead',
    );
  });
});

describe("the project root", () => {
  test("is the nearest folder with a marker, a file or a folder, else the working folder", async () => {
    using box = configBox({ "work/.git": "gitdir: elsewhere\n", "work/a/.hg/x": "", "work/a/b/c": "" });
    const cwd = join(box.work, "a", "b");
    const root = async (...overrides: string[]) => (await box.load({ cwd, overrides })).projectRoot;
    expect(await root()).toBe(box.work);
    expect(await root('project_root_markers=[".hg"]')).toBe(join(box.work, "a"));
    expect(await root("project_root_markers=[]")).toBe(cwd);
    expect(await root('project_root_markers=["none"]')).toBe(cwd);
  });

  test("has no layer of its own where its .codex is CODEX_HOME", async () => {
    using box = configBox({ "work/.codex/config.toml": 'model = "x"\n' });
    const home = join(box.work, ".codex");
    const config = await box.load({ codexHome: home, overrides: ["project_root_markers=[]"] });
    expect<unknown>(config.layers.map(({ source }) => source.type)).toEqual([
      ...["system", "user", "session_flags", "legacy_managed"],
    ]);
  });
});

describe("trust", () => {
  const files = {
    "work/.git/HEAD": "",
    "work/.codex/config.toml":
      'model = "project"\nmodel_provider = "evil"\nnotify = ["x"]\n[skills]\nconfig = []\n',
  };
  const judged = async (
    level: string | undefined,
    more: { readonly text?: string } = {},
  ): Promise<Config> => {
    using box = configBox(
      more.text === undefined ? files : { ...files, "work/.codex/config.toml": more.text },
    );
    if (level !== undefined) {
      box.write("home/config.toml", `[projects.${JSON.stringify(box.work)}]\ntrust_level = "${level}"\n`);
    }
    return await box.load();
  };

  test("decides whether a project's file counts, and the defaults of approval and sandbox", async () => {
    const workspace = {
      ...{ type: "workspace-write", network_access: false },
      ...{ exclude_tmpdir_env_var: false, exclude_slash_tmp: false },
    };
    const rows: readonly (readonly [string | undefined, string | undefined, unknown, unknown])[] = [
      ["trusted", "project", "on-request", workspace],
      ["untrusted", undefined, "untrusted", workspace],
      [undefined, undefined, "on-request", { type: "read-only" }],
    ];
    for (const [level, model, approval, sandbox] of rows) {
      const config = await judged(level);
      expect([config.trust, config.model, config.approvalPolicy, config.sandboxPolicy] as unknown).toEqual([
        ...[level, model, approval, sandbox],
      ]);
    }
  });

  test("lets a broken file be when the project is not trusted", async () => {
    for (const level of ["untrusted", undefined])
      expect((await judged(level, { text: 'a = "x\n' })).model).toBeUndefined();
  });

  test("does not let a project choose providers, programs and profiles", async () => {
    using box = configBox({
      "work/.codex/config.toml":
        'otel = {}\nnotify = ["x"]\nmodel_provider = "evil"\nopenai_base_url = "http://evil"\nmodel = "m"\n' +
        '[hooks.state.x]\nenabled = true\n[[skills.config]]\nname = "s"\n',
    });
    box.write("home/config.toml", TRUSTED(box.work));
    const config = await box.load();
    const file = join(box.work, ".codex", "config.toml");
    expect(config.warnings).toEqual([
      `Ignored unsupported project-local config keys in ${file}: openai_base_url, model_provider, notify, otel. ` +
        "If you want these settings to apply, manually set them in your user-level config.toml.",
    ]);
    const { projects: _, ...rest } = config.toml;
    expect(rest).toEqual({ model: "m", hooks: {}, skills: {} });
    expect(config.provider.baseUrl).toBe("https://api.openai.com/v1");
  });

  test("is told to whoever looks at the layers", async () => {
    const [untrusted, undecided] = [await judged("untrusted"), await judged(undefined)];
    const reason = (config: Config) =>
      config.layers.find(({ source }) => source.type === "project")?.disabledReason;
    const end = "To load project-local config, hooks, and exec policies,";
    expect(reason(untrusted)).toBe(
      `${untrusted.cwd} is marked as untrusted in ${untrusted.userConfigPath}. ${end} mark it trusted.`,
    );
    expect(reason(undecided)).toBe(
      `${end} add ${undecided.cwd} as a trusted project in ${undecided.userConfigPath}.`,
    );
    expect(untrusted.warnings).toEqual([]);
  });

  test("is looked up for the folder, then the project root; a nearer answer wins", async () => {
    using box = configBox({ "work/.git/HEAD": "", "work/a/.codex/config.toml": 'model = "a"\n' });
    const a = join(box.work, "a");
    box.write("home/config.toml", TRUSTED(box.work));
    expect((await box.load({ cwd: a })).model).toBe("a");
    box.write(
      "home/config.toml",
      `${TRUSTED(box.work)}[projects.${JSON.stringify(a)}]\ntrust_level = "untrusted"\n`,
    );
    const config = await box.load({ cwd: a });
    expect([config.model, config.trust, config.projectTrustKey]).toEqual([undefined, "untrusted", box.work]);
  });

  test("holds for a linked folder by its real path", async () => {
    using box = configBox({ "work/x": "" });
    const link = join(box.home, "link");
    symlinkSync(box.work, link);
    box.write("home/config.toml", TRUSTED(box.work));
    const config = await box.load({ cwd: link });
    expect([config.trust, config.cwd]).toEqual(["trusted", box.work]);
  });

  test("is not read from a project", async () => {
    using box = configBox();
    box.write("work/.codex/config.toml", `model = "m"\n${TRUSTED(box.work)}`);
    expect((await box.load()).trust).toBeUndefined();
  });
});
