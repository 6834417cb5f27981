// Every kind of question that a turn may put, answered on an emulated terminal.

import { describe, expect, test } from "bun:test";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { AskRequest } from "../../../src/protocol/approvals";
import { askUser } from "../../../src/ui/questions/ask";
import { tempFolder } from "../../support/temp-folder";
import { fakeScreen } from "../fake-screen";

const ESC = "\x1b";
const ENTER = "\r";
const DOWN = "\x1b[B";
const RIGHT = "\x1b[C";
const LEFT = "\x1b[D";
const TAB = "\t";

function ask(request: AskRequest, size: { columns?: number; rows?: number; signal?: AbortSignal } = {}) {
  const fake = fakeScreen(size.columns ?? 100, size.rows ?? 40);
  const signal = size.signal ?? new AbortController().signal;
  return { ...fake, answer: askUser(fake.screen, fake.theme, request, signal) };
}

type CommandRequest = Extract<AskRequest, { type: "command" }>;

function command(change: Partial<CommandRequest> = {}): CommandRequest {
  return {
    type: "command",
    callId: "c1",
    command: ["/bin/bash", "-lc", "git push origin main"],
    cwd: "/repo",
    reason: null,
    proposal: {
      prefix: ["git", "push"],
      text: 'prefix_rule(pattern=["git", "push"], decision="allow")',
      places: [
        { scope: "user", file: "/codex/rules/default.rules" },
        { scope: "project", file: "/repo/.codex/rules/default.rules" },
      ],
    },
    rememberable: true,
    additionalPermissions: null,
    ...change,
  };
}

