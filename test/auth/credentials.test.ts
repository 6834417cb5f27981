import { describe, expect, test } from "bun:test";
import { baseUrlFor } from "../../src/auth/credentials";
import type { ProviderInfo } from "../../src/config/config";
import { loadConfig } from "../../src/config/load";
import { credentialSource } from "../../src/model/credential-source";
import { tempFolder } from "../support/temp-folder";
import { jwt } from "./jwt";

const KEY_FILE = '{ "auth_mode": "apikey", "OPENAI_API_KEY": "sk-stored" }';

const PATH = { PATH: process.env["PATH"] ?? "" };

type Setting = {
  readonly auth?: string;
  readonly config?: string;
  readonly env?: Record<string, string>;
  readonly exec?: boolean;
};

async function found(setting: Setting) {
  const files = {
    ...(setting.auth === undefined ? {} : { "auth.json": setting.auth }),
    "config.toml": setting.config ?? "",
  };
  using box = tempFolder(files);
  const env = setting.env ?? {};
  const config = await loadConfig({
    ...{ codexHome: box.path, cwd: box.path, env, overrides: [], enable: [], disable: [], flags: {} },
    systemFolder: `${box.path}/etc`,
  });
  return {
    credential: await credentialSource({
      ...{ config, env, originator: "test" },
      honoursApiKeyVariable: setting.exec ?? true,
    }).current(),
    provider: config.provider,
  };
}

const own = (more: string) =>
  `model_provider = "p"\n[model_providers.p]\nname = "P"\nbase_url = "http://x"\n${more}`;

describe("the credential", () => {
  test("of a provider is the variable it names", async () => {
    const config = own('env_key = "K"\nexperimental_bearer_token = "lit"\n');
    const { credential } = await found({ config, env: { K: " v ", CODEX_API_KEY: "x" }, auth: KEY_FILE });
    expect(credential).toEqual({ type: "bearer", token: "v", source: "env_key" });
  });

  test("is an error value when that variable is missing or blank", async () => {
    const config = own('env_key = "NOPE_KEY"\nenv_key_instructions = "Get it at X"\n');
    const message = "Missing environment variable: `NOPE_KEY`. Get it at X";
    expect((await found({ config, auth: KEY_FILE })).credential).toEqual({ type: "error", message });
    expect((await found({ config, env: { NOPE_KEY: " " } })).credential).toEqual({ type: "error", message });
    const bare = await found({ config: own('env_key = "NOPE_KEY"\n') });
    expect(bare.credential).toEqual({ type: "error", message: "Missing environment variable: `NOPE_KEY`." });
  });

  test("is the provider's literal token before any login", async () => {
    const config = own('experimental_bearer_token = "lit"\n');
    const { credential } = await found({ config, env: { CODEX_API_KEY: "x" }, auth: KEY_FILE });
    expect(credential).toEqual({ type: "bearer", token: "lit", source: "provider_token" });
  });

  test("is CODEX_API_KEY in exec, and only there", async () => {
    const env = { CODEX_API_KEY: " sk-env " };
    expect((await found({ env, auth: KEY_FILE })).credential).toMatchObject({ token: "sk-env" });
    expect((await found({ env, auth: KEY_FILE, exec: false })).credential).toMatchObject({
      token: "sk-stored",
    });
  });

  test("is CODEX_ACCESS_TOKEN before the stored login", async () => {
    const { credential } = await found({ env: { CODEX_ACCESS_TOKEN: "t-1" }, auth: KEY_FILE });
    expect(credential).toEqual({ type: "bearer", token: "t-1", source: "access_token_variable" });
  });

  test("is the stored key, for providers without one of their own too", async () => {
    const stored = { type: "bearer", token: "sk-stored", source: "api_key" };
    expect<unknown>((await found({ auth: KEY_FILE })).credential).toEqual(stored);
    expect<unknown>((await found({ auth: KEY_FILE, config: own("") })).credential).toEqual(stored);
  });

  test("is nothing with OPENAI_API_KEY alone, without a login, or with a broken file", async () => {
    expect((await found({ env: { OPENAI_API_KEY: "sk" } })).credential).toBeUndefined();
    expect((await found({ auth: "{" })).credential).toBeUndefined();
  });

  test("of a ChatGPT login carries the account, and has an address of its own", async () => {
    const claims = { "https://api.openai.com/auth": { chatgpt_account_is_fedramp: true } };
    const tokens = { id_token: jwt(claims), access_token: "at", refresh_token: "rt", account_id: "acct" };
    const auth = JSON.stringify({ auth_mode: "chatgpt", OPENAI_API_KEY: "sk", tokens });
    const { credential, provider } = await found({ auth });
    const expected = {
      type: "bearer",
      token: "at",
      source: "chatgpt",
      accountId: "acct",
      isFedramp: true,
    } as const;
    expect(credential).toEqual(expected);
    expect(baseUrlFor(provider, expected)).toBe("https://chatgpt.com/backend-api/codex");
    const configured: ProviderInfo = { ...provider, baseUrl: "http://x", baseUrlIsDefault: false };
    expect(baseUrlFor(configured, expected)).toBe("http://x");
    expect(baseUrlFor(provider, { type: "bearer", token: "k", source: "api_key" })).toBe(
      "https://api.openai.com/v1",
    );
  });

  test("is what the provider's own command prints, with the reason when it fails", async () => {
    const command = (script: string) => own(`auth = { command = "sh", args = ["-c", '${script}'] }\n`);
    const { credential } = await found({ config: command("echo tok-1"), auth: KEY_FILE, env: PATH });
    expect(credential).toEqual({ type: "bearer", token: "tok-1", source: "provider_command" });
    const message = (script: string) => found({ config: command(script), env: PATH });
    expect((await message("echo no >&2; exit 3")).credential).toEqual({
      type: "error",
      message: "model_providers.p.auth: the command `sh` failed: exit code 3: no",
    });
    expect((await message("true")).credential).toMatchObject({
      message: expect.stringContaining("it printed no token"),
    });
    const slow = own('auth = { command = "sleep", args = ["60"], timeout_ms = 50 }\n');
    expect((await found({ config: slow, env: PATH })).credential).toMatchObject({
      message: expect.stringContaining("longer than 50 ms"),
    });
  });
});
