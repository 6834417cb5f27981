// The list of models that a server has for a ChatGPT login: asked for, kept, renewed, and what a turn makes of it (config.md 18.4).

import { describe, expect, test } from "bun:test";
import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { VERSION } from "../../src/util/version";
import { jwt } from "../auth/jwt";
import { CATALOG_ENTRY } from "../support/catalog-entry";
import { outputOf } from "../support/exec-run";
import { mockProvider, sandboxBox, type Box } from "../support/harness";
import {
  drop,
  functionCall,
  hang,
  http,
  httpError,
  message,
  respond,
  startResponsesServer,
  withHeaders,
  type RecordedRequest,
  type ResponsesServer,
  type Script,
  type Step,
} from "../support/responses-server";
import { HAS_TMUX, openTmux, type Tmux } from "../ui/tmux";

const MINUTE_MS = 60_000;
const ANSWERED: Script = () => respond(message("ok"));
/** What `codex exec` says of its stdin, and nothing else. */
const SILENT = "Reading additional input from stdin...\n";
const ETAG = '"one"';

/** A model that the bundled catalog does not have, with settings of its own. */
const NEWCOMER = {
  ...CATALOG_ENTRY,
  slug: "newcomer",
  display_name: "Newcomer",
  priority: 0,
  default_reasoning_level: "low",
  supports_reasoning_summaries: true,
  support_verbosity: true,
  default_verbosity: "high",
  base_instructions: "As the server wishes.",
  truncation_policy: { mode: "tokens", limit: 1000 },
};

const list = (...models: readonly object[]) => http(200, { models }, { etag: ETAG });
const listed = (): Step => list(NEWCOMER);

type Setting = AsyncDisposable & {
  readonly box: Box;
  readonly server: ResponsesServer;
  readonly cacheFile: string;
  readonly cache: () => Cache;
  readonly run: (...args: readonly string[]) => ReturnType<Box["events"]>;
  /** The only request of the n-th run. */
  readonly sent: (n?: number) => RecordedRequest["body"] | undefined;
};

type Cache = {
  readonly fetched_at: string;
  readonly etag?: string;
  readonly client_version: string;
  readonly models: readonly Readonly<Record<string, unknown>>[];
};

type SettingOptions = {
  readonly script?: Script;
  readonly auth?: object;
  readonly settings?: string;
  readonly provider?: string;
  readonly cache?: object | string;
};

