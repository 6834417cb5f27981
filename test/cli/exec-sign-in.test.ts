// What `codex exec` says to somebody who has not signed in, and what a ChatGPT login changes in its requests.

import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sandboxBox } from "../support/harness";
import { startIssuer } from "../support/issuer";
import { httpError, message, respond, startResponsesServer } from "../support/responses-server";

const ADVICE =
  "Nobody is signed in, so the requests will probably be refused: run `codex login`, or set CODEX_API_KEY.\n";

describe("codex exec without a login", () => {
  test("says what to do before it asks in vain, to people only", async () => {
    await using server = await startResponsesServer(() => httpError(401, "who are you"));
    await using box = await sandboxBox({ config: `openai_base_url = "${server.url}"\n` });
    const human = await box.codex(["exec", "hello"]);
    expect(human.stderr).toContain(ADVICE);
    expect(human.exitCode).toBe(1);
    expect((await box.codex(["exec", "--json", "hello"])).stderr).not.toContain("Nobody is signed in");
  }, 60_000);

  test("says nothing where there is a key, or none is needed", async () => {
    await using server = await startResponsesServer(() => respond(message("hi")));
    await using box = await sandboxBox({ config: `openai_base_url = "${server.url}"\n` });
    const keyed = await box.codex(["exec", "hello"], { env: { CODEX_API_KEY: "sk-1" } });
    expect([keyed.exitCode, keyed.stderr.includes("signed in")]).toEqual([0, false]);
  });
});

test("requests with a ChatGPT login are compressed, unless that is switched off or another provider gets them", async () => {
  await using issuer = startIssuer();
  await using server = await startResponsesServer(() => respond(message("hi")));
  await using box = await sandboxBox({ config: `openai_base_url = "${server.url}"\n` });
  const login = { auth_mode: "chatgpt", OPENAI_API_KEY: null, tokens: issuer.signIn() };
  writeFileSync(join(box.codexHome, "auth.json"), JSON.stringify(login));
  const provider = `{ name = "other", base_url = "${server.url}", requires_openai_auth = true }`;
  for (const more of [
    [],
    ["--disable", "enable_request_compression"],
    ["-c", "model_provider=other", "-c", `model_providers.other=${provider}`],
  ]) {
    expect((await box.codex(["exec", ...more, "hello"], { env: issuer.env })).exitCode).toBe(0);
  }
  const sent = server.requests.map(({ headers, body }) => [headers["content-encoding"], body.stream]);
  expect(sent).toEqual([
    ["zstd", true],
    [undefined, true],
    [undefined, true],
  ]);
});
