// What `codex app-server` tells and changes of the configuration, the models and the login (app-server.md 9).

import { describe, expect, test } from "bun:test";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { CATALOG_ENTRY } from "../../support/catalog-entry";
import { installHooks } from "../../support/hooks";
import { startIssuer, type Issuer } from "../../support/issuer";
import { http, message, respond } from "../../support/responses-server";
import { items, methods, serving, type Fields } from "./client";

const OPENAI = 'model_provider = "openai"';
const openai = { args: ["-c", OPENAI, "app-server"] };

describe("the models", () => {
  test("come in pages; one is the default, and some are hidden", async () => {
    await using it = await serving();
    const all = (await it.get("model/list", {}))["data"] as readonly Fields[];
    expect(all.filter(({ isDefault }) => isDefault === true)).toHaveLength(1);
    expect(all.some(({ hidden }) => hidden === true)).toBe(false);
    const first = await it.get("model/list", { limit: 1 });
    expect(first).toMatchObject({ data: [all[0]], nextCursor: "1" });
    const last = await it.get("model/list", { cursor: String(all.length - 1) });
    expect(last).toEqual({ data: all.slice(-1), nextCursor: null });
    const hidden = (await it.get("model/list", { includeHidden: true }))["data"] as readonly Fields[];
    expect(hidden.length).toBeGreaterThan(all.length);
    expect((await it.refused("model/list", { cursor: "999" })).message).toBe(
      `cursor 999 exceeds total models ${all.length}`,
    );
  });

  test("are those that the provider lists for the login of its command, also for threads", async () => {
    const newcomer = { ...CATALOG_ENTRY, slug: "newcomer", display_name: "Newcomer" };
    await using it = await serving(() => respond(message("ok")), {
      models: () => http(200, { models: [newcomer] }),
      config: '[model_providers.mock.auth]\ncommand = "printf"\nargs = ["the-token"]',
    });
    const all = (await it.get("model/list", {}))["data"] as readonly Fields[];
    expect(all).toContainEqual(expect.objectContaining({ id: "newcomer", displayName: "Newcomer" }));
    expect(all.length).toBeGreaterThan(1);
    await it.turn(await it.thread({ model: "newcomer" }), "hi");
    expect(JSON.stringify(it.model.requests[0]?.body.tools)).not.toContain("apply_patch");
    expect(it.model.lists.map(({ headers }) => headers["authorization"])).toEqual(["Bearer the-token"]);
  });
});

describe("the configuration", () => {
  test("is read with the origin of each value and its layers", async () => {
    await using it = await serving([], { args: ["-c", "model_verbosity=low", "app-server"] });
    const { config, origins, layers } = await it.get("config/read", { includeLayers: true });
    const file = join(it.box.codexHome, "config.toml");
    expect(config).toMatchObject({ model: "gpt-5.2", model_verbosity: "low", sandbox_mode: null });
    expect(origins).toMatchObject({
      "model_providers.mock.name": {
        name: { type: "user", file },
        version: expect.stringMatching(/^sha256:/),
      },
      model_verbosity: { name: { type: "sessionFlags" } },
    });
    expect((layers as readonly Fields[]).map(({ name }) => (name as Fields)["type"])).toEqual([
      ...["sessionFlags", "user", "system"],
    ]);
  });

  test("is changed where it is the user's, with comments kept, and only from the version that was read", async () => {
    await using it = await serving([], { settings: '# mine\nmodel_verbosity = "low" # why' });
    const file = join(it.box.codexHome, "config.toml");
    const write = (keyPath: string, value: unknown, more: Fields = {}) =>
      it.ask("config/value/write", { keyPath, value, mergeStrategy: "replace", ...more });
    const { layers } = await it.get("config/read", { includeLayers: true });
    const { version } = (layers as readonly Fields[])[0] ?? {};
    const done = await write("model_verbosity", "high", { expectedVersion: version });
    expect(done.result).toMatchObject({ status: "ok", filePath: file, overriddenMetadata: null });
    expect(await Bun.file(file).text()).toStartWith('# mine\nmodel_verbosity = "high" # why\n');
    const text = await Bun.file(file).text();
    for (const [reply, code] of [
      [await write("model", "x", { expectedVersion: version }), "configVersionConflict"],
      [await write("model", 5), "configValidationError"],
      [await write("a..b", 5), "configValidationError"],
      [await write("", 5), "configValidationError"],
      [await write("model", "x", { filePath: "/tmp/other.toml" }), "configLayerReadonly"],
    ] as const) {
      expect(reply.error).toMatchObject({ code: -32600, data: { config_write_error_code: code } });
    }
    expect(await Bun.file(file).text()).toBe(text);
    await it.get("config/batchWrite", {
      edits: [
        { keyPath: 'mcp_servers."x"', value: { command: "a", args: ["b"] }, mergeStrategy: "upsert" },
        { keyPath: "mcp_servers.x", value: { args: ["c"] }, mergeStrategy: "upsert" },
        { keyPath: "model_verbosity", value: null, mergeStrategy: "replace" },
      ],
    });
    const { config } = await it.get("config/read", {});
    expect(config).toMatchObject({
      mcp_servers: { x: { command: "a", args: ["c"] } },
      model_verbosity: null,
    });
  });

  test("says when a value does not count because another layer wins", async () => {
    await using it = await serving([], { args: ["-c", "model_verbosity=low", "app-server"] });
    const done = await it.get("config/value/write", {
      ...{ keyPath: "model_verbosity", value: "high", mergeStrategy: "replace" },
    });
    expect(done).toMatchObject({
      status: "okOverridden",
      overriddenMetadata: { overridingLayer: { name: { type: "sessionFlags" } }, effectiveValue: "low" },
    });
  });
});

