// MCP end to end: the compiled executable, a scripted model, real servers in real processes.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { itemsOf, outputOf, rolloutLines, scripted } from "../support/exec-run";
import type { Mode } from "../support/mcp-server";
import { done, functionCall, message, respond, type SseEvent } from "../support/responses-server";

const SERVER = join(import.meta.dir, "..", "support", "mcp-server.ts");
const WORKSPACE = ["-s", "workspace-write"];
const DONE = respond(message("done"));

/** A table of config.toml for a test server. */
function table(name: string, mode: Mode = "good", more = ""): string {
  return `[mcp_servers.${name}]\ncommand = ${JSON.stringify(process.execPath)}\nargs = ["${SERVER}", "${mode}"]\n${more}\n`;
}

function call(tool: string, args: string, callId: string, namespace = "mcp__fake_srv"): SseEvent {
  return done({ type: "function_call", name: tool, namespace, arguments: args, call_id: callId });
}

const json = (text: string) => JSON.stringify([{ type: "text", text }]);
const wall = (output: string) => {
  const match = /^Wall time: \d+\.\d{4} seconds\nOutput:\n([^]*)$/.exec(output);
  return match?.[1] ?? `no header in ${output}`;
};

describe("MCP tools", () => {
  test("are offered as one namespace for each server, between our own tools and those of goals", async () => {
    await using run = await scripted([DONE], { provider: `\n${table("fake-srv")}` });
    const { exitCode, events } = await run.exec(["go"]);
    expect([exitCode, itemsOf(events, "item.completed").length]).toEqual([0, 1]);
    const tools = run.server.requests[0]?.body.tools ?? [];
    const names = tools.map((tool) => tool["name"] ?? tool["type"]);
    expect(names).toEqual([
      ...["exec_command", "write_stdin"],
      ...["list_mcp_resources", "list_mcp_resource_templates", "read_mcp_resource"],
      ...["update_plan", "request_user_input", "apply_patch", "view_image", "mcp__fake_srv"],
      ...["get_goal", "create_goal", "update_goal", "web_search"],
    ]);
    const space = tools.find((tool) => tool["name"] === "mcp__fake_srv");
    expect(space).toMatchObject({ type: "namespace", description: "For tests." });
    const functions = space?.["tools"] as readonly { readonly name: string }[];
    expect(functions.map(({ name }) => name)).toEqual(
      functions.map(({ name }) => name).toSorted((a, b) => (a < b ? -1 : 1)),
    );
    expect(functions.map(({ name }) => name)).not.toContain("for_apps");
    expect(functions.find(({ name }) => name === "echo_it")).toEqual({
      type: "function",
      name: "echo_it",
      description: "Echo.",
      strict: false,
      parameters: { type: "object", properties: { text: { type: "string" } }, required: ["text"] },
    } as object as { name: string });
    expect(functions.find(({ name }) => name === "plain")).toMatchObject({
      parameters: { type: "object", properties: {} },
    });
  });

  test("are plain functions for a provider of local models, which knows no namespaces", async () => {
    const flat = functionCall("mcp__fake_srv__harmless", {}, "c");
    await using run = await scripted([respond(flat), DONE], { provider: `\n${table("fake-srv")}` });
    const env = { CODEX_OSS_BASE_URL: run.server.url };
    const { exitCode } = await run.exec(["-c", "model_provider=ollama", "go"], { env });
    const [first, second] = run.server.requests;
    const tools = first?.body.tools ?? [];
    expect(tools.filter(({ type }) => type === "namespace")).toEqual([]);
    expect(tools.find((tool) => tool["name"] === "mcp__fake_srv__echo_it")).toMatchObject({
      ...{ type: "function", description: "Echo.", strict: false },
    });
    expect([exitCode, wall(outputOf(second, "c"))]).toEqual([0, json("harmless ran")]);
  });

  test("answer in the exact form the model knows, and are shown as items", async () => {
    const calls: readonly (readonly [tool: string, args: string])[] = [
      ["echo_it", '{"text":"hi"}'],
      ["soft_fail", ""],
      ["hard_fail", "{}"],
      ["structured", "{}"],
      ["picture", "{}"],
      ["plain", "{}"],
      ["harmless", "{}"],
      ["writes", "{}"],
      ["echo_it", "{,"],
      ["echo_it", "[1]"],
    ];
    const script = [
      respond(...calls.map(([tool, args], index) => call(tool, args, `c${index}`))),
      respond(functionCall("mcp__fake_srv__echo_it", {}, "flat"), call("nope", "{}", "nope")),
      DONE,
    ];
    await using run = await scripted(script, { provider: `\n${table("fake-srv")}` });
    const { events, exitCode } = await run.exec(["go"]);
    expect(exitCode).toBe(0);
    const [, second, third] = run.server.requests;
    const outputs = calls.map((_, index) => outputOf(second, `c${index}`));
    expect(outputs.slice(0, 4).map(wall)).toEqual([
      json("ECHO hi"),
      json("soft fail"),
      json(
        "tool call error: tool call failed for `fake-srv/hard-fail`\n\nCaused by:\n    Mcp error: -32000: kaput",
      ),
      '{"a":1,"b":[2]}',
    ]);
    expect(JSON.parse(outputs[4] ?? "")).toEqual([
      { type: "input_text", text: expect.stringMatching(/^Wall time: \d\.\d{4} seconds\nOutput:$/) },
      { type: "input_text", text: "look" },
      { type: "input_image", image_url: "data:image/png;base64,aGk=", detail: "high" },
      { type: "input_text", text: '{"type":"audio","data":"aGk=","mimeType":"audio/wav"}' },
    ]);
    expect(outputs.slice(5, 8).map(wall)).toEqual([
      json("user cancelled MCP tool call"),
      json("harmless ran"),
      json("user cancelled MCP tool call"),
    ]);
    expect(wall(outputs[8] ?? "")).toBe(json("err: key must be a string at line 1 column 2"));
    expect(wall(outputs[9] ?? "")).toBe(json("MCP tool arguments must be a JSON object, got [1]"));
    expect(outputOf(third, "flat")).toBe("unsupported call: mcp__fake_srv__echo_it");
    expect(outputOf(third, "nope")).toBe("unsupported call: mcp__fake_srvnope");

    const items = itemsOf(events, "item.completed").filter(({ type }) => type === "mcp_tool_call");
    const byTool = (tool: string) => items.find((item) => item["tool"] === tool);
    expect(items).toHaveLength(9);
    expect(byTool("echo-it")).toEqual({
      id: expect.any(String),
      type: "mcp_tool_call",
      server: "fake-srv",
      tool: "echo-it",
      arguments: { text: "hi" },
      result: { content: [{ type: "text", text: "ECHO hi" }], structured_content: null },
      error: null,
      status: "completed",
    });
    expect(byTool("soft-fail")).toMatchObject({ arguments: null, error: null, status: "failed" });
    expect(byTool("structured")?.["result"]).toEqual({
      content: [{ type: "text", text: "dropped" }],
      _meta: { m: 2 },
      structured_content: { a: 1, b: [2] },
    });
    expect(byTool("plain")).toMatchObject({
      result: null,
      error: { message: "user cancelled MCP tool call" },
      status: "failed",
    });
    const recorded = rolloutLines(run.box.codexHome).filter(
      ({ payload }) => payload["type"] === "mcp_tool_call_end",
    );
    expect(recorded).toHaveLength(9);
    expect(recorded.find(({ payload }) => payload["call_id"] === "c0")?.payload).toMatchObject({
      invocation: { server: "fake-srv", tool: "echo-it", arguments: { text: "hi" } },
      result: { Ok: { content: [{ type: "text", text: "ECHO hi" }], isError: false } },
    });
  });

  test("run without a question where the settings say so, or where nothing is forbidden", async () => {
    const calls = ["plain", "writes", "harmless"].map((tool) => call(tool, "{}", tool));
    const script = () => [respond(...calls), DONE];
    const outputs = async (args: readonly string[], more: string) => {
      await using run = await scripted(script(), { provider: `\n${table("fake-srv", "good", more)}` });
      await run.box.events([...args, "go"]);
      return ["plain", "writes", "harmless"].map((id) => wall(outputOf(run.server.requests[1], id)));
    };
    const ran = ["plain", "writes", "harmless"].map((tool) => json(`${tool} ran`));
    const cancelled = json("user cancelled MCP tool call");
    expect(await outputs(["-s", "danger-full-access"], "")).toEqual(ran);
    expect(await outputs(WORKSPACE, 'default_tools_approval_mode = "approve"')).toEqual(ran);
    expect(await outputs(WORKSPACE, 'tools.writes.approval_mode = "approve"')).toEqual([
      cancelled,
      json("writes ran"),
      json("harmless ran"),
    ]);
    expect(await outputs(WORKSPACE, 'default_tools_approval_mode = "prompt"')).toEqual(
      Array(3).fill(cancelled),
    );
  });

  test("get the identity of the turn, and only the variables that servers may have", async () => {
    await using run = await scripted([respond(call("meta", "{}", "meta"), call("env", "{}", "env")), DONE], {
      provider: `\n${table("fake-srv", "good", 'env_vars = ["MINE"]\nenv = { FOO = "bar" }')}`,
    });
    const { events } = await run.exec(["go"], { env: { MINE: "1", OPENAI_API_KEY: "k", BUN_OPTIONS: "" } });
    const second = run.server.requests[1];
    const meta = JSON.parse(
      (JSON.parse(wall(outputOf(second, "meta"))) as { text: string }[])[0]?.text ?? "",
    );
    const threadId = events[0]?.["thread_id"];
    expect(meta).toEqual({
      progressToken: expect.any(Number),
      threadId,
      "x-codex-turn-metadata": {
        ...{ session_id: threadId, thread_id: threadId, thread_source: "user", turn_id: expect.any(String) },
        ...{ sandbox: "seccomp", turn_started_at_unix_ms: expect.any(Number) },
        ...{ model: "gpt-5.2", reasoning_effort: "medium" },
      },
    });
    expect(wall(outputOf(second, "env"))).toBe(json("FOO HOME LANG MINE PATH SHELL"));
  });

  test("of a server that wants to know get the sandbox policy", async () => {
    await using run = await scripted([respond(call("meta", "{}", "meta")), DONE], {
      provider: `\n${table("fake-srv", "wants-sandbox-state")}`,
    });
    await run.exec(["go"]);
    const [block] = JSON.parse(wall(outputOf(run.server.requests[1], "meta"))) as { text: string }[];
    const meta = JSON.parse(block?.text ?? "");
    expect(meta["codex/sandbox-state-meta"]).toEqual({
      permissionProfile: expect.objectContaining({ type: "managed", network: "restricted" }),
      sandboxPolicy: expect.objectContaining({ type: "workspace-write", network_access: false }),
      ...{ codexLinuxSandboxExe: null, sandboxCwd: run.box.workspace, useLegacyLandlock: false },
    });
  });

  test("tell whether the user was asked something in the turn", async () => {
    await using run = await scripted(
      [respond(call("plain", "{}", "c")), respond(call("meta", "{}", "meta")), DONE],
      {
        provider: `\n${table("fake-srv")}`,
      },
    );
    await run.exec(["go"]);
    expect(outputOf(run.server.requests[1], "c")).toContain("user cancelled MCP tool call");
    expect(outputOf(run.server.requests[2], "meta")).toContain('\\"user_input_requested_during_turn\\":true');
  });

  test("that a server adds in the middle of a turn are offered with the next request", async () => {
    await using run = await scripted(
      [respond(call("grow", "{}", "c1")), respond(call("grown", "{}", "c2")), DONE],
      { provider: `\n${table("fake-srv")}` },
    );
    await run.exec(["go"]);
    expect(wall(outputOf(run.server.requests[2], "c2"))).toBe(json("grown ran"));
  });

  test("whose server asks the user something get no for an answer where nobody is asked", async () => {
    await using run = await scripted([respond(call("ask", "{}", "c1")), DONE], {
      provider: `\n${table("fake-srv")}`,
    });
    await run.exec(["go"]);
    expect(wall(outputOf(run.server.requests[1], "c1"))).toBe(json('{"action":"decline"}'));
  });

  test("have long results cut like any other output", async () => {
    await using run = await scripted([respond(call("long", "{}", "c1")), DONE], {
      provider: `\n${table("fake-srv")}`,
    });
    await run.exec(["go"]);
    const output = outputOf(run.server.requests[1], "c1");
    expect(output).toMatch(
      /^Wall time: .*\nOutput:\n\[\{"type":"text","text":"z+…\d+ chars truncated…z+"\}\]$/,
    );
    expect(output.length).toBeLessThan(12_100);
  });
});

