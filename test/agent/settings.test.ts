// Settings that change what a thread sends: catalogs, instructions, tone, prompts, shells; and what pickers and cards show.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { pickerModels, threadSettings } from "../../src/agent/settings";
import { profilePermissions } from "../../src/config/permissions";
import { loadConfig } from "../../src/config/load";
import { BUNDLED_CATALOG, readCatalog } from "../../src/model/catalog";
import { CATALOG_ENTRY } from "../support/catalog-entry";
import { functionCall, message, respond } from "../support/responses-server";
import { outputOf } from "../support/exec-run";
import { sandboxBox } from "../support/harness";
import { collected, QUIET, textsOf, threadBox } from "../support/thread-box";

const said = (...texts: readonly string[]) => texts.map((text) => respond(message(text)));

const ENTRY = {
  ...CATALOG_ENTRY,
  description: "A model of my own",
  supported_reasoning_levels: [
    { effort: "low", description: "Little" },
    { effort: "high", description: "" },
  ],
  ...{ default_reasoning_level: "low", supports_reasoning_summaries: true },
  base_instructions: "You are mine.",
};

async function configOf(toml: string, files: Readonly<Record<string, string>> = {}) {
  const box = await sandboxBox({ config: toml, files });
  const env = { HOME: box.home, CODEX_HOME: box.codexHome };
  const common = { codexHome: box.codexHome, cwd: box.workspace, env };
  const config = await loadConfig({ ...common, overrides: [], enable: [], disable: [], flags: {} });
  return { config, [Symbol.asyncDispose]: () => box[Symbol.asyncDispose]() };
}

describe("a catalog of the user's", () => {
  const templated = {
    ...ENTRY,
    ...{ slug: "toned", priority: 2 },
    model_messages: {
      instructions_template: "Base. {{ personality }}",
      instructions_variables: { personality_default: "Plain.", personality_friendly: "Warm." },
    },
  };
  const files = { "models.json": JSON.stringify({ models: [templated, ENTRY] }) };
  const settings = 'model_catalog_json = "models.json"';

  test("gives a model its facts and its instructions", async () => {
    await using box = await sandboxBox({ files });
    const path = join(box.workspace, "models.json");
    await using it = await threadBox(said("one"), {
      ...{ model: "mine", settings: `model_catalog_json = "${path}"` },
    });
    await it.turn("hi");
    expect(it.server.requests[0]?.body).toMatchObject({
      model: "mine",
      instructions: "You are mine.",
      reasoning: { effort: "low" },
    });
    expect(JSON.stringify(it.server.requests[0]?.body.tools)).not.toContain("apply_patch");
  });

  test("has its templates filled in with the tone that is wished for", async () => {
    await using box = await sandboxBox({ files });
    const catalog = `model_catalog_json = "${join(box.workspace, "models.json")}"`;
    const model = "toned";
    await using friendly = await threadBox(said("one"), {
      model,
      settings: `${catalog}\npersonality = "friendly"`,
    });
    await friendly.turn("hi");
    expect(friendly.server.requests[0]?.body.instructions).toBe("Base. Warm.");
    await using plain = await threadBox(said("one"), { model, settings: catalog });
    await plain.turn("hi");
    expect(plain.server.requests[0]?.body.instructions).toBe("Base. Plain.");
  });

  test("fills the picker", async () => {
    await using it = await configOf(settings, files);
    const catalog = await readCatalog(join(it.config.cwd, "models.json"));
    expect(pickerModels(it.config, catalog)).toMatchObject([
      {
        ...{ slug: "mine", displayName: "Mine", description: "A model of my own", isDefault: true },
        efforts: [
          { effort: "low", description: "Little" },
          { effort: "high", description: expect.stringContaining("thought") },
        ],
        defaultEffort: "low",
      },
      { slug: "toned", isDefault: false },
    ]);
  });
});

test("the picker offers the listed models of ours, each with its efforts", async () => {
  await using it = await configOf("");
  const models = pickerModels(it.config, BUNDLED_CATALOG);
  expect(models.filter(({ isDefault }) => isDefault)).toHaveLength(1);
  expect(models[0]?.isDefault).toBe(true);
  expect(models.map(({ slug }) => slug)).not.toContain("codex-auto-review");
  for (const { efforts } of models) expect(efforts.every(({ description }) => description !== "")).toBe(true);
});

