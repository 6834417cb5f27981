// Threads of `codex app-server`: opened, gone on with, copied, listed, read and put away (app-server.md 6).

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { created, functionCall, hang, message, respond, stream, until } from "../../support/responses-server";
import { items, methods, serving, type Fields } from "./client";

const echo = ({
  body,
}: {
  readonly body: {
    readonly input: readonly {
      readonly role?: string;
      readonly content?: readonly { readonly text?: string }[];
    }[];
  };
}) =>
  respond(message(`echo ${body.input.findLast(({ role }) => role === "user")?.content?.at(-1)?.text ?? ""}`));
const threadOf = (result: Fields) => result["thread"] as Fields;

describe("a thread", () => {
  test("is opened as the folder and the client say, and not listed before its first prompt", async () => {
    await using it = await serving(echo);
    const opened = await it.get("thread/start", {
      ...{ cwd: it.box.workspace, model: "gpt-5.4", approvalPolicy: "never", sandbox: "read-only" },
      config: { model_reasoning_effort: "high", "tools.web_search": false },
      developerInstructions: "Be brief.",
    });
    const id = String(threadOf(opened)["id"]);
    expect(opened).toMatchObject({
      ...{ model: "gpt-5.4", modelProvider: "mock", approvalPolicy: "never", reasoningEffort: "high" },
      sandbox: { type: "readOnly", networkAccess: false },
      cwd: it.box.workspace,
      thread: { id, preview: "", ephemeral: false, status: { type: "idle" }, source: "vscode", turns: [] },
    });
    expect(String(threadOf(opened)["path"])).toEndWith(`${id}.jsonl`);
    expect(existsSync(String(threadOf(opened)["path"]))).toBe(false);
    expect((await it.get("thread/list", {}))["data"]).toEqual([]);
    expect((await it.get("thread/loaded/list", {}))["data"]).toEqual([id]);
    expect((await it.refused("thread/read", { threadId: id, includeTurns: true })).message).toBe(
      `thread ${id} is not materialized yet; includeTurns is unavailable before first user message`,
    );
    await it.turn(id, "hello");
    expect((await it.get("thread/list", {}))["data"]).toMatchObject([
      { id, preview: "hello", status: { type: "idle" }, cwd: it.box.workspace, gitInfo: null },
    ]);
    const sent = it.model.requests[0]?.body;
    expect(sent?.["reasoning"]).toMatchObject({ effort: "high" });
    expect(JSON.stringify(sent?.input)).toContain("Be brief.");
    expect(existsSync(String(threadOf(opened)["path"]))).toBe(true);
  });

  test("that may write makes its project a trusted one", async () => {
    await using it = await serving([]);
    await it.thread({ sandbox: "workspace-write" });
    expect(await Bun.file(`${it.box.codexHome}/config.toml`).text()).toContain(
      `[projects."${it.box.workspace}"]\ntrust_level = "trusted"`,
    );
  });

  test("goes on in another process with its turns, its settings and its folder", async () => {
    await using first = await serving(echo);
    const threadId = await first.thread({ model: "gpt-5.4", approvalPolicy: "never", sandbox: "read-only" });
    await first.turn(threadId, "one");
    first.endInput();
    expect(await first.exited).toBe(0);
    await using it = await serving(echo, {
      before: (box) => {
        Bun.spawnSync(["cp", "-r", `${first.box.codexHome}/sessions`, box.codexHome]);
      },
    });
    const read = threadOf(await it.get("thread/read", { threadId, includeTurns: true }));
    expect(read).toMatchObject({ status: { type: "notLoaded" }, preview: "one" });
    const resumed = await it.get("thread/resume", { threadId });
    expect(resumed).toMatchObject({
      ...{ model: "gpt-5.4", approvalPolicy: "never", cwd: first.box.workspace, initialTurnsPage: null },
      thread: { id: threadId, status: { type: "idle" } },
    });
    expect(threadOf(resumed)["turns"]).toMatchObject([
      {
        ...{ status: "completed", itemsView: "full", error: null },
        items: [
          { type: "userMessage", id: "item-1", content: [{ type: "text", text: "one" }] },
          { type: "agentMessage", id: "item-2", text: "echo one" },
        ],
      },
    ]);
    const usage = await it.tells("thread/tokenUsage/updated");
    expect(usage.params["tokenUsage"]).toMatchObject({ total: { totalTokens: 100 } });
    expect(methods(it.heard)).not.toContain("thread/started");
    await it.turn(threadId, "two");
    const again = threadOf(await it.get("thread/resume", { threadId }));
    expect(again["turns"]).toHaveLength(2);
  });

  test("shows the turn that runs to who resumes it", async () => {
    await using it = await serving([hang()]);
    const threadId = await it.thread();
    await it.get("turn/start", { threadId, input: [{ type: "text", text: "go" }] });
    await it.model.waitForRequest(1);
    const resumed = threadOf(await it.get("thread/resume", { threadId }));
    expect(resumed).toMatchObject({ status: { type: "active" }, turns: [{ status: "inProgress" }] });
    const fork = threadOf(await it.get("thread/fork", { threadId }));
    expect(fork).toMatchObject({ status: { type: "idle" }, turns: [{ status: "interrupted" }] });
  });

  test("is one and the same however it is named: by another form of its id, or by its file", async () => {
    await using it = await serving(({ body }, index) => (index === 0 ? hang() : echo({ body })));
    const opened = threadOf(await it.get("thread/start", { cwd: it.box.workspace }));
    const threadId = String(opened["id"]);
    const input = [{ type: "text", text: "go" }];
    const bare = threadId.replaceAll("-", "").toUpperCase();
    const begun = [threadId, bare].map((id) => it.ask("turn/start", { threadId: id, input }));
    expect((await Promise.all(begun)).map(({ error }) => error)).toEqual([undefined, undefined]);
    await it.model.waitForRequest(1);
    const other = "019ab6c0-1111-7000-8000-000000000000";
    const resumed = threadOf(await it.get("thread/resume", { threadId: other, path: opened["path"] }));
    expect(resumed).toMatchObject({
      ...{ id: threadId, status: { type: "active" }, turns: [{ status: "inProgress" }] },
    });
    expect((await it.refused("thread/resume", { threadId: other, path: "/dev/null" })).message).toBe(
      "failed to read thread: rollout at /dev/null does not start with session metadata",
    );
  });

  test("is copied with its turns and its name; the copy goes its own way", async () => {
    await using it = await serving(echo);
    const threadId = await it.thread();
    await it.turn(threadId, "one");
    await it.get("thread/name/set", { threadId, name: "  mine " });
    expect((await it.tells("thread/name/updated")).params).toEqual({ threadId, threadName: "mine" });
    const from = it.heard.length;
    const fork = threadOf(await it.get("thread/fork", { threadId }));
    const forkId = String(fork["id"]);
    expect(fork).toMatchObject({ forkedFromId: threadId, name: "mine", turns: [{ status: "completed" }] });
    const started = await it.tells("thread/started", undefined, from);
    expect(started.params["thread"]).toMatchObject({ id: forkId, turns: [] });
    await it.turn(forkId, "two");
    const turnsOf = async (id: string) =>
      threadOf(await it.get("thread/read", { threadId: id, includeTurns: true }))["turns"];
    expect([await turnsOf(threadId), await turnsOf(forkId)]).toMatchObject([{ length: 1 }, { length: 2 }]);
    const copy = threadOf(await it.get("thread/fork", { threadId, ephemeral: true }));
    expect(copy).toMatchObject({ ephemeral: true, path: null });
    expect(copy["id"]).not.toBe(threadId);
    await it.turn(String(copy["id"]), "three");
    expect(await turnsOf(threadId)).toHaveLength(1);
  });

  test("loses its newest turns on request", async () => {
    await using it = await serving(echo);
    const threadId = await it.thread();
    for (const text of ["one", "two", "three"]) await it.turn(threadId, text);
    expect((await it.refused("thread/rollback", { threadId, numTurns: 0 })).message).toBe(
      "numTurns must be >= 1",
    );
    const rolled = threadOf(await it.get("thread/rollback", { threadId, numTurns: 2 }));
    expect(rolled["turns"]).toMatchObject([{ items: [{ type: "userMessage" }, { text: "echo one" }] }]);
    await it.turn(threadId, "four");
    const said = it.model.requests.at(-1)?.body.input.flatMap(({ content }) => content?.at(-1)?.text ?? []);
    expect(said).toEqual(expect.arrayContaining(["one", "four"]));
    expect(said).not.toContain("two");
  });

  test("is archived and fetched back, also while it is open", async () => {
    await using it = await serving(echo);
    const threadId = await it.thread();
    await it.turn(threadId, "one");
    const from = it.heard.length;
    expect(await it.get("thread/archive", { threadId })).toEqual({});
    await it.tells("thread/archived");
    expect(it.heard.slice(from)).toMatchObject([
      { method: "thread/status/changed", params: { status: { type: "notLoaded" } } },
      { result: {} },
      { method: "thread/archived", params: { threadId } },
    ]);
    expect((await it.refused("thread/resume", { threadId })).message).toBe(
      `session ${threadId} is archived. Run \`codex unarchive ${threadId}\` to unarchive it first.`,
    );
    expect((await it.refused("turn/start", { threadId, input: [] })).message).toBe(
      `thread not found: ${threadId}`,
    );
    expect((await it.get("thread/list", {}))["data"]).toEqual([]);
    expect((await it.get("thread/list", { archived: true }))["data"]).toMatchObject([{ id: threadId }]);
    const back = threadOf(await it.get("thread/unarchive", { threadId }));
    expect(back).toMatchObject({ id: threadId, status: { type: "notLoaded" } });
    await it.tells("thread/unarchived");
    expect(threadOf(await it.get("thread/resume", { threadId }))["turns"]).toHaveLength(1);
  });

  test("is compacted in a turn of its own", async () => {
    await using it = await serving([
      respond(message("hello")),
      respond(message("a summary")),
      respond(message("on")),
    ]);
    const threadId = await it.thread();
    await it.turn(threadId, "one");
    const from = it.heard.length;
    expect(await it.get("thread/compact/start", { threadId })).toEqual({});
    await it.tells("turn/completed", undefined, from);
    const compacted = [...items(it.heard, "item/started", from), ...items(it.heard, "item/completed", from)];
    expect(compacted.map(({ type }) => type)).toEqual(["contextCompaction", "contextCompaction"]);
    expect(compacted[0]?.id).toBe(compacted[1]?.id ?? "");
    const { turns } = threadOf(await it.get("thread/read", { threadId, includeTurns: true }));
    expect(turns).toMatchObject([{}, { items: [{ type: "contextCompaction" }] }]);
    expect(await it.turn(threadId, "two")).toMatchObject({ status: "completed" });
  });

  test("runs a command of the user's own, which the model hears of", async () => {
    await using it = await serving([respond(message("ok"))]);
    const threadId = await it.thread({ sandbox: "read-only" });
    const from = it.heard.length;
    await it.get("thread/shellCommand", { threadId, command: "echo out > mine; cat mine" });
    await it.tells("turn/completed", undefined, from);
    expect(items(it.heard, "item/completed", from)).toMatchObject([
      { type: "commandExecution", source: "userShell", status: "completed", aggregatedOutput: "out\n" },
    ]);
    await it.turn(threadId, "look");
    expect(JSON.stringify(it.model.requests[0]?.body.input)).toContain("<user_shell_command>");
  });

  test("tells of one client's turns to another that follows it, and no more to one that left", async () => {
    const go = Promise.withResolvers<void>();
    const slow = stream(created(), until(go.promise), respond(message("quiet")).parts.slice(1));
    await using it = await serving([slow, respond(message("heard"))]);
    const threadId = await it.thread();
    expect(await it.get("thread/unsubscribe", { threadId })).toEqual({ status: "unsubscribed" });
    expect(await it.get("thread/unsubscribe", { threadId })).toEqual({ status: "notSubscribed" });
    const from = it.heard.length;
    await it.get("turn/start", { threadId, input: [{ type: "text", text: "go" }] });
    await it.model.waitForRequest(1);
    expect(methods(it.heard, from)).toEqual([]);
    await it.get("thread/resume", { threadId });
    go.resolve();
    await it.tells("turn/completed", undefined, from);
    expect(methods(it.heard, from)).not.toContain("turn/started");
    await it.turn(threadId, "again");
    expect(methods(it.heard, from)).toContain("turn/started");
    const other = "019ab6c0-1111-7000-8000-000000000000";
    expect(await it.get("thread/unsubscribe", { threadId: other })).toEqual({ status: "notLoaded" });
  });

  test("is reviewed, here or in a copy", async () => {
    const verdict = JSON.stringify({
      ...{ findings: [], overall_correctness: "patch is correct", overall_explanation: "All is well." },
      overall_confidence_score: 1,
    });
    await using it = await serving([
      respond(message("hello")),
      respond(functionCall("exec_command", { cmd: "ls", login: false }, "r1")),
      respond(message(verdict)),
      respond(message(verdict)),
    ]);
    const threadId = await it.thread({ approvalPolicy: "never", sandbox: "read-only" });
    await it.turn(threadId, "one");
    const from = it.heard.length;
    const target = { type: "custom", instructions: "look" };
    const begun = await it.get("review/start", { threadId, target });
    const turn = begun["turn"] as Fields;
    expect(begun["reviewThreadId"]).toBe(threadId);
    expect(turn["items"]).toMatchObject([{ type: "userMessage", content: [{ text: "look" }] }]);
    const end = await it.tells("turn/completed", undefined, from);
    expect(end.params["turn"]).toMatchObject({ id: turn["id"], status: "completed" });
    expect(items(it.heard, "item/completed", from)).toMatchObject([
      { type: "enteredReviewMode", id: turn["id"], review: "look" },
      { type: "commandExecution", id: "r1" },
      { type: "exitedReviewMode", id: turn["id"], review: "All is well." },
      { type: "agentMessage", id: "review_rollout_assistant", text: "All is well." },
    ]);
    const { turns } = threadOf(await it.get("thread/read", { threadId, includeTurns: true }));
    expect((turns as readonly Fields[])[1]).toMatchObject({
      items: [{ type: "enteredReviewMode" }, { type: "exitedReviewMode" }, { type: "agentMessage" }],
    });
    const apart = await it.get("review/start", { threadId, target, delivery: "detached" });
    expect(apart["reviewThreadId"]).not.toBe(threadId);
    const ended = await it.tells("turn/completed", (told) => told["threadId"] === apart["reviewThreadId"]);
    expect(ended.params["turn"]).toMatchObject({ status: "completed" });
  });
});

