// The lines of `exec --json`, literally: fields, their order, item numbers, and what is not shown.

import { describe, expect, test } from "bun:test";
import { jsonPrinter } from "../../../src/cli/exec/json-printer";
import type { ThreadEvent, TokenUsage } from "../../../src/protocol/events";
import type { CommandExecution, McpToolCall, Plan, ThreadItem } from "../../../src/protocol/items";

const USAGE: TokenUsage = {
  input_tokens: 100,
  cached_input_tokens: 10,
  cache_write_input_tokens: 0,
  output_tokens: 20,
  reasoning_output_tokens: 5,
  total_tokens: 120,
};
const COMPLETED: ThreadEvent = { type: "turn.completed", lastAgentMessage: null, usage: USAGE };
const COMPLETED_LINE =
  '{"type":"turn.completed","usage":{"input_tokens":100,"cached_input_tokens":10,"cache_write_input_tokens":0,' +
  '"output_tokens":20,"reasoning_output_tokens":5}}\n';

const started = (item: ThreadItem): ThreadEvent => ({ type: "item.started", item });
const completed = (item: ThreadItem): ThreadEvent => ({ type: "item.completed", item });

/** All that a fresh printer writes for these events. */
function lines(...events: readonly ThreadEvent[]): string {
  const printer = jsonPrinter();
  return events.map(printer.print).join("");
}

function command(id: string, fields: Partial<CommandExecution> = {}): CommandExecution {
  return {
    type: "command_execution",
    id,
    command: ["/bin/bash", "-lc", "echo one; exit 3"],
    cwd: "/w",
    aggregatedOutput: "",
    exitCode: null,
    durationMs: null,
    status: "in_progress",
    ...fields,
  };
}

function plan(...steps: Plan["steps"]): Plan {
  return { type: "plan", id: "call", explanation: "why", steps };
}

describe("a turn", () => {
  test("with one message is four lines", () => {
    const printer = jsonPrinter();
    const message: ThreadItem = { type: "agent_message", id: "m", text: "hello there", phase: null };
    const events: ThreadEvent[] = [
      { type: "turn.started", turnId: "t", modelContextWindow: null },
      started({ ...message, text: "" }),
      { type: "message.delta", itemId: "m", delta: "hello" },
      completed(message),
      { type: "tokens", total: USAGE, last: USAGE, contextWindow: null },
      COMPLETED,
    ];
    expect(printer.started("0190-id") + events.map(printer.print).join("")).toBe(
      '{"type":"thread.started","thread_id":"0190-id"}\n' +
        '{"type":"turn.started"}\n' +
        '{"type":"item.completed","item":{"id":"item_0","type":"agent_message","text":"hello there"}}\n' +
        COMPLETED_LINE,
    );
  });

  test("that fails says so twice, as an error and as the end", () => {
    expect(lines({ type: "turn.failed", message: "boom", kind: "other" })).toBe(
      '{"type":"error","message":"boom"}\n{"type":"turn.failed","error":{"message":"boom"}}\n',
    );
  });

  test("that is interrupted has no last line", () => {
    expect(lines({ type: "turn.aborted", reason: "interrupted" })).toBe("");
  });

  test("that retries says which attempt and why", () => {
    expect(
      lines({ type: "retry", attempt: 1, limit: 2, reason: "stream disconnected before completion: boom" }),
    ).toBe(
      '{"type":"error","message":"Reconnecting... 1/2 (stream disconnected before completion: boom)"}\n',
    );
  });
});

