// The ground rules of `codex app-server`: handshake, errors, order, malformed input, and other transports than stdin and stdout (app-server.md 1 to 4).

import { describe, expect, test } from "bun:test";
import { existsSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { CODEX, mockProvider, sandboxBox } from "../../support/harness";
import {
  functionCall,
  hang,
  message,
  respond,
  startResponsesServer,
  type Script,
} from "../../support/responses-server";
import { clientOver, greet, methods, openThread, runTurn, serving, type Client, type Fields } from "./client";

const MCP_SERVER = join(import.meta.dir, "../../support/mcp-server.ts");

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

describe("a socket", () => {
  async function listening(
    url: (home: string) => string,
    script: Script = [respond(message("heard by both"))],
  ) {
    const model = await startResponsesServer(script);
    // Opening a thread takes a while, so that two clients may open one at the same time.
    const slow = `sleep 0.2; exec "${process.execPath}" "${MCP_SERVER}"`;
    const server = `\n[mcp_servers.slow]\nrequired = true\ncommand = "sh"\nargs = ["-c", '${slow}']\n`;
    const box = await sandboxBox({ config: mockProvider(model.url) + server });
    const child = Bun.spawn([CODEX, "app-server", "--listen", url(box.codexHome)], {
      cwd: box.workspace,
      env: { PATH: process.env["PATH"] ?? "", HOME: box.home, CODEX_HOME: box.codexHome, SHELL: "/bin/sh" },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    const { value } = await child.stderr.getReader().read();
    const address = /listening on: (\S+)/.exec(new TextDecoder().decode(value))?.[1] ?? "";
    return {
      box,
      model,
      address,
      async [Symbol.asyncDispose]() {
        child.kill("SIGKILL");
        await child.exited;
        await box[Symbol.asyncDispose]();
        await model[Symbol.asyncDispose]();
      },
    };
  }

  type SocketClient = Client & { readonly close: () => void; readonly leave: () => Promise<void> };

  async function connected(address: string): Promise<SocketClient> {
    const socket = new WebSocket(address);
    const closed = new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
    const client = clientOver((text) => socket.send(text));
    socket.addEventListener("message", ({ data }) => client.hear(String(data)));
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", reject);
    });
    const close = () => socket.close();
    const leave = () => {
      close();
      return closed;
    };
    return { ...client, close, leave };
  }

  test("serves several clients, who follow one thread", async () => {
    await using server = await listening(() => "ws://127.0.0.1:0");
    const http = server.address.replace("ws:", "http:");
    for (const path of ["/readyz", "/healthz"]) expect((await fetch(`${http}${path}`)).status).toBe(200);
    expect((await fetch(http, { headers: { origin: "http://evil" } })).status).toBe(403);
    const [one, two] = [await connected(server.address), await connected(server.address)];
    await greet(one);
    expect((await two.refused("thread/loaded/list", {})).message).toBe("Not initialized");
    await greet(two);
    const threadId = await openThread(one, { cwd: server.box.workspace });
    await two.tells("thread/started");
    await two.get("thread/resume", { threadId });
    expect(await runTurn(one, threadId, "go")).toMatchObject({ status: "completed" });
    await two.tells("turn/completed");
    await one.get("thread/archive", { threadId });
    await one.get("thread/unarchive", { threadId });
    const resumed = await Promise.all([one, two].map((each) => each.get("thread/resume", { threadId })));
    expect(resumed.map(({ thread }) => (thread as Fields)["id"])).toEqual([threadId, threadId]);
    const from = [one, two].map((each) => each.heard.length);
    await one.get("thread/shellCommand", { threadId, command: "true" });
    await Promise.all([one, two].map((each, at) => each.tells("turn/completed", undefined, from[at])));
    one.close();
    expect((await two.get("thread/loaded/list", {}))["data"]).toEqual([threadId]);
    two.close();
  });

  test("puts a question that is open to one who joins later, and takes that answer", async () => {
    const touch = functionCall("exec_command", { cmd: "touch made", login: false }, "k1");
    const script = [respond(touch), respond(message("done"))];
    await using server = await listening(() => "ws://127.0.0.1:0", script);
    const [one, two] = [await connected(server.address), await connected(server.address)];
    await Promise.all([greet(one), greet(two)]);
    const asking = { approvalPolicy: "untrusted", sandbox: "workspace-write" };
    const threadId = await openThread(one, { cwd: server.box.workspace, ...asking });
    const ended = runTurn(one, threadId, "go");
    const name = "item/commandExecution/requestApproval";
    const asked = await one.tells(name);
    const { thread } = await two.get("thread/resume", { threadId });
    expect(thread).toMatchObject({ status: { type: "active", activeFlags: ["waitingOnApproval"] } });
    const again = await two.tells(name);
    expect(again).toEqual(asked);
    two.send(JSON.stringify({ id: again.id, result: { decision: "accept" } }));
    expect(await ended).toMatchObject({ status: "completed" });
    expect(existsSync(join(server.box.workspace, "made"))).toBe(true);
    for (const each of [one, two]) {
      expect(methods(each.heard).filter((told) => told === name)).toHaveLength(1);
      expect(methods(each.heard)).toContain("serverRequest/resolved");
      each.close();
    }
  });

  test("keeps a question for a client that comes back", async () => {
    const touch = functionCall("exec_command", { cmd: "touch made", login: false }, "k1");
    await using server = await listening(
      () => "ws://127.0.0.1:0",
      [respond(touch), respond(message("done"))],
    );
    const first = await connected(server.address);
    await greet(first);
    const asking = { approvalPolicy: "untrusted", sandbox: "workspace-write" };
    const threadId = await openThread(first, { cwd: server.box.workspace, ...asking });
    await first.get("turn/start", { threadId, input: [{ type: "text", text: "go" }] });
    const name = "item/commandExecution/requestApproval";
    const asked = await first.tells(name);
    await first.leave();
    const next = await connected(server.address);
    await greet(next);
    next.answers(name, () => ({ result: { decision: "accept" } }));
    await next.get("thread/resume", { threadId });
    expect(await next.tells(name)).toEqual(asked);
    const ended = await next.tells("turn/completed");
    expect(ended.params["turn"]).toMatchObject({ status: "completed" });
    expect(existsSync(join(server.box.workspace, "made"))).toBe(true);
    next.close();
  });

  test("lets no client wait for the command of another that has the same name", async () => {
    await using server = await listening(() => "ws://127.0.0.1:0");
    const [one, two] = [await connected(server.address), await connected(server.address)];
    await Promise.all([greet(one), greet(two)]);
    const start = (client: Client, command: readonly string[]) =>
      client.ask("command/exec", { command, processId: "p", streamStdin: true, disableTimeout: true });
    const write = (client: Client, text: string, more: Fields = {}) =>
      client.ask("command/exec/write", {
        ...{ processId: "p", deltaBase64: Buffer.from(text).toString("base64") },
        ...more,
      });
    const sleeping = start(one, ["sleep", "1000"]);
    const stuck = write(one, "x".repeat(1_000_000));
    await one.get("thread/loaded/list", {}); // which comes after that
    const echoed = start(two, ["cat"]);
    await write(two, "hello", { closeStdin: true });
    expect((await echoed).result).toMatchObject({ exitCode: 0, stdout: "hello" });
    await one.ask("command/exec/terminate", { processId: "p" });
    await Promise.all([stuck, sleeping]);
    for (const each of [one, two]) each.close();
  });

  test("of this machine is its user's alone", async () => {
    await using server = await listening((home) => `unix://${join(home, "s.sock")}`);
    const path = join(server.box.codexHome, "s.sock");
    expect(server.address).toBe(`unix://${path}`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const client = await connected(`ws+unix://${path}`);
    expect(await greet(client)).toMatchObject({ codexHome: server.box.codexHome });
    client.close();
  });

  test("that cannot be had is an error", async () => {
    await using box = await sandboxBox({ files: { file: "" } });
    const wrong = await box.codex(["app-server", "--listen", "http://x"]);
    expect(wrong.stderr).toContain("unsupported --listen URL `http://x`");
    const taken = await box.codex(["app-server", "--listen", `unix://${box.workspace}/file`]);
    expect(taken).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("no socket") });
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
