// What is sent to a turn of `codex app-server` that runs already: it is read by the model, in this turn or another, or its sender is told (app-server.md 7).

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { installHooks } from "../../support/hooks";
import { until } from "../../support/processes";
import { hang, message, respond } from "../../support/responses-server";
import { items, methods, serving, type AppServer, type Fields } from "./client";

const input = (text: string) => [{ type: "text", text }];
const start = async (it: AppServer, threadId: string, text: string, more: Fields = {}) => {
  const { turn } = await it.get("turn/start", { threadId, input: input(text), ...more });
  return String((turn as Fields)["id"]);
};

describe("a message to a turn that runs", () => {
  test("brings settings for the turns after it", async () => {
    await using it = await serving([hang(), respond(message("later"))]);
    const threadId = await it.thread();
    const turnId = await start(it, threadId, "go");
    await it.model.waitForRequest(1);
    await start(it, threadId, "more", { model: "gpt-5.4", approvalPolicy: "untrusted" });
    const told = await it.tells("thread/settings/updated");
    expect(told.params["threadSettings"]).toMatchObject({ model: "gpt-5.4", approvalPolicy: "untrusted" });
    await it.get("turn/interrupt", { threadId, turnId });
    await it.tells("turn/completed");
    await it.turn(threadId, "again");
    expect(it.model.requests.map(({ body }) => body.model)).toEqual(["gpt-5.2", "gpt-5.4"]);
  });

  test("is read when it comes while hooks decide about the end", async () => {
    await using it = await serving([respond(message("first")), respond(message("second"))]);
    const [begun, go] = ["begun", "go"].map((name) => join(it.box.home, name));
    const command = `cat > /dev/null; touch '${begun}'; while [ ! -e '${go}' ]; do sleep 0.01; done`;
    installHooks(it.box, { Stop: command });
    const threadId = await it.thread();
    const turnId = await start(it, threadId, "go");
    await until("the hook runs", () => existsSync(begun ?? ""));
    await it.get("turn/steer", { threadId, expectedTurnId: turnId, input: input("one more thing") });
    it.box.write(go ?? "", "");
    await it.tells("turn/completed");
    expect(JSON.stringify(it.model.requests[1]?.body.input)).toContain("one more thing");
    const said = items(it.heard, "item/completed").filter(({ type }) => type === "userMessage");
    expect(said).toHaveLength(2);
  });

  test("is told of when the turn ends without it", async () => {
    await using it = await serving([hang()]);
    const threadId = await it.thread();
    const turnId = await start(it, threadId, "go");
    await it.model.waitForRequest(1);
    await it.get("turn/steer", { threadId, expectedTurnId: turnId, input: input("one more thing") });
    const from = it.heard.length;
    await it.get("turn/interrupt", { threadId, turnId });
    await it.tells("turn/completed");
    expect(methods(it.heard, from)).toEqual(["warning", "thread/status/changed", "turn/completed"]);
    const { params } = await it.tells("warning", undefined, from);
    expect(params).toEqual({ threadId, message: expect.stringContaining("send it again") });
  });
});
