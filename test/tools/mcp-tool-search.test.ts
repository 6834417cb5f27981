// Servers with very many tools: the model searches for those it needs, end to end and as a ranking of texts.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { rank } from "../../src/tools/mcp/rank";
import { outputOf, scripted } from "../support/exec-run";
import type { Mode } from "../support/mcp-server";
import { done, message, respond } from "../support/responses-server";

const SERVER = join(import.meta.dir, "..", "support", "mcp-server.ts");

function table(name: string, mode: Mode): string {
  return `\n[mcp_servers.${name}]\ncommand = ${JSON.stringify(process.execPath)}\nargs = ["${SERVER}", "${mode}"]\n`;
}

function search(callId: string, given: object) {
  return done({ type: "tool_search_call", call_id: callId, execution: "client", arguments: given });
}

describe("tool_search", () => {
  test("stands for the tools where there are a hundred, and finds those that can then be called", async () => {
    const found = search("s", { query: "harmless things", limit: 2 });
    const use = done({
      ...{ type: "function_call", name: "harmless", namespace: "mcp__fake_srv" },
      ...{ arguments: "{}", call_id: "c" },
    });
    const script = [respond(found, search("none", { query: "" })), respond(use), respond(message("done"))];
    await using run = await scripted(script, {
      provider: table("fake-srv", "good") + table("many", "huge-list"),
    });
    const { exitCode } = await run.exec(["go"]);
    expect(exitCode).toBe(0);
    const [first, second, third] = run.server.requests;
    const tools = first?.body.tools ?? [];
    expect(tools.filter(({ type }) => type === "namespace")).toEqual([]);
    const offered = tools.find(({ type }) => type === "tool_search");
    expect(offered).toEqual({
      type: "tool_search",
      execution: "client",
      description: expect.stringMatching(
        /\n- mcp__fake_srv \(\d+ tools\): For tests\.\n- mcp__many \(\d+ tools\): For tests\.$/,
      ),
      parameters: expect.objectContaining({ required: ["query"], additionalProperties: false }),
    });
    const input = second?.body.input ?? [];
    const outputs = input.filter(({ type }) => type === "tool_search_output");
    expect(outputs).toEqual([
      {
        ...{ type: "tool_search_output", call_id: "s", status: "completed", execution: "client" },
        tools: [
          {
            ...{ type: "namespace", name: "mcp__fake_srv", description: "For tests." },
            tools: [expect.objectContaining({ type: "function", name: "harmless", defer_loading: true })],
          },
        ],
      } as object as (typeof input)[number],
      {
        ...{ type: "tool_search_output", call_id: "none", status: "completed", execution: "client" },
        tools: [],
      } as object as (typeof input)[number],
    ]);
    expect(outputOf(third, "c")).toContain("harmless ran");
  }, 60_000);

  test("is not offered where there are few tools, unless a feature says so", async () => {
    const kinds = async (more: string) => {
      const provider = table("fake-srv", "good") + more;
      await using run = await scripted([respond(message("done"))], { provider });
      await run.exec(["go"]);
      return run.server.requests[0]?.body.tools.map(({ type }) => type) ?? [];
    };
    expect(await kinds("")).not.toContain("tool_search");
    const always = await kinds("\n[features]\ntool_search_always_defer_mcp_tools = true\n");
    expect([always.includes("tool_search"), always.includes("namespace")]).toEqual([true, false]);
  });
});

describe("the ranking", () => {
  const texts = ["create_issue in a repository", "listIssues of a repository", "send a message", ""];

  test("puts first what has the rarer words, and leaves out what has none", () => {
    expect(rank(texts, "create an issue", 8)).toEqual([0, 1]);
    expect(rank(texts, "List repositories' issues", 8)).toEqual([1, 0]);
    expect(rank(texts, "weather", 8)).toEqual([]);
  });

  test("finds no more than is wanted, and nothing among nothing", () => {
    expect(rank(texts, "issue", 1)).toHaveLength(1);
    expect(rank(texts, "issue", -1)).toEqual([]);
    expect(rank([], "issue", 8)).toEqual([]);
  });
});
