// The pickers behind slash commands, on an emulated terminal, and what they write to config.toml.

import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../../src/config/config";
import { loadConfig } from "../../../src/config/load";
import type { PickerModel, Skill, ThreadSettings } from "../../../src/protocol/thread";
import { pickEarlierMessage } from "../../../src/ui/pickers/earlier-message";
import { pickExperimental } from "../../../src/ui/pickers/experimental";
import { pickLineItems, saveLineItems } from "../../../src/ui/pickers/line-items";
import { modelNotice, pickModel, saveModel, type PickedModel } from "../../../src/ui/pickers/model";
import { permissionChoices, pickPermissions } from "../../../src/ui/pickers/permissions";
import { pickReview } from "../../../src/ui/pickers/review-preset";
import { saveSkills, skillsMenu } from "../../../src/ui/pickers/skills";
import { tempFolder } from "../../support/temp-folder";
import { fakeScreen } from "../fake-screen";

const ESC = "\x1b";
const ENTER = "\r";
const DOWN = "\x1b[B";
const RIGHT = "\x1b[C";

function configOf(codexHome: string, overrides: readonly string[] = []): Promise<Config> {
  return loadConfig({ codexHome, cwd: "/", env: {}, overrides, enable: [], disable: [], flags: {} });
}

const SETTINGS: ThreadSettings = {
  model: "m1",
  effort: undefined,
  planEffort: undefined,
  approvalPolicy: "on-request",
  sandboxPolicy: {
    type: "workspace-write",
    network_access: true,
    exclude_tmpdir_env_var: false,
    exclude_slash_tmp: false,
  },
  collaborationMode: "default",
};

describe("the model picker", () => {
  const efforts = [
    { effort: "low", description: "Quick" },
    { effort: "high", description: "Thorough" },
  ];
  const models: readonly PickerModel[] = [
    {
      slug: "m1",
      displayName: "Model 1",
      description: "The first.",
      isDefault: true,
      efforts,
      defaultEffort: "low",
    },
    {
      slug: "m2",
      displayName: "Model 2",
      description: "",
      isDefault: false,
      efforts: [],
      defaultEffort: undefined,
    },
  ];
  const ask = (settings: ThreadSettings) => {
    const fake = fakeScreen();
    const { screen, theme } = fake;
    return { ...fake, picked: pickModel({ screen, theme, models, settings }) };
  };

  test("asks for the model, then for how hard it thinks", async () => {
    const { shows, type, picked } = ask(SETTINGS);
    expect((await shows("esc to go back")).slice(0, 6)).toEqual([
      "  Select Model and Effort",
      "  Access legacy models by running codex -m <model_name> or in your config.toml",
      "",
      "› 1. Model 1 (default) (current)  The first.",
      "  2. Model 2",
      "",
    ]);
    type(ENTER);
    const lines = await shows("Select Reasoning Level for Model 1");
    expect(lines.slice(2, 4)).toEqual([
      "› 1. Low (default) (current)  Quick",
      "  2. High                     Thorough",
    ]);
    type("2");
    const model = await picked;
    expect(model).toEqual({ model: "m1", effort: "high", scope: "everywhere" });
    expect(modelNotice(model as PickedModel)).toBe("Model changed to m1 high");
  });

  test("does not ask where there is one answer, and goes back with Esc", async () => {
    const { shows, type, picked } = ask(SETTINGS);
    await shows("Model 2");
    type("1");
    await shows("Select Reasoning Level");
    type(ESC);
    await shows("Select Model and Effort");
    type("2");
    expect(await picked).toEqual({ model: "m2", effort: undefined, scope: "everywhere" });
  });

  test("in plan mode asks where the effort applies", async () => {
    const { shows, type, picked } = ask({ ...SETTINGS, collaborationMode: "plan" });
    await shows("Model 1");
    type("1");
    await shows("Reasoning Level");
    type("2");
    await shows("1. Plan mode only");
    type("1");
    expect(await picked).toEqual({ model: "m1", effort: "high", scope: "plan" });
  });

  test("keeps the choice and the comments of config.toml", async () => {
    using folder = tempFolder();
    const file = join(folder.path, "config.toml");
    writeFileSync(file, '# mine\nmodel = "old" # why\nmodel_reasoning_effort = "low"\n');
    const config = await configOf(folder.path);
    saveModel(config, { model: "m1", effort: "high", scope: "plan" });
    expect(readFileSync(file, "utf8")).toBe(
      '# mine\nmodel = "m1" # why\nmodel_reasoning_effort = "low"\nplan_mode_reasoning_effort = "high"\n',
    );
    saveModel(config, { model: "m2", effort: undefined, scope: "everywhere" });
    expect(readFileSync(file, "utf8")).not.toContain('model_reasoning_effort = "low"');
  });
});