describe("a command", () => {
  test("is shown with the very rule that a lasting yes would save, and where", async () => {
    const { shows, type, answer } = ask(command({ reason: "May I?" }));
    expect(await shows("esc to cancel")).toEqual([
      "  Would you like to run the following command?",
      "",
      "  Reason: May I?",
      "",
      "  $ git push origin main",
      "",
      "› 1. Yes, proceed (y)",
      "  2. Yes, and don't ask again for commands that start with `git push` (p)",
      '       saves prefix_rule(pattern=["git", "push"], decision="allow") in /codex/rules/default.rules',
      "  3. No, and tell Codex what to do differently (esc)",
      "  4. Yes, and don't ask again for commands that start with `git push` in this project (t)",
      '       saves prefix_rule(pattern=["git", "push"], decision="allow") in',
      "       /repo/.codex/rules/default.rules",
      "  5. Yes, and don't ask again for this command in this session (a)",
      "  6. No, continue without running it (d)",
      "",
      "  Press enter to confirm or esc to cancel",
    ]);
    type(ENTER);
    expect(await answer).toEqual({ type: "approve" });
  });

  const always = { type: "approve_always", prefix: ["git", "push"] } as const;
  test.each([
    ["y", { type: "approve" }],
    ["p", { ...always, scope: "user" }],
    ["2", { ...always, scope: "user" }],
    ["t", { ...always, scope: "project" }],
    ["a", { type: "approve_for_session" }],
    ["d", { type: "decline" }],
    ["n", { type: "cancel" }],
    ["3", { type: "cancel" }],
    [ESC, { type: "cancel" }],
    ["\x03", { type: "cancel" }],
  ] as const)("%j answers %j", async (key, expected) => {
    const { shows, type, answer } = ask(command());
    await shows("esc to cancel");
    type(key);
    expect(await answer).toEqual(expected);
  });

  test("with nothing to save and nothing to remember, only yes and no are there", async () => {
    const { shows, type, answer } = ask(command({ proposal: null, rememberable: false }));
    const lines = await shows("esc to cancel");
    expect(lines.filter((line) => /\d\./.test(line))).toEqual([
      "› 1. Yes, proceed (y)",
      "  2. No, and tell Codex what to do differently (esc)",
      "  3. No, continue without running it (d)",
    ]);
    type("p", "a", "2");
    expect(await answer).toEqual({ type: "cancel" });
  });

  test("a rule that cannot be shown on one line is not offered", async () => {
    const places = [{ scope: "user", file: "/r" }] as const;
    const proposal = { prefix: ["sh", "-c", "a\nb"], text: "…", places };
    const { shows, type, answer } = ask(command({ proposal }));
    const lines = await shows("esc to cancel");
    expect(lines.join("\n")).not.toContain("start with");
    type("y");
    expect(await answer).toEqual({ type: "approve" });
  });

  test("names the permissions that it asks for", async () => {
    const additionalPermissions = { network: true, read: ["/a"], write: ["/b", "/c"] };
    const { shows, type, answer } = ask(command({ additionalPermissions }));
    await shows("Permission rule: network; read `/a`; write `/b`; write `/c`");
    await shows("Yes, and allow these permissions for this session (a)");
    type("a");
    expect(await answer).toEqual({ type: "approve_for_session" });
  });

  test("says where it runs when that is not the folder of the session", async () => {
    for (const [cwd, shown] of [
      ["/repo", false],
      ["/elsewhere", true],
    ] as const) {
      const { screen, theme, shows, type } = fakeScreen(100, 40);
      const answer = askUser(screen, theme, command({ cwd }), new AbortController().signal, "/repo");
      expect((await shows("esc to cancel")).includes("  Directory: /elsewhere")).toBe(shown);
      type("y");
      await answer;
    }
  });

  test("cannot hide anything: control and invisible characters are shown", async () => {
    const script = "echo safe\r\x1b[2K\u202erm -rf ~\u200b";
    const { shows, type, answer } = ask(command({ command: ["bash", "-c", script] }));
    await shows("$ echo safe␍␛[2K<U+202E>rm -rf ~<U+200B>");
    type("n");
    expect(await answer).toEqual({ type: "cancel" });
  });

  test("is printed whole above the question when it is too long for it", async () => {
    const script = Array.from({ length: 60 }, (_, line) => `step ${line}`).join("\n");
    const { shows, type, answer, printed } = ask(command({ command: ["bash", "-lc", script] }), { rows: 24 });
    const lines = await shows("more lines, all of them above");
    expect(lines.join("\n")).toContain("$ step 0");
    expect(lines.join("\n")).toContain("› 1. Yes, proceed (y)");
    expect(printed()).toContain("  $ step 0\n    step 1\n");
    expect(printed()).toContain("    step 59\n");
    type("y");
    await answer;
  });

  test("the question disappears with its turn, and counts as cancelled", async () => {
    const turn = new AbortController();
    const { shows, answer, lines } = ask(command(), { signal: turn.signal });
    await shows("esc to cancel");
    turn.abort();
    expect(await answer).toEqual({ type: "cancel" });
    expect(lines()).toEqual([]);
  });

  test.each([
    [200, 24],
    [80, 24],
    [40, 20],
    [20, 5],
  ])("fits a screen of %i by %i", async (columns, rows) => {
    const { shows, type, answer } = ask(command({ reason: "May I?" }), { columns, rows });
    const lines = await shows("1. Yes, proceed");
    expect(lines.length).toBeLessThan(rows);
    type("6");
    expect(await answer).toEqual({ type: "decline" });
  });
});

test("a patch is asked about by its files", async () => {
  const { shows, type, answer } = ask({
    type: "patch",
    callId: "c1",
    reason: "command failed; retry without sandbox?",
    grantRoot: "/etc",
    changes: [
      { type: "add", path: "/repo/a.txt", content: "x\n" },
      { type: "update", path: "/repo/b.txt", unifiedDiff: "@@\n-a\n+b\n", movePath: "/repo/c.txt" },
    ],
  });
  expect(await shows("esc to cancel")).toEqual([
    "  Would you like to make the following edits?",
    "",
    "  Reason: command failed; retry without sandbox?",
    "  Directory: /etc",
    "",
    "  add /repo/a.txt",
    "  edit /repo/b.txt → /repo/c.txt",
    "",
    "› 1. Yes, proceed (y)",
    "  2. Yes, and don't ask again for these files (a)",
    "  3. No, and tell Codex what to do differently (esc)",
    "  4. No, continue without these edits (d)",
    "",
    "  Press enter to confirm or esc to cancel",
  ]);
  type("a");
  expect(await answer).toEqual({ type: "approve_for_session" });
});

