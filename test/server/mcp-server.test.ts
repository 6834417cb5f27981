// `codex mcp-server` in the compiled executable, spoken to by the SDK's own client and, for what no client would say, by hand.

import { describe, expect, test } from "bun:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { CODEX, mockProvider, sandboxBox, type Box } from "../support/harness";
import { processesWith, until } from "../support/processes";
import {
  customCall,
  done,
  functionCall,
  hang,
  message,
  reasoning,
  respond,
  startResponsesServer,
  type ResponsesServer,
  type Script,
} from "../support/responses-server";

const MCP_SERVER = join(import.meta.dir, "../support/mcp-server.ts");

type Answer = { readonly action: string } | { readonly decision: string };
type Result = {
  readonly content: readonly { readonly text: string }[];
  readonly structuredContent?: { readonly threadId: string; readonly content: string };
  readonly isError?: boolean;
};
type EventParams = {
  readonly _meta: { readonly requestId: number; readonly threadId: string };
  readonly id: string;
  readonly msg: { readonly type: string; readonly [field: string]: unknown };
};

type Spoken = AsyncDisposable & {
  readonly box: Box;
  readonly model: ResponsesServer;
  readonly client: Client;
  readonly asked: readonly Record<string, unknown>[];
  readonly events: readonly EventParams[];
  readonly call: (name: string, args: object, signal?: AbortSignal) => Promise<Result>;
};

