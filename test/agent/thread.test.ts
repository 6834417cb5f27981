// What a front end does with a thread between its turns: settings, summaries, taking back, commands of the user.

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ThreadEvent } from "../../src/protocol/events";
import { rebuild } from "../../src/rollout/rebuild";
import { completed, functionCall, message, respond } from "../support/responses-server";
import { collected, newTexts, QUIET, textsOf, threadBox } from "../support/thread-box";

const said = (...texts: readonly string[]) => texts.map((text) => respond(message(text)));

function lines(path: string | undefined): readonly { type: string; payload: Record<string, unknown> }[] {
  return readFileSync(path ?? "", "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { type: string; payload: Record<string, unknown> });
}

function ofType<T extends ThreadEvent["type"]>(events: readonly ThreadEvent[], type: T) {
  return events.filter((event): event is Extract<ThreadEvent, { type: T }> => event.type === type);
}

describe("settings", () => {
  test("count from the next turn on, and the model is told only what has changed", async () => {
    await using it = await threadBox(said("one", "two", "three"));
    await it.turn("first");
    it.thread.configure({ model: "gpt-5.4", effort: "high", approvalPolicy: "never" });
    it.thread.configure({ sandboxPolicy: { type: "read-only" } });
    expect(it.thread.model).toBe("gpt-5.4");
    await it.turn("second");
    expect(it.server.requests[1]?.body).toMatchObject({ model: "gpt-5.4", reasoning: { effort: "high" } });
    expect(it.server.requests[1]?.body.instructions).toBe(it.server.requests[0]?.body.instructions);
    const [answer, change, environment, prompt] = newTexts(it.server, 1);
    expect(answer).toBe("one");
    expect(change).toStartWith("<model_switch>");
    expect(newTexts(it.server, 1).join("\n")).toContain("Sandbox mode: `read-only`");
    expect([environment, prompt].join("\n")).toContain("never");
    expect(newTexts(it.server, 1).at(-1)).toBe("second");
    await it.turn("third");
    expect(newTexts(it.server, 2)).toEqual(["two", "third"]);
    const contexts = lines(it.thread.rolloutPath).filter(({ type }) => type === "turn_context");
    expect(
      contexts.map(({ payload }) => [payload["model"], payload["effort"], payload["approval_policy"]]),
    ).toEqual([
      [expect.any(String), undefined, "on-request"],
      ["gpt-5.4", "high", "never"],
      ["gpt-5.4", "high", "never"],
    ]);
  });

  test("of a running turn stay as they were", async () => {
    await using it = await threadBox([
      respond(functionCall("exec_command", { cmd: "true", login: false })),
      ...said("one", "two"),
    ]);
    const turn = it.thread.run([{ type: "text", text: "go" }], QUIET);
    await turn.next();
    it.thread.configure({ model: "gpt-5.4" });
    await collected(turn);
    const models = () => it.server.requests.map(({ body }) => body.model);
    expect(new Set(models()).size).toBe(1);
    expect(models()).not.toContain("gpt-5.4");
    await it.turn("again");
    expect(models().at(-1)).toBe("gpt-5.4");
  });

  test("of the session are offered when it is resumed", async () => {
    await using it = await threadBox(said("one"));
    it.thread.configure({ model: "gpt-5.4", effort: "low", collaborationMode: "plan" });
    await it.turn("first");
    await using resumed = await it.open({ resume: it.thread.rolloutPath });
    expect(resumed.recorded).toMatchObject({
      model: "gpt-5.4",
      collaborationMode: "plan",
      planEffort: "medium",
    });
    expect(resumed.recorded?.effort).toBeUndefined();
    expect(resumed.settings()).toMatchObject({ collaborationMode: "default" });
  });

  test("of the session are not taken over where they forbade reading, or a profile is configured", async () => {
    const settings =
      'default_permissions = "p"\npermissions.p = { filesystem = { ":root" = "read", "/secret" = "deny" } }';
    await using it = await threadBox(said("one", "two"), { sandbox: "profile", settings });
    await it.turn("first");
    await using resumed = await it.open({ resume: it.thread.rolloutPath });
    expect(resumed.recorded?.sandboxPolicy).toEqual(resumed.settings().sandboxPolicy);
    if (resumed.recorded !== undefined) resumed.configure(resumed.recorded);
    await collected(resumed.run([{ type: "text", text: "second" }], QUIET));
    expect(newTexts(it.server, 1)).toEqual(["one", "second"]);
  });

  test("name the session file only once something was written", async () => {
    await using it = await threadBox(said("one"));
    expect(it.thread.rolloutPath).toBeUndefined();
    await it.turn("first");
    expect(existsSync(it.thread.rolloutPath ?? "")).toBe(true);
  });
});

describe("a summary on demand", () => {
  test("is a turn of its own, after which the context is told anew", async () => {
    await using it = await threadBox(said("one", "THE SUMMARY", "two"));
    await it.turn("first");
    const events = await collected(it.thread.compact(QUIET));
    expect(events.map(({ type }) => type)).toEqual(["turn.started", "compacted", "advice", "turn.completed"]);
    expect(it.server.requests[1]?.body.tools).toEqual([]);
    expect(String(it.server.requests[1]?.headers["x-codex-turn-metadata"])).toContain('"trigger":"manual"');
    await it.turn("second");
    const texts = textsOf(it.server.requests[2]);
    expect(texts[0]).toBe("first");
    expect(texts[1]).toContain("THE SUMMARY");
    expect(texts[2]).toStartWith("<permissions instructions>");
    expect(texts.at(-1)).toBe("second");
    const kinds = lines(it.thread.rolloutPath).map(({ type, payload }) => payload["type"] ?? type);
    const from = kinds.lastIndexOf("compacted");
    expect(kinds.slice(from, from + 4)).toEqual([
      "compacted",
      "token_count",
      "context_compacted",
      "task_complete",
    ]);
  });

  test("of nothing asks nobody", async () => {
    await using it = await threadBox([]);
    const events = await collected(it.thread.compact(QUIET));
    expect(events.map(({ type }) => type)).toEqual(["turn.started", "turn.completed"]);
    expect(it.server.requests).toHaveLength(0);
  });

  test("that is longer than the short history is taken all the same", async () => {
    await using it = await threadBox(said("ok", "x".repeat(40_000), "two"), {
      settings: "include_permissions_instructions = false\ninclude_environment_context = false",
    });
    await it.turn("hi");
    expect((await collected(it.thread.compact(QUIET))).at(-1)?.type).toBe("turn.completed");
    await it.turn("more");
    expect(textsOf(it.server.requests[2])[1]).toContain("xxxx");
  });
});

describe("taking back", () => {
  test("forgets the newest messages and what followed, here and in the session file", async () => {
    await using it = await threadBox(said("one", "two", "three", "four"));
    await it.turn("first");
    await it.turn("second");
    await it.turn("third");
    expect(it.thread.userMessages().map(({ text }) => text)).toEqual(["first", "second", "third"]);
    it.thread.rollback(2);
    expect(it.thread.userMessages().map(({ text }) => text)).toEqual(["first"]);
    await it.turn("other");
    expect(textsOf(it.server.requests[3]).slice(-3)).toEqual(["first", "one", "other"]);
    const rebuilt = rebuild(it.thread.rolloutPath ?? "");
    expect(JSON.stringify(rebuilt.history)).not.toContain("second");
    expect(lines(it.thread.rolloutPath).some(({ payload }) => payload["num_turns"] === 2)).toBe(true);
  });

  test("of everything begins anew with the whole context", async () => {
    await using it = await threadBox(said("one", "two"));
    await it.turn("first");
    it.thread.rollback(5);
    await it.turn("second");
    expect(textsOf(it.server.requests[1]).filter((text) => text.startsWith("<permissions"))).toHaveLength(1);
    expect(textsOf(it.server.requests[1]).at(-1)).toBe("second");
  });

  test("reaches behind a summary", async () => {
    await using it = await threadBox(said("one", "two", "SUMMARY", "three"));
    await it.turn("first");
    await it.turn("second");
    await collected(it.thread.compact(QUIET));
    it.thread.rollback(1);
    await it.turn("other");
    const texts = textsOf(it.server.requests[3]);
    expect(texts.slice(-3)).toEqual(["first", "one", "other"]);
    expect(texts.join("\n")).not.toContain("SUMMARY");
  });

  test("works without a session file", async () => {
    await using it = await threadBox(said("one", "two", "three"), { thread: { ephemeral: true } });
    await it.turn("first");
    await it.turn("second");
    it.thread.rollback(1);
    await it.turn("other");
    expect(textsOf(it.server.requests[2])).not.toContain("second");
    expect(textsOf(it.server.requests[2])).toContain("first");
  });

  test("gives images back with the text", async () => {
    const pixel =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    await using it = await threadBox(said("one"), { files: { "a.png": Buffer.from(pixel, "base64") } });
    const path = join(it.box.workspace, "a.png");
    await it.turn([
      { type: "local_image", path },
      { type: "text", text: "look" },
    ]);
    expect(it.thread.userMessages()).toEqual([{ text: "look", images: [path] }]);
  });
});

describe("a fork", () => {
  test("holds what came before a prompt, and goes on by itself", async () => {
    await using it = await threadBox(said("one", "two", "three"));
    await it.turn("first");
    await it.turn("second");
    const path = await it.fork(1);
    await using forked = await it.open({ resume: path });
    expect(forked.id).not.toBe(it.thread.id);
    await collected(forked.run([{ type: "text", text: "other" }], QUIET));
    expect(textsOf(it.server.requests[2]).slice(-3)).toEqual(["first", "one", "other"]);
  });
});

describe("a command of the user's", () => {
  test("runs outside the sandbox, and the model reads of it with the next message", async () => {
    await using it = await threadBox(said("one", "two"), { sandbox: "read-only" });
    await it.turn("first");
    const events = await collected(it.thread.shell("echo hello; touch made; exit 3", QUIET.signal));
    expect(existsSync(join(it.box.workspace, "made"))).toBe(true);
    expect(ofType(events, "item.completed")[0]?.item).toMatchObject({
      type: "command_execution",
      source: "user_shell",
      aggregatedOutput: "hello\n",
      exitCode: 3,
    });
    expect(ofType(events, "output.delta").map(({ chunk }) => chunk)).toContain("hello\n");
    await it.turn("second");
    const [, record] = newTexts(it.server, 1);
    expect(record).toMatch(
      /^<user_shell_command>\n<command>\necho hello; touch made; exit 3\n<\/command>\n<result>\nExit code: 3\nDuration: \d\.\d{4} seconds\nOutput:\nhello\n\n<\/result>\n<\/user_shell_command>$/,
    );
    expect(it.thread.userMessages().map(({ text }) => text)).toEqual(["first", "second"]);
  });

  test("during a turn is told between two requests, never between a call and its output", async () => {
    const reached = Promise.withResolvers<void>();
    await using it = await threadBox(
      [
        respond(functionCall("exec_command", { cmd: "cat fifo", login: false }, "c1")),
        respond(message("done")),
      ],
      { sandbox: "danger-full-access" },
    );
    Bun.spawnSync(["mkfifo", join(it.box.workspace, "fifo")]);
    const events: ThreadEvent[] = [];
    const turn = (async () => {
      for await (const event of it.thread.run([{ type: "text", text: "go" }], QUIET)) {
        events.push(event);
        if (event.type === "item.started" && event.item.type === "command_execution") reached.resolve();
      }
    })();
    await reached.promise;
    await collected(it.thread.shell("echo from the user", QUIET.signal));
    // By a program, which waits until the command has opened the other end.
    await Bun.spawn(["sh", "-c", "echo go on > fifo"], { cwd: it.box.workspace }).exited;
    await turn;
    const items = it.server.requests[1]?.body.input.slice(-3) ?? [];
    expect(items.map((item) => item.type)).toEqual(["function_call", "function_call_output", "message"]);
    expect(JSON.stringify(items[2])).toContain("from the user");
  });

  test("ends with its signal, its children too", async () => {
    await using it = await threadBox(said("one"));
    const stop = new AbortController();
    const events: ThreadEvent[] = [];
    for await (const event of it.thread.shell("echo started; sleep 60", stop.signal)) {
      events.push(event);
      if (event.type === "output.delta") stop.abort();
    }
    expect(ofType(events, "item.completed")[0]?.item).toMatchObject({ exitCode: -1, status: "failed" });
  });
});

describe("commands in the background", () => {
  test("are listed, told of when they end, and stopped", async () => {
    await using it = await threadBox([
      respond(
        functionCall(
          "exec_command",
          { cmd: "echo a; echo b; exec sleep 61", yield_time_ms: 250, login: false },
          "c1",
        ),
        functionCall("exec_command", { cmd: "exec sleep 62", yield_time_ms: 250, login: false }, "c2"),
      ),
      respond(message("done")),
    ]);
    const between = it.thread.events();
    await it.turn("go");
    const [first, second] = it.thread.background().toSorted((a, b) => a.command.localeCompare(b.command));
    expect(first).toMatchObject({
      command: "echo a; echo b; exec sleep 61",
      cwd: it.box.workspace,
      lastLines: ["a", "b"],
    });
    expect(second).toMatchObject({ command: "exec sleep 62" });
    expect(Math.abs((first?.startedAt ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await it.thread.stopBackground()).toBe(2);
    expect((await between.next()).value).toMatchObject({ type: "item.completed", item: { exitCode: -1 } });
    expect((await between.next()).value).toMatchObject({ type: "item.completed", item: { exitCode: -1 } });
    expect(it.thread.background()).toEqual([]);
    await it.thread[Symbol.asyncDispose]();
    expect((await between.next()).done).toBe(true);
  });
});

test("usage counts the whole thread, and survives a resumption", async () => {
  await using it = await threadBox([
    respond(message("one"), completed({ input: 100, output: 20 })),
    respond(message("two"), completed({ input: 200, output: 30 })),
  ]);
  expect(it.thread.usage()).toMatchObject({ last: undefined, total: { total_tokens: 0 } });
  await it.turn("first");
  await it.turn("second");
  const expected = { total: { total_tokens: 350 }, last: { total_tokens: 230 }, contextWindow: 258_400 };
  expect(it.thread.usage()).toMatchObject(expected);
  await using resumed = await it.open({ resume: it.thread.rolloutPath });
  expect(resumed.usage()).toMatchObject(expected);
});
