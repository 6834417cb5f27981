// Goals of threads in `codex app-server`: set, looked at and cleared by clients, pursued turn after turn (app-server.md 5 and 18).

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { functionCall, httpError, message, respond, until } from "../../support/responses-server";
import { installHooks, says } from "../../support/hooks";
import { methods, serving, type AppServer, type Fields } from "./client";

const NO_SUCH = "01a20515-7336-7841-999a-ce39c0bdc1a7";
const update = (status: string) => respond(functionCall("update_goal", { status }));

async function set(server: AppServer, threadId: string, change: Fields): Promise<Fields> {
  const { goal } = await server.get("thread/goal/set", { threadId, ...change });
  return goal as Fields;
}

async function current(server: AppServer, threadId: string): Promise<Fields | null> {
  const { goal } = await server.get("thread/goal/get", { threadId });
  return goal as Fields | null;
}

/** Waits until the goal is told to be in this state. */
async function becomes(server: AppServer, status: string, from = 0): Promise<Fields> {
  const told = await server.tells(
    "thread/goal/updated",
    ({ goal }) => (goal as Fields)["status"] === status,
    from,
  );
  return told.params;
}

/** The last message of a request. */
function lastText(server: AppServer, request: number): string {
  return (
    server.model.requests[request]?.body.input
      .at(-1)
      ?.content?.map(({ text }) => text ?? "")
      .join("") ?? ""
  );
}