describe("a tool of an MCP server", () => {
  const call = {
    type: "mcp_tool_call",
    callId: "c1",
    server: "files",
    tool: "delete",
    title: null,
    description: "Deletes a file",
    arguments: { path: "/a", force: true },
    rememberable: true,
  } as const;

  test("is shown with its arguments", async () => {
    const { shows, type, answer } = ask(call);
    expect(await shows("esc to cancel")).toEqual([
      '  Allow the files MCP server to run tool "delete"?',
      "",
      "  Deletes a file",
      "",
      "  path: /a",
      "  force: true",
      "",
      "› 1. Allow (y)",
      "  2. Allow for this session (a)",
      "  3. Always allow (p)",
      "  4. Cancel (esc)",
      "",
      "  enter to submit | esc to cancel",
    ]);
    type("3");
    expect(await answer).toEqual({ type: "approve_always", prefix: [] });
  });

  test("is printed whole above the question where the question has no room for it", async () => {
    const script = `${"x".repeat(500)}\nrm -rf /\x1b[2K`;
    const rest = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`a${n}`, n]));
    const { shows, type, answer, printed } = ask({ ...call, arguments: { script, ...rest } });
    const lines = await shows("4. Cancel (esc)");
    expect(lines.join("\n")).not.toContain("rm -rf /");
    expect(lines).toContain("  and 2 more, all of them above");
    expect(printed()).toContain("  rm -rf /␛[2K\n");
    expect(printed()).toContain("  a8: 8\n");
    type(ESC);
    expect(await answer).toEqual({ type: "cancel" });
  });

  test("which must be asked about each time is allowed once or not", async () => {
    const { shows, type, answer } = ask({ ...call, rememberable: false });
    const lines = await shows("2. Cancel (esc)");
    expect(lines.join("\n")).not.toContain("Always");
    type(ESC);
    expect(await answer).toEqual({ type: "cancel" });
  });
});

