// What `codex exec` writes for people, literally, with and without colours.

import { describe, expect, test } from "bun:test";
import { humanPrinter, type HumanOptions, type Session } from "../../../src/cli/exec/human-printer";
import { paintColours, paintNothing } from "../../../src/cli/style";
import type { ThreadEvent, TokenUsage } from "../../../src/protocol/events";
import type { CommandExecution, ThreadItem } from "../../../src/protocol/items";
import { colouredText, plainText } from "../../../src/ui/text/control-sequences";

const PLAIN: HumanOptions = {
  paint: paintNothing,
  clean: (text) => text,
  hideReasoning: false,
  showRawReasoning: false,
};
const COLOURED: HumanOptions = { ...PLAIN, paint: paintColours };
const SESSION: Session = {
  workdir: "/w",
  model: "gpt-5.2-codex",
  provider: "mock",
  approval: "never",
  sandbox: "workspace-write [workdir, /tmp, $TMPDIR]",
  reasoningEffort: null,
  reasoningSummaries: "auto",
  sessionId: "01a20208",
};

const started = (item: ThreadItem): ThreadEvent => ({ type: "item.started", item });
const completed = (item: ThreadItem): ThreadEvent => ({ type: "item.completed", item });

function lines(options: HumanOptions, ...events: readonly ThreadEvent[]): string {
  const printer = humanPrinter(options);
  return events.map(printer.print).join("");
}

function command(fields: Partial<CommandExecution> = {}): CommandExecution {
  return {
    type: "command_execution",
    id: "c",
    command: ["/bin/bash", "-lc", "echo fine"],
    cwd: "/w",
    aggregatedOutput: "fine\n",
    exitCode: 0,
    durationMs: 28,
    status: "completed",
    ...fields,
  };
}

function usage(input: number, cached: number, output: number): TokenUsage {
  return {
    input_tokens: input,
    cached_input_tokens: cached,
    cache_write_input_tokens: 0,
    output_tokens: output,
    reasoning_output_tokens: 0,
    total_tokens: input + output,
  };
}

describe("the banner", () => {
  test("shows the session and the prompt as it is sent", () => {
    expect(humanPrinter(PLAIN).started(SESSION, "do it\n\n<stdin>\nx\n</stdin>")).toBe(`OpenAI Codex v0.139.0
--------
workdir: /w
model: gpt-5.2-codex
provider: mock
approval: never
sandbox: workspace-write [workdir, /tmp, $TMPDIR]
reasoning effort: none
reasoning summaries: auto
session id: 01a20208
--------
user
do it

<stdin>
x
</stdin>
`);
  });

  test("has bold keys and a cyan user", () => {
    const banner = humanPrinter(COLOURED).started(SESSION, "hi");
    expect(banner).toContain("\x1b[1mworkdir:\x1b[0m /w\n");
    expect(banner).toEndWith("--------\n\x1b[36muser\x1b[0m\nhi\n");
  });
});