describe("items", () => {
  test("are numbered when they are first shown; a completed one keeps the number it started with", () => {
    const done = { exitCode: 0, status: "completed" } as const;
    const numbers = lines(
      started(command("a")),
      started(command("b")),
      completed({ type: "agent_message", id: "m", text: "x", phase: null }),
      completed(command("b", done)),
      completed(command("a", done)),
    ).match(/item_\d/g);
    expect(numbers).toEqual(["item_0", "item_1", "item_2", "item_1", "item_0"]);
  });

  test("a command", () => {
    const failed = command("c", {
      aggregatedOutput: "one\ntwo\n",
      exitCode: 3,
      durationMs: 5,
      status: "failed",
    });
    expect(lines(started(command("c")), completed(failed))).toBe(
      `{"type":"item.started","item":{"id":"item_0","type":"command_execution","command":"/bin/bash -lc 'echo one; exit 3'","aggregated_output":"","exit_code":null,"status":"in_progress"}}\n` +
        `{"type":"item.completed","item":{"id":"item_0","type":"command_execution","command":"/bin/bash -lc 'echo one; exit 3'","aggregated_output":"one\\ntwo\\n","exit_code":3,"status":"failed"}}\n`,
    );
  });

  test("a command that was declined has no start", () => {
    const declined = command("c", { aggregatedOutput: "rejected", exitCode: -1, status: "declined" });
    expect(lines(completed(declined))).toBe(
      `{"type":"item.completed","item":{"id":"item_0","type":"command_execution","command":"/bin/bash -lc 'echo one; exit 3'","aggregated_output":"rejected","exit_code":-1,"status":"declined"}}\n`,
    );
  });

  test("a command that still runs at the end of the turn is not completed", () => {
    expect(lines(started(command("c")), COMPLETED).split("\n")).toHaveLength(3);
  });

  test("reasoning is its summary, and nothing when that is blank", () => {
    const reasoning = { type: "reasoning", id: "r", raw: ["secret"] } as const;
    expect(lines(completed({ ...reasoning, summary: ["**A**\n\none", "**B**\n\ntwo"] }))).toBe(
      '{"type":"item.completed","item":{"id":"item_0","type":"reasoning","text":"**A**\\n\\none\\n**B**\\n\\ntwo"}}\n',
    );
    expect(
      lines(completed({ ...reasoning, summary: [] }), completed({ ...reasoning, summary: [" \n"] })),
    ).toBe("");
  });

  test("a patch is its paths and kinds; a declined one counts as failed", () => {
    const change = {
      type: "file_change",
      id: "p",
      changes: [
        { type: "update", path: "/w/f.txt", unifiedDiff: "@@", movePath: "/w/g.txt" },
        { type: "add", path: "/w/new.txt", content: "x" },
        { type: "delete", path: "/w/old.txt", content: "y" },
      ],
      status: "in_progress",
    } as const;
    const changes =
      '"changes":[{"path":"/w/f.txt","kind":"update"},{"path":"/w/new.txt","kind":"add"},{"path":"/w/old.txt","kind":"delete"}]';
    expect(lines(started(change), completed({ ...change, status: "declined" }))).toBe(
      `{"type":"item.started","item":{"id":"item_0","type":"file_change",${changes},"status":"in_progress"}}\n` +
        `{"type":"item.completed","item":{"id":"item_0","type":"file_change",${changes},"status":"failed"}}\n`,
    );
  });

  test("an MCP call has its result or its error, and null for what is absent", () => {
    const call: McpToolCall = {
      type: "mcp_tool_call",
      id: "c",
      server: "t",
      tool: "echo",
      arguments: { s: "y" },
      result: null,
      error: null,
      durationMs: null,
      status: "in_progress",
    };
    const content = [{ type: "text", text: "echo:y" }];
    expect(
      lines(
        started(call),
        completed({
          ...call,
          result: { content, _meta: { m: 2 }, structured_content: { k: 1 } },
          status: "completed",
        }),
        completed({ ...call, id: "d", result: { content, structured_content: null }, status: "failed" }),
        completed({ ...call, id: "e", error: { message: "no" }, status: "failed" }),
      ),
    ).toBe(
      '{"type":"item.started","item":{"id":"item_0","type":"mcp_tool_call","server":"t","tool":"echo","arguments":{"s":"y"},"result":null,"error":null,"status":"in_progress"}}\n' +
        '{"type":"item.completed","item":{"id":"item_0","type":"mcp_tool_call","server":"t","tool":"echo","arguments":{"s":"y"},"result":{"content":[{"type":"text","text":"echo:y"}],"_meta":{"m":2},"structured_content":{"k":1}},"error":null,"status":"completed"}}\n' +
        '{"type":"item.completed","item":{"id":"item_1","type":"mcp_tool_call","server":"t","tool":"echo","arguments":{"s":"y"},"result":{"content":[{"type":"text","text":"echo:y"}],"structured_content":null},"error":null,"status":"failed"}}\n' +
        '{"type":"item.completed","item":{"id":"item_2","type":"mcp_tool_call","server":"t","tool":"echo","arguments":{"s":"y"},"result":null,"error":{"message":"no"},"status":"failed"}}\n',
    );
  });

  test("a web search carries its call id under the same key as its number, after it", () => {
    const action = { type: "search", query: "bun compile" };
    expect(
      lines(
        started({ type: "web_search", id: "ws_1", query: "", action: { type: "other" } }),
        completed({ type: "web_search", id: "ws_1", query: "bun compile", action }),
      ),
    ).toBe(
      '{"type":"item.started","item":{"id":"item_0","type":"web_search","id":"ws_1","query":"","action":{"type":"other"}}}\n' +
        '{"type":"item.completed","item":{"id":"item_0","type":"web_search","id":"ws_1","query":"bun compile","action":{"type":"search","query":"bun compile"}}}\n',
    );
  });

  test("text outside ASCII is not escaped", () => {
    expect(lines(completed({ type: "agent_message", id: "m", text: "é\u2028☃", phase: null }))).toContain(
      '"text":"é\u2028☃"',
    );
  });
});

