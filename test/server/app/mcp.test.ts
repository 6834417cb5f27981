// MCP servers, skills and files by name, for clients of `codex app-server` (app-server.md 10, 13, 14).

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { startOAuthServer } from "../../support/oauth-server";
import { functionCall, message, respond } from "../../support/responses-server";
import { processesWith, until } from "../../support/processes";
import { items, methods, serving, type Fields } from "./client";

const MCP_SERVER = join(import.meta.dir, "../../support/mcp-server.ts");
const fake = (more = "") =>
  `[mcp_servers.fake]\ncommand = "${process.execPath}"\nargs = ["${MCP_SERVER}"]\n${more}\n`;

describe("MCP servers", () => {
  test("are listed with what they offer, those that fail or are off with nothing", async () => {
    const more = 'disabled_tools = ["env"]\n[mcp_servers.bad]\ncommand = "false"\n';
    const off = '[mcp_servers.off]\ncommand = "true"\nenabled = false\n';
    await using it = await serving([], { config: fake(more) + off });
    const { data } = await it.get("mcpServerStatus/list", {});
    const [bad, good, none] = data as readonly Fields[];
    const empty = {
      serverInfo: null,
      tools: {},
      resources: [],
      resourceTemplates: [],
      authStatus: "unsupported",
    };
    expect([bad, none]).toEqual([
      { name: "bad", ...empty },
      { name: "off", ...empty },
    ]);
    expect(good).toMatchObject({
      name: "fake",
      serverInfo: { name: "test", version: "1", title: null },
      tools: { "echo-it": { name: "echo-it", inputSchema: { type: "object" } } },
      resources: [{ uri: "test://one" }],
      resourceTemplates: [{ uriTemplate: "test://{name}" }],
    });
    expect(good?.["tools"]).not.toHaveProperty("env");
    const first = await it.get("mcpServerStatus/list", { limit: 1, detail: "toolsAndAuthOnly" });
    expect(first).toMatchObject({ data: [{ name: "bad" }], nextCursor: "1" });
  });

  test("start with a thread, which is told, and answer the client itself", async () => {
    const bad = '[mcp_servers.bad]\ncommand = "/no/such"\n';
    await using it = await serving([], { config: fake() + bad });
    const threadId = await it.thread();
    await it.tells("mcpServer/startupStatus/updated", ({ status }) => status === "ready");
    const failed = await it.tells("mcpServer/startupStatus/updated", ({ status }) => status === "failed");
    expect(failed.params).toMatchObject({
      ...{ threadId, name: "bad" },
      error: expect.stringMatching(/^MCP client for `bad` failed to start: MCP startup failed: No such file/),
    });
    const call = (server: string, tool: string) =>
      it.ask("mcpServer/tool/call", { threadId, server, tool, arguments: { text: "hi" } });
    expect((await call("fake", "echo-it")).result).toMatchObject({ content: [{ type: "text" }] });
    expect((await call("nope", "x")).error).toEqual({ code: -32603, message: "unknown MCP server 'nope'" });
    const read = await it.get("mcpServer/resource/read", { threadId, server: "fake", uri: "test://one" });
    expect(read["contents"]).toBeArray();
  });

  test("are those of the new configuration after a reload, also in a thread that is open", async () => {
    await using it = await serving([]);
    const threadId = await it.thread();
    const call = () =>
      it.ask("mcpServer/tool/call", { threadId, server: "fake", tool: "echo-it", arguments: {} });
    expect((await call()).error?.message).toBe("unknown MCP server 'fake'");
    await it.get("config/value/write", {
      ...{ keyPath: "mcp_servers.fake", mergeStrategy: "replace" },
      value: { command: process.execPath, args: [MCP_SERVER] },
    });
    expect(await it.get("config/mcpServer/reload")).toEqual({});
    expect((await call()).result).toMatchObject({ content: [{ type: "text" }] });
  });

  test("of earlier configurations are let go, also when two changes come at once", async () => {
    const mark = crypto.randomUUID();
    await using it = await serving([]);
    await it.thread();
    const write = (value: unknown) =>
      it.get("config/value/write", { keyPath: "mcp_servers.fake", mergeStrategy: "replace", value });
    await write({ command: process.execPath, args: [MCP_SERVER, "good", "/dev/null", mark] });
    await Promise.all([1, 2].map(() => it.get("config/mcpServer/reload")));
    await until("it runs", () => processesWith(mark).length === 1);
    await write(null);
    await it.get("config/mcpServer/reload");
    await until("it is gone", () => processesWith(mark).length === 0);
  });

  test("ask the user in the middle of a call", async () => {
    const call = respond(functionCall("ask", {}, "c1", { namespace: "mcp__fake" }));
    await using it = await serving([call, respond(message("done"))], {
      config: fake('default_tools_approval_mode = "approve"'),
    });
    const threadId = await it.thread();
    it.answers("mcpServer/elicitation/request", () => ({
      result: { action: "accept", content: { name: "Ada" }, _meta: null },
    }));
    await it.turn(threadId, "go");
    const asked = await it.tells("mcpServer/elicitation/request");
    expect(asked.params).toMatchObject({ serverName: "fake", mode: "form", message: "Your name?" });
    const calls = items(it.heard, "item/completed").filter(({ type }) => type === "mcpToolCall");
    expect(Number.isInteger(calls[0]?.["durationMs"])).toBe(true);
    expect(JSON.stringify(calls[0]?.["result"])).toContain("Ada");
  });

  test("are asked about before the model calls their tools", async () => {
    const call = (id: string) =>
      respond(functionCall("echo_it", { text: "hi" }, id, { namespace: "mcp__fake" }));
    await using it = await serving([call("c1"), call("c2"), respond(message("done"))], {
      config: fake('default_tools_approval_mode = "prompt"'),
    });
    const threadId = await it.thread();
    it.answers("mcpServer/elicitation/request", (_, count) => ({
      result: { action: count === 0 ? "accept" : "decline", content: {} },
    }));
    await it.turn(threadId, "go");
    const asked = await it.tells("mcpServer/elicitation/request");
    expect(asked.params).toMatchObject({
      ...{ threadId, serverName: "fake", mode: "form", requestedSchema: { type: "object", properties: {} } },
      _meta: { codex_approval_kind: "mcp_tool_call", tool_params: { text: "hi" } },
      message: 'Allow the fake MCP server to run tool "echo-it"?',
    });
    const calls = items(it.heard, "item/completed").filter(({ type }) => type === "mcpToolCall");
    expect(calls).toMatchObject([
      { id: "c1", server: "fake", tool: "echo-it", status: "completed", error: null },
      {
        id: "c2",
        durationMs: expect.any(Number),
        status: "failed",
        error: { message: "user rejected MCP tool call" },
      },
    ]);
  });

  test("are logged in to by an address that the client opens", async () => {
    await using oauth = startOAuthServer();
    const config = `[mcp_servers.oa]\nurl = "${oauth.url}"\n${fake()}`;
    await using it = await serving([], { config, settings: 'mcp_oauth_credentials_store = "file"' });
    const statusOf = async () => {
      const { data } = await it.get("mcpServerStatus/list", { detail: "toolsAndAuthOnly" });
      return (data as readonly Fields[]).find(({ name }) => name === "oa")?.["authStatus"];
    };
    expect(await statusOf()).toBe("notLoggedIn");
    const { authorizationUrl } = await it.get("mcpServer/oauth/login", { name: "oa" });
    await fetch(String(authorizationUrl));
    const ended = await it.tells("mcpServer/oauthLogin/completed");
    expect(ended.params).toEqual({ name: "oa", success: true });
    expect(await statusOf()).toBe("oAuth");
    expect((await it.refused("mcpServer/oauth/login", { name: "zz" })).message).toBe(
      "No MCP server named 'zz' found.",
    );
    expect((await it.refused("mcpServer/oauth/login", { name: "fake" })).message).toBe(
      "OAuth login is only supported for streamable HTTP servers.",
    );
  });
});