describe("instructions", () => {
  test("of a file, of the developer, and a tone reach the model", async () => {
    await using box = await sandboxBox({ files: { "i.md": "  From the file.\n" } });
    await using it = await threadBox(said("one"), {
      settings: `model_instructions_file = "${join(box.workspace, "i.md")}"\ndeveloper_instructions = "Mind the gap."\npersonality = "friendly"`,
    });
    await it.turn("hi");
    expect(it.server.requests[0]?.body.instructions).toBe("From the file.");
    expect(textsOf(it.server.requests[0])[1]).toBe("Mind the gap.");
  });

  test("are friendly on demand, and otherwise as ever", async () => {
    const instructions = async (settings: string, model = "gpt-5.5") => {
      await using it = await threadBox(said("one"), { settings, model });
      await it.turn("hi");
      return String(it.server.requests[0]?.body.instructions);
    };
    const plain = await instructions("");
    const friendly = await instructions('personality = "friendly"');
    expect(friendly.startsWith(plain.trimEnd())).toBe(true);
    expect(friendly).toContain("# Tone");
    expect(await instructions('personality = "pragmatic"')).toBe(plain);
    expect(await instructions('personality = "friendly"\nfeatures.personality = false')).toBe(plain);
    expect(await instructions('personality = "friendly"', "gpt-5.2")).toBe(plain);
  });

  test("for a summary come from a file too", async () => {
    await using box = await sandboxBox({ files: { "c.md": "Sum it up.\n" } });
    const file = `experimental_compact_prompt_file = "${join(box.workspace, "c.md")}"`;
    await using it = await threadBox(said("one", "sum"), { settings: file });
    await it.turn("hi");
    await collected(it.thread.compact(QUIET));
    expect(textsOf(it.server.requests[1]).at(-1)).toBe("Sum it up.");
    const missing = threadBox([], { settings: 'experimental_compact_prompt_file = "/nowhere/c.md"' });
    expect(missing).rejects.toThrow(/failed to read experimental compact prompt file \/nowhere\/c\.md/);
  });
});

describe("without login shells", () => {
  const settings = "allow_login_shell = false";

  test("the model is not offered one, gets none by default, and is refused one", async () => {
    await using it = await threadBox(
      [
        respond(
          functionCall("exec_command", { cmd: "shopt login_shell", shell: "bash", login: true }, "c1"),
          functionCall("exec_command", { cmd: "shopt login_shell", shell: "bash" }, "c2"),
          functionCall("shell_command", { command: "true", login: true }, "c3"),
        ),
        ...said("done"),
      ],
      { settings },
    );
    await it.turn("go");
    const tools = JSON.stringify(it.server.requests[0]?.body.tools);
    expect(tools).toContain('"name":"exec_command"');
    expect(tools).not.toContain('"login"');
    expect(outputOf(it.server.requests[1], "c1")).toStartWith(
      "login shells are disabled by the configuration",
    );
    expect(outputOf(it.server.requests[1], "c2")).toMatch(/login_shell\s+off/);
    expect(outputOf(it.server.requests[1], "c3")).toStartWith("login shells are disabled");
  });
});

test("accepting Landlock in a session leaves what else is configured of the sandbox", async () => {
  await using at = await configOf("[sandbox_linux]\nnested_sandboxes = true\n");
  const settings = threadSettings(at.config, BUNDLED_CATALOG);
  settings.change({ allowLandlock: true });
  settings.adopt();
  expect(settings.config().toml.sandbox_linux).toEqual({ nested_sandboxes: true, allow_landlock: true });
});