describe("a goal", () => {
  test("is pursued turn after turn, without a word of the user, until the model has reached it", async () => {
    await using it = await serving([
      respond(message("one")),
      respond(message("two")),
      update("complete"),
      respond(message("three")),
    ]);
    const threadId = await it.thread();
    await it.tells("thread/started");
    expect(await current(it, threadId)).toBeNull();
    const from = it.heard.length;
    const goal = await set(it, threadId, { objective: " ship <it> & go\n", tokenBudget: 9000 });
    expect(goal).toEqual({
      threadId,
      objective: "ship <it> & go",
      status: "active",
      tokenBudget: 9000,
      tokensUsed: 0,
      timeUsedSeconds: 0,
      createdAt: expect.any(Number),
      updatedAt: expect.any(Number),
    });
    await becomes(it, "complete");
    await it.model.waitForRequest(4);
    const idle = await it.tells(
      "thread/status/changed",
      ({ status }) => (status as Fields)["type"] === "idle",
      it.heard.length - 1,
    );
    expect(idle.params["threadId"]).toBe(threadId);
    expect(await current(it, threadId)).toMatchObject({ status: "complete", tokensUsed: 240 });
    expect(lastText(it, 0)).toStartWith('<codex_internal_context source="goal">\n');
    expect(lastText(it, 0)).toContain("<objective>\nship &lt;it&gt; &amp; go\n</objective>");
    expect(lastText(it, 2)).toContain("160 of 9000 tokens");
    const told = methods(it.heard, from).filter((method) =>
      /^(turn|thread\/goal|thread\/status)/.test(method),
    );
    expect(told.slice(0, 6)).toEqual([
      ...["thread/goal/updated", "thread/status/changed", "turn/started"],
      ...["thread/goal/updated", "thread/status/changed", "turn/completed"],
    ]);
    expect(told.filter((method) => method === "turn/started")).toHaveLength(3);
    expect(it.model.requests).toHaveLength(4);
  });

  test("stops at its budget, which the model is told in the turn that uses it up", async () => {
    await using it = await serving([
      respond(functionCall("get_goal", {})),
      respond(functionCall("get_goal", {})),
      respond(message("wrapped up")),
    ]);
    const threadId = await it.thread();
    await set(it, threadId, { objective: "ship", tokenBudget: 150 });
    await becomes(it, "budgetLimited");
    await it.tells("turn/completed");
    expect(lastText(it, 1)).toBe("");
    expect(lastText(it, 2)).toContain("budget of this thread's goal is used up (160 of 150 tokens");
    expect(await current(it, threadId)).toMatchObject({ status: "budgetLimited", tokensUsed: 240 });
    expect(await set(it, threadId, { status: "active" })).toMatchObject({ status: "budgetLimited" });
    expect(it.model.requests).toHaveLength(3);
  });

  test("is blocked by a turn that fails, and goes on when a client says so", async () => {
    await using it = await serving([httpError(400, "no"), update("blocked"), respond(message("stuck"))]);
    const threadId = await it.thread();
    await set(it, threadId, { objective: "ship" });
    await becomes(it, "blocked");
    await it.tells("turn/completed", ({ turn }) => (turn as Fields)["status"] === "failed");
    const from = it.heard.length;
    expect(await set(it, threadId, { status: "active" })).toMatchObject({ status: "active" });
    await becomes(it, "blocked", from);
    await it.tells("turn/completed", () => true, from);
    expect(it.model.requests).toHaveLength(3);
  });

  test("is stopped by a usage limit", async () => {
    await using it = await serving([httpError(429, "full", { type: "usage_limit_reached" })]);
    const threadId = await it.thread();
    await set(it, threadId, { objective: "ship" });
    await becomes(it, "usageLimited");
    await it.tells("turn/completed");
    expect(it.model.requests).toHaveLength(1);
  });

  test("is blocked by a hook that lets no turn begin, and is not tried without end", async () => {
    await using it = await serving([], {
      before: (box) => installHooks(box, { SessionStart: says({ continue: false, stopReason: "not here" }) }),
    });
    const threadId = await it.thread();
    await set(it, threadId, { objective: "ship" });
    await becomes(it, "blocked");
    await it.tells("turn/completed");
    expect(await current(it, threadId)).toMatchObject({ status: "blocked", tokensUsed: 0 });
    expect(methods(it.heard).filter((method) => method === "turn/started")).toHaveLength(1);
    expect(it.model.requests).toHaveLength(0);
  });

  test("whose budget becomes smaller than what was used stops", async () => {
    const halted = Promise.withResolvers<void>();
    await using it = await serving([
      respond(functionCall("get_goal", {})),
      respond(until(halted.promise), message("one")),
    ]);
    const threadId = await it.thread();
    await set(it, threadId, { objective: "ship", tokenBudget: 500 });
    await it.model.waitForRequest(2);
    expect(await set(it, threadId, { tokenBudget: 60 })).toMatchObject({
      status: "budgetLimited",
      tokensUsed: 80,
    });
    halted.resolve();
    await it.tells("turn/completed");
    expect(await current(it, threadId)).toMatchObject({ status: "budgetLimited", tokensUsed: 160 });
    expect(it.model.requests).toHaveLength(2);
  });

  test("waits after an interrupt for the end of the user's next turn", async () => {
    const never = new Promise(() => {});
    await using it = await serving([
      respond(until(never)),
      respond(message("hello")),
      update("complete"),
      respond(message("done")),
    ]);
    const threadId = await it.thread();
    await set(it, threadId, { objective: "ship" });
    const { params } = await it.tells("turn/started");
    await it.model.waitForRequest(1);
    await it.get("turn/interrupt", { threadId, turnId: (params["turn"] as Fields)["id"] });
    await it.tells("turn/completed");
    expect(await current(it, threadId)).toMatchObject({ status: "active" });
    expect(it.model.requests).toHaveLength(1);
    await it.turn(threadId, "hi");
    await becomes(it, "complete");
    expect(lastText(it, 1)).toBe("hi");
    expect(lastText(it, 2)).toContain("<objective>");
  });

  test("that is edited while a turn runs is told to the model before its next request; one that is paused is left", async () => {
    const [edited, paused] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await using it = await serving([
      respond(until(edited.promise), functionCall("get_goal", {})),
      respond(until(paused.promise), message("enough")),
    ]);
    const threadId = await it.thread();
    await set(it, threadId, { objective: "ship" });
    await it.model.waitForRequest(1);
    await set(it, threadId, { objective: "ship more" });
    edited.resolve();
    await it.model.waitForRequest(2);
    expect(lastText(it, 1)).toContain("has edited the goal");
    expect(lastText(it, 1)).toContain("<objective>\nship more\n</objective>");
    expect(await set(it, threadId, { status: "paused" })).toMatchObject({ status: "paused", tokensUsed: 80 });
    paused.resolve();
    await it.tells("turn/completed");
    expect(await current(it, threadId)).toMatchObject({ status: "paused", tokensUsed: 80 });
    expect(it.model.requests).toHaveLength(2);
  });

  test("does not begin turns that only plan", async () => {
    await using it = await serving([respond(message("planned"))]);
    const threadId = await it.thread();
    const settings = { model: "gpt-5.2", reasoning_effort: null, developer_instructions: null };
    await it.turn(threadId, "hi", { collaborationMode: { mode: "plan", settings } });
    expect(await set(it, threadId, { objective: "ship" })).toMatchObject({ status: "active" });
    expect(await set(it, threadId, { status: "paused" })).toMatchObject({ status: "paused" });
    expect(methods(it.heard).filter((method) => method === "turn/started")).toHaveLength(1);
    expect(it.model.requests).toHaveLength(1);
  });

  test("takes messages of the user into its turns", async () => {
    const said = Promise.withResolvers<void>();
    await using it = await serving([
      respond(until(said.promise), message("one")),
      update("complete"),
      respond(message("bye")),
    ]);
    const threadId = await it.thread();
    await set(it, threadId, { objective: "ship" });
    await it.model.waitForRequest(1);
    await it.get("turn/start", { threadId, input: [{ type: "text", text: "and hurry" }] });
    said.resolve();
    await becomes(it, "complete");
    expect(lastText(it, 1)).toBe("and hurry");
  });
});

