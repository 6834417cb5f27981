// What `codex exec` says to somebody who has not signed in.

import { describe, expect, test } from "bun:test";
import { sandboxBox } from "../support/harness";
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