async function setting(models: () => Step, options: SettingOptions = {}): Promise<Setting> {
  const server = await startResponsesServer(options.script ?? ANSWERED, { models });
  const config = mockProvider(server.url, options.provider).replace('model = "gpt-5.2"\n', "");
  const box = await sandboxBox({ config: `${options.settings ?? ""}\n${config}` });
  const cacheFile = join(box.codexHome, "models_cache.json");
  writeFileSync(join(box.codexHome, "auth.json"), JSON.stringify(options.auth ?? account()));
  const { cache } = options;
  if (cache !== undefined)
    writeFileSync(cacheFile, typeof cache === "string" ? cache : JSON.stringify(cache));
  return {
    ...{ box, server, cacheFile },
    cache: () => JSON.parse(readFileSync(cacheFile, "utf8")) as Cache,
    run: (...args) => box.events([...args, "hi"]),
    sent: (n = 1) => server.requests[n - 1]?.body,
    async [Symbol.asyncDispose]() {
      await box[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Started in a folder that is trusted. */
async function promptUi(box: Box): Promise<Tmux> {
  const trust = `\n[projects."${box.workspace}"]\ntrust_level = "trusted"\n`;
  appendFileSync(join(box.codexHome, "config.toml"), trust);
  const terminal = await openTmux(box, { columns: 100 });
  await terminal.codex();
  return terminal;
}

function account(): object {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const owner = { chatgpt_account_id: "acct-1", chatgpt_plan_type: "plus" };
  const tokens = {
    id_token: jwt({ email: "a@example.com", "https://api.openai.com/auth": owner }),
    access_token: jwt({ exp }),
    refresh_token: "refresh",
    account_id: "acct-1",
  };
  return { auth_mode: "chatgpt", OPENAI_API_KEY: null, tokens, last_refresh: new Date().toISOString() };
}

const cacheOf = (ageMs: number, more: object = {}) => ({
  fetched_at: new Date(Date.now() - ageMs).toISOString(),
  etag: ETAG,
  client_version: VERSION,
  models: [{ ...NEWCOMER, slug: "kept" }],
  ...more,
});

const SERVED = { model: "newcomer", instructions: expect.stringContaining("As the server wishes.") };
const BUNDLED = { model: "gpt-6.1-sol" };

describe("with a ChatGPT login", () => {
  test("the first turn uses the model that the server lists, as the server describes it", async () => {
    await using it = await setting(listed);
    const { exitCode, stderr } = await it.run();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: SILENT });
    expect(it.server.lists.map(({ path }) => path)).toEqual([`/v1/models?client_version=${VERSION}`]);
    expect(it.server.lists[0]?.headers).toMatchObject({
      authorization: expect.stringMatching(/^Bearer ey/),
      "chatgpt-account-id": "acct-1",
      originator: "codex_exec",
      "user-agent": expect.stringMatching(/^codex_exec\/.*\(codex_exec; /),
    });
    expect(it.server.requests).toHaveLength(1);
    expect(it.sent()).toMatchObject({ ...SERVED, reasoning: { effort: "low" }, text: { verbosity: "high" } });
  });

  test("the list is kept with its time, its version and ours, readable like other settings", async () => {
    await using it = await setting(listed);
    const before = Date.now();
    await it.run();
    const { fetched_at, ...rest } = it.cache();
    expect(rest).toEqual({ etag: ETAG, client_version: VERSION, models: [NEWCOMER] });
    expect(Date.parse(fetched_at)).toBeWithin(before, Date.now() + 1);
    expect(statSync(it.cacheFile).mode & 0o777).toBe(0o666 & ~process.umask());
  });

  test("a list of the last five minutes is not asked for again", async () => {
    await using it = await setting(listed);
    await it.run();
    await it.run();
    expect(it.server.lists).toHaveLength(1);
    expect(it.sent(2)).toMatchObject(SERVED);
  });

  test.each<[string, object | string]>([
    ["is older", cacheOf(5 * MINUTE_MS)],
    ["is of the future", cacheOf(-MINUTE_MS)],
    ["has no time", cacheOf(0, { fetched_at: "yesterday" })],
    ["is of another version of this program", cacheOf(0, { client_version: "0.1.0" })],
    ["is not JSON", "{"],
    ["holds an entry of another form", cacheOf(0, { models: [{ ...NEWCOMER, truncation_policy: 5 }] })],
    ["is empty", ""],
  ])("one that %s is asked for again and replaced", async (_, cache) => {
    await using it = await setting(listed, { cache });
    expect((await it.run()).exitCode).toBe(0);
    expect(it.server.lists).toHaveLength(1);
    expect(it.sent()).toMatchObject(SERVED);
    expect(it.cache()).toMatchObject({ client_version: VERSION, models: [NEWCOMER] });
  });

  test("a list with something to choose replaces the bundled one", async () => {
    await using it = await setting(listed);
    await it.run("-m", "gpt-5.2");
    expect(it.sent()).toMatchObject({ model: "gpt-5.2", reasoning: null });
    expect(JSON.stringify(it.sent()?.tools)).not.toContain("apply_patch");
  });

  test("a list without that is laid over the bundled one, by slug", async () => {
    const hidden = { ...NEWCOMER, visibility: "hide" };
    await using it = await setting(() => list(hidden, { ...hidden, slug: "gpt-5.2" }));
    await it.run();
    await it.run("-m", "newcomer");
    await it.run("-m", "gpt-5.2");
    expect(it.sent(1)).toMatchObject(BUNDLED);
    expect(it.sent(2)).toMatchObject(SERVED);
    expect(it.sent(3)).toMatchObject({ ...SERVED, model: "gpt-5.2" });
  });

  test.each<[string, () => Step]>([
    ["401", () => httpError(401, "who are you")],
    ["404", () => httpError(404, "what list")],
    ["500", () => httpError(500, "broken")],
    ["a redirect", () => http(302, "", { location: "http://127.0.0.1:1/" })],
    ["no JSON", () => http(200, "<html>")],
    ["no list", () => http(200, { data: [] })],
    ["an entry of another form", () => list(NEWCOMER, { slug: "half" })],
    ["a cut connection", drop],
  ])("with %s for an answer the turn uses the bundled list, without a word", async (_, answer) => {
    await using it = await setting(answer, { cache: cacheOf(10 * MINUTE_MS) });
    const { exitCode, stderr, events } = await it.run();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: SILENT });
    expect(events.map(({ type }) => type)).not.toContain("error");
    expect(it.server.lists).toHaveLength(1);
    expect(it.sent()).toMatchObject(BUNDLED);
    expect(it.cache().models[0]).toMatchObject({ slug: "kept" });
  });

  test("a server that does not answer is waited for a few seconds, once", async () => {
    await using it = await setting(hang);
    const begin = performance.now();
    expect((await it.run()).exitCode).toBe(0);
    expect(performance.now() - begin).toBeLessThan(9000);
    expect(it.server.lists).toHaveLength(1);
    expect(it.sent()).toMatchObject(BUNDLED);
    expect(existsSync(it.cacheFile)).toBe(false);
  }, 20_000);

  test("an interrupt ends the wait", async () => {
    const asked = Promise.withResolvers<void>();
    await using it = await setting(() => {
      asked.resolve();
      return hang();
    });
    const run = it.box.start(["exec", "hi"]);
    await asked.promise;
    const begin = performance.now();
    run.kill("SIGINT");
    expect((await run.result).exitCode).toBe(1);
    expect(performance.now() - begin).toBeLessThan(3000);
    expect(it.server.requests).toHaveLength(0);
  });

  test("a place where nothing can be kept does not matter", async () => {
    await using it = await setting(listed);
    mkdirSync(join(it.cacheFile, "a-folder"), { recursive: true });
    const { exitCode, stderr } = await it.run();
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: SILENT });
    expect(it.sent()).toMatchObject(SERVED);
  });

  test("processes that start at the same time all get the list, and leave it whole", async () => {
    await using it = await setting(listed);
    const runs = await Promise.all([it.run(), it.run(), it.run()]);
    expect(runs.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    for (const { body } of it.server.requests) expect(body).toMatchObject(SERVED);
    expect(it.cache().models).toEqual([NEWCOMER]);
  });
});