describe("skills", () => {
  test("are listed by folder, switched off and on", async () => {
    const skill = "---\nname: mine\ndescription: Does things.\n---\nText\n";
    await using it = await serving([], {
      files: { ".agents/skills/mine/SKILL.md": skill, ".agents/skills/odd/SKILL.md": "nothing" },
    });
    const path = join(it.box.workspace, ".agents/skills/mine/SKILL.md");
    const listed = async () => {
      const { data } = await it.get("skills/list", { cwds: [it.box.workspace] });
      const [{ skills, errors } = {}] = data as readonly Fields[];
      return { mine: (skills as readonly Fields[]).find(({ name }) => name === "mine"), errors };
    };
    const before = await listed();
    expect(before.mine).toEqual({
      name: "mine",
      description: "Does things.",
      path,
      scope: "repo",
      enabled: true,
    });
    expect(before.errors).toMatchObject([{ path: join(it.box.workspace, ".agents/skills/odd/SKILL.md") }]);
    expect(await it.get("skills/config/write", { path, enabled: false })).toEqual({
      effectiveEnabled: false,
    });
    await it.tells("skills/changed");
    expect((await listed()).mine).toMatchObject({ enabled: false });
    await it.get("skills/config/write", { path, enabled: true });
    expect((await listed()).mine).toMatchObject({ enabled: true });
    expect((await it.refused("skills/config/write", { enabled: true })).code).toBe(-32602);
  });
});