test("a permission profile holds until another policy is chosen, and another can be chosen", async () => {
  const toml = [
    'default_permissions = "mine"',
    '[permissions.mine]\nextends = ":workspace"',
    '[permissions.mine.filesystem]\n"/srv/secret" = "deny"',
    '[permissions.other]\nextends = ":read-only"',
  ].join("\n");
  await using at = await configOf(toml);
  const settings = threadSettings(at.config, BUNDLED_CATALOG);
  const mine = at.config.permissionProfile;
  expect(mine).toBeDefined();
  expect(settings.next().permissionProfile?.profile).toEqual(mine);
  settings.change({ approvalPolicy: "never" });
  settings.change({ sandboxPolicy: { ...at.config.sandboxPolicy } });
  settings.adopt();
  expect(settings.config().permissionProfile).toEqual(mine);
  settings.change({ sandboxPolicy: { type: "danger-full-access" } });
  settings.adopt();
  expect(settings.next().permissionProfile).toBeUndefined();
  expect(settings.config().permissionProfile).toBeUndefined();
  settings.change({ sandboxPolicy: { ...at.config.sandboxPolicy } });
  expect(settings.next().permissionProfile?.name).toBe("mine");
  settings.change({ sandboxPolicy: { ...at.config.sandboxPolicy }, permissionProfile: undefined });
  settings.adopt();
  expect(settings.config().permissionProfile).toBeUndefined();
  const place = { cwd: at.config.cwd, codexHome: at.config.codexHome, home: "/root", addDirs: [] };
  const { permissionProfile: profile, sandboxPolicy } = profilePermissions("other", at.config.toml, place);
  settings.change({ sandboxPolicy, permissionProfile: { name: "other", profile } });
  settings.adopt();
  expect(settings.config()).toMatchObject({
    permissionProfile: profile,
    sandboxPolicy: { type: "read-only" },
  });
});

test("a profile that is chosen in a session is what the commands of the next turn are held by", async () => {
  const read = respond(functionCall("exec_command", { cmd: "cat secret.txt" }, "c1"));
  await using it = await threadBox([read, ...said("one"), read, ...said("two")], {
    files: { "secret.txt": "the secret" },
  });
  await it.turn("before");
  expect(outputOf(it.server.requests[1], "c1")).toContain("the secret");
  const { workspace: cwd, codexHome, home } = it.box;
  const permissions = {
    hidden: { extends: ":workspace", filesystem: { [join(cwd, "secret.txt")]: "deny" } },
  };
  const place = { cwd, codexHome, home, addDirs: [] };
  const chosen = profilePermissions("hidden", { permissions }, place);
  const { permissionProfile: profile, sandboxPolicy } = chosen;
  it.thread.configure({ sandboxPolicy, permissionProfile: { name: "hidden", profile } });
  await it.turn("after");
  const second = it.server.requests[3]?.body.input.filter(({ type }) => type === "function_call_output");
  expect(JSON.stringify(second?.at(-1))).toMatch(/secret\.txt: .*(denied|No such file)/);
});

test("a model that nobody knows is warned of, and its facts are guesses", async () => {
  await using it = await threadBox([], { model: "nobody-knows" });
  expect((await it.thread.events().next()).value).toMatchObject({
    type: "warning",
    message: expect.stringMatching(/^Model metadata for `nobody-knows` not found/),
  });
  expect(it.thread.acceptsImages()).toBe(true);
});

test("MCP servers are listed with their state, also those that failed and those that are off", async () => {
  await using it = await threadBox(said("one"), {
    settings: [
      'mcp_servers.bad = { command = "/nowhere/server", args = ["a b"], env = { KEY = "secret" } }',
      'mcp_servers.off = { url = "http://127.0.0.1:1/mcp", enabled = false }',
    ].join("\n"),
  });
  const events = it.thread.events();
  const first = (await events.next()).value;
  const last =
    first?.type === "mcp_server" && first.status === "failed" ? first : (await events.next()).value;
  expect(last).toMatchObject({ type: "mcp_server", name: "bad", status: "failed" });
  expect(await it.thread.mcpServers()).toEqual([
    {
      ...{ name: "bad", status: "failed", auth: "unsupported", where: "/nowhere/server 'a b'" },
      ...{ tools: [], resources: [], resourceTemplates: [], environmentNames: ["KEY"], headerNames: [] },
      error: expect.any(String),
    },
    {
      ...{ name: "off", status: "disabled", auth: "unsupported", where: "http://127.0.0.1:1/mcp" },
      ...{ tools: [], resources: [], resourceTemplates: [], environmentNames: [], headerNames: [] },
    },
  ]);
});
