import { describe, expect, test } from "bun:test";
import { jwtPayload, parseAuth, readAuth } from "../../src/auth/store";
import { tempFolder } from "../support/temp-folder";
import { jwt } from "./jwt";

const ID = jwt({ email: "a@b" });

describe("auth.json", () => {
  test("holds an API key", () => {
    using box = tempFolder({ "auth.json": '{\n  "auth_mode": "apikey",\n  "OPENAI_API_KEY": "sk-1"\n}' });
    expect(readAuth(box.path)).toEqual({
      ...{ type: "stored", mode: "apikey", apiKey: "sk-1", tokens: undefined },
      ...{ lastRefresh: undefined, agentIdentity: undefined, personalAccessToken: undefined },
    });
  });

  test("holds the tokens of a ChatGPT login, with fields we do not know", () => {
    const tokens = { id_token: ID, access_token: "at", refresh_token: "rt", account_id: "acct", more: 1 };
    const text = JSON.stringify({
      auth_mode: "chatgpt",
      OPENAI_API_KEY: null,
      tokens,
      last_refresh: "t",
      x: [],
    });
    expect(parseAuth(text)).toMatchObject({
      ...{ mode: "chatgpt", apiKey: undefined, lastRefresh: "t" },
      tokens: { idToken: ID, accessToken: "at", refreshToken: "rt", accountId: "acct" },
    });
  });

  test("of an older release says by its fields what it is", () => {
    const tokens = { id_token: ID, access_token: "at", refresh_token: "rt" };
    const mode = (json: object) => {
      const auth = parseAuth(JSON.stringify(json));
      return auth.type === "stored" ? auth.mode : auth.message;
    };
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
    expect(message("{bad")).not.toBe("");
    expect(message("[]")).toBe("auth.json does not hold a JSON object");
    expect(message('{"OPENAI_API_KEY": 5}')).toBe("`OPENAI_API_KEY` is not a string");
    expect(message('{"auth_mode": "apikey"}')).toBe("API key auth is missing a key.");
    expect(message('{"auth_mode": "zz"}')).toBe("unknown `auth_mode` `zz`");
    const tokens = { id_token: "no.jwt", access_token: "a", refresh_token: "r" };
    expect(message(JSON.stringify({ tokens }))).toBe("`tokens.id_token` is not a JWT");
  });

  test("is missing when nobody is signed in", () => {
    using box = tempFolder();
    expect(readAuth(box.path)).toBeUndefined();
  });
});

test("a JWT has three parts, the middle one a JSON object", () => {
  expect(jwtPayload(ID)).toEqual({ email: "a@b" });
  for (const bad of ["", "a.b", "a..c", "a.!!.c", `a.${Buffer.from("5").toString("base64url")}.c`]) {
    expect(jwtPayload(bad)).toBeUndefined();
  }
});