describe("what an MCP server asks", () => {
  const elicitation = (schema: Record<string, unknown>): AskRequest => ({
    type: "mcp_elicitation",
    callId: "c1",
    elicitation: { server: "srv", message: "Tell me.", request: { mode: "form", schema }, meta: {} },
  });

  test.each([
    ["y", { type: "approve", content: {} }],
    ["n", { type: "decline" }],
    [ESC, { type: "cancel" }],
    ["c", { type: "cancel" }],
  ] as const)("without fields, %j answers %j", async (key, expected) => {
    const { shows, type, answer } = ask(elicitation({ type: "object", properties: {} }));
    expect((await shows("esc to cancel")).slice(0, 8)).toEqual([
      "  srv needs your approval.",
      "",
      "  Server: srv",
      "  Tell me.",
      "",
      "› 1. Yes, provide the requested info (y)",
      "  2. No, but continue without it (n)",
      "  3. Cancel this request (esc)",
    ]);
    type(key);
    expect(await answer).toEqual(expected);
  });

  const link = (url: string): AskRequest => ({
    type: "mcp_elicitation",
    callId: "c1",
    elicitation: {
      server: "srv",
      message: "Log in.",
      request: { mode: "url", url, elicitationId: "e" },
      meta: {},
    },
  });

  test("as a link is shown whole, with its host, and opened when told to", async () => {
    using folder = tempFolder();
    const seen = join(folder.path, "seen");
    const browser = folder.write("browser", `#!/bin/sh\nprintf %s "$1" > ${seen}\n`);
    chmodSync(browser, 0o755);
    const url = "https://example.com/login?state=1";
    const before = process.env["BROWSER"];
    process.env["BROWSER"] = browser;
    try {
      const { shows, type, answer } = ask(link(url));
      await shows("srv asks you to open a link at example.com.");
      await shows(url);
      type("y");
      expect(await answer).toEqual({ type: "approve" });
    } finally {
      if (before === undefined) delete process.env["BROWSER"];
      else process.env["BROWSER"] = before;
    }
    expect(readFileSync(seen, "utf8")).toBe(url);
  });

  test("as a link that is not of the web is for the user to open", async () => {
    const { shows, type, answer } = ask(link("file:///etc/passwd"));
    const lines = await shows("1. Yes, I have opened it: go on (y)");
    expect(lines.join("\n")).not.toContain("open the link\n");
    type("n");
    expect(await answer).toEqual({ type: "decline" });
  });

  const schema = {
    type: "object",
    required: ["name", "count"],
    properties: {
      name: { type: "string", title: "Your name", description: "As in the passport.", minLength: 2 },
      count: { type: "integer", minimum: 1, maximum: 9 },
      size: { type: "string", enum: ["s", "m"], enumNames: ["Small", "Medium"], default: "m" },
      express: { type: "boolean" },
      extras: {
        type: "array",
        items: {
          anyOf: [
            { const: "a", title: "Apple" },
            { const: "b", title: "Plum" },
          ],
        },
      },
    },
  };

  test("is a form with a page for each field, checked before it goes on", async () => {
    const { shows, type, answer } = ask(elicitation(schema));
    expect(await shows("enter to go on")).toEqual([
      "  Server: srv",
      "  Tell me.",
      "",
      "  Field 1/5 (2 required unanswered)",
      "  Your name *",
      "  As in the passport.",
      "",
      "›  Type your answer",
      "",
      "  enter to go on | ←/→ to change field | esc to cancel",
    ]);
    type("A", ENTER);
    await shows("At least 2 characters.");
    type("da", ENTER);
    await shows("Field 2/5 (1 required unanswered)");
    type("x", ENTER);
    await shows("Type a number.");
    type("\x7f", "12", ENTER);
    await shows("At most 9.");
    type("\x15", "3", ENTER);
    await shows("› 2. Medium");
    type("1");
    await shows("Field 4/5");
    type(DOWN, ENTER);
    await shows("1. [ ] Apple");
    type(" ");
    await shows("1. [x] Apple");
    type("2", ENTER);
    expect(await answer).toEqual({
      type: "approve",
      content: { name: "Ada", count: 3, size: "s", express: false, extras: ["a", "b"] },
    });
  });

  test("is not sent while a required field is empty, and keeps what was typed when one goes back", async () => {
    const { shows, type, answer } = ask(elicitation(schema));
    await shows("Field 1/5");
    type("Ada", "\x0e");
    await shows("Field 2/5");
    type(RIGHT);
    await shows("Field 3/5");
    type(RIGHT);
    await shows("Field 4/5");
    type(RIGHT);
    await shows("Field 5/5");
    type(ENTER);
    const lines = await shows("Answer required fields before submitting.");
    expect(lines.join("\n")).toContain("Field 2/5");
    type(LEFT);
    await shows(/Field 1\/5[^]*Ada/);
    type(ESC);
    expect(await answer).toEqual({ type: "cancel" });
  });

  test("may leave optional fields out", async () => {
    const { shows, type, answer } = ask(elicitation({ properties: { note: { type: "string" } } }));
    await shows("Field 1/1");
    type(ENTER);
    expect(await answer).toEqual({ type: "approve", content: {} });
  });
});

