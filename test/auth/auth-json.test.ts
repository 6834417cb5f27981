// The text of auth.json: what is read from it, and that writing it loses nothing.

import { describe, expect, test } from "bun:test";
import {
  apiKeyAuth,
  chatgptAuth,
  parseAuth,
  personalTokenAuth,
  renderAuth,
  renewedAuth,
} from "../../src/auth/auth-json";
import { jwt } from "./jwt";

const ID = jwt({ email: "a@b", "https://api.openai.com/auth": { chatgpt_account_id: "acct-1" } });

function stored(json: object) {
  const auth = parseAuth(JSON.stringify(json));
  if (auth.type === "invalid") throw new Error(auth.message);
  return auth;
}

describe("auth.json", () => {
  test("holds an API key", () => {
    expect(parseAuth('{\n  "auth_mode": "apikey",\n  "OPENAI_API_KEY": "sk-1"\n}')).toMatchObject({
      ...{ type: "stored", mode: "apikey", apiKey: "sk-1", tokens: undefined },
      ...{ lastRefresh: undefined, agentIdentity: undefined, personalAccessToken: undefined },
    });
  });

  test("holds the tokens of a ChatGPT login, with fields we do not know", () => {
    const tokens = { id_token: ID, access_token: "at", refresh_token: "rt", account_id: "acct", more: 1 };
    const auth = stored({ auth_mode: "chatgpt", OPENAI_API_KEY: null, tokens, last_refresh: "t", x: [] });
    expect(auth).toMatchObject({
      ...{ mode: "chatgpt", apiKey: undefined, lastRefresh: "t" },
      tokens: { idToken: ID, accessToken: "at", refreshToken: "rt", accountId: "acct" },
    });
  });

  test("of an older release says by its fields what it is", () => {
    const tokens = { id_token: ID, access_token: "at", refresh_token: "rt" };
    const mode = (json: object) => stored(json).mode;
    expect(mode({ OPENAI_API_KEY: "k", tokens })).toBe("apikey");
    expect(mode({ OPENAI_API_KEY: null, tokens })).toBe("chatgpt");
    expect(mode({ OPENAI_API_KEY: "k", personal_access_token: "at-1" })).toBe("personalAccessToken");
    expect(mode({ auth_mode: "chatgpt", OPENAI_API_KEY: "k", tokens })).toBe("chatgpt");
    expect(mode({})).toBe("chatgpt");
  });

  test("is of no use when it is broken, and says why", () => {
    const message = (text: string) => {
      const auth = parseAuth(text);
      return auth.type === "invalid" ? auth.message : "";
    };
    expect(message("{bad")).toBe("key must be a string at line 1 column 2");
    expect(message("[]")).toBe("auth.json does not hold a JSON object");
    expect(message('{"OPENAI_API_KEY": 5}')).toBe("`OPENAI_API_KEY` is not a string");
    expect(message('{"auth_mode": "apikey"}')).toBe("API key auth is missing a key.");
    expect(message('{"auth_mode": "zz"}')).toBe("unknown `auth_mode` `zz`");
    const tokens = { id_token: "no.jwt", access_token: "a", refresh_token: "r" };
    expect(message(JSON.stringify({ tokens }))).toBe("`tokens.id_token` is not a JWT");
  });
});

describe("what is written", () => {
  test("is an API key alone, a personal token without a mode, or a whole login", () => {
    expect(renderAuth(apiKeyAuth("sk-1"), "pretty")).toBe(
      '{\n  "auth_mode": "apikey",\n  "OPENAI_API_KEY": "sk-1"\n}',
    );
    expect(renderAuth(personalTokenAuth("at-1"), "compact")).toBe(
      '{"OPENAI_API_KEY":null,"personal_access_token":"at-1"}',
    );
    const login = chatgptAuth(
      { idToken: ID, accessToken: "at", refreshToken: "rt" },
      undefined,
      new Date(Date.UTC(2026, 0, 2)),
    );
    expect(renderAuth(login, "compact")).toBe(
      `{"auth_mode":"chatgpt","OPENAI_API_KEY":null,"tokens":{"id_token":"${ID}","access_token":"at",` +
        '"refresh_token":"rt","account_id":"acct-1"},"last_refresh":"2026-01-02T00:00:00.000Z"}',
    );
  });

  test("after a renewal is the old text with the tokens that came, and everything else as it was", () => {
    const tokens = { id_token: ID, access_token: "at", refresh_token: "rt", account_id: "kept", more: 1 };
    const old = stored({ tokens, OPENAI_API_KEY: null, future: { a: 1 } });
    const renewed = renewedAuth(old, { accessToken: "at-2" }, new Date(0));
    expect(JSON.parse(renderAuth(renewed, "pretty"))).toEqual({
      OPENAI_API_KEY: null,
      tokens: { ...tokens, access_token: "at-2" },
      last_refresh: "1970-01-01T00:00:00.000Z",
      future: { a: 1 },
    });
  });
});