test.skipIf(!HAS_TMUX)("the prompt UI offers what the server lists, and uses it", async () => {
  const second = {
    ...NEWCOMER,
    slug: "second",
    display_name: "Second",
    description: "The other one",
    priority: 9,
  };
  await using it = await setting(() => list(NEWCOMER, second));
  await using terminal = await promptUi(it.box);
  await terminal.shows("newcomer");
  await terminal.send("/model");
  const screen = await terminal.shows("The other one");
  expect(screen).not.toContain("gpt-");
  await terminal.press("2");
  await terminal.shows("Model changed to second");
  await terminal.send("hi");
  expect((await it.server.waitForRequest(1)).body).toMatchObject({ ...SERVED, model: "second" });
  expect(it.server.lists).toHaveLength(1);
});

test.skipIf(!HAS_TMUX)("the prompt UI can be left while the server is silent", async () => {
  const asked = Promise.withResolvers<void>();
  await using it = await setting(() => {
    asked.resolve();
    return hang();
  });
  await using terminal = await promptUi(it.box);
  await asked.promise;
  const begin = performance.now();
  await terminal.press("C-d");
  await terminal.shows("ended with 0");
  expect(performance.now() - begin).toBeLessThan(3000);
});

describe("a response that names the version of the list", () => {
  /** Two responses; the second comes when `seen` has been looked at by the command between them. */
  const naming =
    (etag: string, command: string): Script =>
    (_, index) =>
      withHeaders(
        respond(
          index === 0
            ? functionCall("exec_command", JSON.stringify({ cmd: command, yield_time_ms: 15_000 }), "c1")
            : message("ok"),
        ),
        { "x-models-etag": etag },
      );
  const until = (condition: string) =>
    `for i in $(seq 200); do if ${condition}; then echo seen; exit; fi; sleep 0.05; done`;

  test("makes the kept one young again when it is the same", async () => {
    const cache = cacheOf(4 * MINUTE_MS, { models: [{ ...NEWCOMER, shell_type: "unified_exec" }] });
    const command = until(`! grep -q ${cache.fetched_at} "$CACHE"`);
    await using it = await setting(listed, { cache, script: naming(ETAG, command) });
    await it.box.events(["-s", "danger-full-access", "hi"], { env: { CACHE: it.cacheFile } });
    expect(outputOf(it.server.requests[1], "c1")).toContain("seen");
    expect(it.server.lists).toHaveLength(0);
    expect(Date.now() - Date.parse(it.cache().fetched_at)).toBeLessThan(MINUTE_MS);
    expect(it.cache()).toMatchObject({ etag: ETAG, models: cache.models });
  });

  test("has the list asked for again when it is another", async () => {
    const cache = cacheOf(0, { etag: '"zero"', models: [{ ...NEWCOMER, shell_type: "unified_exec" }] });
    const command = until(`grep -q Newer "$CACHE"`);
    const newer = { ...NEWCOMER, display_name: "Newer" };
    await using it = await setting(() => list(newer), { cache, script: naming(ETAG, command) });
    await it.box.events(["-s", "danger-full-access", "hi"], { env: { CACHE: it.cacheFile } });
    expect(outputOf(it.server.requests[1], "c1")).toContain("seen");
    expect(it.server.lists).toHaveLength(1);
    expect(it.cache()).toMatchObject({ etag: ETAG, models: [newer] });
  });
});

