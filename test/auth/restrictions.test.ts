// Which logins the configuration lets pass, and what becomes of the others.

import { describe, expect, test } from "bun:test";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loginRefusal } from "../../src/auth/restrictions";
import { authStore } from "../../src/auth/store";
import type { ConfigToml } from "../../src/config/schema";
import { tryLock } from "../../src/exec/libc";
import { tempFolder } from "../support/temp-folder";
import { jwt } from "./jwt";

const API_KEY = { auth_mode: "apikey", OPENAI_API_KEY: "sk-test" };
const PERSONAL = { auth_mode: "personalAccessToken", personal_access_token: "at-x" };

/** A ChatGPT login whose token names the workspace; the file beside the token names another. */
function chatgpt(workspace?: string): object {
  const claims = workspace === undefined ? {} : { chatgpt_account_id: workspace };
  return {
    auth_mode: "chatgpt",
    tokens: {
      id_token: jwt({ "https://api.openai.com/auth": claims }),
      access_token: "a",
      refresh_token: "r",
      account_id: "file",
    },
  };
}

type Case = {
  readonly toml: ConfigToml;
  readonly stored?: object;
  readonly env?: Readonly<Record<string, string>>;
  readonly exec?: boolean;
};

async function check({ toml, stored, env = {}, exec = true }: Case) {
  using home = tempFolder();
  const file = join(home.path, "auth.json");
  if (stored !== undefined) writeFileSync(file, JSON.stringify(stored));
  const config = { codexHome: home.path, toml };
  const text = await loginRefusal(config, authStore(config, { tryLock }), env, { exec });
  return { text, kept: existsSync(file) };
}

const PASSES = { text: undefined, kept: true };
const CHATGPT_REQUIRED = "ChatGPT login is required, but an API key is currently being used. Logging out.";

describe("forced_login_method", () => {
  test("removes a stored login of the other kind", async () => {
    expect(await check({ toml: { forced_login_method: "chatgpt" }, stored: API_KEY })).toEqual({
      text: CHATGPT_REQUIRED,
      kept: false,
    });
    expect(await check({ toml: { forced_login_method: "api" }, stored: chatgpt("w") })).toEqual({
      text: "API key login is required, but ChatGPT is currently being used. Logging out.",
      kept: false,
    });
  });

  test("lets its own kind pass, and a personal token as an account", async () => {
    expect(await check({ toml: { forced_login_method: "api" }, stored: API_KEY })).toEqual(PASSES);
    expect(await check({ toml: { forced_login_method: "chatgpt" }, stored: chatgpt() })).toEqual(PASSES);
    expect(await check({ toml: { forced_login_method: "chatgpt" }, stored: PERSONAL })).toEqual(PASSES);
  });

  test("counts CODEX_API_KEY for exec, and leaves the stored login as it is then", async () => {
    const given = {
      toml: { forced_login_method: "chatgpt" },
      stored: chatgpt("w"),
      env: { CODEX_API_KEY: "k" },
    } as const;
    expect(await check(given)).toEqual({ text: CHATGPT_REQUIRED, kept: true });
    expect(await check({ ...given, exec: false })).toEqual(PASSES);
  });

  test("has nothing to say when nobody is signed in", async () => {
    expect((await check({ toml: { forced_login_method: "chatgpt" } })).text).toBeUndefined();
  });
});

describe("forced_chatgpt_workspace_id", () => {
  const LIST = { forced_chatgpt_workspace_id: ["a", "b"] };

  test("removes a login of another workspace, or of none that its token names", async () => {
    const start = "Login is restricted to workspace(s) a, b, but current credentials ";
    expect(await check({ toml: LIST, stored: chatgpt("w") })).toEqual({
      text: `${start}belong to w. Logging out.`,
      kept: false,
    });
    expect(
      (await check({ toml: { forced_chatgpt_workspace_id: "file" }, stored: chatgpt() })).text,
    ).toContain("lack a workspace identifier");
  });

  test("lets its own pass, and what has no workspace", async () => {
    expect(await check({ toml: LIST, stored: chatgpt("b") })).toEqual(PASSES);
    expect(await check({ toml: { forced_chatgpt_workspace_id: "w" }, stored: chatgpt("w") })).toEqual(PASSES);
    for (const stored of [API_KEY, PERSONAL]) expect(await check({ toml: LIST, stored })).toEqual(PASSES);
  });
});
