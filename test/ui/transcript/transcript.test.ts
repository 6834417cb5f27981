import { describe, expect, test } from "bun:test";
import type { ThreadEvent } from "../../../src/protocol/events";
import { createTheme } from "../../../src/ui/terminal/theme";
import { cells } from "../../../src/ui/text/wrap";
import { command, page, PLAIN, ran, said, TURN, type Page } from "./pages";

const USAGE = {
  input_tokens: 0,
  cached_input_tokens: 0,
  cache_write_input_tokens: 0,
  output_tokens: 0,
  reasoning_output_tokens: 0,
  total_tokens: 0,
};
const ENDED: ThreadEvent = { type: "turn.completed", lastAgentMessage: null, usage: USAGE };
const NUMBERS = Array.from({ length: 30 }, (_, index) => `${index + 1}\n`).join("");

/** A turn with everything in it. */
function wholeTurn(shown: Page): string {
  return [
    shown.userMessage({ text: "update the readme", images: [] }),
    shown.play(TURN, ...said("I will look at files first.")),
    shown.play(
      ...ran("ls -la"),
      ...ran("cat README.md && sed -n 1,20p src/a.ts"),
      ...ran("rg -n foo src | head -5"),
    ),
    shown.play(...said("I'll update the README.")),
    shown.play({
      type: "item.completed",
      item: {
        type: "file_change",
        id: "patch",
        status: "completed",
        changes: [
          {
            type: "update",
            path: "/work/project/README.md",
            unifiedDiff: "@@ -1 +1 @@\n-hello\n+hello world\n@@ -98,2 +98,3 @@\n a\n+b\n c\n",
            movePath: null,
          },
          { type: "add", path: "/work/project/src/a.txt", content: "one\ntwo\n" },
        ],
      },
    }),
    shown.play({
      type: "item.updated",
      item: {
        type: "plan",
        id: "plan",
        explanation: "Next",
        steps: [
          { step: "Read files", status: "completed" },
          { step: "Edit README", status: "in_progress" },
          { step: "Run tests", status: "pending" },
        ],
      },
    }),
    shown.approved(
      {
        type: "command",
        callId: "c",
        command: ["/bin/bash", "-lc", "seq 1 30; exit 3"],
        cwd: "/work/project",
        reason: null,
        proposal: null,
        rememberable: true,
        additionalPermissions: null,
      },
      { type: "approve" },
    ),
    shown.play(...ran("seq 1 30; exit 3", NUMBERS, 3)),
    (shown.wait(65_000), ""),
    shown.play(
      ...said(
        "# Result\n\nI changed `README.md` and a file.\n\n- item one\n- item two\n\n```js\nconst x = 1;\n```\n",
      ),
    ),
    shown.play(ENDED),
  ].join("");
}

const AT_80 = `› update the readme

• I will look at files first.

• Explored
  └ List ls -la
    Read README.md, a.ts
    Search foo in src

${"─".repeat(80)}

• I'll update the README.

• Edited 2 files (+4 -1)
  └ README.md (+2 -1)
      1 -hello
      1 +hello world
      ⋮
     98  a
     99 +b
    100  c

  └ src/a.txt (+2 -0)
    1 +one
    2 +two

• Updated Plan
  └ Next
    ✔ Read files
    □ Edit README
    □ Run tests

✔ You approved codex to run seq 1 30; exit 3 this time

• Ran seq 1 30; exit 3
  └ 1
    2
    … +26 lines (ctrl + t to view transcript)
    29
    30

─ Worked for 1m 05s ${"─".repeat(60)}

• # Result

  I changed README.md and a file.

  - item one
  - item two

  const x = 1;
`;

const AT_40 = AT_80.replaceAll("─".repeat(80), "─".repeat(40))
  .replace(`1m 05s ${"─".repeat(60)}`, `1m 05s ${"─".repeat(20)}`)
  .replace(
    "✔ You approved codex to run seq 1 30; exit 3 this time",
    "✔ You approved codex to run seq 1 30;\n  exit 3 this time",
  )
  .replace("(ctrl + t to view transcript)", "(ctrl + t to view\n    transcript)");