describe("the checklist", () => {
  const first = plan({ step: "s1", status: "in_progress" }, { step: "s2", status: "pending" });
  const second = plan({ step: "s1", status: "completed" }, { step: "s2", status: "in_progress" });
  const firstItems = '"items":[{"text":"s1","completed":false},{"text":"s2","completed":false}]';
  const secondItems = '"items":[{"text":"s1","completed":true},{"text":"s2","completed":false}]';

  test("starts with the first plan, is updated by later ones and completed just before the end", () => {
    expect(
      lines({ type: "item.updated", item: first }, { type: "item.updated", item: second }, COMPLETED),
    ).toBe(
      `{"type":"item.started","item":{"id":"item_0","type":"todo_list",${firstItems}}}\n` +
        `{"type":"item.updated","item":{"id":"item_0","type":"todo_list",${secondItems}}}\n` +
        `{"type":"item.completed","item":{"id":"item_0","type":"todo_list",${secondItems}}}\n` +
        COMPLETED_LINE,
    );
  });

  test("is completed between the error and the end of a turn that fails, and by an interruption", () => {
    const done = `{"type":"item.completed","item":{"id":"item_0","type":"todo_list",${firstItems}}}\n`;
    expect(
      lines({ type: "item.updated", item: first }, { type: "turn.failed", message: "x", kind: "other" }),
    ).toEndWith(`{"type":"error","message":"x"}\n${done}{"type":"turn.failed","error":{"message":"x"}}\n`);
    expect(
      lines({ type: "item.updated", item: first }, { type: "turn.aborted", reason: "interrupted" }),
    ).toEndWith(done);
  });
});

test("warnings and deprecations are error items", () => {
  expect(
    lines(
      { type: "warning", message: "careful" },
      { type: "warning", message: "careful", details: "why" },
      { type: "deprecated", summary: "old", details: "use new" },
      { type: "deprecated", summary: "older", details: null },
    ),
  ).toBe(
    '{"type":"item.completed","item":{"id":"item_0","type":"error","message":"careful"}}\n' +
      '{"type":"item.completed","item":{"id":"item_1","type":"error","message":"careful (why)"}}\n' +
      '{"type":"item.completed","item":{"id":"item_2","type":"error","message":"old (use new)"}}\n' +
      '{"type":"item.completed","item":{"id":"item_3","type":"error","message":"older"}}\n',
  );
});

test("deltas, diffs, token counts, compaction and images print nothing", () => {
  expect(
    lines(
      { type: "reasoning.delta", itemId: "r", delta: "x", summaryIndex: 0 },
      { type: "reasoning.break", itemId: "r", summaryIndex: 1 },
      { type: "output.delta", itemId: "c", chunk: "x" },
      { type: "patch.preview", itemId: "p", changes: [] },
      { type: "turn.diff", diff: "diff" },
      { type: "rate_limits", limits: {} },
      { type: "compacted" },
      started({ type: "image_view", id: "i", path: "/w/i.png" }),
      completed({ type: "image_view", id: "i", path: "/w/i.png" }),
    ),
  ).toBe("");
});