describe("sections", () => {
  test("a message", () => {
    const message = completed({ type: "agent_message", id: "m", text: "hello", phase: null });
    expect(lines(PLAIN, message)).toBe("codex\nhello\n");
    expect(lines(COLOURED, message)).toBe("\x1b[35m\x1b[3mcodex\x1b[0m\x1b[0m\nhello\n");
  });

  test("reasoning: its summary, its raw text if asked for, nothing if hidden or blank", () => {
    const reasoning = completed({ type: "reasoning", id: "r", summary: ["**A**", "b"], raw: ["raw"] });
    expect(lines(PLAIN, reasoning)).toBe("**A**\nb\n");
    expect(lines(COLOURED, reasoning)).toBe("\x1b[2m**A**\nb\x1b[0m\n");
    expect(lines({ ...PLAIN, showRawReasoning: true }, reasoning)).toBe("raw\n");
    expect(lines({ ...PLAIN, hideReasoning: true }, reasoning)).toBe("");
    expect(lines(PLAIN, completed({ type: "reasoning", id: "r", summary: [""], raw: [] }))).toBe("");
  });

  test("a command: start, then result with its output as it came", () => {
    expect(lines(PLAIN, started(command()), completed(command()))).toBe(
      "exec\n/bin/bash -lc 'echo fine' in /w\n succeeded in 28ms:\nfine\n\n",
    );
    expect(lines(COLOURED, started(command()), completed(command({ aggregatedOutput: "" })))).toBe(
      "\x1b[35m\x1b[3mexec\x1b[0m\x1b[0m\n\x1b[1m/bin/bash -lc 'echo fine'\x1b[0m in /w\n\x1b[32m succeeded in 28ms:\x1b[0m\n",
    );
  });

  test("a command that failed, was declined, or whose time is unknown", () => {
    const failed = command({ status: "failed", exitCode: 3, durationMs: 126, aggregatedOutput: "nonl" });
    expect(lines(PLAIN, completed(failed))).toBe(" exited 3 in 126ms:\nnonl\n");
    expect(lines(COLOURED, completed({ ...failed, aggregatedOutput: "" }))).toBe(
      "\x1b[31m exited 3 in 126ms:\x1b[0m\n",
    );
    const declined = command({ status: "declined", exitCode: -1, durationMs: 0, aggregatedOutput: "no" });
    expect(lines(COLOURED, completed(declined))).toBe("\x1b[33m declined in 0ms:\x1b[0m\nno\n");
    expect(lines(PLAIN, completed(command({ durationMs: null, aggregatedOutput: " \n" })))).toBe(
      " succeeded:\n",
    );
  });

  test("a patch, and the diff of the turn", () => {
    const patch = {
      type: "file_change",
      id: "p",
      changes: [{ type: "add", path: "/w/new.txt", content: "x" }],
      status: "in_progress",
    } as const;
    const done = completed({ ...patch, status: "completed" });
    expect(lines(PLAIN, started(patch), done, { type: "turn.diff", diff: "diff --git\n+x\n" })).toBe(
      "apply patch\npatch: completed\n/w/new.txt\ndiff --git\n+x\n\n",
    );
    expect(lines(COLOURED, done)).toBe("\x1b[1mpatch:\x1b[0m completed\n\x1b[2m/w/new.txt\x1b[0m\n");
  });

  test("a plan", () => {
    const plan: ThreadItem = {
      type: "plan",
      id: "p",
      explanation: "because",
      steps: [
        { step: "s1", status: "completed" },
        { step: "s2", status: "in_progress" },
        { step: "s3", status: "pending" },
      ],
    };
    expect(lines(PLAIN, { type: "item.updated", item: plan })).toBe("because\n  ✓ s1\n  → s2\n  • s3\n");
    expect(lines(COLOURED, { type: "item.updated", item: { ...plan, explanation: null } })).toBe(
      "  \x1b[32m✓\x1b[0m s1\n  \x1b[36m→\x1b[0m s2\n  \x1b[2m•\x1b[0m \x1b[2ms3\x1b[0m\n",
    );
  });

  test("an MCP call", () => {
    const call = {
      type: "mcp_tool_call",
      id: "c",
      server: "t",
      tool: "bad",
      arguments: {},
      result: null,
      error: null,
      durationMs: null,
      status: "in_progress",
    } as const;
    expect(
      lines(PLAIN, started(call), completed({ ...call, error: { message: "kaput" }, status: "failed" })),
    ).toBe("mcp: t/bad started\nmcp: t/bad (failed)\nkaput\n");
    expect(lines(PLAIN, completed({ ...call, status: "completed" }))).toBe("mcp: t/bad (completed)\n");
  });

  test("a web search, at its start and at its end", () => {
    const search = { type: "web_search", id: "w", query: "bun compile", action: {} } as const;
    expect(lines(PLAIN, started({ ...search, query: "" }), completed(search))).toBe(
      "web search: \nweb search: bun compile\n",
    );
  });

  test("notices", () => {
    expect(lines(PLAIN, { type: "warning", message: "careful", details: "why" })).toBe(
      "warning: careful (why)\n",
    );
    expect(lines(COLOURED, { type: "warning", message: "careful" })).toBe(
      "\x1b[1m\x1b[33mwarning:\x1b[0m\x1b[0m careful\n",
    );
    expect(lines(COLOURED, { type: "deprecated", summary: "old", details: "use new" })).toBe(
      "\x1b[1m\x1b[33mdeprecated:\x1b[0m\x1b[0m old\n\x1b[2muse new\x1b[0m\n",
    );
    expect(lines(PLAIN, { type: "compacted" })).toBe("context compacted\n");
  });

  test("a retry, without its reason", () => {
    expect(lines(PLAIN, { type: "retry", attempt: 1, limit: 2, reason: "boom" })).toBe(
      "ERROR: Reconnecting... 1/2\n",
    );
  });

  test("a failed turn, twice", () => {
    expect(lines(PLAIN, { type: "turn.failed", message: "boom", kind: "other" })).toBe(
      "ERROR: boom\nERROR: boom\n",
    );
    expect(lines(COLOURED, { type: "turn.failed", message: "boom", kind: "other" })).toStartWith(
      "\x1b[1m\x1b[31mERROR:\x1b[0m\x1b[0m boom\n",
    );
  });

  test("an interrupted turn", () => {
    expect(lines(PLAIN, { type: "turn.aborted", reason: "interrupted" })).toBe("turn interrupted\n");
  });

  test("deltas and images have none", () => {
    expect(
      lines(
        PLAIN,
        { type: "message.delta", itemId: "m", delta: "x" },
        { type: "output.delta", itemId: "c", chunk: "x" },
        started({ type: "image_view", id: "i", path: "/w/i.png" }),
        completed({ type: "image_view", id: "i", path: "/w/i.png" }),
        started({ type: "agent_message", id: "m", text: "", phase: null }),
      ),
    ).toBe("");
  });
});

