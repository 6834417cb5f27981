// The first start: signing in and trusting a folder, on an emulated terminal.

import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authStore } from "../../../src/auth/store";
import { loadConfig } from "../../../src/config/load";
import { tryLock } from "../../../src/exec/libc";
import { onboard } from "../../../src/ui/onboarding/onboard";
import { signInWithBrowser, signInWithDeviceCode } from "../../../src/ui/onboarding/sign-in";
import { fakeScreen } from "../fake-screen";

const ESC = "\x1b";
const ENTER = "\r";

type Place = Disposable & { readonly codexHome: string; readonly project: string };

/** Outside the system's temporary folder, which sandboxed commands of other tests may take for a repository. */
const PARENT = existsSync("/var/tmp") ? "/var/tmp" : tmpdir();

function place(): Place {
  const root = realpathSync(mkdtempSync(join(PARENT, "codex-onboard-")));
  const [codexHome, project] = [join(root, "home"), join(root, "project")];
  for (const folder of [codexHome, project]) mkdirSync(folder);
  return { codexHome, project, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}

function begin(
  { codexHome, project }: Place,
  options: {
    columns?: number;
    rows?: number;
    env?: Record<string, string>;
    overrides?: string[];
    cwd?: string;
  } = {},
) {
  const { columns, rows, env = {}, overrides = [], cwd = project } = options;
  const fake = fakeScreen(columns, rows);
  const reload = () => loadConfig({ codexHome, cwd, env, overrides, enable: [], disable: [], flags: {} });
  const end = reload().then((config) =>
    onboard({ screen: fake.screen, theme: fake.theme, config, env, originator: "codex-tui", reload }),
  );
  return { ...fake, end };
}

const OWN_PROVIDER = [
  'model_provider="own"',
  'model_providers.own={name="own",base_url="http://127.0.0.1:9"}',
];

describe("trust", () => {
  test("is asked for once, and written down for the folder", async () => {
    using home = place();
    const { shows, type, end } = begin(home, { overrides: OWN_PROVIDER });
    const lines = await shows("Press enter to continue");
    expect(lines[0]).toBe(`  You are in ${home.project}`);
    expect(lines.join("\n")).toContain("Do you trust the contents of this directory?");
    expect(lines.join("\n")).toContain("› 1. Yes, continue\n  2. No, quit");
    type("y");
    const ended = await end;
    expect(ended).toMatchObject({ type: "ready", config: { trust: "trusted" } });
    expect(readFileSync(join(home.codexHome, "config.toml"), "utf8")).toBe(
      `[projects."${home.project}"]\ntrust_level = "trusted"\n`,
    );
    expect((await begin(home, { overrides: OWN_PROVIDER }).end).type).toBe("ready");
  });

  test.each([["2"], ["n"], ["q"], [ESC], ["\x03"], ["\x04"]])("%j leaves without writing", async (key) => {
    using home = place();
    const { shows, type, end } = begin(home, { overrides: OWN_PROVIDER });
    await shows("No, quit");
    type(key);
    expect(await end).toEqual({ type: "quit" });
    expect(existsSync(join(home.codexHome, "config.toml"))).toBe(false);
  });

  test("counts for the repository, and says so", async () => {
    using home = place();
    mkdirSync(join(home.project, ".git"));
    const cwd = join(home.project, "deep");
    mkdirSync(cwd);
    const { shows, type, end } = begin(home, { overrides: OWN_PROVIDER, cwd, columns: 200 });
    await shows(`The answer counts for the whole repository at ${home.project}.`);
    type(ENTER);
    await end;
    expect(readFileSync(join(home.codexHome, "config.toml"), "utf8")).toContain(`"${home.project}"`);
  });

  test("that cannot be written is asked for again", async () => {
    using home = place();
    await Bun.write(join(home.codexHome, "config.toml"), "# mine\n");
    chmodSync(join(home.codexHome, "config.toml"), 0o444);
    const { shows, type, end } = begin(home, { overrides: OWN_PROVIDER, columns: 120 });
    await shows("Yes, continue");
    type("1");
    await shows("Failed to set trust for");
    type("2");
    expect(await end).toEqual({ type: "quit" });
  });

  test.each([
    [200, 50],
    [40, 20],
    [20, 5],
  ])("fits a screen of %i by %i", async (columns, rows) => {
    using home = place();
    const { shows, type, end } = begin(home, { overrides: OWN_PROVIDER, columns, rows });
    const lines = await shows("1. Yes, continue");
    expect(lines.length).toBeLessThan(rows);
    type("n");
    expect((await end).type).toBe("quit");
  });
});

describe("signing in", () => {
  test("shows on one screen what one can do", async () => {
    using home = place();
    const { shows, type, end } = begin(home);
    const lines = await shows("Press enter to continue, q to quit");
    expect(lines.length).toBeLessThanOrEqual(20);
    const all = lines.join("\n").replace(/\s+/g, " ");
    for (const text of [
      "Welcome to Codex",
      "› 1. Sign in with ChatGPT",
      "2. Sign in with Device Code",
      "3. Provide your own API key",
      "`codex demo`",
    ])
      expect(all).toContain(text);
    type("q");
    expect(await end).toEqual({ type: "quit" });
  });

  test("is skipped with another provider, or a login", async () => {
    using home = place();
    const trusted = [`projects={"${home.project}"={trust_level="trusted"}}`];
    expect((await begin(home, { overrides: [...OWN_PROVIDER, ...trusted] }).end).type).toBe("ready");
    const env = { CODEX_ACCESS_TOKEN: "at-1" };
    const { shows, type, end } = begin(home, { env });
    await shows("Do you trust");
    type("2");
    expect((await end).type).toBe("quit");
  });

  test("with an API key proposes the one of the environment, and keeps it", async () => {
    using home = place();
    const { shows, type, end, lines, printed } = begin(home, { env: { OPENAI_API_KEY: "sk-from-env" } });
    await shows("Welcome");
    type("3");
    await shows("Detected OPENAI_API_KEY environment variable.");
    expect(lines().join("\n")).not.toContain("sk-from-env");
    type("\x15", ENTER);
    await shows("API key cannot be empty");
    type("\x1b[200~sk-mine\n\x1b[201~", ENTER);
    await shows("Do you trust");
    expect(printed()).toBe("✓ API key configured\n");
    expect(JSON.parse(readFileSync(join(home.codexHome, "auth.json"), "utf8"))).toMatchObject({
      OPENAI_API_KEY: "sk-mine",
    });
    type("2");
    await end;
  });

  test("with an API key goes back to the list with Esc", async () => {
    using home = place();
    const { shows, type, end } = begin(home);
    await shows("Welcome");
    type("3");
    await shows("Paste or type your API key");
    type(ESC);
    await shows("Welcome");
    type("\x03");
    expect(await end).toEqual({ type: "quit" });
  });

  test("offers only what forced_login_method allows", async () => {
    using home = place();
    const api = begin(home, { overrides: ['forced_login_method="api"'] });
    expect((await api.shows("1. Provide your own API key")).join("\n")).not.toContain("ChatGPT");
    api.type("q");
    await api.end;
    const account = begin(home, { overrides: ['forced_login_method="chatgpt"'] });
    expect((await account.shows("2. Sign in with Device Code")).join("\n")).not.toContain("API key");
    account.type("q");
    await account.end;
  });

  test.each([
    [200, 50],
    [40, 20],
    [20, 5],
  ])("fits a screen of %i by %i", async (columns, rows) => {
    using home = place();
    const { shows, type, end } = begin(home, { columns, rows });
    const lines = await shows("1. Sign in with");
    expect(lines.length).toBeLessThan(rows);
    type("q");
    expect((await end).type).toBe("quit");
  });
});

describe("signing in to ChatGPT", () => {
  async function options(home: Place, issuer: string) {
    const fake = fakeScreen(120, 30);
    const config = await loadConfig({
      codexHome: home.codexHome,
      cwd: home.project,
      env: {},
      overrides: [],
      enable: [],
      disable: [],
      flags: {},
    });
    const { screen, theme } = fake;
    const store = authStore(config, { tryLock });
    const env = { BROWSER: "/bin/false" };
    return {
      fake,
      options: { screen, theme, env, store, originator: "codex-tui", workspaces: undefined, issuer },
    };
  }

  test("shows the whole address, and Esc gives up", async () => {
    using home = place();
    const { fake, options: given } = await options(home, "https://issuer.example");
    const end = signInWithBrowser(given);
    const lines = await fake.shows("https://issuer.example/oauth/authorize?");
    expect(lines.join("").replaceAll(" ", "")).toContain("originator=codex-tui");
    expect(lines.join("\n")).toContain("Press esc to cancel");
    fake.type("http://nowhere", ENTER);
    await fake.shows("That is not the address that this login ends at.");
    fake.type(ESC);
    expect(await end).toEqual({ type: "cancelled" });
    expect(fake.lines()).toEqual([]);
  });

  test("with a device code shows link, code and warning, and tells of a failure", async () => {
    using home = place();
    using issuer = Bun.serve({
      port: 0,
      fetch: (request) =>
        new URL(request.url).pathname.endsWith("/usercode")
          ? Response.json({ device_auth_id: "d1", user_code: "ABCD-1234", interval: "5" })
          : new Response("no", { status: 403 }),
    });
    const first = await options(home, issuer.url.origin);
    const end = signInWithDeviceCode(first.options);
    await first.fake.shows("ABCD-1234");
    await first.fake.shows(`${issuer.url.origin}/codex/device`);
    await first.fake.shows("often phished");
    first.fake.type(ESC);
    expect(await end).toEqual({ type: "cancelled" });

    const second = await options(home, "http://127.0.0.1:9");
    expect((await signInWithDeviceCode(second.options)).type).toBe("failed");
  });
});
