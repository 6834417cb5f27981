// What stands in hooks.json and [hooks]: what is used of it, and what is said, with file and place, of what cannot be.

import { describe, expect, test } from "bun:test";
import { handlersIn } from "../../src/hooks/handlers";
import { matcherOf } from "../../src/hooks/matcher";
import { itemsOf, scripted } from "../support/exec-run";
import { installHooks, KEEP, says, told } from "../support/hooks";
import { message, respond } from "../support/responses-server";

const DONE = respond(message("done"));

function read(hooks: unknown) {
  const warnings: string[] = [];
  const handlers = handlersIn(hooks, "F", warnings);
  return { commands: handlers.map(({ definition }) => definition.command), handlers, warnings };
}

const command = (text: string, more: object = {}) => ({ type: "command", command: text, ...more });

describe("handlers", () => {
  test("keep their places in the file, also behind one that cannot be used", () => {
    const { handlers } = read({
      Stop: [{ hooks: [command("a"), { type: "prompt" }, command("b")] }, { hooks: [command("c")] }],
    });
    expect(handlers.map(({ index }) => index)).toEqual([
      { group: 0, handler: 0 },
      { group: 0, handler: 2 },
      { group: 1, handler: 0 },
    ]);
  });

  test("have 600 seconds, and never less than one", () => {
    const { handlers } = read({ Stop: [{ hooks: [command("a"), command("b", { timeout: 0 })] }] });
    expect(handlers.map(({ definition }) => definition.timeout)).toEqual([600, 1]);
  });

  test("of the prompt and of the end have no matcher", () => {
    const group = { matcher: "[", hooks: [command("a")] };
    const { handlers, warnings } = read({ UserPromptSubmit: [group], Stop: [group] });
    expect(handlers.map(({ definition }) => definition.matcher)).toEqual([undefined, undefined]);
    expect(warnings).toEqual([]);
  });

  test("come in the order of the events, whatever the order of the file", () => {
    const { handlers } = read({ Stop: [{ hooks: [command("a")] }], PreToolUse: [{ hooks: [command("b")] }] });
    expect(handlers.map(({ event }) => event)).toEqual(["PreToolUse", "Stop"]);
  });

  const faulty: readonly (readonly [unknown, string])[] = [
    [
      { Stop: [{ hooks: [{ type: "prompt" }] }] },
      "`hooks.Stop[0].hooks[0]` is skipped: prompt hooks are not supported",
    ],
    [
      { Stop: [{ hooks: [{ type: "agent" }] }] },
      "`hooks.Stop[0].hooks[0]` is skipped: agent hooks are not supported",
    ],
    [
      { Stop: [{ hooks: [command("x", { async: true })] }] },
      "`hooks.Stop[0].hooks[0]` is skipped: async hooks are not supported",
    ],
    [{ Stop: [{ hooks: [command(" ")] }] }, "`hooks.Stop[0].hooks[0]` has an empty `command`"],
    [{ Stop: [{ hooks: [{ type: "command" }] }] }, "`hooks.Stop[0].hooks[0]` needs a `command`"],
    [{ Stop: [{ hooks: [{ command: "x" }] }] }, '`hooks.Stop[0].hooks[0]` needs `type = "command"`'],
    [{ Stop: [{ hooks: ["x"] }] }, "`hooks.Stop[0].hooks[0]` must be an object with `type` and `command`"],
    [
      { Stop: [{ hooks: [command("x", { timeout: -1 })] }] },
      "`hooks.Stop[0].hooks[0]` has a `timeout` that is no whole number of seconds",
    ],
    [{ Stop: [{ hooks: {} }] }, "`hooks.Stop[0].hooks` must be a list"],
    [{ Stop: [7] }, "`hooks.Stop[0]` must be an object with `hooks`"],
    [{ Stop: {} }, "`hooks.Stop` must be a list"],
    [{ PreToolUse: [{ matcher: 7, hooks: [] }] }, "`hooks.PreToolUse[0].matcher` must be text"],
  ];
  for (const [hooks, said] of faulty) {
    test(`cost nothing but themselves: ${said}`, () => {
      const { commands, warnings } = read({
        ...(hooks as object),
        PostToolUse: [{ hooks: [command("good")] }],
      });
      expect(commands).toEqual(["good"]);
      expect(warnings).toEqual([`F: ${said}`]);
    });
  }

  test("of an event that nobody knows are named with those that there are", () => {
    expect(read({ Stopp: [] }).warnings).toEqual([
      "F: `hooks.Stopp` is no hook event; there are PreToolUse, PermissionRequest, PostToolUse, PreCompact, PostCompact, SessionStart, UserPromptSubmit, SubagentStart, SubagentStop, Stop",
    ]);
  });

  test("behind a matcher that is no expression are left out", () => {
    const { commands, warnings } = read({ PreToolUse: [{ matcher: "[", hooks: [command("x")] }] });
    expect(commands).toEqual([]);
    expect(warnings[0]).toStartWith("F: `hooks.PreToolUse[0].matcher` is no regular expression: ");
  });
});