describe("MCP resources", () => {
  test("are listed and read across servers", async () => {
    const script = [
      respond(
        functionCall("list_mcp_resources", {}, "all"),
        functionCall("list_mcp_resources", { server: "two" }, "one"),
        functionCall("list_mcp_resource_templates", {}, "templates"),
        functionCall("read_mcp_resource", { server: "one", uri: "test://one" }, "read"),
        functionCall("read_mcp_resource", { server: "nosuch", uri: "x" }, "nosuch"),
        functionCall("read_mcp_resource", { server: "one", uri: "x" }, "missing"),
        functionCall("list_mcp_resources", { cursor: "1" }, "cursor"),
      ),
      DONE,
    ];
    await using run = await scripted(script, { provider: `\n${table("two")}${table("one")}` });
    const { events } = await run.exec(["go"]);
    const resource = { uri: "test://one", name: "one", mimeType: "text/plain" };
    const output = (id: string) => outputOf(run.server.requests[1], id);
    expect(JSON.parse(output("all"))).toEqual({
      resources: [
        { server: "one", ...resource },
        { server: "two", ...resource },
      ],
    });
    expect(output("one")).toBe(
      JSON.stringify({ server: "two", resources: [{ server: "two", ...resource }] }),
    );
    expect(JSON.parse(output("templates"))).toMatchObject({ resourceTemplates: [{ server: "one" }, {}] });
    expect(output("read")).toBe(
      '{"server":"one","uri":"test://one","contents":[{"uri":"test://one","text":"first"}]}',
    );
    expect(output("nosuch")).toBe("resources/read failed: unknown MCP server 'nosuch'");
    expect(output("missing")).toBe("resources/read failed: Mcp error: -32002: Resource not found");
    expect(output("cursor")).toBe("cursor can only be used when a server is specified");
    const servers = itemsOf(events, "item.completed").map((item) => item["server"]);
    expect(servers.filter((server) => server !== undefined).toSorted()).toEqual(
      ["codex", "codex", "codex", "nosuch", "one", "one", "two"].toSorted(),
    );
  });
});

