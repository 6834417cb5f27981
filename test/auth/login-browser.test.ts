// The browser login against an issuer on this machine: a fetch that follows redirects is the browser.

import { describe, expect, test } from "bun:test";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { browserLogin, type BrowserLoginOptions } from "../../src/auth/login-browser";
import type { LoginResult } from "../../src/auth/sign-in";
import { authStore } from "../../src/auth/store";
import { tryLock } from "../../src/exec/libc";
import { startIssuer, type Issuer, type IssuerOptions } from "../support/issuer";
import { tempFolder } from "../support/temp-folder";

type Page = { readonly status: number; readonly html: string; readonly url: string };

type Flow = {
  readonly result: LoginResult;
  readonly pages: readonly Page[];
  readonly issuer: Issuer;
  readonly stored: Record<string, unknown> | undefined;
};

/** Runs a login; `browse` is what the user does with the address that is shown. */
async function login(
  browse: (url: string, port: number, show: (url: string) => Promise<void>) => Promise<void>,
  options: {
    readonly issuer?: IssuerOptions;
    readonly login?: Partial<BrowserLoginOptions>;
    readonly auth?: string;
  } = {},
): Promise<Flow> {
  using home = tempFolder(options.auth === undefined ? {} : { "auth.json": options.auth });
  await using issuer = startIssuer(options.issuer);
  const pages: Page[] = [];
  const show = async (url: string) => {
    const answer = await fetch(url);
    pages.push({ status: answer.status, html: await answer.text(), url: answer.url });
  };
  let browsing = Promise.resolve();
  const result = await browserLogin({
    store: authStore({ codexHome: home.path, toml: {} }, { tryLock }),
    env: issuer.env,
    originator: "codex_cli_rs",
    issuer: issuer.url,
    workspaces: undefined,
    signal: new AbortController().signal,
    openBrowser: async () => false,
    ports: [0],
    onUrl: (url, port) => void (browsing = browse(url, port, show)),
    ...options.login,
  });
  await browsing;
  const file = Bun.file(join(home.path, "auth.json"));
  const stored = (await file.exists())
    ? (JSON.parse(await file.text()) as Record<string, unknown>)
    : undefined;
  return { result, pages, issuer, stored };
}

/** The address that the issuer would send the browser to. */
async function redirect(url: string): Promise<string> {
  const answer = await fetch(url, { redirect: "manual" });
  return answer.headers.get("location") ?? "";
}

