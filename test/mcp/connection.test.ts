// Connections to real servers in real processes: handshake, lists, requests, failures, and that nothing is left behind.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { McpConnection } from "../../src/mcp/connection";
import { requestHeaders } from "../../src/mcp/http-headers";
import { mcpNamespaces, sanitised } from "../../src/mcp/names";
import { serverConfigs } from "../../src/mcp/server-config";
import { tokenStore } from "../../src/mcp/token-store";
import { serverEnvironment } from "../../src/mcp/server-environment";
import type { Mode } from "../support/mcp-server";
import { processesWith } from "../support/processes";

const SERVER = join(import.meta.dir, "..", "support", "mcp-server.ts");
const NO_LOGINS = tokenStore("/nonexistent", "file");
const NEVER = new AbortController().signal;

function connection(mode: Mode, settings: object = {}, name = "fake-srv"): McpConnection {
  const [config] = serverConfigs({
    [name]: { command: process.execPath, args: [SERVER, mode], tool_timeout_sec: 5, ...settings },
  });
  if (config === undefined) throw new Error("one server was configured");
  return new McpConnection({
    config,
    env: process.env,
    cwd: "/",
    tokens: NO_LOGINS,
    elicitationModes: false,
  });
}

describe("a connection", () => {
  test("reads every page of the tools and leaves out what has no name", async () => {
    await using server = connection("good");
    await server.start(NEVER);
    expect(server.tools.map(({ name }) => name)).toContain("for-apps");
    expect(server.tools).toHaveLength(16);
    expect(server.instructions).toBe("For tests.");
  });

  test("calls a tool and gets the result as it came", async () => {
    await using server = connection("good");
    await server.start(NEVER);
    const params = { name: "echo-it", arguments: { text: "hi" } };
    expect(await server.callTool(params, { signal: NEVER })).toEqual({
      content: [{ type: "text", text: "ECHO hi" }],
    });
  });

  test("words an error of the server with its code", async () => {
    await using server = connection("good");
    await server.start(NEVER);
    const call = server.callTool({ name: "hard-fail" }, { signal: NEVER });
    await expect(call).rejects.toThrow("Mcp error: -32000: kaput");
  });

  test("gives up on a call after its time, and on an interrupt at once", async () => {
    await using server = connection("good", { tool_timeout_sec: 1 });
    await server.start(NEVER);
    const slow = server.callTool({ name: "slow" }, { signal: NEVER });
    await expect(slow).rejects.toThrow("timed out awaiting tools/call after 1s");
    const interrupt = new AbortController();
    const cut = server.callTool({ name: "slow" }, { signal: interrupt.signal });
    interrupt.abort();
    await expect(cut).rejects.toThrow("interrupted");
    expect(await server.callTool({ name: "plain" }, { signal: NEVER })).toHaveProperty("content");
  });

  test("reads the list again when the server says that it has changed", async () => {
    await using server = connection("good");
    await server.start(NEVER);
    await server.callTool({ name: "grow" }, { signal: NEVER });
    await server.settled();
    expect(server.tools.map(({ name }) => name)).toContain("grown");
  });

  test("hands questions of the server to whoever made the call, and stops the clock meanwhile", async () => {
    await using server = connection("good", { tool_timeout_sec: 1 });
    await server.start(NEVER);
    const result = await server.callTool(
      { name: "ask" },
      {
        signal: NEVER,
        answer: {
          threadId: "t",
          answer: async (question) => {
            expect(question).toMatchObject({ server: "fake-srv", message: "Your name?" });
            const after = server.callTool({ name: "slow" }, { signal: NEVER }); // begins later, and has the same time
            await expect(after).rejects.toThrow("timed out");
            return { action: "accept", content: { name: "Ada" } };
          },
        },
      },
    );
    expect(result.content).toEqual([{ type: "text", text: '{"action":"accept","content":{"name":"Ada"}}' }]);
  });

  test("takes progress, log lines and unknown notifications without a word", async () => {
    await using server = connection("good");
    await server.start(NEVER);
    expect(await server.callTool({ name: "chatty" }, { signal: NEVER })).toMatchObject({
      content: [{ text: "done" }],
    });
  });

  test("says how a server died in the middle of a call", async () => {
    await using server = connection("dies-mid-call");
    await server.start(NEVER);
    const call = server.callTool({ name: "plain" }, { signal: NEVER });
    await expect(call).rejects.toThrow(/Connection closed \(exit code 9; stderr: .*I am dying\)/);
  });

  test("is not held up by a server that writes to stderr without end", async () => {
    await using server = connection("endless-stderr");
    await server.start(NEVER);
    expect(await server.callTool({ name: "plain" }, { signal: NEVER })).toHaveProperty("content");
  });

  test("kills a server that ignores being asked to end", async () => {
    const mark = crypto.randomUUID();
    const server = connection("stays", { args: [SERVER, "stays", "/dev/null", mark] });
    await server.start(NEVER);
    expect(processesWith(mark)).toHaveLength(1);
    await server[Symbol.asyncDispose]();
    expect(processesWith(mark)).toEqual([]);
  });
});