describe("what there is to choose from", () => {
  test("features, modes and permission profiles", async () => {
    await using it = await serving();
    const features = (await it.get("experimentalFeature/list", {}))["data"] as readonly Fields[];
    expect(features.find(({ name }) => name === "shell_tool")).toMatchObject({
      stage: "stable",
      enabled: true,
    });
    expect(await it.get("experimentalFeature/list", { limit: 2 })).toMatchObject({ nextCursor: "2" });
    const modes = (await it.get("collaborationMode/list", {}))["data"];
    expect(modes).toMatchObject([{ mode: "plan", reasoning_effort: "medium" }, { mode: "default" }]);
    const profiles = (await it.get("permissionProfile/list", {}))["data"];
    expect(profiles).toMatchObject([
      { id: ":read-only" },
      { id: ":workspace" },
      { id: ":danger-full-access" },
    ]);
  });
});

describe("hooks", () => {
  test("are listed by folder, with whether they may run and what cannot be used", async () => {
    const odd = {
      hooks: {
        Stop: [
          {
            hooks: [
              { type: "prompt", prompt: "x" },
              { type: "command", command: "b" },
            ],
          },
        ],
      },
    };
    await using it = await serving([], {
      files: { "sub/keep": "" },
      before: (box) => {
        installHooks(box, {
          PreToolUse: { command: "a", matcher: "Bash", timeout: 5, statusMessage: "Looking" },
        });
        box.write(join(box.workspace, ".codex/hooks.json"), JSON.stringify(odd));
        const trusted = `\n[projects.${JSON.stringify(box.workspace)}]\ntrust_level = "trusted"\n`;
        appendFileSync(join(box.codexHome, "config.toml"), trusted);
      },
    });
    const [user, project] = [it.box.codexHome, join(it.box.workspace, ".codex")].map(
      (folder) => `${folder}/hooks.json`,
    );
    const common = {
      ...{ handlerType: "command", pluginId: null, enabled: true, isManaged: false },
      currentHash: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    };
    const before = {
      ...{ ...common, key: `${user}:pre_tool_use:0:0`, eventName: "preToolUse", matcher: "Bash" },
      ...{ command: "a", timeoutSec: 5, statusMessage: "Looking", sourcePath: user, source: "user" },
      ...{ displayOrder: 0, trustStatus: "trusted" },
    };
    const stop = {
      ...{ ...common, key: `${project}:stop:0:1`, eventName: "stop", matcher: null },
      ...{ command: "b", timeoutSec: 600, statusMessage: null, sourcePath: project, source: "project" },
      ...{ displayOrder: 1, trustStatus: "untrusted" },
    };
    const cwds = [it.box.workspace, join(it.box.workspace, "none")];
    const [here, none] = (await it.get("hooks/list", { cwds }))["data"] as readonly Fields[];
    const warnings = [expect.stringContaining("prompt hooks are not supported")];
    expect(here).toEqual({ cwd: cwds[0], hooks: [before, stop], warnings, errors: [] });
    expect(none).toMatchObject({ hooks: [], errors: [{ path: cwds[1], message: expect.any(String) }] });
    expect((await it.get("hooks/list"))["data"]).toEqual([here]);
  });
});