const AT_200 = AT_80.replace("─".repeat(80), "─".repeat(200)).replace(/(1m 05s )─+/, `$1${"─".repeat(180)}`);

describe("a whole turn", () => {
  test.each([
    [40, AT_40],
    [80, AT_80],
    [200, AT_200],
  ])("at %i columns", (columns, lines) => {
    expect(wholeTurn(page(columns)).split("\n")).toEqual(lines.split("\n"));
  });

  test("is never wider than the terminal, down to 20 columns", () => {
    for (const columns of [20, 21, 33, 47, 120, 300]) {
      for (const line of wholeTurn(page(columns)).split("\n"))
        expect(cells(line)).toBeLessThanOrEqual(columns);
    }
  });

  test("differs with colours in nothing but colours", () => {
    const coloured = wholeTurn(page(80, { theme: createTheme(3, () => [0, 0, 0]) }));
    const plain = Bun.stripANSI(coloured)
      .split("\n")
      .map((line) => line.trimEnd());
    expect(plain).toEqual(AT_80.split("\n").map((line) => line.trimEnd()));
    expect(coloured).toContain("\x1b[32m");
  });

  test("has weights and no colours where colours are not wanted, and neither on a dumb terminal", () => {
    const weights = wholeTurn(page(80, { theme: createTheme(0) }));
    expect(weights).toContain("\x1b[1m");
    expect(weights).not.toMatch(/\x1b\[(3[0-9]|4[0-9]|9[0-7])/);
    expect(wholeTurn(page(80, { theme: PLAIN }))).not.toContain("\x1b");
  });
});

const one = (item: Extract<ThreadEvent, { type: "item.completed" }>["item"]): ThreadEvent => ({
  type: "item.completed",
  item,
});
const mcp = {
  type: "mcp_tool_call",
  id: "m",
  server: "docs",
  tool: "find",
  arguments: { q: "x" },
  result: null,
  error: null,
  durationMs: 3,
} as const;

const EVENTS: readonly (readonly [what: string, events: readonly ThreadEvent[], lines: string])[] = [
  ["a command without output", ran("true"), "• Ran true\n  └ (no output)"],
  [
    "a command with little output",
    ran("seq 5", "1\n2\n3\n4\n5\n"),
    "• Ran seq 5\n  └ 1\n    2\n    3\n    4\n    5",
  ],
  [
    "a command of the user's shows more",
    ran("seq 60", Array.from({ length: 60 }, (_, i) => `${i}\n`).join(""), 0, { source: "user_shell" }),
    `• You ran seq 60\n  └ ${Array.from({ length: 24 }, (_, i) => i).join("\n    ")}\n    … +12 lines (ctrl + t to view transcript)\n    ${Array.from({ length: 24 }, (_, i) => i + 36).join("\n    ")}`,
  ],
  [
    "a long command wraps",
    ran(`echo ${"word ".repeat(20)}`),
    `• Ran echo ${"word ".repeat(12)}word\n  │ ${"word ".repeat(6)}word\n  └ (no output)`,
  ],
  [
    "a script shows its first lines",
    ran("a\nb\nc\nd\ne\nf\ng\nh"),
    "• Ran a\n  │ b\n  │ c\n  │ d\n  │ e\n  │ f\n  │ … +2 lines\n  └ (no output)",
  ],
  [
    "a command without a shell is quoted",
    [one(command("", { command: ["git", "commit", "-m", "a b"], exitCode: 0, status: "completed" }))],
    "• Ran git commit -m 'a b'\n  └ (no output)",
  ],
  [
    "output cannot move the cursor",
    ran("x", "a\x1b[2J\x1b]0;t\x07b\r\nc\rd\ne\tf\n"),
    "• Ran x\n  └ ab\n    d\n    e       f",
  ],
  [
    "a command that was refused",
    [one(command("rm x", { aggregatedOutput: "not allowed", status: "declined", exitCode: -1 }))],
    "• Did not run rm x\n  └ not allowed",
  ],
  [
    "one file",
    [
      one({
        type: "file_change",
        id: "p",
        status: "completed",
        changes: [{ type: "delete", path: "/work/project/x.md", content: "a\n" }],
      }),
    ],
    "• Deleted x.md (+0 -1)\n    1 -a",
  ],
  [
    "a file that moves",
    [
      one({
        type: "file_change",
        id: "p",
        status: "completed",
        changes: [
          {
            type: "update",
            path: "/work/project/x.md",
            movePath: "/home/user/y.md",
            unifiedDiff: "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n",
          },
        ],
      }),
    ],
    "• Edited x.md → ~/y.md (+1 -1)\n    1 -a\n    1 +b",
  ],
  [
    "a patch that fails",
    [one({ type: "file_change", id: "p", status: "failed", changes: [], stderr: "no such line\n" })],
    "✘ Failed to apply patch\n  └ no such line",
  ],
  [
    "a plan without steps",
    [{ type: "item.updated", item: { type: "plan", id: "p", explanation: null, steps: [] } }],
    "• Updated Plan\n  └ (no steps provided)",
  ],
  [
    "a call of an MCP tool",
    [
      one({
        ...mcp,
        status: "completed",
        result: { content: [{ type: "text", text: "1\n2" }, { type: "image" }], structured_content: null },
      }),
    ],
    '• Called docs.find({"q":"x"})\n  └ 1\n    2\n    <image content>',
  ],
  [
    "one that fails",
    [one({ ...mcp, arguments: null, status: "failed", error: { message: "no \x1b[31mway" } })],
    "• Called docs.find()\n  └ Error: no way",
  ],
  [
    "a search",
    [one({ type: "web_search", id: "w", query: "bun pty", action: { type: "search" } })],
    '• Searched the web for "bun pty"',
  ],
  [
    "a page",
    [one({ type: "web_search", id: "w", query: "'x' in https://y.z", action: { type: "other" } })],
    "• Searched the web 'x' in https://y.z",
  ],
  [
    "an image",
    [one({ type: "image_view", id: "i", path: "/work/project/a.png" })],
    "• Viewed Image\n  └ a.png",
  ],
  [
    "a wait",
    [one({ type: "terminal_interaction", id: "t", command: "npm start", input: "" })],
    "• Waited for background terminal · npm start",
  ],
  [
    "what is typed",
    [one({ type: "terminal_interaction", id: "t", command: "npm start", input: "q\x03\n" })],
    "↳ Interacted with background terminal · npm start\n  └ q^C",
  ],
  [
    "thoughts, without their titles",
    [
      one({
        type: "reasoning",
        id: "r",
        summary: ["**Looking** at it\n\nclosely", "**Only a title**"],
        raw: [],
      }),
    ],
    "•  at it\n\n  closely".replace("•  at", "• at"),
  ],
  ["a warning", [{ type: "warning", message: "careful", details: "because" }], "⚠ careful\n  because"],
  ["something old", [{ type: "deprecated", summary: "old", details: "use new" }], "⚠ old\n  use new"],
  ["advice", [{ type: "advice", message: "do so" }], "• do so"],
  ["a compaction", [{ type: "compacted" }], "• Context compacted"],
  [
    "a failure is told once",
    [
      { type: "error", message: "broken" },
      { type: "turn.failed", message: "broken", kind: "other" },
    ],
    "■ broken",
  ],
  [
    "a failure",
    [{ type: "turn.failed", message: "unexpected status 401 Unauthorized", kind: "other" }],
    "■ unexpected status 401 Unauthorized",
  ],
  [
    "an interruption",
    [{ type: "turn.aborted", reason: "interrupted" }],
    "■ Conversation interrupted - tell the model what to do differently. Something\n  went wrong? Hit `/feedback` to report the issue.",
  ],
  ["a retry leaves nothing", [{ type: "retry", attempt: 1, limit: 5, reason: "cut" }, ENDED], ""],
  [
    "a limit that is nearly used, once",
    [75, 76, 91].map((used): ThreadEvent => ({
      type: "rate_limits",
      limits: { primary: { used_percent: used, window_minutes: 300 } },
    })),
    "⚠ Heads up, you have less than 25% of your 5h limit left. Run /status for a\n  breakdown.\n\n⚠ Heads up, you have less than 10% of your 5h limit left. Run /status for a\n  breakdown.",
  ],
  [
    "steered input",
    [
      {
        type: "steered",
        input: [
          { type: "text", text: "and b" },
          { type: "local_image", path: "/x.png" },
        ],
      },
    ],
    "› [Image #1]\n  and b",
  ],
  [
    "answers",
    [
      one({
        type: "questions",
        id: "q",
        answers: { a: ["Red", "dark"], s: ["hunter2"] },
        questions: [
          {
            id: "a",
            header: "Colour",
            question: "Which colour?",
            options: [{ label: "Red", description: "" }],
            isOther: true,
            isSecret: false,
          },
          { id: "s", header: "Word", question: "Password?", options: null, isOther: false, isSecret: true },
          { id: "n", header: "More", question: "More?", options: null, isOther: false, isSecret: false },
        ],
      }),
    ],
    "• Questions 2/3 answered\n  └ Which colour?\n      answer: Red\n      note: dark\n    Password?\n      answer: ••••••\n    More?",
  ],
];

describe("one event", () => {
  test.each(EVENTS)("%s", (_, events, lines) => {
    expect(
      page(80)
        .play(...events)
        .trimEnd()
        .split("\n"),
    ).toEqual(lines.split("\n"));
  });

  test.each(EVENTS)("%s, on 20 to 300 columns", (_, events) => {
    for (const columns of [20, 23, 40, 300]) {
      const shown = page(columns, { theme: createTheme(3) });
      for (const line of shown.play(...events).split("\n")) expect(cells(line)).toBeLessThanOrEqual(columns);
    }
  });

  test("thoughts are hidden or raw where that is wanted", () => {
    const item = { type: "reasoning", id: "r", summary: ["short"], raw: ["all of it"] } as const;
    expect(page(80, { hideReasoning: true }).play(one(item))).toBe("");
    expect(page(80, { showRawReasoning: true }).play(one(item))).toBe("• all of it\n");
  });
});

describe("a proposed plan", () => {
  test("is shown under its title while it streams", () => {
    const shown = page(80);
    const item = { type: "proposed_plan", id: "plan" } as const;
    const begun = shown.play(
      { type: "item.started", item: { ...item, text: "" } },
      { type: "message.delta", itemId: "plan", delta: "# Do\n\n- a" },
    );
    expect(begun).toBe("• Proposed Plan\n\n  # Do\n");
    expect(shown.live(0)).toEqual(["", "  - a"]);
    expect(shown.play(one({ ...item, text: "# Do\n\n- a" }))).toBe("\n  - a\n");
  });
});

describe("what still grows", () => {
  test("is a message up to its last block, its bullet given out once", () => {
    const shown = page(40);
    shown.userMessage({ text: "hi", images: [] });
    const delta = (text: string): ThreadEvent => ({ type: "message.delta", itemId: "m", delta: text });
    expect(shown.play(delta("Some **bo"))).toBe("");
    expect(shown.live(0)).toEqual(["", "• Some **bo"]);
    expect(shown.play(delta("ld**\n\nNext"))).toBe("\n• Some bold\n");
    expect(shown.live(0)).toEqual(["", "  Next"]);
    expect(shown.play(delta("\n"))).toBe("");
    expect(shown.finish()).toBe("\n  Next\n");
    expect(shown.live(0)).toEqual([]);
  });

  test("is a command with its last lines and its time", () => {
    const shown = page(40);
    const item = command("make");
    shown.play(
      { type: "item.started", item },
      { type: "output.delta", itemId: item.id, chunk: "1\n2\x1b[2J\n3\n4\n" },
    );
    expect(shown.live(1000)).toEqual(["• Running make", "  └ 2", "    3", "    4"]);
    expect(shown.live(61_000)[0]).toBe("• Running (1m 01s) make");
    expect(shown.play(one({ ...item, status: "completed", exitCode: 0 }))).toBe(
      "• Ran make\n  └ (no output)\n",
    );
  });

  test("is a group of commands that look, until something else comes", () => {
    const shown = page(40);
    const [started] = ran("cat a.ts");
    expect(shown.play(...ran("ls src"), ...(started === undefined ? [] : [started]))).toBe("");
    expect(shown.live(0)).toEqual(["• Exploring", "  └ List src", "    Read a.ts"]);
    expect(shown.play(...said("done"))).toBe(
      `• Explored\n  └ List src\n    Read a.ts\n\n${"─".repeat(40)}\n\n• done\n`,
    );
  });

  test("is not a command that has gone to the background; it is printed when it ends", () => {
    const shown = page(40);
    const item = command("npm start");
    shown.play({ type: "item.started", item }, ...said("It runs."));
    expect(shown.live(5000)).toEqual([]);
    expect(shown.play(ENDED)).toBe("");
    expect(shown.play(one({ ...item, status: "failed", exitCode: 1, aggregatedOutput: "bye" }))).toBe(
      "\n• Ran npm start\n  └ bye\n",
    );
  });

  test("is a patch that is being written", () => {
    const shown = page(40);
    shown.play({
      type: "patch.preview",
      itemId: "p",
      changes: [{ type: "add", path: "src/a.ts", content: "1\n2\n" }],
    });
    expect(shown.live(0)).toEqual(["• Editing src/a.ts (+2 -0)"]);
    shown.play(
      one({
        type: "file_change",
        id: "p",
        status: "completed",
        changes: [{ type: "add", path: "/work/project/src/a.ts", content: "1\n2\n" }],
      }),
    );
    expect(shown.live(0)).toEqual([]);
  });

  test("goes when a patch that was being written is refused", () => {
    const shown = page(40);
    const changes = [{ type: "add", path: "src/a.ts", content: "1\n" }] as const;
    shown.play({ type: "patch.preview", itemId: "p", changes });
    const reason = "apply_patch verification failed: src/a.ts is a folder";
    expect(shown.play({ type: "patch.refused", itemId: "p", reason })).toBe(
      "✘ Failed to apply patch\n  └ src/a.ts is a folder\n",
    );
    expect(shown.live(0)).toEqual([]);
  });

  test("stays small whatever runs", () => {
    const shown = page(40);
    for (let index = 0; index < 50; index++) {
      const item = command(`sleep ${index}`);
      shown.play(
        { type: "item.started", item },
        { type: "output.delta", itemId: item.id, chunk: "x\n".repeat(100_000) },
      );
    }
    expect(shown.live(0).length).toBeLessThan(40);
    shown.play({ type: "message.delta", itemId: "m", delta: "line\n".repeat(100) });
    expect(shown.live(0).length).toBeLessThan(40);
  });
});

describe("a patch that is asked about", () => {
  const changes = [{ type: "add", path: "/work/project/a", content: "1\n" }] as const;
  const request = { type: "patch", callId: "p", changes, reason: null, grantRoot: null } as const;

  test("is shown before the question and not again when it is applied", () => {
    const shown = page(40);
    expect(shown.asked(request)).toBe("• Added a (+1 -0)\n    1 +1\n");
    expect(shown.approved(request, { type: "approve" })).toBe("");
    const item = { type: "file_change", id: "p", changes } as const;
    expect(shown.play({ type: "item.started", item: { ...item, status: "in_progress" } })).toBe("");
    expect(shown.live(0)).toEqual([]);
    expect(shown.play(one({ ...item, status: "completed" }))).toBe("");
  });
});

describe("the status", () => {
  test("is the newest title of the thoughts, and a retry while it lasts", () => {
    const shown = page(40);
    const thought = (delta: string): ThreadEvent => ({
      type: "reasoning.delta",
      itemId: "r",
      delta,
      summaryIndex: 0,
    });
    shown.play(TURN);
    expect(shown.status()).toEqual({ header: "Working", details: [] });
    shown.play(thought("**Reading"), thought(" the \x1b[1mcode** now"));
    expect(shown.status().header).toBe("Reading the code");
    shown.play({ type: "retry", attempt: 2, limit: 5, reason: "stream cut" });
    expect(shown.status()).toEqual({ header: "Reconnecting... 2/5", details: ["stream cut"] });
    shown.play({ type: "reasoning.break", itemId: "r", summaryIndex: 1 }, thought("**Writing** x"));
    expect(shown.status().header).toBe("Writing");
    shown.play({
      type: "item.started",
      item: { type: "terminal_interaction", id: "t", command: "npm start", input: "" },
    });
    expect(shown.status()).toEqual({ header: "Waiting for background terminal", details: ["npm start"] });
    shown.play(ENDED);
    expect(shown.status().header).toBe("Working");
  });
});

describe("answers to questions", () => {
  const request = {
    type: "command",
    callId: "c",
    command: ["/bin/bash", "-lc", `echo ${"x".repeat(100)}\nmore`],
    cwd: "/",
    reason: null,
    proposal: null,
    rememberable: true,
    additionalPermissions: null,
  } as const;
  const short = { ...request, command: ["ls"] };

  test("are told in one line", () => {
    const shown = page(200);
    const told = (answer: Parameters<Page["approved"]>[1], of = short) => shown.approved(of, answer).trim();
    expect(told({ type: "approve" })).toBe("✔ You approved codex to run ls this time");
    expect(told({ type: "approve_for_session" })).toBe(
      "✔ You approved codex to run ls every time this session",
    );
    expect(told({ type: "approve_always", prefix: ["npm", "run"] })).toBe(
      "✔ You approved codex to always run commands that start with npm run",
    );
    expect(told({ type: "decline" })).toBe("✗ You did not approve codex to run ls");
    expect(told({ type: "cancel" })).toBe("✗ You canceled the request to run ls");
    expect(shown.approved(request, { type: "approve" }).trim()).toBe(
      `✔ You approved codex to run echo ${"x".repeat(75)}... this time`,
    );
    expect(
      shown.approved({ ...request, command: ["/bin/sh", "-c", "a\nb"] }, { type: "cancel" }).trim(),
    ).toBe("✗ You canceled the request to run a ...");
  });
});

describe("what the user says", () => {
  test("is marked, indented, tinted over the whole width, and bounded", () => {
    expect(page(20).userMessage({ text: "one two three four five\nsix", images: [] })).toBe(
      "› one two three four\n  five\n  six\n",
    );
    expect(page(40).userMessage({ text: "see [Image #1]", images: ["[Image #1]"] })).toBe(
      "› see [Image #1]\n",
    );
    const tinted = page(20, { theme: createTheme(3, () => [0, 0, 0]) }).userMessage({
      text: "hi",
      images: [],
    });
    expect(tinted).toStartWith("\x1b[48;2;");
    expect(Bun.stripANSI(tinted)).toBe(`› hi${" ".repeat(16)}\n`);
    expect(
      page(80)
        .userMessage({ text: "x\n".repeat(100_000), images: [] })
        .split("\n").length,
    ).toBeLessThan(210);
  });
});