describe("a server that cannot be started", () => {
  test("is named with its program and what to do, whether it is missing or may not be executed", async () => {
    await using run = await scripted([DONE], {
      provider: `\n[mcp_servers.gone]\ncommand = "/no/such/program"\n[mcp_servers.text]\ncommand = "/etc/passwd"\n`,
    });
    const { events, exitCode } = await run.exec(["go"]);
    expect(exitCode).toBe(0);
    const warnings = itemsOf(events, "item.completed").flatMap((item) =>
      item.type === "error" ? [String(item["message"])] : [],
    );
    const failed = (name: string, reason: string) =>
      `MCP client for \`${name}\` failed to start: MCP startup failed: ${reason}, or correct \`command\` of ` +
      `[mcp_servers.${name}] in config.toml`;
    expect(warnings.toSorted()).toEqual([
      failed(
        "gone",
        "No such file or directory (os error 2): `/no/such/program` does not exist, or needs a program that does not; install it",
      ),
      failed(
        "text",
        "Permission denied (os error 13): `/etc/passwd` may not be executed; make it executable",
      ),
    ]);
  });
});

describe("a required server", () => {
  test("that cannot start keeps the thread from starting", async () => {
    const more = "required = true";
    await using run = await scripted([DONE], {
      provider: `\n${table("dead", "crash", more)}[mcp_servers.missing]\ncommand = "no-such-program"\n${more}\n`,
    });
    const { stdout, stderr, exitCode } = await run.exec(["go"]);
    expect([stdout, exitCode]).toEqual(["", 1]);
    expect(stderr).toEndWith(
      "Error: thread/start: thread/start failed: error creating thread: Fatal error: Failed to initialize session: " +
        "required MCP servers failed to initialize: dead: handshaking with MCP server failed: connection closed: " +
        "initialize response; missing: No such file or directory (os error 2): `no-such-program` is not on PATH; install it, or " +
        "correct `command` of [mcp_servers.missing] in config.toml (code -32603)\n",
    );
  });
});
