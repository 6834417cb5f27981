// Turns of `codex app-server`: what is told of them in which order, and what is asked (app-server.md 7, 14, 18).

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { processesWith, until } from "../../support/processes";
import {
  customCall,
  functionCall,
  hang,
  httpError,
  message,
  reasoning,
  respond,
  stream,
  until as untilReady,
  created,
} from "../../support/responses-server";
import { items, methods, serving, type AppServer, type Fields } from "./client";

const ASKING = { approvalPolicy: "untrusted", sandbox: "workspace-write" };
const touch = (file: string, callId: string) =>
  functionCall("exec_command", { cmd: `touch ${file}`, login: false }, callId);
const patch = (file: string, callId: string) =>
  customCall("apply_patch", `*** Begin Patch\n*** Add File: ${file}\n+hello\n*** End Patch\n`, callId);
const made = (server: AppServer, file: string) => existsSync(join(server.box.workspace, file));

describe("a turn", () => {
  test("is told from its beginning to its end, with reasoning, a command that is asked about, and a message", async () => {
    await using it = await serving([
      respond(reasoning("**Think** about"), touch("x1", "k1")),
      respond(message("Hello")),
    ]);
    const threadId = await it.thread(ASKING);
    it.answers("item/commandExecution/requestApproval", () => ({ result: { decision: "accept" } }));
    await it.tells("thread/started");
    const from = it.heard.length;
    const turn = await it.turn(threadId, "run");
    expect(turn).toMatchObject({ status: "completed", error: null, items: [], itemsView: "notLoaded" });
    expect(made(it, "x1")).toBe(true);
    expect(methods(it.heard, from)).toEqual([
      ...["thread/status/changed", "turn/started", "item/started", "item/completed"],
      ...[
        "item/started",
        "item/reasoning/summaryPartAdded",
        "item/reasoning/summaryTextDelta",
        "item/completed",
      ],
      ...["thread/status/changed", "item/started", "item/commandExecution/requestApproval"],
      ...["serverRequest/resolved", "thread/status/changed", "item/completed"],
      ...["thread/tokenUsage/updated", "account/rateLimits/updated"],
      ...["item/started", "item/agentMessage/delta", "item/completed"],
      ...["thread/tokenUsage/updated", "account/rateLimits/updated"],
      ...["thread/status/changed", "turn/completed"],
    ]);
    expect(items(it.heard, "item/started").map(({ type, id }) => [type, id])).toEqual([
      ["userMessage", expect.any(String)],
      ["reasoning", "rs_1"],
      ["commandExecution", "k1"],
      ["agentMessage", "msg_1"],
    ]);
    const asked = await it.tells("item/commandExecution/requestApproval");
    expect(asked.params).toMatchObject({
      ...{ threadId, turnId: turn["id"], itemId: "k1", cwd: it.box.workspace },
      command: expect.stringMatching(/^\/bin\/\w*sh -c 'touch x1'$/),
      commandActions: [{ type: "unknown", command: "touch x1" }],
      proposedExecpolicyAmendment: ["touch", "x1"],
    });
    expect(items(it.heard, "item/completed")[2]).toMatchObject({
      ...{ type: "commandExecution", status: "completed", exitCode: 0, aggregatedOutput: null },
    });
    const statuses = it.heard.flatMap((one) =>
      "method" in one && one.method === "thread/status/changed" ? [one.params["status"]] : [],
    );
    expect(statuses).toEqual([
      { type: "active", activeFlags: [] },
      { type: "active", activeFlags: ["waitingOnApproval"] },
      { type: "active", activeFlags: [] },
      { type: "idle" },
    ]);
    const { headers } = it.model.requests[0] ?? {};
    expect(headers?.["originator"]).toBe("my_ide");
    expect(headers?.["user-agent"]).toMatch(/^my_ide\/\S+ \(.+\) .+ \(my_ide; 1\.0\)$/);
  });

  test.each([
    ["decline", "declined", "completed", false],
    ["cancel", "declined", "interrupted", false],
    ["acceptForSession", "completed", "completed", true],
  ] as const)("is answered about a command with %s", async (decision, status, end, done) => {
    await using it = await serving([
      respond(touch("a", "k1")),
      respond(touch("a", "k2")),
      respond(message("x")),
    ]);
    const threadId = await it.thread(ASKING);
    let asked = 0;
    it.answers("item/commandExecution/requestApproval", () => {
      asked += 1;
      return { result: { decision } };
    });
    expect((await it.turn(threadId, "go"))["status"]).toBe(end);
    const command = items(it.heard, "item/completed").find(({ id }) => id === "k1");
    expect(command).toMatchObject({ status });
    expect(made(it, "a")).toBe(done);
    expect(asked).toBe(decision === "decline" ? 2 : 1);
  });

  test("saves the rule that a client accepts a command with", async () => {
    await using it = await serving([
      respond(touch("a", "k1")),
      respond(touch("a", "k2")),
      respond(message("x")),
    ]);
    const threadId = await it.thread(ASKING);
    const amendment = { acceptWithExecpolicyAmendment: { execpolicy_amendment: ["touch"] } };
    it.answers("item/commandExecution/requestApproval", () => ({ result: { decision: amendment } }));
    await it.turn(threadId, "go");
    expect(methods(it.heard).filter((name) => name.endsWith("requestApproval"))).toHaveLength(1);
    expect(await Bun.file(join(it.box.codexHome, "rules/default.rules")).text()).toContain('"touch"');
  });

  test("tells what is typed into a command that runs, and its output as that command's", async () => {
    const begin = {
      cmd: "read line; echo got $line; sleep 1000",
      tty: true,
      login: false,
      yield_time_ms: 250,
    };
    await using it = await serving(({ body }, index) => {
      if (index === 0) return respond(functionCall("exec_command", begin, "k1"));
      if (index > 1) return respond(message("done"));
      const session_id = Number(/session ID (\d+)/.exec(JSON.stringify(body.input))?.[1]);
      return respond(functionCall("write_stdin", { session_id, chars: "hello\n" }, "k2"));
    });
    const threadId = await it.thread({ approvalPolicy: "never", sandbox: "workspace-write" });
    const turn = await it.turn(threadId, "go");
    const typed = await it.tells("item/commandExecution/terminalInteraction");
    expect(typed.params).toEqual({
      ...{ threadId, turnId: turn["id"], itemId: "k1", stdin: "hello\n" },
      processId: expect.stringMatching(/^\d+$/),
    });
    const deltas = it.heard.flatMap((one) =>
      "method" in one && one.method === "item/commandExecution/outputDelta" ? [one.params] : [],
    );
    expect(new Set(deltas.map(({ itemId }) => itemId))).toEqual(new Set(["k1"]));
    expect(deltas.map(({ delta }) => delta).join("")).toContain("got hello");
  });

  test("goes on after an answer that is an error, or none that can be read", async () => {
    await using it = await serving([
      respond(touch("a", "k1")),
      respond(touch("b", "k2")),
      respond(message("x")),
    ]);
    const threadId = await it.thread(ASKING);
    it.answers("item/commandExecution/requestApproval", (_, count) =>
      count === 0 ? { error: { code: -1, message: "no" } } : { result: { nonsense: 1 } },
    );
    expect(await it.turn(threadId, "go")).toMatchObject({ status: "completed" });
    const ended = items(it.heard, "item/completed").filter(({ type }) => type === "commandExecution");
    expect(ended.map(({ status }) => status)).toEqual(["failed", "declined"]);
    expect([made(it, "a"), made(it, "b")]).toEqual([false, false]);
  });

  test("tells the diff of its patches, also that nothing remains of them", async () => {
    const undo = customCall("apply_patch", "*** Begin Patch\n*** Delete File: n.txt\n*** End Patch\n", "p2");
    await using it = await serving([respond(patch("n.txt", "p1")), respond(undo), respond(message("done"))]);
    await it.turn(await it.thread({ approvalPolicy: "never", sandbox: "workspace-write" }), "go");
    const diffs = it.heard.flatMap((one) =>
      "method" in one && one.method === "turn/diff/updated" ? [one.params["diff"]] : [],
    );
    expect(diffs).toEqual([expect.stringContaining("+++ b/n.txt"), ""]);
  });

  test("says what the commands of a script look at", async () => {
    const script = "cat a.txt | head -3 && ls sub; rg 'two words' .";
    await using it = await serving([
      respond(functionCall("exec_command", { cmd: script, login: false }, "k1")),
      respond(message("done")),
    ]);
    await it.turn(await it.thread({ approvalPolicy: "never", sandbox: "read-only" }), "go");
    const command = items(it.heard, "item/started").find(({ id }) => id === "k1");
    expect(command?.["commandActions"]).toEqual([
      { type: "read", command: "cat a.txt", name: "a.txt", path: join(it.box.workspace, "a.txt") },
      { type: "listFiles", command: "ls sub", path: "sub" },
      { type: "search", command: "rg 'two words' .", query: "two words", path: "." },
    ]);
  });

  test("asks about a patch, after the item with its changes", async () => {
    await using it = await serving([
      respond(patch("no.txt", "p1")),
      respond(patch("yes.txt", "p2")),
      respond(message("done")),
    ]);
    const threadId = await it.thread(ASKING);
    it.answers("item/fileChange/requestApproval", (_, count) => ({
      result: { decision: count === 0 ? "decline" : "accept" },
    }));
    await it.turn(threadId, "go");
    const changes = [{ path: join(it.box.workspace, "yes.txt"), kind: { type: "add" }, diff: "hello\n" }];
    const ended = items(it.heard, "item/completed").filter(({ type }) => type === "fileChange");
    expect(ended).toMatchObject([
      { id: "p1", status: "declined" },
      { id: "p2", status: "completed", changes },
    ]);
    const diff = await it.tells("turn/diff/updated");
    expect(diff.params["diff"]).toContain("+++ b/yes.txt");
    expect([made(it, "no.txt"), made(it, "yes.txt")]).toEqual([false, true]);
  });

  test("in plan mode asks the user and proposes a plan", async () => {
    const question = {
      ...{ id: "colour", header: "Colour", question: "Which colour?" },
      options: [
        { label: "Red", description: "warm" },
        { label: "Blue", description: "cold" },
      ],
    };
    const plan = "<proposed_plan>\n# Paint it\n</proposed_plan>";
    await using it = await serving([
      respond(functionCall("request_user_input", { questions: [question] }, "q1")),
      respond(message(plan)),
    ]);
    const threadId = await it.thread();
    it.answers("item/tool/requestUserInput", () => ({
      result: { answers: { colour: { answers: ["Red"] } } },
    }));
    const settings = { model: "gpt-5.2", reasoning_effort: null, developer_instructions: null };
    const turn = await it.turn(threadId, "plan it", { collaborationMode: { mode: "plan", settings } });
    const asked = await it.tells("item/tool/requestUserInput");
    expect(asked.params).toMatchObject({ threadId, itemId: "q1", questions: [question] });
    const waiting = await it.tells("thread/status/changed", ({ status }) =>
      JSON.stringify(status).includes("waitingOnUserInput"),
    );
    expect(waiting.params).toMatchObject({ threadId });
    expect(JSON.stringify(it.model.requests[1]?.body.input)).toContain("Red");
    expect(items(it.heard, "item/completed").at(-1)).toMatchObject({
      ...{ type: "plan", id: `${String(turn["id"])}-plan`, text: "# Paint it" },
    });
    expect(methods(it.heard)).toContain("item/plan/delta");
  });

  test("that is interrupted while it asks takes the question back", async () => {
    await using it = await serving([respond(touch("a", "k1"))]);
    const threadId = await it.thread(ASKING);
    const { turn } = await it.get("turn/start", { threadId, input: [{ type: "text", text: "go" }] });
    const asked = await it.tells("item/commandExecution/requestApproval");
    await it.get("turn/interrupt", { threadId, turnId: (turn as Fields)["id"] });
    await it.tells("turn/completed");
    const resolved = await it.tells("serverRequest/resolved");
    expect(resolved.params).toEqual({ threadId, requestId: asked.id });
    it.send(JSON.stringify({ id: asked.id, result: { decision: "accept" } }));
    expect(made(it, "a")).toBe(false);
  });

  test("that fails is told as failed, and the next one begins anew", async () => {
    await using it = await serving([httpError(400, "bad thing"), respond(message("fine"))]);
    const threadId = await it.thread();
    await it.tells("thread/started");
    const from = it.heard.length;
    const failed = await it.turn(threadId, "one");
    expect(failed).toMatchObject({ status: "failed", error: { codexErrorInfo: "other" } });
    expect(methods(it.heard, from).slice(-3)).toEqual(["thread/status/changed", "error", "turn/completed"]);
    expect((await it.tells("error")).params).toMatchObject({ willRetry: false, threadId });
    expect((await it.get("thread/read", { threadId }))["thread"]).toMatchObject({
      status: { type: "systemError" },
    });
    expect(await it.turn(threadId, "two")).toMatchObject({ status: "completed", error: null });
  });

  test("takes settings of its own, which stay, and a schema that does not", async () => {
    await using it = await serving([respond(message("a")), respond(message("b"))], {
      files: { "sub/keep": "" },
    });
    const threadId = await it.thread();
    const schema = { type: "object", properties: { a: { type: "string" } } };
    const sub = join(it.box.workspace, "sub");
    await it.turn(threadId, "one", {
      ...{ model: "gpt-5.4", effort: "high", summary: "detailed", outputSchema: schema, cwd: sub },
      sandboxPolicy: { type: "dangerFullAccess" },
    });
    await it.turn(threadId, "two");
    const told = await it.tells("thread/settings/updated");
    expect(told.params).toMatchObject({
      threadId,
      threadSettings: { model: "gpt-5.4", effort: "high", cwd: sub },
    });
    const changes = () => methods(it.heard).filter((name) => name === "thread/settings/updated");
    expect(changes()).toHaveLength(1);
    await it.get("thread/settings/update", { threadId, approvalPolicy: "never" });
    await it.tells("thread/settings/updated", ({ threadSettings }) =>
      JSON.stringify(threadSettings).includes('"approvalPolicy":"never"'),
    );
    const [first, second] = it.model.requests.map(({ body }) => body);
    expect(first).toMatchObject({ model: "gpt-5.4", reasoning: { effort: "high", summary: "detailed" } });
    expect(first?.["text"]).toMatchObject({ format: { schema } });
    expect(second).toMatchObject({ model: "gpt-5.4", reasoning: { effort: "high", summary: "detailed" } });
    expect(second?.["text"]).not.toHaveProperty("format");
    expect(JSON.stringify(first?.input)).toContain(`<cwd>${sub}</cwd>`);
    const { thread: _, ...open } = await it.get("thread/resume", { threadId });
    expect(open).toMatchObject({ model: "gpt-5.4", cwd: sub, sandbox: { type: "dangerFullAccess" } });
  });
});