describe("the login", () => {
  test("is an API key, told to everybody, and taken away again", async () => {
    await using it = await serving([], openai);
    expect(await it.get("account/read")).toEqual({ account: null, requiresOpenaiAuth: true });
    expect((await it.refused("account/rateLimits/read")).message).toBe(
      "codex account authentication required to read rate limits",
    );
    const from = it.heard.length;
    expect(await it.get("account/login/start", { type: "apiKey", apiKey: "sk-test" })).toEqual({
      type: "apiKey",
    });
    const updated = await it.tells("account/updated");
    expect(updated.params).toEqual({ authMode: "apikey", planType: null });
    expect(methods(it.heard, from)).toEqual(["account/login/completed", "account/updated"]);
    expect(await it.get("account/read", {})).toMatchObject({ account: { type: "apiKey" } });
    expect(await it.get("getAuthStatus", { includeToken: true })).toMatchObject({
      ...{ authMethod: "apikey", authToken: "sk-test" },
    });
    expect((await it.refused("account/rateLimits/read")).message).toBe(
      "chatgpt authentication required to read rate limits",
    );
    const before = it.heard.length;
    expect(await it.get("account/logout")).toEqual({});
    await it.tells("account/updated", ({ authMode }) => authMode === null, before);
    expect(await it.get("account/read", {})).toMatchObject({ account: null });
    expect(items(it.heard, "item/started")).toEqual([]);
  });

  async function withIssuer(options: Parameters<typeof startIssuer>[0] = {}) {
    const issuer = startIssuer(options);
    const env = { ...(issuer.env as Record<string, string>), CODEX_APP_SERVER_LOGIN_ISSUER: issuer.url };
    const it = await serving([], { ...openai, env });
    return { issuer, it };
  }

  async function ended(it: Awaited<ReturnType<typeof serving>>, issuer: Issuer) {
    await it[Symbol.asyncDispose]();
    await issuer[Symbol.asyncDispose]();
  }

  test("to ChatGPT shows its limits, and is renewed when a client wants that", async () => {
    await using issuer = startIssuer();
    const window = (used_percent: number) => ({ used_percent, limit_window_seconds: 17_999, reset_at: 5 });
    const usage = {
      ...{ plan_type: "plus", credits: { has_credits: true, unlimited: false, balance: "9.99" } },
      rate_limit: { primary_window: window(12.6), secondary_window: null },
      additional_rate_limits: [
        { limit_name: "Other", metered_feature: "codex_other", rate_limit: { primary_window: window(1) } },
      ],
    };
    using service = Bun.serve({
      port: 0,
      fetch: ({ url, headers }) =>
        url.endsWith("/api/codex/usage") && issuer.isCurrent(headers.get("authorization"))
          ? Response.json(usage)
          : new Response("", { status: 401 }),
    });
    const auth = { auth_mode: "chatgpt", tokens: issuer.signIn() };
    await using it = await serving([], {
      ...openai,
      settings: `chatgpt_base_url = "${service.url.href}"`,
      env: issuer.env,
      before: (box) => void box.write(join(box.codexHome, "auth.json"), JSON.stringify(auth)),
    });
    const nothing = { limitName: null, secondary: null, individualLimit: null, rateLimitReachedType: null };
    const main = {
      ...{ ...nothing, limitId: "codex", planType: "plus" },
      primary: { usedPercent: 13, windowDurationMins: 300, resetsAt: 5 },
      credits: { hasCredits: true, unlimited: false, balance: "9.99" },
    };
    const other = {
      ...{ ...nothing, limitId: "codex_other", limitName: "Other", planType: "plus", credits: null },
      primary: { usedPercent: 1, windowDurationMins: 300, resetsAt: 5 },
    };
    expect(await it.get("account/rateLimits/read")).toEqual({
      ...{ rateLimits: main, rateLimitsByLimitId: { codex: main, codex_other: other } },
    });
    const tokenOf = async (refreshToken: boolean) =>
      (await it.get("getAuthStatus", { includeToken: true, refreshToken }))["authToken"];
    const first = auth.tokens["access_token"];
    expect(await tokenOf(false)).toBe(first);
    const second = await tokenOf(true);
    expect(second).not.toBe(first);
    expect(issuer.isCurrent(`Bearer ${String(second)}`)).toBe(true);
  });

  test("is made with a code that is entered elsewhere", async () => {
    const { it, issuer } = await withIssuer();
    try {
      const begun = await it.get("account/login/start", { type: "chatgptDeviceCode" });
      expect(begun).toMatchObject({
        type: "chatgptDeviceCode",
        verificationUrl: `${issuer.url}/codex/device`,
      });
      const completed = await it.tells("account/login/completed");
      expect(completed.params).toEqual({ loginId: begun["loginId"], success: true, error: null });
      const updated = await it.tells("account/updated");
      expect(updated.params).toMatchObject({ authMode: "chatgpt" });
      expect(await it.get("account/read", {})).toMatchObject({ account: { type: "chatgpt" } });
    } finally {
      await ended(it, issuer);
    }
  });

  test("in the browser waits until it is called off, or another one begins", async () => {
    const { it, issuer } = await withIssuer();
    try {
      const first = await it.get("account/login/start", { type: "chatgpt" });
      expect(String(first["authUrl"])).toStartWith(`${issuer.url}/oauth/authorize?`);
      const second = await it.get("account/login/start", { type: "chatgpt" });
      const over = await it.tells("account/login/completed");
      expect(over.params).toEqual({
        ...{ loginId: first["loginId"], success: false },
        error: "Login server error: Login was not completed",
      });
      const cancel = (loginId: unknown) => it.get("account/login/cancel", { loginId });
      expect(await cancel(second["loginId"])).toEqual({ status: "canceled" });
      await it.tells("account/login/completed", ({ loginId }) => loginId === second["loginId"]);
      expect(await cancel(second["loginId"])).toEqual({ status: "notFound" });
      expect((await it.refused("account/login/cancel", { loginId: "x" })).message).toBe(
        "invalid login id: x",
      );
    } finally {
      await ended(it, issuer);
    }
  });
});
