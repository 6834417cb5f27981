import { appendFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "bun:test";
import type { RolloutEntry } from "../../../src/protocol/rollout";
import { fullTranscript } from "../../../src/ui/transcript/full-transcript";
import { replay } from "../../../src/ui/transcript/replay";
import {
  assistant,
  event,
  item,
  linesText,
  meta,
  sessionHome,
  turnContext,
  user,
} from "../../rollout/session-home";
import { page, PLAIN } from "./pages";

const call = (name: string, given: unknown, id: string) =>
  item({ type: "function_call", name, arguments: JSON.stringify(given), call_id: id });
const output = (id: string, text: string) =>
  item({ type: "function_call_output", call_id: id, output: text });
const ended = (code: number, text: string) =>
  `Chunk ID: 0b8882\nWall time: 0.0123 seconds\nProcess exited with code ${code}\nOriginal token count: 15\nOutput:\n${text}`;
const said = (text: string): RolloutEntry[] => [
  event("agent_message", { message: text, phase: null }),
  assistant(text),
];
const asked = (text: string, images: readonly string[] = []): RolloutEntry[] => [
  event("task_started", { turn_id: "t" }),
  turnContext(),
  user(text),
  event("user_message", { message: text, images: [], local_images: images, text_elements: [] }),
];

const SESSION: readonly RolloutEntry[] = [
  meta(),
  ...asked("update it", ["/a.png"]),
  event("agent_reasoning", { text: "**Thinking** hard" }),
  ...said("I will look."),
  call("exec_command", { cmd: "cat README.md" }, "1"),
  call("exec_command", { cmd: "seq 9; exit 2" }, "2"),
  output("1", ended(0, "hello\n")),
  output("2", ended(2, "1\n2\n3\n4\n5\n6\n7\n8\n9\n")),
  call("update_plan", { plan: [{ step: "Do", status: "in_progress" }] }, "3"),
  output("3", "Plan updated"),
  event("patch_apply_end", {
    call_id: "4",
    success: true,
    status: "completed",
    changes: { "/work/project/a.txt": { type: "add", content: "x\n" } },
  }),
  event("mcp_tool_call_end", {
    invocation: { server: "docs", tool: "find", arguments: {} },
    result: { Ok: { content: [{ type: "text", text: "found" }], isError: false } },
  }),
  event("web_search_end", { query: "bun", action: { type: "search" } }),
  call("exec_command", { cmd: "npm start" }, "5"),
  output("5", "Wall time: 10.0 seconds\nProcess running with session ID 1234\nOutput:\n"),
  call("write_stdin", { session_id: 1234, chars: "" }, "6"),
  output("6", ended(0, "")),
  ...said("Done.\n<proposed_plan>\n- next\n</proposed_plan>"),
  event("task_complete", { turn_id: "t" }),
  item({
    type: "message",
    role: "user",
    content: [
      {
        type: "input_text",
        text: "<user_shell_command>\n<command>\nls\n</command>\n<result>\nExit code: 0\nDuration: 0.1 seconds\nOutput:\na\nb\n</result>\n</user_shell_command>",
      },
    ],
  }),
  ...asked("a mistake"),
  ...said("Oh."),
  event("thread_rolled_back", { num_turns: 1 }),
  event("task_started", { turn_id: "r" }),
  event("entered_review_mode", { user_facing_hint: "current changes" }),
  event("user_message", { message: "the long prompt of a review", images: [], local_images: [] }),
  event("exited_review_mode", { review_output: null }),
  ...said("No findings."),
  event("context_compacted"),
  ...asked("and stop"),
  event("turn_aborted", { reason: "interrupted" }),
];

const REPLAYED = `› [Image #1]
  update it

• hard

• I will look.

• Explored
  └ Read README.md

• Ran seq 9; exit 2
  └ 1
    2
    … +5 lines (ctrl + t to view transcript)
    8
    9

• Updated Plan
  └ □ Do

• Added a.txt (+1 -0)
    1 +x

• Called docs.find({})
  └ found

• Searched the web for "bun"

• Ran npm start
  └ (no output)

• Waited for background terminal · npm start

${"─".repeat(80)}

• Done.

• Proposed Plan

  - next

• You ran ls
  └ a
    b

>> Code review started: current changes <<

<< Code review finished >>

• No findings.

• Context compacted

› and stop

■ Conversation interrupted - tell the model what to do differently. Something
  went wrong? Hit \`/feedback\` to report the issue.
`;

describe("a session that is gone on with", () => {
  test("looks as it did, without what was taken back", () => {
    using home = sessionHome();
    const path = home.session([...SESSION.slice(0, 4), "{garbage\n", ...SESSION.slice(4)]);
    expect(replay(path, page(80)).split("\n")).toEqual(REPLAYED.split("\n"));
  });

  test("shows nothing of a file without turns", () => {
    using home = sessionHome();
    expect(replay(home.session([meta()]), page(80))).toBe("");
  });

  test("goes on below what was replayed", () => {
    using home = sessionHome();
    const shown = page(80);
    replay(home.session([...asked("one")]), shown);
    expect(shown.userMessage({ text: "two", images: [] })).toBe("\n› two\n");
  });

  test("is read from its end, however large it is", () => {
    using home = sessionHome();
    const path = join(home.path, "large.jsonl");
    writeFileSync(path, linesText([meta(), ...asked("the first")]));
    truncateSync(path, 1024 ** 3);
    const image = "A".repeat(3 * 1_048_576);
    appendFileSync(
      path,
      `\n${linesText([...asked("the last but one"), user(image), ...said("Yes."), ...asked("the last")])}`,
    );
    const started = performance.now();
    const text = replay(path, page(80));
    expect(performance.now() - started).toBeLessThan(2000);
    expect(text).toBe(
      "\n• Earlier messages are not shown here. ctrl + t shows all of them\n\n› the last but one\n\n• Yes.\n\n› the last\n",
    );
  });

  test("prints no more than a terminal remembers", () => {
    using home = sessionHome();
    const path = home.session([meta(), ...asked("go"), ...said("line\n".repeat(10_000)), ...said("end")]);
    const lines = replay(path, page(80)).split("\n");
    expect(lines.length).toBeLessThan(2010);
    expect(lines.slice(-3)).toEqual(["", "• end", ""]);
  });
});

describe("the transcript in full", () => {
  test("has all output, how commands ended, and what was taken back", () => {
    using home = sessionHome();
    const shown = page(80);
    const options = {
      theme: PLAIN,
      columns: () => 80,
      cwd: "/work/project",
      home: "/home/user",
      hyperlinks: false,
      hideReasoning: true,
      showRawReasoning: false,
    };
    const text = [...fullTranscript(home.session(SESSION), options)].join("");
    expect(text).toContain("\n$ seq 9; exit 2\n1\n2\n3\n4\n5\n6\n7\n8\n9\n✗ (2) • 12ms\n");
    expect(text).toContain("\n$ cat README.md\nhello\n✓ • 12ms\n");
    expect(text).toContain("\n• hard\n");
    expect(text).toContain("\n› a mistake\n\n• Oh.\n\n• The last turn was taken back.\n");
    expect(shown.live(0)).toEqual([]);
  });
});