describe("a login in the browser", () => {
  test("ends with the success page, and keeps tokens and an API key", async () => {
    const { result, pages, issuer, stored } = await login((url, _, show) => show(url));
    expect(result).toEqual({ type: "signed_in", email: "me@example.com", plan: "Plus" });
    expect(pages[0]?.status).toBe(200);
    expect(pages[0]?.html).toContain("You are signed in");
    expect(new URL(pages[0]?.url ?? "").searchParams.get("plan_type")).toBe("plus");
    expect(Object.keys(stored ?? {})).toEqual(["auth_mode", "OPENAI_API_KEY", "tokens", "last_refresh"]);
    expect(stored).toMatchObject({
      auth_mode: "chatgpt",
      OPENAI_API_KEY: "sk-exchanged",
      tokens: { refresh_token: "rt-1", account_id: "acct-1" },
    });
    expect(issuer.requests.map(({ what, given }) => [what, given["grant_type"]])).toEqual([
      ["GET /oauth/authorize", undefined],
      ["POST /oauth/token", "authorization_code"],
      ["POST /oauth/token", "urn:ietf:params:oauth:grant-type:token-exchange"],
    ]);
    expect(issuer.requests[1]?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
  });

  test("asks with PKCE, in the order that the issuer's clients use, and names the workspaces", async () => {
    const seen: string[] = [];
    const { issuer } = await login(
      (url, _, show) => {
        seen.push(url);
        return show(url);
      },
      { login: { workspaces: ["acct-1", "b"] } },
    );
    const asked = new URL(seen[0] ?? "");
    expect([...asked.searchParams.keys()]).toEqual([
      ...["response_type", "client_id", "redirect_uri", "scope", "code_challenge", "code_challenge_method"],
      ...["id_token_add_organizations", "codex_cli_simplified_flow", "state", "originator"],
      "allowed_workspace_id",
    ]);
    expect(asked.search).toContain(
      "scope=openid%20profile%20email%20offline_access%20api.connectors.read%20",
    );
    expect(asked.search).toEndWith("&allowed_workspace_id=acct-1%2Cb");
    expect(issuer.requests[1]?.given["code_verifier"]).toMatch(/^[A-Za-z0-9_-]{86}$/);
  });

  test("goes on without an API key", async () => {
    const { result, stored } = await login((url, _, show) => show(url), { issuer: { withoutApiKey: true } });
    expect(result.type).toBe("signed_in");
    expect(stored?.["OPENAI_API_KEY"]).toBeNull();
  });

  test("takes no answer of another login, and waits on", async () => {
    const { result, pages } = await login(async (url, port, show) => {
      await show(`http://127.0.0.1:${port}/auth/callback?code=x&state=other`);
      await show(`http://127.0.0.1:${port}/elsewhere`);
      await show(url);
    });
    expect(pages.slice(0, 2).map(({ status, html }) => [status, html])).toEqual([
      [400, "State mismatch"],
      [404, "Not Found"],
    ]);
    expect(result.type).toBe("signed_in");
  });

  test("can be cancelled from outside, and by the one who waits", async () => {
    const cancelled = await login((_, port, show) => show(`http://127.0.0.1:${port}/cancel`));
    expect(cancelled.pages[0]).toMatchObject({ status: 200, html: "Login cancelled" });
    expect(cancelled.result).toEqual({ type: "failed", message: "Login cancelled" });
    const waiting = new AbortController();
    const aborted = await login(async () => waiting.abort(), { login: { signal: waiting.signal } });
    expect(aborted.result).toEqual({ type: "cancelled" });
  });

  test("that the issuer refuses shows why, without letting it write the page", async () => {
    const refusals: string[] = [];
    const refuse =
      (query: string) => async (url: string, port: number, show: (url: string) => Promise<void>) => {
        const state = new URL(url).searchParams.get("state");
        await show(`http://127.0.0.1:${port}/auth/callback?state=${state}&${query}`);
      };
    const onRefusal = (message: string) => void refusals.push(message);
    const denied = await login(refuse("error=access_denied&error_description=%3Cb%3E%26%22'"), {
      login: { onRefusal },
    });
    expect(denied.result).toEqual({ type: "failed", message: "Sign-in failed: <b>&\"'" });
    expect(denied.pages[0]?.status).toBe(200);
    expect(denied.pages[0]?.html).toContain("<title>Codex Sign-in Error</title>");
    expect(denied.pages[0]?.html).toContain("&lt;b&gt;&amp;&quot;&#39;");
    expect(denied.pages[0]?.html).not.toContain("<b>");
    const entitlement = await login(
      refuse("error=access_denied&error_description=Missing_Codex_Entitlement"),
      {
        login: { onRefusal },
      },
    );
    expect(entitlement.pages[0]?.html).toContain("You do not have access to Codex");
    const empty = await login(refuse("code="), { login: { onRefusal } });
    expect(empty.pages[0]?.html).toContain("missing_authorization_code");
    expect(refusals).toEqual([
      "Sign-in failed: <b>&\"'",
      "Codex is not enabled for your workspace. Contact your workspace administrator to request access to Codex.",
      "Missing authorization code. Sign-in could not be completed.",
    ]);
  });

  test("fails with what the token endpoint said", async () => {
    const failure = async (body: string) => {
      const { result } = await login((url, _, show) => show(url), {
        issuer: { exchangeRefusal: { status: 400, body } },
      });
      return result.type === "failed" ? result.message : result.type;
    };
    const start = "Token exchange failed: token endpoint returned status 400 Bad Request: ";
    expect(await failure('{"error":"a","error_description":"b"}')).toBe(`${start}b`);
    expect(await failure('{"error":{"message":"c"}}')).toBe(`${start}c`);
    expect(await failure('{"error":"d"}')).toBe(`${start}d`);
    expect(await failure('{"error":{"code":"e"}}')).toBe(`${start}e`);
    expect(await failure(" plain\n")).toBe(`${start}plain`);
    expect(await failure("")).toBe(`${start}unknown error`);
  });

  test("belongs to a workspace that is allowed, or is not kept", async () => {
    const other = await login((url, _, show) => show(url), { login: { workspaces: ["a", "b"] } });
    expect(other.result).toEqual({ type: "failed", message: "Login is restricted to workspace id(s) a, b." });
    expect(other.pages[0]?.html).toContain("workspace_restriction");
    expect(other.stored).toBeUndefined();
    const none = await login((url, _, show) => show(url), {
      issuer: { account: null },
      login: { workspaces: ["a"] },
    });
    expect(none.result).toMatchObject({
      message: expect.stringContaining("did not include an chatgpt_account_id claim"),
    });
  });

  test("takes the address pasted by a user whose browser is elsewhere, and no other text", async () => {
    let wrong = 0;
    let address = "";
    const shown = Promise.withResolvers<void>();
    const { result } = await login(
      async (url) => {
        address = await redirect(url);
        shown.resolve();
      },
      {
        login: {
          pasted: async function* () {
            await shown.promise;
            yield "";
            yield "what?";
            yield "http://localhost:1/auth/callback?code=a&state=b";
            yield ` ${address} `;
          },
          onWrongPaste: () => void wrong++,
        },
      },
    );
    expect(result.type).toBe("signed_in");
    expect(wrong).toBe(2);
  });

  test("revokes the tokens that it replaces", async () => {
    const tokens = { id_token: idTokenText, access_token: "a", refresh_token: "rt-old", account_id: null };
    const { issuer } = await login((url, _, show) => show(url), {
      auth: JSON.stringify({ auth_mode: "chatgpt", OPENAI_API_KEY: null, tokens }),
    });
    expect(issuer.requests.at(-1)).toMatchObject({
      what: "POST /oauth/revoke",
      given: {
        token: "rt-old",
        token_type_hint: "refresh_token",
        client_id: "app_EMoamEEZ73f0CkXaXp7hrann",
      },
    });
  });
});

const idTokenText = `${Buffer.from("{}").toString("base64url")}.${Buffer.from("{}").toString("base64url")}.x`;

test("connections that a browser keeps open do not keep a login from ending", async () => {
  const idle: Socket[] = [];
  const { result } = await login(async (url, port, show) => {
    const socket = connect(port, "127.0.0.1");
    idle.push(socket);
    await new Promise((resolve) => socket.once("connect", resolve));
    await show(url);
  });
  expect(result.type).toBe("signed_in");
  for (const socket of idle) socket.destroy();
});

test("a second login takes the port of the first, which ends", async () => {
  using probe = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("") });
  const port = probe.port ?? 0;
  await probe.stop(true);
  const first = login(async () => {}, { login: { ports: [port] } });
  const second = login((url, _, show) => show(url), { login: { ports: [port] } });
  const results = (await Promise.all([first, second])).map(({ result }) => result);
  expect(results.map(({ type }) => type).toSorted()).toEqual(["failed", "signed_in"]);
});

test("no port at all is said", async () => {
  using other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("mine") });
  const { result } = await login(async () => {}, { login: { ports: [other.port ?? 0] } });
  expect(result).toEqual({ type: "failed", message: `Port 127.0.0.1:${other.port} is already in use` });
});
