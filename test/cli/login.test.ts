// `codex login`, `login status` and `logout` of the compiled executable: texts, exit codes, files, and what the issuer is asked.

import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startConnectProxy } from "../support/connect-proxy";
import { CODEX, sandboxBox, type Box } from "../support/harness";
import { startIssuer, type IssuerOptions } from "../support/issuer";

const KEY = "sk-test1234567890abcdef";
const authFile = (box: Box) => join(box.codexHome, "auth.json");
const readAuth = (box: Box) => JSON.parse(readFileSync(authFile(box), "utf8")) as Record<string, unknown>;
const withKey = (box: Box, key = KEY) => box.codex(["login", "--with-api-key"], { stdin: `${key}\n` });

describe("an API key", () => {
  test("is read from stdin, kept in a private file, shown masked, and forgotten", async () => {
    await using box = await sandboxBox();
    expect(await withKey(box)).toMatchObject({
      stdout: "",
      stderr: "Reading API key from stdin...\nSuccessfully logged in\n",
      exitCode: 0,
    });
    expect(readFileSync(authFile(box), "utf8")).toBe(
      `{\n  "auth_mode": "apikey",\n  "OPENAI_API_KEY": "${KEY}"\n}`,
    );
    expect(statSync(authFile(box)).mode & 0o777).toBe(0o600);
    const status = await box.codex(["login", "status"], { env: { CODEX_API_KEY: "sk-other" } });
    expect(status).toMatchObject({
      stdout: "",
      stderr: "Logged in using an API key - sk-test1***bcdef\n",
      exitCode: 0,
    });
    expect(await box.codex(["logout"])).toMatchObject({ stderr: "Successfully logged out\n", exitCode: 0 });
    expect(existsSync(authFile(box))).toBe(false);
    expect(await box.codex(["logout"])).toMatchObject({ stderr: "Not logged in\n", exitCode: 0 });
    const env = { CODEX_API_KEY: KEY, OPENAI_API_KEY: KEY };
    expect(await box.codex(["login", "status"], { env })).toMatchObject({
      stdout: "",
      stderr: "Not logged in\n",
      exitCode: 1,
    });
  });

  test("that is short is not shown at all", async () => {
    await using box = await sandboxBox();
    await withKey(box, "sk-1234567890");
    expect((await box.codex(["login", "status"])).stderr).toBe("Logged in using an API key - ***\n");
  });

  test("that is empty, on the command line, or one of two is refused", async () => {
    await using box = await sandboxBox();
    expect(await withKey(box, " ")).toMatchObject({
      stderr: "Reading API key from stdin...\nNo API key provided via stdin.\n",
      exitCode: 1,
    });
    for (const args of [["--api-key"], ["--api-key", "sk-1"], ["--api-key=sk-1"]]) {
      expect(await box.codex(["login", ...args])).toMatchObject({
        stderr:
          "The --api-key flag is no longer supported. Pipe the key instead, e.g. `printenv OPENAI_API_KEY | codex login --with-api-key`.\n",
        exitCode: 1,
      });
    }
    expect(await box.codex(["login", "--with-api-key", "--with-access-token"])).toMatchObject({
      stderr: "Choose one login credential source: --with-api-key or --with-access-token.\n",
      exitCode: 1,
    });
    expect(existsSync(authFile(box))).toBe(false);
  });

  test("is kept by no file with `ephemeral`, and by none when there is no keyring to keep it", async () => {
    await using box = await sandboxBox({ config: 'cli_auth_credentials_store = "ephemeral"' });
    expect((await withKey(box)).exitCode).toBe(0);
    expect(existsSync(authFile(box))).toBe(false);
    const args = ["-c", 'cli_auth_credentials_store="keyring"'];
    const env = { DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere", DISPLAY: undefined };
    const refused = await box.codex(["login", "--with-api-key", ...args], { stdin: KEY, env });
    if (refused.exitCode === 0) return; // this machine has a keyring that anybody may use
    expect(refused.stderr).toContain("Error logging in: failed to write OAuth tokens to keyring: ");
    expect(existsSync(authFile(box))).toBe(false);
  });
});

describe("the configuration", () => {
  test("decides which login is possible, for stdin only when that has been read", async () => {
    await using box = await sandboxBox({ config: 'forced_login_method = "chatgpt"' });
    expect(await withKey(box)).toMatchObject({
      stderr: "Reading API key from stdin...\nAPI key login is disabled. Use ChatGPT login instead.\n",
      exitCode: 1,
    });
    const api = ["-c", "forced_login_method=api"];
    const chatgpt = "ChatGPT login is disabled. Use API key login instead.\n";
    expect(await box.codex(["login", ...api])).toMatchObject({ stderr: chatgpt, exitCode: 1 });
    expect(await box.codex([...api, "login", "--device-auth"])).toMatchObject({
      stderr: chatgpt,
      exitCode: 1,
    });
    expect(await box.codex(["login", "--with-access-token", ...api], { stdin: "at-1" })).toMatchObject({
      stderr:
        "Reading access token from stdin...\nAccess token login is disabled. Use API key login instead.\n",
      exitCode: 1,
    });
  });

  test("with a mistake in it is shown, with its place", async () => {
    await using box = await sandboxBox({ config: "a =\n" });
    const { stderr, exitCode } = await box.codex(["login", "status"]);
    expect(stderr).toStartWith(`Error loading configuration: ${join(box.codexHome, "config.toml")}:1:`);
    expect(exitCode).toBe(1);
    const unknown = await box.codex(["login", "--enable", "nope", "status"]);
    expect(unknown).toMatchObject({ stderr: "Error: Unknown feature flag: nope\n", exitCode: 1 });
    const word = await box.codex(["login", "bogus"]);
    expect(word.stderr).toContain("Usage: codex login [OPTIONS] [COMMAND]\n");
    const faulty = await box.codex(["login", "status", "-c", "foo"]);
    expect(faulty).toMatchObject({
      stderr: "Error parsing -c overrides: Invalid override (missing '='): foo\n",
      exitCode: 1,
    });
  });
});

test("the status names every kind of login, and says when the file is broken", async () => {
  await using box = await sandboxBox();
  await using issuer = startIssuer();
  const status = async (auth: object | string) => {
    writeFileSync(authFile(box), typeof auth === "string" ? auth : JSON.stringify(auth));
    const { stderr, exitCode } = await box.codex(["login", "status"]);
    return [stderr, exitCode];
  };
  expect(await status({ auth_mode: "chatgpt", tokens: issuer.signIn() })).toEqual([
    "Logged in using ChatGPT\n",
    0,
  ]);
  expect(await status({ personal_access_token: "at-1" })).toEqual([
    "Logged in using personal access token\n",
    0,
  ]);
  expect(await status({ auth_mode: "agentIdentity", agent_identity: "x" })).toEqual([
    "Logged in using access token\n",
    0,
  ]);
  expect(await status({})).toEqual(["Not logged in\n", 1]);
  expect(await status("{bad")).toEqual([
    "Error checking login status: key must be a string at line 1 column 2\n",
    1,
  ]);
});

describe("a device code", () => {
  async function device(options: IssuerOptions) {
    const box = await sandboxBox();
    const issuer = startIssuer(options);
    const result = await box.codex(["login", "--device-auth", "--experimental_issuer", `${issuer.url}/`], {
      env: issuer.env,
    });
    return {
      ...{ box, issuer, result },
      async [Symbol.asyncDispose]() {
        await box[Symbol.asyncDispose]();
        await issuer[Symbol.asyncDispose]();
      },
    };
  }

  test("is shown on stdout, waited for, and becomes a login", async () => {
    await using run = await device({ pending: [403, 404] });
    const { box, issuer, result } = run;
    expect(result.exitCode).toBe(0);
    expect(result.stderr).toBe("Successfully logged in\n");
    expect(result.stdout).toContain(`\x1b[94m${issuer.url}/codex/device\x1b[0m`);
    expect(result.stdout).toContain("\x1b[94mABCD-12345\x1b[0m");
    expect(result.stdout).toStartWith("\nWelcome to Codex [v");
    expect(readAuth(box)).toMatchObject({
      auth_mode: "chatgpt",
      OPENAI_API_KEY: null,
      tokens: { refresh_token: "rt-1", account_id: "acct-1" },
      last_refresh: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]+\.\d+Z$/),
    });
    expect(issuer.requests.map(({ what }) => what)).toEqual([
      "POST /api/accounts/deviceauth/usercode",
      ...Array<string>(3).fill("POST /api/accounts/deviceauth/token"),
      "POST /oauth/token",
    ]);
    expect(issuer.requests.at(-1)?.given).toEqual({
      grant_type: "authorization_code",
      code: "device-code",
      redirect_uri: `${issuer.url}/deviceauth/callback`,
      client_id: "app_EMoamEEZ73f0CkXaXp7hrann",
      code_verifier: "v",
    });
    expect(issuer.requests[0]?.headers).toMatchObject({
      originator: "codex_cli_rs",
      "user-agent": expect.stringMatching(/^codex_cli_rs\//),
    });
  });

  test("leaves a private log without anything that could be used to log in", async () => {
    await using run = await device({});
    const file = join(run.box.codexHome, "log", "codex-login.log");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const log = readFileSync(file, "utf8");
    expect(log).toContain("signed in");
    for (const secret of ["ABCD-12345", "device-code", "rt-1", "eyJ"]) expect(log).not.toContain(secret);
  });

  test("that cannot be had, or is not taken, is an error", async () => {
    const failure = async (options: IssuerOptions) => {
      await using run = await device(options);
      expect(run.result.exitCode).toBe(1);
      expect(existsSync(authFile(run.box))).toBe(false);
      return run.result.stderr.replace("Error logging in with device code: ", "").trimEnd();
    };
    expect(await failure({ deviceRefusal: 404 })).toBe(
      "device code login is not enabled for this Codex server. Use the browser login or verify the server URL.",
    );
    expect(await failure({ deviceRefusal: 500 })).toBe(
      "device code request failed with status 500 Internal Server Error",
    );
    expect(await failure({ exchangeRefusal: { status: 400, body: '{"error":"no"}' } })).toBe(
      "device code exchange failed: token endpoint returned status 400 Bad Request: no",
    );
  });
});

