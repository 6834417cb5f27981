// Runs with a ChatGPT login whose tokens run out: renewed once however many processes need them, recovered after a 401, or given up with the reason.

import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mockProvider, sandboxBox, type Box } from "../support/harness";
import { startIssuer, type Issuer, type IssuerOptions } from "../support/issuer";
import {
  functionCall,
  httpError,
  message,
  respond,
  startResponsesServer,
  type ResponsesServer,
  type Script,
} from "../support/responses-server";

const EXPIRED = -60;
const LASTS = 3600;
const REUSED =
  "Your access token could not be refreshed because your refresh token was already used. Please log out and sign in again.";
const MISMATCH =
  "Your access token could not be refreshed because you have since logged out or signed in to another account. Please sign in again.";

type Setting = AsyncDisposable & {
  readonly box: Box;
  readonly issuer: Issuer;
  readonly model: ResponsesServer;
  readonly run: (prompt?: string) => ReturnType<Box["events"]>;
  readonly stored: () => Record<string, unknown> & { readonly tokens: Record<string, unknown> };
};

/** Signed in, with a model that plays `script`; by default one that wants the newest access token. */
async function setting(options: {
  readonly issuer?: IssuerOptions;
  readonly script?: (issuer: Issuer, box: () => Box) => Script;
  readonly provider?: string;
  readonly auth?: object;
}): Promise<Setting> {
  const issuer = startIssuer(options.issuer);
  const holder: { box?: Box } = {};
  const box = () => {
    if (holder.box === undefined) throw new Error("there is no box yet");
    return holder.box;
  };
  const strict: Script = ({ headers }) =>
    issuer.isCurrent(headers["authorization"]) ? respond(message("ok")) : httpError(401, "expired");
  const model = await startResponsesServer(options.script?.(issuer, box) ?? strict);
  holder.box = await sandboxBox({ config: mockProvider(model.url, options.provider) });
  const file = join(box().codexHome, "auth.json");
  const auth = { OPENAI_API_KEY: null, ...options.auth, tokens: issuer.signIn() };
  writeFileSync(file, JSON.stringify({ auth_mode: "chatgpt", ...auth }));
  return {
    ...{ box: box(), issuer, model },
    run: (prompt = "hi") => box().events([prompt], { env: issuer.env }),
    stored: () => JSON.parse(readFileSync(file, "utf8")) as ReturnType<Setting["stored"]>,
    async [Symbol.asyncDispose]() {
      await box()[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
      await issuer[Symbol.asyncDispose]();
    },
  };
}

const lastTwo = (events: readonly object[]) => events.slice(-2);
const failure = (text: string) => [
  { type: "error", message: text },
  { type: "turn.failed", error: { message: text } },
];

describe("tokens that have run out", () => {
  test("are renewed before the request, and only what changed is written", async () => {
    await using it = await setting({
      issuer: { lifetime: EXPIRED, keepsRefreshToken: true },
      auth: { auth_mode: undefined, future: [1] },
    });
    expect((await it.run()).exitCode).toBe(0);
    expect(it.model.requests).toHaveLength(1);
    expect(it.model.requests[0]?.headers).toMatchObject({ "chatgpt-account-id": "acct-1" });
    const refresh = it.issuer.requests.find(({ what }) => what === "POST /oauth/token");
    expect(refresh?.given).toEqual({
      client_id: "app_EMoamEEZ73f0CkXaXp7hrann",
      grant_type: "refresh_token",
      refresh_token: "rt-1",
    });
    expect(refresh?.headers).toMatchObject({
      "content-type": "application/json",
      originator: "codex_exec",
      "user-agent": expect.stringMatching(/^codex_exec\/\S+ \(.*\(codex_exec; [\d.]+\)$/),
    });
    expect(Object.keys(it.stored())).toEqual(["OPENAI_API_KEY", "tokens", "last_refresh", "future"]);
    expect(it.stored().tokens).toMatchObject({ refresh_token: "rt-1", account_id: "acct-1" });
  });

  test("are renewed once by ten processes that start together, and nobody is signed out", async () => {
    await using it = await setting({
      // the first tokens have run out; those that follow last
      issuer: { lifetime: EXPIRED, renewedLifetime: LASTS },
    });
    const runs = await Promise.all(Array.from({ length: 10 }, () => it.run()));
    expect(runs.map(({ exitCode }) => exitCode)).toEqual(Array<number>(10).fill(0));
    expect(it.issuer.count("/oauth/token", "refresh_token")).toBe(1);
    expect(it.stored().tokens).toMatchObject({ refresh_token: "rt-2" });
    const status = await it.box.codex(["login", "status"]);
    expect(status.stderr).toBe("Logged in using ChatGPT\n");
  }, 60_000);

  test("are used all the same when the issuer cannot be had", async () => {
    await using it = await setting({
      issuer: { lifetime: EXPIRED, refreshRefusal: { status: 503, body: {} } },
    });
    expect((await it.run()).exitCode).toBe(0);
  });

  test("without a date are renewed when they are older than eight days", async () => {
    const daysAgo = (days: number) => ({
      last_refresh: new Date(Date.now() - days * 86_400_000).toISOString(),
    });
    await using old = await setting({ auth: daysAgo(8.1) });
    await old.run();
    expect(old.issuer.count("/oauth/token")).toBe(1);
    await using young = await setting({ auth: daysAgo(7.9) });
    await young.run();
    expect(young.issuer.count("/oauth/token")).toBe(0);
  });
});

describe("a 401", () => {
  test("in the middle of a session is recovered from by looking at the store, then by renewing", async () => {
    await using it = await setting({
      issuer: { lifetime: LASTS },
      script: (issuer) => (request, index) => {
        if (index === 0) return respond(functionCall("exec_command", { cmd: "true" }));
        const renewed =
          issuer.count("/oauth/token") > 0 && issuer.isCurrent(request.headers["authorization"]);
        return renewed ? respond(message("ok")) : httpError(401, "revoked");
      },
    });
    const { exitCode, events } = await it.run();
    expect(exitCode).toBe(0);
    expect(events.filter(({ type }) => type === "error")).toEqual([]);
    expect(it.model.requests).toHaveLength(4);
    expect(it.issuer.count("/oauth/token", "refresh_token")).toBe(1);
    expect(it.stored().tokens).toMatchObject({ refresh_token: "rt-2" });
  });

  test("is recovered from with the tokens of a process that has renewed them already", async () => {
    await using it = await setting({
      issuer: { lifetime: LASTS },
      script: (issuer, box) => (request, index) => {
        if (index === 0) {
          const tokens = issuer.signIn();
          writeFileSync(join(box().codexHome, "auth.json"), JSON.stringify({ auth_mode: "chatgpt", tokens }));
        }
        return issuer.isCurrent(request.headers["authorization"])
          ? respond(message("ok"))
          : httpError(401, "old");
      },
    });
    expect((await it.run()).exitCode).toBe(0);
    expect(it.model.requests).toHaveLength(2);
    expect(it.issuer.count("/oauth/token")).toBe(0);
  });

  test("that renewing does not cure is reported, after two steps", async () => {
    await using it = await setting({ issuer: { lifetime: LASTS }, script: () => () => httpError(401, "no") });
    const { exitCode, events } = await it.run();
    expect(exitCode).toBe(1);
    const text = `unexpected status 401 Unauthorized: no, url: ${it.model.url}/responses`;
    expect(lastTwo(events)).toEqual(failure(text));
    expect(it.model.requests).toHaveLength(3);
  });

  test("of a login that the issuer will not renew ends the turn with the reason, at once", async () => {
    const reason = async (body: unknown, status = 401) => {
      await using it = await setting({
        issuer: { lifetime: LASTS, refreshRefusal: { status, body } },
        script: () => () => httpError(401, "no"),
        provider: "",
      });
      const { events, exitCode } = await it.run();
      expect(exitCode).toBe(1);
      expect(events.filter(({ type }) => type === "error")).toHaveLength(1);
      return lastTwo(events);
    };
    expect(await reason({ error: { code: "refresh_token_reused" } })).toEqual(failure(REUSED));
    expect(await reason({ error: "Refresh_Token_Expired" }, 400)).toEqual(
      failure(REUSED.replace("was already used", "has expired")),
    );
    expect(await reason({ code: "refresh_token_invalidated" }, 400)).toEqual(
      failure(REUSED.replace("was already used", "was revoked")),
    );
    expect(await reason({})).toEqual(
      failure("Your access token could not be refreshed. Please log out and sign in again."),
    );
    expect(await reason({ error: { message: "busy" } }, 503)).toEqual(
      failure("Failed to refresh token: 503 Service Unavailable: busy"),
    );
  }, 60_000);

  test("after a sign-in to another account, or a logout, ends the turn", async () => {
    const after = async (auth: (issuer: Issuer) => string) => {
      await using it = await setting({
        issuer: { lifetime: LASTS },
        script: (issuer, box) => () => {
          writeFileSync(join(box().codexHome, "auth.json"), auth(issuer));
          return httpError(401, "no");
        },
      });
      const { events } = await it.run();
      expect(it.issuer.count("/oauth/token")).toBe(0);
      return lastTwo(events);
    };
    const other = (issuer: Issuer) =>
      JSON.stringify({ auth_mode: "chatgpt", tokens: { ...issuer.signIn(), account_id: "other" } });
    expect(await after(other)).toEqual(failure(MISMATCH));
    expect(await after(() => '{"OPENAI_API_KEY":"sk-1"}')).toEqual(failure(MISMATCH));
  });

  test("of an API key is no reason to ask anybody", async () => {
    await using model = await startResponsesServer(() => httpError(401, "no"));
    await using box = await sandboxBox({ config: mockProvider(model.url) });
    box.write(join(box.codexHome, "auth.json"), '{"OPENAI_API_KEY":"sk-1"}');
    expect((await box.events(["hi"])).exitCode).toBe(1);
    expect(model.requests).toHaveLength(1);
  });

  test("makes the provider's own command run again, once", async () => {
    await using model = await startResponsesServer(({ headers }) =>
      headers["authorization"] === "Bearer tok-2" ? respond(message("ok")) : httpError(401, "old"),
    );
    const auth = 'auth = { command = "./token", cwd = "HOME" }\n';
    await using box = await sandboxBox();
    const script = '#!/bin/sh\necho >> "$0.count"\necho "tok-$(wc -l < "$0.count" | tr -d " ")"\n';
    const token = box.write(join(box.home, "token"), script);
    await Bun.spawn(["chmod", "+x", token]).exited;
    const config = mockProvider(model.url, auth.replace("HOME", box.home));
    box.write(join(box.codexHome, "config.toml"), config);
    expect((await box.events(["hi"])).exitCode).toBe(0);
    expect(model.requests.map(({ headers }) => headers["authorization"])).toEqual([
      "Bearer tok-1",
      "Bearer tok-2",
    ]);
  });
});

test("a refresh token that another program has just spent is made up for by what that program writes", async () => {
  const write: { late: () => void } = { late: () => {} };
  await using it = await setting({
    issuer: {
      lifetime: LASTS,
      refreshRefusal: { status: 401, body: { error: "refresh_token_reused" } },
      onRefresh: () => write.late(),
    },
    script:
      (issuer) =>
      ({ headers }) =>
        issuer.count("/oauth/token") > 0 && issuer.isCurrent(headers["authorization"])
          ? respond(message("ok"))
          : httpError(401, "old"),
  });
  write.late = () => {
    const auth = { auth_mode: "chatgpt", tokens: it.issuer.signIn() };
    writeFileSync(join(it.box.codexHome, "auth.json"), JSON.stringify(auth));
  };
  expect((await it.run()).exitCode).toBe(0);
});

describe("renewed tokens that cannot be saved", () => {
  /** From the first renewal on a folder is in the way of the file. The model runs `command` twice. */
  const unsavable = async (command = "true", renewedLifetime = EXPIRED) => {
    const block: { file?: string } = {};
    const it = await setting({
      issuer: {
        lifetime: EXPIRED,
        renewedLifetime,
        onRefresh: () => {
          if (block.file === undefined) return;
          renameSync(block.file, `${block.file}.old`);
          mkdirSync(join(block.file, "in the way"), { recursive: true });
          delete block.file;
        },
      },
      script: (issuer) => (request, index) => {
        if (!issuer.isCurrent(request.headers["authorization"])) return httpError(401, "expired");
        return index < 2
          ? respond(functionCall("exec_command", { cmd: command }))
          : respond(message("all done"));
      },
    });
    block.file = join(it.box.codexHome, "auth.json");
    return it;
  };
  const notice = (it: Setting) =>
    `Your renewed login could not be saved: cannot write ${it.box.codexHome}/auth.json: Is a directory (os error 21). ` +
    "This session goes on with it. Unless it can be saved before the session ends, the next one has to sign in again with `codex login`.";

  test("are used for the rest of the session, and the user is told once, on stderr", async () => {
    await using it = await unsavable();
    const { exitCode, stderr, stdout } = await it.box.codex(["exec", "hi"], { env: it.issuer.env });
    expect([exitCode, stdout]).toEqual([0, "all done\n"]);
    expect(stderr.split(`warning: ${notice(it)}\n`)).toHaveLength(2);
    expect(it.issuer.count("/oauth/token", "refresh_token")).toBe(4); // for the list of models and three requests
  });

  test("are a warning among the events with --json", async () => {
    await using it = await unsavable();
    const { exitCode, events } = await it.run();
    expect(exitCode).toBe(0);
    const items = events.flatMap(({ item }) => (item === undefined ? [] : [item]));
    expect(items.filter((item) => JSON.stringify(item).includes("could not be saved"))).toEqual([
      { id: expect.any(String), type: "error", message: notice(it) },
    ]);
  });

  test("are saved as soon as that works again", async () => {
    await using it = await unsavable(
      "cd ../codex-home && test -e auth.json.old && rm -r auth.json && mv auth.json.old auth.json",
      LASTS,
    );
    const { exitCode } = await it.box.codex(["exec", "-s", "danger-full-access", "hi"], {
      env: it.issuer.env,
    });
    expect(exitCode).toBe(0);
    expect(it.issuer.count("/oauth/token", "refresh_token")).toBe(1);
    expect(it.stored().tokens).toMatchObject({ refresh_token: "rt-2" });
  });
});

test("a personal access token carries the account that the issuer names", async () => {
  await using issuer = startIssuer();
  await using model = await startResponsesServer([respond(message("ok"))]);
  await using box = await sandboxBox({ config: mockProvider(model.url) });
  const env = { ...issuer.env, CODEX_ACCESS_TOKEN: "at-good" };
  expect((await box.events(["hi"], { env })).exitCode).toBe(0);
  expect(model.requests[0]?.headers).toMatchObject({
    ...{ authorization: "Bearer at-good", "chatgpt-account-id": "acct-pat", "x-openai-fedramp": "true" },
  });
  const bad = await box.events(["hi"], { env: { ...issuer.env, CODEX_ACCESS_TOKEN: "at-bad" } });
  expect(lastTwo(bad.events)).toEqual(
    failure("personal access token metadata request failed with status 401 Unauthorized"),
  );
});