describe("a provider with a command for its token", () => {
  const provider = '[model_providers.mock.auth]\ncommand = "printf"\nargs = ["the-token"]';

  test("is asked with that token, and its list is laid over the bundled one", async () => {
    await using it = await setting(listed, { provider });
    await it.run("-m", "newcomer");
    await it.run("-m", "gpt-5.2");
    expect(it.server.lists).toHaveLength(1);
    expect(it.server.lists[0]?.headers["authorization"]).toBe("Bearer the-token");
    expect(it.server.lists[0]?.headers["chatgpt-account-id"]).toBeUndefined();
    expect(it.sent(1)).toMatchObject(SERVED);
    expect(JSON.stringify(it.sent(2)?.tools)).toContain("apply_patch");
  });
});

describe("nothing is asked for, and nothing kept is used,", () => {
  test.each<[string, SettingOptions]>([
    ["with an API key", { auth: { OPENAI_API_KEY: "sk-1" } }],
    ["with a key of the provider's own", { provider: 'env_key = "HOME"' }],
    ["with a token in the configuration", { provider: 'experimental_bearer_token = "t"' }],
    ["without a login", { auth: {} }],
  ])("%s", async (_, options) => {
    await using it = await setting(listed, { ...options, cache: cacheOf(0) });
    expect((await it.run()).exitCode).toBe(0);
    expect(it.server.lists).toHaveLength(0);
    expect(it.sent()).toMatchObject(BUNDLED);
  });

  test("with a catalogue of the user's own", async () => {
    await using it = await setting(listed, { settings: 'model_catalog_json = "own.json"' });
    writeFileSync(join(it.box.codexHome, "own.json"), JSON.stringify({ models: [CATALOG_ENTRY] }));
    expect((await it.run()).exitCode).toBe(0);
    expect(it.server.lists).toHaveLength(0);
    expect(it.sent()).toMatchObject({ model: "mine" });
    expect(existsSync(it.cacheFile)).toBe(false);
  });

  test("of a server on this machine", async () => {
    await using it = await setting(listed, { cache: cacheOf(0) });
    const { CODEX_OSS_BASE_URL } = { CODEX_OSS_BASE_URL: it.server.url };
    await it.box.events(["-c", 'model_provider="lmstudio"', "-m", "x", "hi"], {
      env: { CODEX_OSS_BASE_URL },
    });
    expect(it.server.requests).toHaveLength(1);
    expect(it.server.lists).toHaveLength(0);
  });
});