describe("the permissions picker", () => {
  test("marks what is in force, keeps its details, and lists read-only on Windows", async () => {
    using folder = tempFolder();
    const config = await configOf(folder.path, ["sandbox_workspace_write.network_access=true"]);
    const shown = permissionChoices({ config, settings: SETTINGS, platform: "linux" });
    expect(shown.map(({ label }) => label)).toEqual(["Ask for approval (current)", "Full Access"]);
    expect(shown[0]?.value.sandboxPolicy).toBe(SETTINGS.sandboxPolicy);
    const onWindows = permissionChoices({
      config,
      settings: { ...SETTINGS, sandboxPolicy: { type: "read-only" } },
      platform: "win32",
    });
    expect(onWindows.map(({ label }) => label)).toEqual([
      "Read Only (current)",
      "Ask for approval",
      "Full Access",
    ]);
    expect(onWindows[1]?.value.sandboxPolicy).toMatchObject({ network_access: true });
  });

  test("lists the profiles of the configuration after them, and says what is wrong with one", async () => {
    using folder = tempFolder();
    const profiles = [
      'default_permissions = ":workspace"',
      "[permissions.work]",
      'extends = ":workspace"',
      '[permissions."a\\u001b[31m"]',
      'extends = ":read-only"',
      "[permissions.faulty]",
      'extends = "nobody"',
    ];
    writeFileSync(join(folder.path, "config.toml"), profiles.join("\n"));
    const config = await configOf(folder.path);
    const { screen, theme, shows, type } = fakeScreen(120);
    const picked = pickPermissions({ screen, theme, config, settings: SETTINGS });
    const shown = (await shows("work")).join("\n");
    expect(shown).toMatch(/Full Access.*\n.*a.*\[31m.*\n.*faulty.*nobody/s);
    type("5");
    const work = await picked;
    if (work === "cancelled") throw new Error("nothing was picked");
    expect(work).toMatchObject({
      name: "work",
      approvalPolicy: "on-request",
      sandboxPolicy: { type: "workspace-write" },
      permissionProfile: { name: "work" },
    });
    const after = fakeScreen(120);
    const settings = { ...SETTINGS, ...work };
    void pickPermissions({ screen: after.screen, theme, config, settings });
    const marked = (await after.shows("work (current)")).join("\n");
    expect(marked).not.toContain("Ask for approval (current)");
  });

  test("shows why a choice is not allowed", async () => {
    using folder = tempFolder();
    const config = await configOf(folder.path);
    const { screen, theme, shows, type } = fakeScreen(120);
    const refusal = ({ name }: { name: string }) =>
      name === "Full Access" ? "not allowed by requirements.toml" : undefined;
    const picked = pickPermissions({ screen, theme, config, settings: SETTINGS, refusal });
    await shows("not allowed by requirements.toml");
    type("2", ENTER);
    expect(await picked).toMatchObject({ name: "Ask for approval" });
  });

  test("asks before full access, once and for all if wanted", async () => {
    using folder = tempFolder();
    const ask = async () => {
      const fake = fakeScreen(100);
      const { screen, theme } = fake;
      const config = await configOf(folder.path);
      return { ...fake, picked: pickPermissions({ screen, theme, config, settings: SETTINGS }) };
    };
    const first = await ask();
    await first.shows("Update Model Permissions");
    first.type("2");
    await first.shows("Enable full access?");
    first.type(ESC);
    await first.shows("Update Model Permissions");
    first.type("2");
    await first.shows("Yes, and don't ask again");
    first.type("2");
    expect(await first.picked).toEqual({
      name: "Full Access",
      approvalPolicy: "never",
      sandboxPolicy: { type: "danger-full-access" },
      permissionProfile: undefined,
    });
    expect(readFileSync(join(folder.path, "config.toml"), "utf8")).toBe(
      "[notice]\nhide_full_access_warning = true\n",
    );
    const second = await ask();
    await second.shows("Update Model Permissions");
    second.type("2");
    expect(await second.picked).toMatchObject({ name: "Full Access" });
  });
});

describe("the review picker", () => {
  function repository(): Disposable & { path: string; head: string } {
    const folder = tempFolder();
    const git = (...args: string[]) =>
      Bun.spawnSync(["git", "-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: folder.path });
    git("init", "-b", "main");
    git("commit", "--allow-empty", "-m", "First\x1b[31m commit");
    git("branch", "old");
    git("commit", "--allow-empty", "-m", "Second commit");
    git("checkout", "-b", "feature");
    const head = git("rev-parse", "HEAD").stdout.toString().trim();
    return Object.assign(folder, { head });
  }
  const ask = (cwd: string) => {
    const fake = fakeScreen(100);
    const { screen, theme } = fake;
    const env = { PATH: process.env["PATH"] };
    return { ...fake, picked: pickReview({ screen, theme, cwd, env }) };
  };

  test("offers branches, searchable, and goes back with Esc", async () => {
    using repo = repository();
    const { shows, type, picked } = ask(repo.path);
    expect((await shows("go back")).slice(2, 6)).toEqual([
      "› 1. Review against a base branch  (PR Style)",
      "  2. Review uncommitted changes",
      "  3. Review a commit",
      "  4. Custom review instructions",
    ]);
    type("1");
    await shows("› feature -> main");
    type(ESC);
    await shows("Select a review preset");
    type("1");
    await shows("Select a base branch");
    type("old");
    await shows("› feature -> old");
    type(ENTER);
    expect(await picked).toEqual({ type: "baseBranch", branch: "old" });
  });

  test("offers commits by subject and id", async () => {
    using repo = repository();
    const { shows, type, picked } = ask(repo.path);
    await shows("Review a commit");
    type("3");
    await shows("First␛[31m commit");
    type(repo.head.slice(0, 12));
    await shows(/Second commit[^]*\n\n/);
    type(ENTER);
    expect(await picked).toEqual({ type: "commit", sha: repo.head, title: "Second commit" });
  });

  test("takes one's own words, and what is not committed", async () => {
    const { shows, type, picked } = ask("/");
    await shows("Custom");
    type("4");
    await shows("Type instructions and press Enter");
    type(ENTER);
    await shows("Say what to look at");
    type("the tests", ENTER);
    expect(await picked).toEqual({ type: "custom", instructions: "the tests" });
    const second = ask("/");
    await second.shows("Custom");
    second.type("2");
    expect(await second.picked).toEqual({ type: "uncommittedChanges" });
  });

  test("outside a repository has nothing to choose from", async () => {
    const { shows, type, picked } = ask("/");
    await shows("Custom");
    type("1");
    await shows("no matches");
    type(ENTER, ESC);
    await shows("Select a review preset");
    type("\x03");
    expect(await picked).toBe("cancelled");
  });
});

describe("the skills menu", () => {
  const skill = (name: string, enabled = true): Skill => ({
    name,
    description: `Does ${name}`,
    path: `/skills/${name}/SKILL.md`,
    scope: "user",
    enabled,
  });
  const skills = [skill("build"), skill("deploy", false), skill("test")];
  const ask = () => {
    const fake = fakeScreen();
    const { screen, theme } = fake;
    return { ...fake, end: skillsMenu({ screen, theme, skills }) };
  };

  test("lists those that are on, to be used", async () => {
    const { shows, type, end } = ask();
    await shows("1. List skills");
    type("1");
    expect((await shows("Does test")).join("\n")).not.toContain("deploy");
    type("tes", ENTER);
    expect(await end).toMatchObject({ type: "insert", skill: { name: "test" } });
  });

  test("switches them, and writes only what has changed", async () => {
    const { shows, type, end } = ask();
    await shows("2. Enable/Disable Skills");
    type("2");
    await shows("[ ] deploy");
    type(" ", DOWN, " ");
    await shows("[x] deploy");
    type(ENTER);
    const ended = await end;
    if (ended.type !== "enable") throw new Error("not switched");
    expect(ended.enabled.map(({ name }) => name)).toEqual(["deploy", "test"]);

    using folder = tempFolder();
    const file = join(folder.path, "config.toml");
    writeFileSync(
      file,
      'model = "m" # mine\n\n[[skills.config]]\npath = "/skills/deploy/SKILL.md"\nenabled = false\n\n[[skills.config]]\nname = "other"\nenabled = false\n',
    );
    saveSkills(await configOf(folder.path), skills, ended.enabled);
    const text = readFileSync(file, "utf8");
    expect(text).toStartWith('model = "m" # mine\n');
    expect((Bun.TOML.parse(text) as { skills: unknown }).skills).toEqual({
      config: [
        { name: "other", enabled: false },
        { path: "/skills/build/SKILL.md", enabled: false },
      ],
    });
  });
});

test("experimental features are check boxes that end up in [features]", async () => {
  using folder = tempFolder();
  const config = await configOf(folder.path);
  const { screen, theme, shows, type } = fakeScreen();
  const switched = pickExperimental({ screen, theme, config });
  await shows("[ ] memories");
  type(DOWN, " ");
  await shows("[x] memories");
  type(ENTER);
  expect(await switched).toEqual(["memories"]);
  expect(readFileSync(join(folder.path, "config.toml"), "utf8")).toBe("[features]\nmemories = true\n");
});

test("the items of the status line are chosen, searched and put in order", async () => {
  using folder = tempFolder();
  const { screen, theme, shows, type } = fakeScreen();
  const items = ["model", "current-dir", "git-branch"].map((id) => ({ id, description: `The ${id}` }));
  const picked = pickLineItems({
    screen,
    theme,
    line: "status_line",
    items,
    shown: ["current-dir", "model"],
    preview: (ids) => `preview: ${ids.join(" · ")}`,
  });
  await shows("preview: current-dir · model");
  type(RIGHT);
  await shows("preview: model · current-dir");
  type("branch", " ", ESC);
  await shows("preview: model · current-dir · git-branch");
  type(ENTER);
  const ids = await picked;
  expect(ids).toEqual(["model", "current-dir", "git-branch"]);
  saveLineItems(await configOf(folder.path), "status_line", ids as string[]);
  expect(readFileSync(join(folder.path, "config.toml"), "utf8")).toBe(
    '[tui]\nstatus_line = ["model", "current-dir", "git-branch"]\n',
  );
});

test("of the earlier messages the newest comes first, and the answer counts what is taken back", async () => {
  const { screen, theme, shows, type } = fakeScreen();
  const messages = [
    { text: "first\nmessage", images: [] },
    { text: "second", images: ["/a.png"] },
    { text: "third", images: [] },
  ];
  const picked = pickEarlierMessage({ screen, theme, messages });
  const lines = await shows("esc to cancel");
  expect(lines.slice(5, 8)).toEqual(["› third", "  second [Image #1]", "  first message"]);
  type("first", ENTER);
  expect(await picked).toBe(3);
});

test("check boxes on a terminal that cannot move its cursor are switched by number", async () => {
  using folder = tempFolder();
  const config = await configOf(folder.path);
  const { screen, theme, shows, type } = fakeScreen(80, 24, { plain: true });
  const switched = pickExperimental({ screen, theme, config });
  await shows("Number to switch");
  type("2\n");
  await shows("2. [x] memories");
  type("\n");
  expect(await switched).toEqual(["memories"]);
});