describe("a goal that was left", () => {
  test("survives a crash: it is known, told at resume, and pursued", async () => {
    const never = new Promise(() => {});
    let home = "";
    let threadId = "";
    {
      await using it = await serving([respond(message("one")), respond(until(never))]);
      threadId = await it.thread();
      await set(it, threadId, { objective: "ship" });
      await it.model.waitForRequest(2);
      const { thread } = await it.get("thread/read", { threadId });
      home = readFileSync(String((thread as Fields)["path"]), "utf8");
      it.kill("SIGKILL");
      await it.exited;
    }
    await using it = await serving([update("complete"), respond(message("two")), respond(message("three"))], {
      before: (box) => {
        box.write(`${box.codexHome}/sessions/2026/11/22/rollout-2026-11-22T10-00-00-${threadId}.jsonl`, home);
      },
    });
    expect(await current(it, threadId)).toMatchObject({
      objective: "ship",
      status: "active",
      tokensUsed: 80,
    });
    expect((await it.refused("thread/goal/set", { threadId, status: "paused" })).message).toContain("resume");
    const { thread } = await it.get("thread/fork", { threadId });
    expect(await current(it, String((thread as Fields)["id"]))).toBeNull();
    const from = it.heard.length;
    await it.get("thread/resume", { threadId, cwd: it.box.workspace });
    expect((await becomes(it, "active", from))["turnId"]).toBeNull();
    expect((await becomes(it, "complete", from))["turnId"]).toBeString();
  });

  test("is said to be none where there is none", async () => {
    await using it = await serving([respond(message("one"))]);
    const threadId = await it.thread();
    await it.turn(threadId, "hi");
    await it.get("thread/resume", { threadId });
    expect((await it.tells("thread/goal/cleared")).params).toEqual({ threadId });
  });
});

describe("clients", () => {
  test("clear a goal once, and everybody who follows the thread is told", async () => {
    await using it = await serving();
    const threadId = await it.thread();
    await set(it, threadId, { objective: "ship", status: "paused" });
    expect(await it.get("thread/goal/clear", { threadId })).toEqual({ cleared: true });
    await it.tells("thread/goal/cleared");
    expect(await it.get("thread/goal/clear", { threadId })).toEqual({ cleared: false });
    expect(await current(it, threadId)).toBeNull();
  });

  test("change the fields that they name, and take a budget away with null", async () => {
    await using it = await serving();
    const threadId = await it.thread();
    await set(it, threadId, { objective: "ship", status: "paused", tokenBudget: 50 });
    expect(await set(it, threadId, { objective: "more" })).toMatchObject({
      status: "paused",
      tokenBudget: 50,
    });
    expect(await set(it, threadId, { tokenBudget: null })).toMatchObject({
      objective: "more",
      tokenBudget: null,
    });
    expect(await set(it, threadId, { status: "complete" })).toMatchObject({ status: "complete" });
  });

  const wrong: readonly (readonly [Fields, string])[] = [
    [{}, "cannot update goal for thread <id>: no goal exists"],
    [{ objective: " " }, "goal objective must not be empty"],
    [{ objective: "x".repeat(4001) }, "goal objective must be at most 4000 characters"],
    [{ objective: "x", tokenBudget: 0 }, "goal budgets must be positive when provided"],
    [
      { objective: "x", tokenBudget: 1.5 },
      "Invalid request: invalid type: floating point `1.5`, expected i64",
    ],
    [{ objective: 4 }, "Invalid request: invalid type: integer `4`, expected a string"],
    [{ objective: "x", threadId: NO_SUCH }, `thread not found: ${NO_SUCH}`],
  ];
  test("are told what is wrong with what they want", async () => {
    await using it = await serving();
    const threadId = await it.thread();
    for (const [change, text] of wrong) {
      const { code, message: said } = await it.refused("thread/goal/set", { threadId, ...change });
      expect([code, said.replace(threadId, "<id>")]).toEqual([-32600, text]);
    }
    const { message: variants } = await it.refused("thread/goal/set", { threadId, status: "nope" });
    expect(variants).toContain("unknown variant `nope`, expected one of `active`, `paused`, `blocked`");
    const ephemeral = await it.thread({ ephemeral: true });
    for (const method of ["set", "get", "clear"]) {
      const { message: said } = await it.refused(`thread/goal/${method}`, { threadId: ephemeral });
      expect(said).toBe(`ephemeral thread does not support goals: ${ephemeral}`);
    }
  });

  test("find no goals where the feature is off", async () => {
    await using it = await serving([], { config: "[features]\ngoals = false\n" });
    const threadId = await it.thread();
    for (const method of ["set", "get", "clear"]) {
      const { message: said } = await it.refused(`thread/goal/${method}`, { threadId, objective: "x" });
      expect(said).toBe("goals feature is disabled");
    }
  });
});
