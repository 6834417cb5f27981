// Calls of MCP tools with somebody in front of them: what is asked, and what each answer leads to (approvals.md 10).

import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AskAnswer } from "../../src/protocol/approvals";
import type { ApprovalPolicy } from "../../src/protocol/policy";
import { askedTurn, type Asked } from "../support/asked-thread";
import { done, type SseEvent } from "../support/responses-server";

const SERVER = join(import.meta.dir, "..", "support", "mcp-server.ts");

function call(tool: string, callId: string): readonly SseEvent[] {
  return [
    done({
      type: "function_call",
      name: tool,
      namespace: "mcp__srv",
      arguments: '{"text":"x"}',
      call_id: callId,
    }),
  ];
}

function table(more = ""): string {
  return `\n[mcp_servers.srv]\ncommand = ${JSON.stringify(process.execPath)}\nargs = ["${SERVER}"]\n${more}`;
}

/** One call after the other. */
function turn(
  tools: readonly string[],
  answers: readonly AskAnswer[],
  options: { policy?: ApprovalPolicy; settings?: string } = {},
): Promise<Asked> {
  return askedTurn({
    policy: options.policy ?? "on-request",
    sandbox: "workspace-write",
    calls: tools.map((tool, at) => [call(tool, `c${at + 1}`)]),
    answers,
    settings: options.settings ?? table(),
  });
}

/** The text that the model read, without its header. */
const texts = (it: Asked, count: number) =>
  Array.from({ length: count }, (_, at) => {
    const output = it.output(`c${at + 1}`) ?? "";
    const [block] = JSON.parse(output.slice(output.indexOf("\n[") + 1)) as { readonly text: string }[];
    return block?.text;
  });

const config = (it: Asked) => readFileSync(join(it.box.codexHome, "config.toml"), "utf8");

describe("a tool that needs permission", () => {
  test("is shown with its server, its arguments and what can be answered", async () => {
    await using it = await turn(["plain"], [{ type: "approve" }]);
    expect(it.asked).toEqual([
      {
        type: "mcp_tool_call",
        callId: "c1",
        server: "srv",
        tool: "plain",
        title: null,
        description: null,
        arguments: { text: "x" },
        rememberable: true,
      },
    ]);
    expect(texts(it, 1)).toEqual(["plain ran"]);
  });

  test("is asked about each time, unless for the session", async () => {
    await using it = await turn(
      ["plain", "plain", "plain", "writes"],
      [{ type: "approve" }, { type: "approve_for_session" }, { type: "decline" }],
    );
    expect(it.asked).toHaveLength(3);
    expect(texts(it, 4)).toEqual(["plain ran", "plain ran", "plain ran", "user rejected MCP tool call"]);
  });

  test("is told that nobody decided when the question is cancelled, and the turn goes on", async () => {
    await using it = await turn(["plain", "harmless"], [{ type: "cancel" }]);
    expect(texts(it, 2)).toEqual(["user cancelled MCP tool call", "harmless ran"]);
    expect(it.events.at(-1)?.type).toBe("turn.completed");
  });

  test("is allowed for good in the user's configuration, whose comments stay", async () => {
    const settings = table("# as I like it\n");
    await using it = await turn(["plain", "plain"], [{ type: "approve_always", prefix: [] }], { settings });
    expect(it.asked).toHaveLength(1);
    expect(config(it)).toContain("# as I like it\n");
    expect(config(it)).toContain('[mcp_servers.srv.tools.plain]\napproval_mode = "approve"\n');
  });

  test("is allowed for good in the project's configuration when the server is the project's", async () => {
    await using it = await askedTurn({
      policy: "on-request",
      sandbox: "workspace-write",
      calls: [[call("plain", "c1")]],
      answers: [{ type: "approve_always", prefix: [] }],
      trusted: true,
      before: (box) => {
        mkdirSync(join(box.workspace, ".codex"));
        writeFileSync(join(box.workspace, ".codex/config.toml"), table().trimStart());
      },
    });
    expect(texts(it, 1)).toEqual(["plain ran"]);
    expect(config(it)).not.toContain("approval_mode");
    const project = readFileSync(join(it.box.workspace, ".codex/config.toml"), "utf8");
    expect(project).toEndWith('[mcp_servers.srv.tools.plain]\napproval_mode = "approve"\n');
  });

  test("in mode prompt is asked about every time, whatever was answered", async () => {
    const settings = table('default_tools_approval_mode = "prompt"\n');
    const answers: readonly AskAnswer[] = [
      { type: "approve_for_session" },
      { type: "approve_always", prefix: [] },
      { type: "approve" },
    ];
    await using it = await turn(["plain", "plain", "harmless"], answers, { settings });
    expect(it.asked.map((question) => "rememberable" in question && question.rememberable)).toEqual(
      Array(3).fill(false),
    );
    expect(config(it)).not.toContain('approval_mode = "approve"');
  });
});

describe("a server that asks", () => {
  test("gets what the user fills in", async () => {
    await using it = await turn(["ask"], [{ type: "approve", content: { name: "Ada" } }]);
    expect(it.asked).toEqual([
      {
        type: "mcp_elicitation",
        callId: "c1",
        elicitation: {
          server: "srv",
          message: "Your name?",
          request: { mode: "form", schema: { type: "object", properties: { name: { type: "string" } } } },
          meta: {},
        },
      },
    ]);
    expect(texts(it, 1)).toEqual(['{"action":"accept","content":{"name":"Ada"}}']);
  });

  test.each(["decline", "cancel"] as const)("gets a %s", async (type) => {
    await using it = await turn(["ask"], [{ type }]);
    expect(texts(it, 1)).toEqual([`{"action":"${type}"}`]);
  });

  test("gets a no where the policy lets it not ask", async () => {
    const granular = {
      sandbox_approval: true,
      rules: true,
      mcp_elicitations: false,
      skill_approval: true,
      request_permissions: true,
    };
    await using it = await turn(["ask"], [], { policy: { granular } });
    expect(it.asked).toEqual([]);
    expect(texts(it, 1)).toEqual(['{"action":"decline"}']);
  });
});