async function spoken(script: Script, answers: readonly Answer[] = [], more = ""): Promise<Spoken> {
  const model = await startResponsesServer(script);
  const box = await sandboxBox({ config: `${mockProvider(model.url)}\n${more}` });
  const client = new Client({ name: "test", version: "9" }, { capabilities: { elicitation: {} } });
  const asked: Record<string, unknown>[] = [];
  const events: EventParams[] = [];
  // The fields of ours are not in the SDK's schema, so it hands on only what it does not know.
  client.fallbackRequestHandler = ({ params }) => {
    const answer = answers[asked.push(params ?? {}) - 1] ?? { action: "decline" };
    return Promise.resolve(answer);
  };
  client.fallbackNotificationHandler = ({ params }) => {
    events.push(params as EventParams);
    return Promise.resolve();
  };
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: box.home,
    CODEX_HOME: box.codexHome,
    SHELL: "/bin/sh",
  };
  await client.connect(
    new StdioClientTransport({ command: CODEX, args: ["mcp-server"], env, cwd: box.workspace }),
  );
  return {
    box,
    model,
    client,
    asked,
    events,
    call: async (name, args, signal) =>
      (await client.callTool({ name, arguments: { ...args } }, undefined, {
        ...(signal !== undefined && { signal }),
      })) as unknown as Result, // as the server's output schema says
    async [Symbol.asyncDispose]() {
      await client.close();
      await box[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  };
}

const ASKING = { "approval-policy": "untrusted", sandbox: "workspace-write" };
const touch = (file: string, callId: string) =>
  functionCall("exec_command", { cmd: `touch ${file}`, login: false }, callId);

describe("codex mcp-server", () => {
  test("introduces itself and lists its two tools", async () => {
    await using it = await spoken([]);
    expect(it.client.getServerVersion()).toMatchObject({ name: "codex-mcp-server", title: "Codex" });
    const { tools } = await it.client.listTools();
    expect(tools.map(({ name, title }) => [name, title])).toEqual([
      ["codex", "Codex"],
      ["codex-reply", "Codex Reply"],
    ]);
    expect(tools[0]?.inputSchema).toMatchObject({ required: ["prompt"], additionalProperties: false });
    expect(Object.keys(tools[0]?.inputSchema.properties ?? {}).toSorted()).toEqual([
      ...["approval-policy", "base-instructions", "compact-prompt", "config", "cwd"],
      ...["developer-instructions", "model", "prompt", "sandbox"],
    ]);
    expect(await it.client.ping()).toEqual({});
  });

  test("introduces its client to the model's server", async () => {
    await using it = await spoken([respond(message("Hello"))]);
    const userAgent = /^codex_cli_rs\/\S+ \(.+; .+\) \S+ \(test; 9\)$/;
    await it.call("codex", { prompt: "hi" });
    expect(it.model.requests[0]?.headers).toMatchObject({
      originator: "codex_cli_rs",
      "user-agent": expect.stringMatching(userAgent),
    });
  });

  test("offers no goals: each call is one turn", async () => {
    await using it = await spoken([
      respond(functionCall("create_goal", { objective: "ship" }, "c1")),
      respond(message("Hello")),
    ]);
    await it.call("codex", { prompt: "hi" });
    const names = it.model.requests[0]?.body.tools.map(({ name }) => name);
    expect(names).toContain("update_plan");
    expect(names).not.toContain("create_goal");
    expect(it.model.requests[1]?.body.input.at(-1)?.output).toBe("unsupported call: create_goal");
  });

  test("holds a conversation over several calls, and tells of each event", async () => {
    await using it = await spoken([respond(message("Hello")), respond(message("Again"))]);
    const first = await it.call("codex", { prompt: "hi", config: { model_reasoning_effort: "high" } });
    const threadId = first.structuredContent?.threadId ?? "";
    expect(first).toEqual({
      content: [{ type: "text", text: "Hello" } as { text: string }],
      structuredContent: { threadId, content: "Hello" },
    });
    expect(it.events.map(({ msg }) => msg.type)).toEqual([
      ...["session_configured", "mcp_startup_complete", "task_started"],
      ...["raw_response_item", "raw_response_item", "raw_response_item"],
      ...["item_started", "item_completed", "user_message"],
      ...["item_started", "agent_message_content_delta", "raw_response_item"],
      ...["item_completed", "agent_message", "token_count", "task_complete"],
    ]);
    const [user, , agent, answer] = it.events.flatMap(({ msg }) =>
      msg.type.startsWith("item_") ? [msg] : [],
    );
    expect([user, answer]).toMatchObject([
      { item: { type: "UserMessage", content: [{ type: "text", text: "hi" }] }, thread_id: threadId },
      { item: { type: "AgentMessage", content: [{ type: "Text", text: "Hello" }] } },
    ]);
    expect(agent).toMatchObject({ item: { type: "AgentMessage", content: [] } });
    expect(new Set(it.events.map(({ _meta }) => _meta.threadId))).toEqual(new Set([threadId]));
    const [configured] = it.events.map(({ msg }) => msg);
    expect(configured).toMatchObject({ thread_id: threadId, permission_profile: { type: "managed" } });
    expect(existsSync(String(configured?.["rollout_path"]))).toBe(true);
    const ended = it.events.find(({ msg }) => msg.type === "task_complete");
    expect(ended?.msg).toMatchObject({ last_agent_message: "Hello", duration_ms: expect.any(Number) });
    const second = await it.call("codex-reply", { prompt: "more", threadId });
    expect(second.structuredContent).toEqual({ threadId, content: "Again" });
    const said = it.model.requests[1]?.body.input.map((item) => item.content?.[0]?.text);
    expect(said).toEqual(expect.arrayContaining(["hi", "Hello", "more"]));
    expect(it.model.requests[0]?.body["reasoning"]).toMatchObject({ effort: "high" });
  });

  test("asks before a command, and does as it is told", async () => {
    const script = [
      respond(touch("one", "c1")),
      respond(touch("two", "c2")),
      respond(touch("three", "c3")),
      respond(message("done")),
    ];
    await using it = await spoken(script, [
      { action: "accept" },
      { action: "decline" },
      { decision: "approved" },
    ]);
    const result = await it.call("codex", { prompt: "go", ...ASKING });
    expect(result.structuredContent?.content).toBe("done");
    expect(it.asked).toHaveLength(3);
    expect(it.asked[0]).toMatchObject({
      message: expect.stringMatching(
        /^Allow Codex to run `\/bin\/\w*sh -c 'touch one'` in `\/.+\/workspace`\?$/,
      ),
      codex_elicitation: "exec-approval",
      codex_call_id: "c1",
      codex_command: [expect.any(String), "-c", "touch one"],
      codex_cwd: it.box.workspace,
      threadId: result.structuredContent?.threadId,
    });
    const made = ["one", "two", "three"].map((file) => existsSync(join(it.box.workspace, file)));
    expect(made).toEqual([true, false, true]);
  });

  test("asks before a patch, also in a later call, and does as it is told", async () => {
    const add = (file: string, callId: string) =>
      respond(
        customCall("apply_patch", `*** Begin Patch\n*** Add File: ${file}\n+hello\n*** End Patch\n`, callId),
      );
    const script = [add("one.txt", "p1"), respond(message("first"))];
    const later = [add("two.txt", "p2"), respond(message("second"))];
    await using it = await spoken([...script, ...later], [{ action: "accept" }, { action: "decline" }]);
    const first = await it.call("codex", { prompt: "go", ...ASKING });
    const threadId = first.structuredContent?.threadId;
    const second = await it.call("codex-reply", { prompt: "on", threadId });
    expect([first, second].map(({ content }) => content[0]?.text)).toEqual(["first", "second"]);
    expect(it.asked).toMatchObject([
      {
        message: "Allow Codex to apply proposed code changes?",
        ...{ codex_elicitation: "patch-approval", codex_call_id: "p1", threadId },
        codex_changes: { [join(it.box.workspace, "one.txt")]: { type: "add", content: "hello\n" } },
      },
      { codex_elicitation: "patch-approval", codex_call_id: "p2", threadId },
    ]);
    const made = ["one.txt", "two.txt"].map((file) => existsSync(join(it.box.workspace, file)));
    expect(made).toEqual([true, false]);
  });

  test("holds several conversations at once", async () => {
    await using it = await spoken(({ body }) => {
      const prompt = body.input.at(-1)?.content?.[0]?.text ?? "";
      return respond(message(`echo ${prompt}`));
    });
    const prompts = ["a", "b", "c", "d"];
    const results = await Promise.all(prompts.map((prompt) => it.call("codex", { prompt })));
    expect(results.map(({ content }) => content[0]?.text)).toEqual(prompts.map((prompt) => `echo ${prompt}`));
    expect(new Set(results.map(({ structuredContent }) => structuredContent?.threadId)).size).toBe(4);
  });

  test("shares an MCP server between its conversations, and leaves none behind", async () => {
    const mark = crypto.randomUUID();
    const table = (name: string, mode: string) =>
      `[mcp_servers.${name}]\ncommand = ${JSON.stringify(process.execPath)}\n` +
      `args = ["${MCP_SERVER}", "${mode}", "/dev/null", "${mark}"]\n`;
    const used = done({
      ...{ type: "function_call", name: "harmless", namespace: "mcp__good" },
      ...{ arguments: "{}", call_id: "c" },
    });
    const script: Script = ({ body }) =>
      respond(body.input.some(({ type }) => type === "function_call_output") ? message("used") : used);
    await using it = await spoken(script, [], table("good", "good") + table("crash", "crash"));
    const calls = ["1", "2", "3", "4", "5"].map((prompt) => it.call("codex", { prompt }));
    const results = await Promise.all(calls);
    expect(results.map(({ content }) => content[0]?.text)).toEqual(Array(5).fill("used"));
    expect(processesWith(mark)).toHaveLength(1);
    const thread = results[0]?.structuredContent?.threadId;
    const own = it.events.filter(({ _meta }) => _meta.threadId === thread).map(({ msg }) => msg);
    expect(own.filter(({ type }) => type === "mcp_startup_update").map(({ status }) => status)).toEqual(
      expect.arrayContaining([
        { state: "starting" },
        { state: "ready" },
        { state: "failed", error: expect.stringContaining("connection closed") },
      ]),
    );
    expect(own.filter(({ type }) => type === "mcp_startup_complete")).toMatchObject([
      { ready: ["good"], failed: [{ server: "crash" }], cancelled: [] },
    ]);
    await it.client.close();
    await until("the server is gone", () => processesWith(mark).length === 0);
  });

  test("puts apply_patch on the PATH of commands", async () => {
    const where = functionCall("exec_command", { cmd: "command -v apply_patch", login: false }, "w");
    await using it = await spoken([respond(where), respond(message("done"))]);
    await it.call("codex", { prompt: "go", sandbox: "read-only" });
    const ended = it.events.find(({ msg }) => msg.type === "exec_command_end")?.msg;
    expect(ended?.["stdout"]).toBe(ended?.["aggregated_output"]);
    expect(ended).toMatchObject({
      ...{ exit_code: 0, aggregated_output: expect.stringContaining("/apply_patch"), stderr: "" },
      ...{ parsed_cmd: [{ type: "unknown", cmd: "command -v apply_patch" }], source: "agent" },
    });
  });

  test("tells what the model thinks, and what its commands look at", async () => {
    const script = { cmd: "cat a.txt && ls; rg 'b c' sub", login: false };
    const thinking = respond(reasoning("**Think**"), functionCall("exec_command", script, "k1"));
    await using it = await spoken([thinking, respond(message("done"))]);
    await it.call("codex", { prompt: "go", sandbox: "read-only" });
    const told = (type: string) => it.events.flatMap(({ msg }) => (msg.type === type ? [msg] : []));
    expect(told("agent_reasoning_section_break")).toMatchObject([{ item_id: "rs_1", summary_index: 0 }]);
    expect(told("reasoning_content_delta")).toMatchObject([{ item_id: "rs_1", delta: "**Think**" }]);
    expect(told("exec_command_begin").map((msg) => msg["parsed_cmd"])).toEqual([
      [
        { type: "read", cmd: "cat a.txt", name: "a.txt", path: "a.txt" },
        { type: "list_files", cmd: "ls", path: null },
        { type: "search", cmd: "rg 'b c' sub", query: "b c", path: "sub" },
      ],
    ]);
  });

  test("answers what cannot be done with the reason", async () => {
    await using it = await spoken([]);
    const text = async (name: string, args: object) => {
      const { content, isError } = await it.call(name, args);
      return `${isError} ${content[0]?.text}`;
    };
    expect(await text("nope", {})).toBe("true Unknown tool 'nope'");
    expect(await text("codex", { prompt: "x", bogus: 1 })).toStartWith(
      "true Failed to parse configuration for Codex tool: unknown field `bogus`, expected one of `approval-policy`",
    );
    expect(await text("codex", { prompt: "x", sandbox: "bad" })).toStartWith(
      "true Failed to parse configuration for Codex tool: sandbox",
    );
    expect(await text("codex", { prompt: "x", config: { model_provider: "none" } })).toStartWith(
      "true Failed to load Codex configuration from overrides: ",
    );
    expect(await text("codex-reply", { prompt: "x" })).toBe(
      "true Failed to parse thread_id: either threadId or conversationId must be provided",
    );
    expect(await text("codex-reply", { prompt: "x", threadId: "zz" })).toBe(
      "true Failed to parse thread_id: invalid character: expected an optional prefix of `urn:uuid:` followed by [0-9a-fA-F-], found `z` at 1",
    );
    const other = "019ab6c0-1111-7000-8000-000000000000";
    expect(await text("codex-reply", { prompt: "x", threadId: other })).toBe(
      `true Session not found for thread_id: ${other}`,
    );
    expect(await text("codex", { prompt: "x", cwd: "/none" })).toBe(
      "true Failed to load Codex configuration from overrides: cannot work in /none: No such file or directory (os error 2)",
    );
  });
});

type Reply = {
  readonly id: number | null;
  readonly result?: Result;
  readonly error?: { readonly code: number };
};

/** Speaks by hand: what is sent, and every answer in order. */
async function byHand(model: ResponsesServer) {
  const box = await sandboxBox({ config: mockProvider(model.url) });
  const child = Bun.spawn([CODEX, "mcp-server"], {
    env: { PATH: process.env["PATH"], HOME: box.home, CODEX_HOME: box.codexHome },
    cwd: box.workspace,
    stdin: "pipe",
    stdout: "pipe",
  });
  const replies: Reply[] = [];
  const read = (async () => {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const reply = JSON.parse(line) as Reply & { readonly method?: string };
        if (reply.method === undefined) replies.push(reply);
      }
    }
  })();
  return {
    replies,
    send: (...lines: readonly string[]) => child.stdin.write(lines.map((line) => `${line}\n`).join("")),
    end: async () => {
      await child.stdin.end();
      await read;
      const code = await child.exited;
      await box[Symbol.asyncDispose]();
      return code;
    },
  };
}