describe("the end", () => {
  test("counts output and the input that no cache gave, over the whole thread", () => {
    const printer = humanPrinter(PLAIN);
    printer.print({ type: "tokens", total: usage(100, 0, 1), last: usage(100, 0, 1), contextWindow: null });
    printer.print({
      type: "tokens",
      total: usage(1_300_000, 65_433, 20),
      last: usage(1, 0, 1),
      contextWindow: null,
    });
    expect(printer.ended(null)).toBe("tokens used\n1,234,587\n");
  });

  test("says nothing when the server counted nothing", () => {
    expect(humanPrinter(PLAIN).ended(null)).toBe("");
  });

  test("shows a last message that no event has shown", () => {
    const printer = humanPrinter(PLAIN);
    printer.print(completed({ type: "agent_message", id: "m", text: "seen", phase: null }));
    expect(printer.ended("seen")).toBe("");
    expect(printer.ended("unseen")).toBe("codex\nunseen\n");
  });
});

describe("a terminal", () => {
  const output = "\x1b]0;title\x07\x1b[2J\x1b[32mok\x1b[5mblink\x1b[8mhidden\r\nnext\x9b1A\n";

  test("is not commanded by commands, models or servers, and ours are the colours after theirs", () => {
    const coloured = lines(
      { ...COLOURED, clean: colouredText },
      completed(command({ aggregatedOutput: output })),
      completed({ type: "agent_message", id: "m", text: "a\x1b[1Ab", phase: null }),
    );
    expect(coloured).toBe(
      "\x1b[32m succeeded in 28ms:\x1b[0m\n\x1b[32mokblinkhidden\nnext\n\x1b[0m\n\x1b[35m\x1b[3mcodex\x1b[0m\x1b[0m\nab\n",
    );
  });

  test("without colours gets none from commands either", () => {
    const plain = lines({ ...PLAIN, clean: plainText }, completed(command({ aggregatedOutput: output })));
    expect(plain).toBe(" succeeded in 28ms:\nokblinkhidden\nnext\n\n");
  });
});
