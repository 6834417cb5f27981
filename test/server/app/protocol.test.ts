// The ground rules of `codex app-server`: handshake, errors, order, and malformed input (app-server.md 1 to 4).

import { describe, expect, test } from "bun:test";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { hang, message, respond } from "../../support/responses-server";
import { greet, methods, serving, type Fields } from "./client";

describe("the handshake", () => {
  test("comes first, once, and says who is there", async () => {
    await using it = await serving([], { silent: true });
    expect(await it.refused("thread/list", {})).toEqual({ code: -32600, message: "Not initialized" });
    const greeting = await greet(it);
    expect(greeting).toEqual({
      userAgent: expect.stringMatching(/^my_ide\/\d+\.\d+\.\d+ \(.+; .+\) \S+ \(my_ide; 1\.0\)$/),
      codexHome: it.box.codexHome,
      platformFamily: "unix",
      platformOs: process.platform === "darwin" ? "macos" : "linux",
    });
    const clientInfo = { name: "x", version: "1" };
    expect((await it.refused("initialize", { clientInfo })).message).toBe("Already initialized");
  });

  test("refuses a name that no header can hold, and may be tried again", async () => {
    await using it = await serving([], { silent: true });
    expect((await it.refused("initialize", { clientInfo: { name: "a\nb", version: "1" } })).message).toBe(
      "Invalid clientInfo.name: 'a\nb'. Must be a valid HTTP header value.",
    );
    expect((await it.refused("initialize", { clientInfo: { name: "x" } })).message).toBe(
      "Invalid request: missing field `version`",
    );
    await greet(it);
  });

  test("tells of a configuration that cannot be used, and threads wait until it can", async () => {
    await using it = await serving([], { settings: "model_verbosity = 5" });
    const told = await it.tells("configWarning");
    expect(told.params["details"]).toContain("model_verbosity");
    expect((await it.refused("thread/start", {})).message).toStartWith("failed to load configuration: ");
    it.box.write(join(it.box.codexHome, "config.toml"), "");
    expect(await it.thread()).toBeString();
  });

  test("tells of a project whose settings cannot be looked for, and goes on", async () => {
    await using it = await serving([], {
      before: (box) => symlinkSync(".codex", join(box.workspace, ".codex")),
    });
    const told = await it.tells("configWarning");
    expect(told.params["details"]).toContain(".codex");
    expect((await it.get("thread/loaded/list", {}))["data"]).toEqual([]);
  });

  test("opens what is being tried out, and leaves out what is not wanted", async () => {
    await using it = await serving([respond(message("hi"))], {
      capabilities: { optOutNotificationMethods: ["item/agentMessage/delta", "nonsense"] },
    });
    const refusal = await it.refused("thread/start", { permissions: ":workspace" });
    expect(refusal.message).toBe("thread/start.permissions requires experimentalApi capability");
    const threadId = await it.thread({ permissions: null, dynamicTools: [] });
    await it.turn(threadId, "go");
    expect(methods(it.heard)).toContain("item/completed");
    expect(methods(it.heard)).not.toContain("item/agentMessage/delta");
  });
});