describe("questions of the model", () => {
  const options = [
    { label: "Option 1", description: "First choice." },
    { label: "Option 2", description: "Second choice." },
  ];
  const question = {
    id: "q1",
    header: "Way",
    question: "Choose an option.",
    options,
    isOther: true,
    isSecret: false,
  };
  const free = {
    id: "q2",
    header: "Name",
    question: "What name?",
    options: null,
    isOther: false,
    isSecret: true,
  };
  const questions = (...list: (typeof question | typeof free)[]): AskRequest => ({
    type: "questions",
    callId: "c1",
    questions: list,
  });

  test("are answered by a digit", async () => {
    const { shows, type, answer } = ask(questions(question));
    expect(await shows("esc to interrupt")).toEqual([
      "  Question 1/1 (1 unanswered)",
      "  Choose an option.",
      "",
      "› 1. Option 1           First choice.",
      "  2. Option 2           Second choice.",
      "  3. None of the above  Optionally, add details in notes (tab).",
      "",
      "  tab to add notes | enter to submit answer | esc to interrupt",
    ]);
    type("2");
    expect(await answer).toEqual({ type: "answers", answers: { q1: ["Option 2"] } });
  });

  test("take notes, which Esc clears", async () => {
    const { shows, type, answer } = ask(questions(question));
    await shows("Option 1");
    type(DOWN, DOWN, TAB);
    await shows("Add notes");
    type("no", ESC);
    await shows("tab to add notes");
    type(TAB);
    await shows("tab or esc to clear notes");
    type("neither", ENTER);
    expect(await answer).toEqual({ type: "answers", answers: { q1: ["None of the above", "neither"] } });
  });

  test("hide what is secret", async () => {
    const { shows, type, answer, lines } = ask(questions(free));
    await shows("Type your answer (optional)");
    type("hunter2");
    await shows("•••••••");
    expect(lines().join("\n")).not.toContain("hunter2");
    type(ENTER);
    expect(await answer).toEqual({ type: "answers", answers: { q2: ["hunter2"] } });
  });

  test("may be left open, but only knowingly", async () => {
    const { shows, type, answer } = ask(questions(question, free));
    await shows("Question 1/2 (2 unanswered)");
    type(RIGHT);
    await shows("enter to submit all");
    type(ENTER);
    await shows("Submit with unanswered questions?");
    type("2");
    await shows("Question 1/2 (2 unanswered)");
    type("1");
    await shows("Question 2/2 (1 unanswered)");
    type(ENTER);
    await shows("1 of 2 have no answer.");
    type("1");
    expect(await answer).toEqual({ type: "answers", answers: { q1: ["Option 1"] } });
  });

  test("end the turn with Esc, and end with the turn", async () => {
    const first = ask(questions(question));
    await first.shows("Option 1");
    first.type(ESC);
    expect(await first.answer).toEqual({ type: "cancel" });
    const turn = new AbortController();
    const second = ask(questions(question), { signal: turn.signal });
    await second.shows("Option 1");
    turn.abort();
    expect(await second.answer).toEqual({ type: "cancel" });
  });

  test.each([
    [200, 24],
    [40, 12],
    [20, 5],
  ])("fit a screen of %i by %i", async (columns, rows) => {
    const { shows, type, answer } = ask(questions(question, free), { columns, rows });
    const lines = await shows("› 1. Option 1");
    expect(lines.length).toBeLessThan(rows);
    type("\x03");
    expect(await answer).toEqual({ type: "cancel" });
  });
});

describe("on a terminal that cannot move its cursor", () => {
  const plain = (request: AskRequest) => {
    const fake = fakeScreen(80, 24, { plain: true });
    return { ...fake, answer: askUser(fake.screen, fake.theme, request, new AbortController().signal) };
  };

  test("a command is approved by its letter", async () => {
    const { type, shows, answer, printed } = plain(command());
    await shows("then Enter");
    type("y\n");
    expect(await answer).toEqual({ type: "approve" });
    expect(printed()).toContain("$ git push origin main");
  });

  test("a form is gone through question by question", async () => {
    const schema = {
      required: ["count"],
      properties: { count: { type: "integer" }, sizes: { type: "array", items: { enum: ["s", "m"] } } },
    };
    const elicitation = {
      server: "srv",
      message: "Tell me.",
      request: { mode: "form", schema },
      meta: {},
    } as const;
    const { type, shows, answer, printed } = plain({ type: "mcp_elicitation", callId: "c1", elicitation });
    await shows(">");
    type("x\n");
    await shows("Type a number.");
    type("3\n");
    await shows("Number or letter");
    type("2\n");
    await shows(/Number or letter[^]*Number or letter/);
    type("\n");
    expect(await answer).toEqual({ type: "approve", content: { count: 3, sizes: ["m"] } });
    expect(printed()).toContain("Tell me.");
  });
});