describe("an access token", () => {
  test("is checked, and kept without a mode", async () => {
    await using box = await sandboxBox();
    await using issuer = startIssuer();
    const { env } = issuer;
    const login = (stdin: string) => box.codex(["login", "--with-access-token"], { stdin, env });
    expect(await login("at-good\n")).toMatchObject({
      stderr: "Reading access token from stdin...\nSuccessfully logged in\n",
      exitCode: 0,
    });
    expect(readAuth(box)).toEqual({ OPENAI_API_KEY: null, personal_access_token: "at-good" });
    expect((await login("at-bad")).stderr).toEndWith(
      "Error logging in with access token: personal access token metadata request failed with status 401 Unauthorized\n",
    );
    expect((await login("eyJ.a.b")).exitCode).toBe(1);
    expect((await login("")).stderr).toEndWith("No access token provided via stdin.\n");
  });
});

describe("a logout", () => {
  const chatgpt = (tokens: object) => JSON.stringify({ auth_mode: "chatgpt", OPENAI_API_KEY: null, tokens });

  test("revokes the refresh token, or the access token where there is none", async () => {
    await using box = await sandboxBox();
    await using issuer = startIssuer();
    const tokens = issuer.signIn();
    writeFileSync(authFile(box), chatgpt(tokens));
    const out = () => box.codex(["logout"], { env: issuer.env });
    expect(await out()).toMatchObject({ stderr: "Successfully logged out\n", exitCode: 0 });
    writeFileSync(authFile(box), chatgpt({ ...tokens, refresh_token: "" }));
    await out();
    expect(issuer.requests.map(({ what, given }) => [what, given])).toEqual([
      [
        "POST /oauth/revoke",
        {
          token: "rt-1",
          token_type_hint: "refresh_token",
          client_id: "app_EMoamEEZ73f0CkXaXp7hrann",
        },
      ],
      ["POST /oauth/revoke", { token: tokens["access_token"] ?? "", token_type_hint: "access_token" }],
    ]);
    expect(existsSync(authFile(box))).toBe(false);
  });

  test("needs no issuer", async () => {
    await using box = await sandboxBox();
    await using issuer = startIssuer();
    writeFileSync(authFile(box), chatgpt(issuer.signIn()));
    const env = { CODEX_REVOKE_TOKEN_URL_OVERRIDE: "http://127.0.0.1:1/revoke" };
    expect(await box.codex(["logout"], { env })).toMatchObject({
      stderr: "Successfully logged out\n",
      exitCode: 0,
    });
  });
});