describe("the list of threads", () => {
  test("comes in pages, in both orders, and is filtered", async () => {
    await using it = await serving(echo, { files: { "sub/keep": "" } });
    const ids: string[] = [];
    for (const text of ["alpha", "beta", "gamma"]) {
      const threadId = await it.thread(text === "beta" ? { cwd: `${it.box.workspace}/sub` } : {});
      await it.turn(threadId, text);
      ids.push(threadId);
    }
    const list = async (params: Fields) => {
      const { data, ...rest } = await it.get("thread/list", params);
      return { ...rest, ids: (data as readonly Fields[]).map(({ id }) => String(id)) };
    };
    const first = await list({ limit: 2 });
    expect(first.ids).toEqual([ids[2] ?? "", ids[1] ?? ""]);
    const nextCursor = (first as Fields)["nextCursor"];
    expect(await list({ limit: 2, cursor: nextCursor })).toMatchObject({ ids: [ids[0]], nextCursor: null });
    expect((await list({ sortDirection: "asc" })).ids).toEqual(ids);
    expect((await list({ cwd: `${it.box.workspace}/sub` })).ids).toEqual([ids[1] ?? ""]);
    expect((await list({ searchTerm: "GAM" })).ids).toEqual([ids[2] ?? ""]);
    expect((await list({ sourceKinds: ["exec"] })).ids).toEqual([]);
    expect((await list({ modelProviders: ["openai"] })).ids).toEqual([]);
    expect((await list({ modelProviders: [] })).ids).toHaveLength(3);
    expect((await it.refused("thread/list", { cursor: "x" })).message).toBe("invalid cursor: x");
  });
});