describe("what is wrong", () => {
  test("is said in the words that clients know", async () => {
    await using it = await serving();
    const other = "019ab6c0-1111-7000-8000-000000000000";
    for (const [method, params, text] of [
      ["thread/start", { cwd: 5 }, "Invalid request: invalid type: integer `5`, expected a string"],
      [
        "thread/start",
        { cwd: 1.5 },
        "Invalid request: invalid type: floating point `1.5`, expected a string",
      ],
      [
        "thread/start",
        { sandbox: "x" },
        "Invalid request: unknown variant `x`, expected one of `read-only`, `workspace-write`, `danger-full-access`",
      ],
      ["turn/start", {}, "Invalid request: missing field `threadId`"],
      ["model/list", 5, "Invalid request: invalid type: integer `5`, expected struct ModelListParams"],
      ["model/list", { limit: -1 }, "Invalid request: invalid value: integer `-1`, expected u32"],
      [
        "turn/start",
        { threadId: "x", input: [] },
        "invalid thread id: invalid character: expected an optional prefix of `urn:uuid:` followed by [0-9a-fA-F-], found `x` at 1",
      ],
      ["turn/start", { threadId: other, input: [] }, `thread not found: ${other}`],
      ["thread/read", { threadId: other }, `thread not loaded: ${other}`],
      ["thread/resume", { threadId: other }, `no rollout found for thread id ${other}`],
      ["thread/archive", { threadId: other }, `no rollout found for thread id ${other}`],
      ["thread/name/set", { threadId: other, name: " " }, "thread name must not be empty"],
    ] as const) {
      expect(await it.refused(method, params)).toEqual({ code: -32600, message: text });
    }
    expect((await it.refused("nope/x")).message).toStartWith(
      "Invalid request: unknown variant `nope/x`, expected one of `initialize`, `thread/start`, ",
    );
    const long = { threadId: other, input: [{ type: "text", text: "x".repeat(1_048_577) }] };
    expect(await it.refused("turn/start", { ...long, threadId: await it.thread() })).toEqual({
      code: -32602,
      message: "Input exceeds the maximum length of 1048576 characters.",
      data: { input_error_code: "input_too_large", max_chars: 1_048_576, actual_chars: 1_048_577 },
    });
  });

  test("and is no message gets no answer, and a line on stderr; ids come back as they came", async () => {
    await using it = await serving();
    for (const line of ["{bad json", "[]", '{"id":900}', "5", '"x"', ""]) it.send(line);
    it.send('{"jsonrpc":"2.0","id":"a b","method":"thread/loaded/list","params":{"unknown":1}}');
    expect(await it.ask("thread/loaded/list", {}, "7")).toMatchObject({ id: "7" });
    expect(await it.ask("thread/loaded/list", {}, 7)).toMatchObject({ id: 7 });
    expect(it.heard.some((one) => "id" in one && one.id === "a b")).toBe(true);
    expect(it.heard.some((one) => "id" in one && one.id === 900)).toBe(false);
    it.endInput();
    expect(await it.exited).toBe(0);
    expect((await it.stderr).trimEnd().split("\n")).toHaveLength(5);
  });

  test("thousands of times over leaves a server that works", async () => {
    await using it = await serving([respond(message("fine"))]);
    const random = generator(20_261_122);
    const known =
      (await it.refused("nope")).message.match(/`[\w/]+`/g)?.map((name) => name.slice(1, -1)) ?? [];
    // Not those that would change this machine, or end only with their process.
    const names = [...known.filter((name) => !/^fs\/|^command\/|login|^initialize$/.test(name)), "x", ""];
    const value = (depth: number): unknown => {
      const choices = [null, true, -1, 1.5, 2 ** 53, "", "x", "\u0000\ud800", "y".repeat(2000)];
      const at = Math.floor(random() * (choices.length + (depth > 3 ? 0 : 2)));
      if (at === choices.length) return Array.from({ length: 3 }, () => value(depth + 1));
      return at > choices.length ? members(depth + 1) : choices[at];
    };
    const keys = [
      "threadId",
      "input",
      "cwd",
      "config",
      "type",
      "limit",
      "cursor",
      "edits",
      "name",
      "turnId",
      "query",
    ];
    const members = (depth: number): Fields =>
      Object.fromEntries(keys.filter(() => random() < 0.3).map((key) => [key, value(depth)]));
    for (let n = 0; n < 3000; n++) {
      const text = JSON.stringify({
        ...(random() < 0.9 && { id: random() < 0.5 ? 1_000_000 + n : value(3) }),
        ...(random() < 0.95 && { method: names[Math.floor(random() * names.length)] }),
        ...(random() < 0.9 && { params: random() < 0.8 ? members(0) : value(0) }),
      });
      it.send(random() < 0.1 ? text.slice(0, Math.floor(random() * text.length)) : text);
    }
    const threadId = await it.thread();
    expect(await it.turn(threadId, "still there?")).toMatchObject({ status: "completed" });
    it.endInput();
    expect(await it.exited).toBe(0);
  }, 60_000);
});

describe("requests about one thread", () => {
  test("wait for each other, up to a number", async () => {
    await using it = await serving([hang()]);
    const threadId = await it.thread();
    await it.get("turn/start", { threadId, input: [{ type: "text", text: "go" }] });
    await it.model.waitForRequest(1);
    const replies = Array.from({ length: 400 }, () => it.ask("thread/read", { threadId }));
    const codes = (await Promise.all(replies)).map(({ error }) => error?.code);
    expect(codes.filter((code) => code === undefined).length).toBeGreaterThan(100);
    expect(new Set(codes)).toEqual(new Set([undefined, -32001]));
  });
});

/** Numbers from 0 to 1, the same every time. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