describe("the environment of a server", () => {
  test("is a short list of ours, then env_vars, then env", () => {
    const ours = { HOME: "/h", PATH: "/b", OPENAI_API_KEY: "k", MINE: "1", BUN_OPTIONS: "x", TZ: "UTC" };
    const server = {
      env: { FOO: "bar", TZ: "CET", BUN_BE_BUN: "1" },
      envVars: [{ name: "MINE", source: "local" } as const, { name: "UNSET", source: "local" } as const],
    };
    expect(serverEnvironment(server, ours)).toEqual({
      HOME: "/h",
      PATH: "/b",
      TZ: "CET",
      MINE: "1",
      FOO: "bar",
    });
  });
});

describe("the headers of an HTTP server", () => {
  const web = {
    type: "streamable_http",
    url: "http://127.0.0.1/mcp",
    bearerTokenEnvVar: "TOKEN",
    httpHeaders: { "X-A": "1", Authorization: "Basic x", "not a header": "1" },
    envHttpHeaders: { "X-B": "B", "X-A": "A", "X-C": "BLANK" },
    oauthClientId: undefined,
    oauthSecretEnvVar: undefined,
    oauthResource: undefined,
  } as const;

  test("are the static ones, those from variables, and the token before all", () => {
    expect(requestHeaders("web", web, { TOKEN: "t", A: "2", B: "3", BLANK: " " })).toEqual({
      "x-a": "2",
      "x-b": "3",
      authorization: "Bearer t",
    });
  });

  test("cannot do without a token that is promised", () => {
    expect(() => requestHeaders("web", web, {})).toThrow(
      "Environment variable TOKEN for MCP server 'web' is not set",
    );
    expect(() => requestHeaders("web", web, { TOKEN: "" })).toThrow("is empty");
  });
});

describe("names", () => {
  const tool = (name: string) => ({
    name,
    title: undefined,
    description: "",
    inputSchema: {},
    annotations: { readOnlyHint: undefined, destructiveHint: undefined, openWorldHint: undefined },
    forModel: true,
    isTask: false,
  });
  const named = (name: string, tools: readonly string[], settings: object = {}) => {
    const made = connection("good", settings, name);
    made.tools = tools.map(tool);
    return made;
  };
  const PREFIXED = { prefixed: true };

  test("hold letters, digits and underscores only", () => {
    expect([sanitised("echo-it.now"), sanitised("été"), sanitised("")]).toEqual(["echo_it_now", "_t_", "_"]);
  });

  test("of two servers that come to the same get a hash each", () => {
    const spaces = mcpNamespaces([named("a-b", ["x"]), named("a_b", ["x"])], PREFIXED);
    expect(spaces.map(({ name }) => name)).toEqual(["mcp__a_b_e0598e406614", "mcp__a_b_909e3df97957"]);
  });

  test("are not prefixed twice, and not at all on request", () => {
    expect(mcpNamespaces([named("mcp__a", ["x"])], PREFIXED)[0]?.name).toBe("mcp__a");
    expect(mcpNamespaces([named("a", ["x"])], { prefixed: false })[0]?.name).toBe("a");
  });

  test("of tools are sorted, filtered by the raw name, and told apart by a hash", () => {
    const server = named("s", ["b-b", "b_b", "a", "off", "on"], { disabled_tools: ["off"] });
    const names = mcpNamespaces([server], PREFIXED)[0]?.tools.map(({ name }) => name);
    expect(names).toEqual([
      "a",
      expect.stringMatching(/^b_b_[0-9a-f]{12}$/),
      expect.stringMatching(/^b_b_[0-9a-f]{12}$/),
      "on",
    ]);
    const only = named("s", ["a", "b"], { enabled_tools: ["b"] });
    expect(mcpNamespaces([only], PREFIXED)[0]?.tools.map(({ name }) => name)).toEqual(["b"]);
  });

  test("never exceed 64 characters with their namespace", () => {
    const long = "a_very_long_tool_name_that_goes_on_".repeat(3);
    for (const server of ["fake-srv", "s".repeat(60), "s".repeat(49)]) {
      const [space] = mcpNamespaces([named(server, [long, `${long}2`, "x"])], PREFIXED);
      const lengths = space?.tools.map(({ name }) => space.name.length + 2 + name.length) ?? [];
      expect(lengths).toHaveLength(3);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(64);
    }
    const [space] = mcpNamespaces([named("fake-srv", [long])], PREFIXED);
    expect(space?.tools[0]?.name).toMatch(/^a_very_long_tool_name_that_goes_on_a_[0-9a-f]{12}$/);
  });
});