describe("changes of skills", () => {
  const skill = (name: string) => `---\nname: ${name}\ndescription: Does things.\n---\nText\n`;

  test("are told where a thread works, also of the first one", async () => {
    await using it = await serving([]);
    await it.thread();
    const file = join(it.box.workspace, ".agents/skills/mine/SKILL.md");
    for (const text of [skill("mine"), skill("renamed"), "no skill any more"]) {
      const from = it.heard.length;
      it.box.write(file, text);
      await it.tells("skills/changed", undefined, from);
    }
  });

  test("are told where they were listed, and what is none is not", async () => {
    await using it = await serving([], {
      files: { "a/.agents/skills/one/SKILL.md": skill("one"), "b/c": "" },
    });
    const cwds = ["a", "b"].map((name) => join(it.box.workspace, name));
    await it.get("skills/list", { cwds });
    await it.get("skills/list", { cwds });
    const [first = "", second = ""] = cwds;
    it.box.write(join(first, ".agents/skills/one/notes.md"), "not a skill");
    it.box.write(join(first, "other"), "no more is this");
    it.box.write(join(second, ".agents/skills/two/SKILL.md"), skill("two"));
    await it.tells("skills/changed");
    expect(methods(it.heard).filter((name) => name === "skills/changed")).toHaveLength(1);
    const { data } = await it.get("skills/list", { cwds: [second] });
    expect(JSON.stringify(data)).toContain('"name":"two"');
  });
});

describe("files by a few letters", () => {
  test("are found, the best first, folders too", async () => {
    await using it = await serving([], {
      files: { "src/alpha.ts": "", "src/beta.ts": "", "alp/read.md": "" },
    });
    const root = it.box.workspace;
    const find = async (query: string) =>
      (await it.get("fuzzyFileSearch", { query, roots: ["/none", root], cancellationToken: null }))["files"];
    expect(await find("alp")).toMatchObject([
      { root, path: "alp", match_type: "directory", file_name: "alp", indices: [0, 1, 2] },
      { root, path: "src/alpha.ts", match_type: "file", file_name: "alpha.ts", indices: [4, 5, 6] },
      { path: "alp/read.md" },
    ]);
    expect(await find("")).toEqual([]);
  });
});
