// Hooks in a terminal: new ones are to be looked at first, what runs is named, what they say stays, and /hooks changes them.

import { describe, expect, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { mockProvider, sandboxBox, type Box } from "../support/harness";
import { installHooks, KEEP, refuses, told, type HookSet } from "../support/hooks";
import { message, respond, startResponsesServer, type ResponsesServer } from "../support/responses-server";
import { HAS_TMUX, openTmux, type Tmux } from "./tmux";

type Session = AsyncDisposable & {
  readonly box: Box;
  readonly terminal: Tmux;
  readonly server: ResponsesServer;
  readonly config: () => string;
};

async function withHooks(hooks: HookSet, trusted: boolean): Promise<Session> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(
    await startResponsesServer((_, index) => respond(message(`an answer, number ${index + 1}`))),
  );
  const box = stack.use(await sandboxBox());
  const file = join(box.codexHome, "config.toml");
  const trust = `\n[projects."${box.workspace}"]\ntrust_level = "trusted"\n`;
  box.write(file, mockProvider(server.url) + trust);
  installHooks(box, hooks, { trusted });
  const terminal = stack.use(await openTmux(box, { columns: 100, rows: 40 }));
  const all = stack.move();
  return {
    box,
    terminal,
    server,
    config: () => readFileSync(file, "utf8"),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

describe.skipIf(!HAS_TMUX)("hooks", () => {
  test("that are new are asked about once; trusted, they run", async () => {
    await using at = await withHooks({ UserPromptSubmit: KEEP, Stop: KEEP }, false);
    await at.terminal.codex("hello");
    const screen = await at.terminal.shows("Hooks need review");
    expect(screen).toContain("2 hooks are new or changed.");
    expect(screen).toContain("Those hooks won't run.");
    await at.terminal.press("2");
    await at.terminal.shows("an answer");
    await at.terminal.hides("esc to interrupt");
    expect(told(at.box).map((input) => input["hook_event_name"])).toEqual(["UserPromptSubmit", "Stop"]);
    expect(at.config().match(/trusted_hash = "sha256:/g)).toHaveLength(2);
  });

  test("that are not trusted do not run, and are looked at one by one", async () => {
    await using at = await withHooks({ UserPromptSubmit: KEEP }, false);
    await at.terminal.codex("hello");
    await at.terminal.shows("1 hook is new or changed.");
    await at.terminal.press("1");
    await at.terminal.shows("[!] UserPromptSubmit");
    await at.terminal.press("Enter");
    const card = await at.terminal.shows("State");
    expect(card).toContain("It runs when you send a message.");
    expect(card).toContain("new, not trusted");
    expect(card).toContain("hooks.json");
    await at.terminal.press("Escape");
    await at.terminal.shows("1 hook needs review before it can run.");
    await at.terminal.press("Escape");
    await at.terminal.shows("an answer");
    expect(told(at.box)).toEqual([]);
  });

  test("say what they have to say, and are named while they run", async () => {
    const slow = {
      command: `while [ ! -e "$HOME/go" ]; do sleep 0.05; done; ${refuses("not on Sundays")}`,
      statusMessage: "Looking at the calendar",
    };
    await using at = await withHooks({ UserPromptSubmit: slow }, true);
    await at.terminal.codex("hello");
    await at.terminal.shows("Running UserPromptSubmit hook: Looking at the calendar");
    at.box.write(join(at.box.home, "go"), "");
    const screen = await at.terminal.shows("not on Sundays");
    expect(screen).toContain("⚠ UserPromptSubmit hook blocked");
    await at.terminal.hides("esc to interrupt");
    expect(await at.terminal.shows("not on Sundays")).not.toContain("Looking at the calendar");
  });

  test("that are interrupted before a message was taken cost no earlier one", async () => {
    const slow = { command: `while [ -e "$HOME/wait" ]; do sleep 0.05; done`, statusMessage: "Taking time" };
    await using at = await withHooks({ UserPromptSubmit: slow }, true);
    await at.terminal.codex("the first one");
    await at.terminal.shows("an answer, number 1");
    await at.terminal.hides("esc to interrupt");
    at.box.write(join(at.box.home, "wait"), "");
    await at.terminal.send("the second one");
    await at.terminal.shows("Running UserPromptSubmit hook: Taking time");
    await at.terminal.press("Escape");
    await at.terminal.shows("Conversation interrupted");
    await at.terminal.shows(/interrupted[^]*› the second one/);
    rmSync(join(at.box.home, "wait"));
    await at.terminal.press("Enter");
    await at.terminal.shows("an answer, number 2");
    const sent = JSON.stringify(at.server.requests[1]?.body.input);
    for (const said of ["the first one", "an answer, number 1", "the second one"]) {
      expect(sent.split(said).length - 1).toBe(1);
    }
  });

  test("are turned off and on with /hooks, from the next turn on", async () => {
    await using at = await withHooks({ UserPromptSubmit: KEEP }, true);
    await at.terminal.codex("one");
    await at.terminal.shows("an answer");
    await at.terminal.hides("esc to interrupt");
    await at.terminal.send("/hooks");
    await at.terminal.shows("[x] UserPromptSubmit");
    await at.terminal.press("Enter");
    await at.terminal.shows("Turn it off");
    await at.terminal.press("1");
    await at.terminal.shows("[ ] UserPromptSubmit");
    expect(at.config()).toContain("enabled = false");
    await at.terminal.press("Escape");
    await at.terminal.hides("Press enter to confirm");
    await at.terminal.send("two");
    await at.terminal.shows("an answer, number 2");
    expect(told(at.box).map((input) => input["prompt"])).toEqual(["one"]);
  });

  test("learn that a conversation begins after /clear", async () => {
    await using at = await withHooks({ SessionStart: KEEP }, true);
    await at.terminal.codex("one");
    await at.terminal.shows("an answer");
    await at.terminal.hides("esc to interrupt");
    await at.terminal.send("/clear");
    await at.terminal.hides("an answer");
    await at.terminal.send("two");
    await at.terminal.shows("an answer, number 2");
    expect(told(at.box).map((input) => input["source"])).toEqual(["startup", "clear"]);
  });
});