describe("a matcher", () => {
  const cases: readonly (readonly [string | undefined, readonly string[], boolean])[] = [
    [undefined, ["Bash"], true],
    ["", ["Bash"], true],
    ["*", ["Bash"], true],
    ["Bash", ["Bash"], true],
    ["Bas", ["Bash"], false],
    ["Bash|Edit", ["apply_patch", "Write", "Edit"], true],
    ["bash", ["Bash"], false],
    ["(?i)^bash$", ["Bash"], true],
    ["^Ba", ["Bash"], true],
    ["mcp__.*__write", ["mcp__files__write_all"], true],
    ["^write", ["mcp__files__write"], false],
    ["^mcp__my\\-files__[a-z\\_\\-]+$", ["mcp__my-files__write-all"], true],
    ["^a\\\\-b", ["a\\-b"], true],
    ["^a\\.b\\/", ["a.b/"], true],
  ];
  for (const [matcher, names, matches] of cases) {
    test(`${JSON.stringify(matcher)} ${matches ? "takes" : "leaves"} ${names.join(", ")}`, () => {
      expect(matcherOf(matcher)(names)).toBe(matches);
    });
  }
});

describe("files", () => {
  async function warningsOf(json: string | Uint8Array, settings = "") {
    await using run = await scripted([DONE], { provider: settings });
    const file = run.box.write(`${run.box.codexHome}/hooks.json`, json);
    const { events, exitCode } = await run.exec(["go"]);
    expect(exitCode).toBe(0);
    const errors = itemsOf(events, "item.completed").filter(({ type }) => type === "error");
    return errors.map((item) =>
      String(item["message"]).replaceAll(run.box.codexHome, "HOME").replace(file, "F"),
    );
  }

  test("that are no JSON are named with line and column, and the run goes on", async () => {
    expect(await warningsOf('{"hooks": {"Stop": [}')).toEqual([
      "failed to parse hooks config HOME/hooks.json: expected value at line 1 column 21",
    ]);
    expect(await warningsOf("")).toEqual([
      "failed to parse hooks config HOME/hooks.json: EOF while parsing a value at line 1 column 0",
    ]);
    expect(await warningsOf(Uint8Array.of(0xff))).toEqual([
      "failed to read hooks config HOME/hooks.json: it is not valid UTF-8",
    ]);
  });

  test("that hold something else are named too", async () => {
    expect(await warningsOf("[]")).toEqual([
      "failed to parse hooks config HOME/hooks.json: it must hold an object with `hooks`",
    ]);
    expect(await warningsOf('{"Stop": []}')).toEqual([
      "HOME/hooks.json has no `hooks`: nothing in it is used",
    ]);
  });

  test("both hold hooks: all of them count, and one file is advised", async () => {
    const toml = '\n[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = "command"\ncommand = "true"\n';
    const json = JSON.stringify({ hooks: { Stop: [{ hooks: [command("true")] }] } });
    expect(await warningsOf(json, toml)).toEqual([
      "loading hooks from both HOME/hooks.json and HOME/config.toml; prefer a single representation for this layer",
    ]);
  });

  test("of all layers add up, in their order", async () => {
    const toml = `\n[[hooks.SessionStart]]\n[[hooks.SessionStart.hooks]]\ntype = "command"\ncommand = ${JSON.stringify(KEEP)}\n`;
    await using run = await scripted([DONE], { provider: toml });
    installHooks(run.box, { SessionStart: says("first") });
    await run.exec(["--dangerously-bypass-hook-trust", "go"]);
    expect(told(run.box)).toMatchObject([{ hook_event_name: "SessionStart" }]);
    expect(run.server.requests[0]?.text).toContain("first");
  });

  test("on the command line count too", async () => {
    await using run = await scripted([DONE]);
    const hooks = `hooks.SessionStart=[{hooks=[{type="command",command=${JSON.stringify(KEEP)}}]}]`;
    await run.exec(["--dangerously-bypass-hook-trust", "-c", hooks, "go"]);
    expect(told(run.box)).toHaveLength(1);
  });
});