const rpc = (id: number | string, method: string, params?: object) =>
  JSON.stringify({ jsonrpc: "2.0", id, method, ...(params && { params }) });

test("the greeting says how the client will be introduced", async () => {
  await using model = await startResponsesServer([]);
  const server = await byHand(model);
  await server.send(rpc(1, "initialize", { clientInfo: { name: "t", version: "1" } }));
  expect(await server.end()).toBe(0);
  expect(JSON.stringify(server.replies[0]?.result)).toMatch(
    /"user_agent":"codex_cli_rs\/\S+ \(.+; .+\) \S+ \(t; 1\)"/,
  );
});

test("a call that is cancelled is answered, and its thread goes on", async () => {
  await using model = await startResponsesServer([hang()]);
  const server = await byHand(model);
  await server.send(rpc(1, "tools/call", { name: "codex", arguments: { prompt: "wait" } }));
  await model.waitForRequest(1);
  await server.send('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}');
  await server.send(rpc(2, "ping"));
  expect(await server.end()).toBe(0);
  const reply = server.replies.find(({ id }) => id === 1);
  expect(reply?.result).toMatchObject({ isError: true, content: [{ text: "The turn was interrupted." }] });
});

test("ten thousand malformed messages each get their error, and a valid call works after them", async () => {
  await using model = await startResponsesServer([respond(message("still here"))]);
  const server = await byHand(model);
  const bad: readonly (readonly [line: string, code: number, id: number | null])[] = [
    ["not json", -32700, null],
    ['{"jsonrpc":"2.0","id":7', -32700, null],
    ["[]", -32600, null],
    ["42", -32600, null],
    ['{"id":7,"method":"ping"}', -32600, 7],
    ['{"jsonrpc":"2.0","id":7}', -32600, 7],
    ['{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600, null],
    ['{"jsonrpc":"2.0","id":7,"method":"ping","params":[1]}', -32602, 7],
    ['{"jsonrpc":"2.0","id":7,"method":"resources/list"}', -32601, 7],
    ['{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}', -32602, 7],
  ];
  for (let round = 0; round < 1000; round++) await server.send(...bad.map(([line]) => line));
  await server.send(rpc("last", "tools/call", { name: "codex", arguments: { prompt: "hi" } }));
  await model.waitForRequest(1);
  await until("all are answered", () => server.replies.length > 10_000);
  expect(await server.end()).toBe(0);
  expect(server.replies).toHaveLength(10_001);
  const first = server.replies.slice(0, 10).map(({ id, error }) => [error?.code, id]);
  expect(first).toEqual(bad.map(([, code, id]) => [code, id]));
  const codes = Object.groupBy(server.replies, ({ error }) => String(error?.code));
  expect(Object.fromEntries(Object.entries(codes).map(([code, list]) => [code, list?.length]))).toEqual({
    "-32700": 2000,
    "-32600": 5000,
    "-32602": 2000,
    "-32601": 1000,
    undefined: 1,
  });
  expect(server.replies.at(-1)?.result?.structuredContent?.content).toBe("still here");
});