/** The only tests that use the ports which the issuer knows, and its real address: they get there through a proxy. */
describe("the browser", () => {
  const PEM = readFileSync(join(import.meta.dir, "../fixtures/issuer-certificate.pem"), "utf8");

  /** `browser` is the text of a script that is given the address to go to. */
  async function proxied(browser: (issuer: string) => string) {
    const issuer = startIssuer({ tls: PEM });
    const proxy = await startConnectProxy(issuer.port);
    const box = await sandboxBox();
    chmodSync(box.write(join(box.home, "browser"), `#!${process.execPath}\n${browser(issuer.url)}`), 0o755);
    return {
      ...{ issuer, proxy, box },
      env: {
        BROWSER: join(box.home, "browser"),
        HTTPS_PROXY: proxy.url,
        NO_PROXY: "127.0.0.1,localhost",
        CODEX_CA_CERTIFICATE: box.write(join(box.home, "ca.pem"), PEM.slice(PEM.indexOf("-----BEGIN CERT"))),
      },
      async [Symbol.asyncDispose]() {
        await box[Symbol.asyncDispose]();
        await proxy[Symbol.asyncDispose]();
        await issuer[Symbol.asyncDispose]();
      },
    };
  }

  test("comes back, and the tokens are fetched through the company's proxy and its certificates", async () => {
    await using it = await proxied(
      (issuer) => `const asked = new URL(process.argv[2]);
const options = { redirect: "manual", tls: { rejectUnauthorized: false } };
const answer = await fetch("${issuer}" + asked.pathname + asked.search, options);
await fetch(answer.headers.get("location"));
`,
    );
    const result = await it.box.codex(["login"], { env: it.env });
    expect(result.stderr).toMatch(
      /^Starting local login server on http:\/\/localhost:145[57]\.\nIf your browser did not open, navigate to this URL to authenticate:\n\nhttps:\/\/auth\.openai\.com\/oauth\/authorize\?response_type=code&client_id=app_EMoamEEZ73f0CkXaXp7hrann&redirect_uri=http%3A%2F%2Flocalhost%3A145[57]%2Fauth%2Fcallback&scope=openid%20profile%20email%20offline_access%20api\.connectors\.read%20api\.connectors\.invoke&code_challenge=[\w-]{43}&code_challenge_method=S256&id_token_add_organizations=true&codex_cli_simplified_flow=true&state=[\w-]{43}&originator=codex_cli_rs\n\nOn a remote or headless machine\? Use `codex login --device-auth` instead\.\nSuccessfully logged in\n$/,
    );
    expect([result.stdout, result.exitCode]).toEqual(["", 0]);
    expect(new Set(it.proxy.tunnels)).toEqual(new Set(["auth.openai.com:443"]));
    expect(readAuth(it.box)).toMatchObject({
      OPENAI_API_KEY: "sk-exchanged",
      tokens: { refresh_token: "rt-1" },
    });
  });

  test("may be on another machine: the address that it ends at is pasted", async () => {
    await using it = await proxied(() => "process.exit(1);");
    let shown = "";
    const asks = Promise.withResolvers<void>();
    const wrong = Promise.withResolvers<void>();
    const child = Bun.spawn([CODEX, "login"], {
      env: {
        ...{ PATH: process.env["PATH"], HOME: it.box.home, CODEX_HOME: it.box.codexHome },
        ...it.env,
        SSH_CONNECTION: "far away",
      },
      terminal: {
        cols: 1000,
        data(_, chunk) {
          shown += Buffer.from(chunk).toString();
          if (shown.includes("press Enter.")) asks.resolve();
          if (shown.includes("Still waiting.")) wrong.resolve();
        },
      },
    });
    await asks.promise;
    child.terminal?.write("hello\r");
    await wrong.promise;
    const asked = new URL(/https:\S+/.exec(shown)?.[0] ?? "");
    const answer = await fetch(`${it.issuer.url}${asked.pathname}${asked.search}`, {
      redirect: "manual",
      tls: { rejectUnauthorized: false },
    });
    child.terminal?.write(`${answer.headers.get("location")}\r`);
    expect(await child.exited).toBe(0);
    expect(shown).toContain("Successfully logged in");
    expect(readAuth(it.box)).toMatchObject({ tokens: { refresh_token: "rt-1" } });
  });

  test("is left to a later login, which takes the port over", async () => {
    await using box = await sandboxBox();
    const first = box.start(["login"], { env: { BROWSER: "true" } });
    await first.shows("--device-auth");
    const second = box.start(["login"], { env: { BROWSER: "true" } });
    expect(await first.result).toMatchObject({
      stderr: expect.stringMatching(/\nError logging in: Login cancelled\n$/),
      exitCode: 1,
    });
    await second.shows(/state=[\w-]{43}&originator/);
    second.kill("SIGTERM");
    await second.result;
  });
});