describe("a running turn", () => {
  test("is interrupted: the answer comes first, then the end", async () => {
    await using it = await serving([hang(), respond(message("later"))]);
    const threadId = await it.thread();
    const { turn } = await it.get("turn/start", { threadId, input: [{ type: "text", text: "go" }] });
    await it.model.waitForRequest(1);
    expect((await it.refused("turn/interrupt", { threadId, turnId: "zz" })).message).toBe(
      `expected active turn id zz but found ${String((turn as Fields)["id"])}`,
    );
    const from = it.heard.length;
    expect(await it.get("turn/interrupt", { threadId, turnId: (turn as Fields)["id"] })).toEqual({});
    await it.tells("turn/completed");
    expect(it.heard.slice(from)).toMatchObject([
      { result: {} },
      { method: "thread/status/changed", params: { status: { type: "idle" } } },
      { method: "turn/completed", params: { turn: { status: "interrupted" } } },
    ]);
    expect((await it.refused("turn/interrupt", { threadId, turnId: "" })).message).toBe(
      "no active turn to interrupt",
    );
    expect(await it.turn(threadId, "again")).toMatchObject({ status: "completed" });
  });

  test("is steered, by turn/steer and by turn/start", async () => {
    const go = Promise.withResolvers<void>();
    await using it = await serving([
      stream(created(), untilReady(go.promise), respond(message("first")).parts.slice(1)),
      respond(message("second")),
    ]);
    const threadId = await it.thread();
    const input = (text: string) => [{ type: "text", text }];
    const { turn } = await it.get("turn/start", { threadId, input: input("go") });
    const turnId = (turn as Fields)["id"];
    await it.model.waitForRequest(1);
    const steer = (expectedTurnId: string, text: string) =>
      it.ask("turn/steer", { threadId, expectedTurnId, input: input(text), clientUserMessageId: "c1" });
    expect((await steer("", "x")).error?.message).toBe("expectedTurnId must not be empty");
    expect((await steer("zz", "x")).error?.message).toBe(
      `expected active turn id \`zz\` but found \`${String(turnId)}\``,
    );
    expect((await steer(String(turnId), "more")).result).toEqual({ turnId });
    const joined = (await it.get("turn/start", { threadId, input: input("and more") }))["turn"] as Fields;
    expect(joined["id"]).not.toBe(turnId);
    go.resolve();
    await it.tells("turn/completed");
    const said = items(it.heard, "item/completed").filter(({ type }) => type === "userMessage");
    expect(
      said.map(({ clientId, content }) => [clientId, (content as readonly Fields[])[0]?.["text"]]),
    ).toEqual([
      [null, "go"],
      ["c1", "more"],
      [null, "and more"],
    ]);
    expect(methods(it.heard).filter((name) => name === "turn/started")).toHaveLength(1);
    expect((await steer(String(turnId), "x")).error?.message).toBe("no active turn to steer");
  });

  test("and its commands end when the client is killed, and at the end of the input with exit code 0", async () => {
    for (const way of ["input", "kill"] as const) {
      const mark = `4${crypto.getRandomValues(new Uint32Array(1))[0]}`;
      await using it = await serving([
        respond(functionCall("exec_command", { cmd: `sleep ${mark}`, login: false }, "k1")),
      ]);
      const threadId = await it.thread({ approvalPolicy: "never", sandbox: "workspace-write" });
      await it.get("turn/start", { threadId, input: [{ type: "text", text: "go" }] });
      await until("the command runs", () => processesWith(mark).length > 0);
      if (way === "input") it.endInput();
      else it.kill("SIGKILL");
      expect(await it.exited).toBe(way === "input" ? 0 : null);
      await until("the command is gone", () => processesWith(mark).length === 0);
    }
  });

  test("runs beside that of another thread", async () => {
    await using it = await serving(({ body }) => {
      const prompt = body.input.findLast(({ role }) => role === "user")?.content?.[0]?.text ?? "";
      return respond(message(`echo ${prompt}`));
    });
    const threads = await Promise.all(["a", "b", "c"].map(() => it.thread()));
    await Promise.all(threads.map((threadId, at) => it.turn(threadId, `prompt ${at}`)));
    for (const [at, threadId] of threads.entries()) {
      const { thread } = await it.get("thread/read", { threadId, includeTurns: true });
      expect(thread).toMatchObject({
        turns: [{ items: [{ type: "userMessage" }, { type: "agentMessage", text: `echo prompt ${at}` }] }],
      });
    }
  });
});
