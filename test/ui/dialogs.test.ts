// Questions, pickers and earlier sessions as people meet them: in a terminal, with the compiled executable and a scripted server.

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sandboxBox } from "../support/harness";
import { done as finished, functionCall, message, respond } from "../support/responses-server";
import { place } from "./place";
import { HAS_TMUX } from "./tmux";

const UNTRUSTED = 'approval_policy = "untrusted"';
const command = (cmd: string) => respond(functionCall("exec_command", { cmd }));
const done = (text = "Done.") => respond(message(text));

describe.skipIf(!HAS_TMUX)("an approval in a terminal", () => {
  test("saves the rule that it has shown, and does not ask again", async () => {
    const script = [command("touch one"), command("touch one"), done()];
    await using at = await place(script, { columns: 100, config: UNTRUSTED });
    const { terminal, box } = at;
    await terminal.codex("make it");
    await terminal.shows("Would you like to run the following command?");
    const shown = await terminal.shows("Press enter to confirm or esc to cancel");
    expect(shown).toContain("$ touch one");
    expect(shown).toContain('prefix_rule(pattern=["touch", "one"], decision="allow")');
    await terminal.press("p");
    await terminal.shows("Done.");
    expect(readFileSync(join(box.codexHome, "rules", "default.rules"), "utf8")).toBe(
      'prefix_rule(pattern=["touch", "one"], decision="allow")\n',
    );
    expect(await terminal.history()).toContain("✔ You approved codex to always run commands that start with");
    expect(await terminal.screen()).not.toContain("Would you like to run");
  });

  test("refused with Esc stops the turn; declined with d lets it go on", async () => {
    const script = [command("touch one"), done("So be it."), command("touch two")];
    await using at = await place(script, { config: UNTRUSTED });
    const { terminal, box } = at;
    await terminal.codex("make it");
    await terminal.shows("Press enter to confirm");
    await terminal.press("d");
    await terminal.shows("So be it.");
    await terminal.send("again");
    await terminal.shows("Press enter to confirm");
    await terminal.press("Escape");
    await terminal.shows("✗ You canceled the request to run touch two");
    await terminal.hides("Would you like to run");
    expect(existsSync(join(box.workspace, "one"))).toBe(false);
    expect(existsSync(join(box.workspace, "two"))).toBe(false);
  });

  test.each([
    [40, 12],
    [20, 5],
  ])("is answered on a screen of %i by %i", async (columns, rows) => {
    await using at = await place([command("touch one"), done()], { columns, rows, config: UNTRUSTED });
    const { terminal, box } = at;
    await terminal.codex("make it");
    await terminal.shows("1. Yes, proceed");
    await terminal.press("y");
    await terminal.shows("Done.");
    expect(existsSync(join(box.workspace, "one"))).toBe(true);
  });
});

describe.skipIf(!HAS_TMUX)("questions of the model in a terminal", () => {
  test("are answered in plan mode, with notes, and recorded", async () => {
    const options = [
      { label: "Small", description: "The least." },
      { label: "Large", description: "Everything." },
    ];
    const questions = [{ id: "size", header: "Size", question: "How large?", options }];
    const script = [respond(functionCall("request_user_input", { questions })), done("So be it.")];
    await using at = await place(script, { columns: 100, rows: 30 });
    const { terminal, server } = at;
    await terminal.codex();
    await terminal.shows("OpenAI Codex");
    await terminal.press("BTab");
    await terminal.shows("Plan mode");
    await terminal.send("plan it");
    await terminal.shows("Question 1/1 (1 unanswered)");
    const shown = await terminal.shows("esc to interrupt");
    expect(shown).toContain("› 1. Small");
    await terminal.press("Down", "Tab");
    await terminal.shows("Add notes");
    await terminal.type("but quick");
    await terminal.press("Enter");
    await terminal.shows("So be it.");
    const output = JSON.stringify(server.requests.at(-1)?.body.input.at(-1));
    expect(output).toContain("Large");
    expect(output).toContain("but quick");
    expect(await terminal.history()).toContain("Questions 1/1 answered");
  });
});

describe.skipIf(!HAS_TMUX)("an MCP server in a terminal", () => {
  const server = `${import.meta.dir}/../support/mcp-server.ts`;
  const table = `[mcp_servers.srv]\ncommand = ${JSON.stringify(process.execPath)}\nargs = ["${server}", "good"]`;
  const call = (name: string, callId: string) =>
    finished({ type: "function_call", name, namespace: "mcp__srv", arguments: "{}", call_id: callId });

  test("has its tool allowed always, its form filled in, and a call cancelled without an end of the turn", async () => {
    const script = [
      respond(call("plain", "c1")),
      respond(call("plain", "c2")),
      respond(call("ask", "c3")),
      respond(call("writes", "c4")),
      done(),
    ];
    await using at = await place(script, { columns: 100, rows: 30, more: table });
    const { terminal, box, server } = at;
    await terminal.codex("go");
    await terminal.shows('Allow the srv MCP server to run tool "plain"?');
    await terminal.press("p");
    await terminal.shows("Field 1/1");
    await terminal.shows("Your name?");
    await terminal.type("Ada");
    await terminal.press("Enter");
    await terminal.shows('Allow the srv MCP server to run tool "writes"?');
    await terminal.press("Escape");
    await terminal.shows("Done.");
    const config = readFileSync(join(box.codexHome, "config.toml"), "utf8");
    expect(config).toContain('[mcp_servers.srv.tools.plain]\napproval_mode = "approve"');
    const input = JSON.stringify(server.requests.at(-1)?.body.input);
    for (const text of ["plain ran", "Ada", "user cancelled MCP tool call"]) expect(input).toContain(text);
  });
});

describe.skipIf(!HAS_TMUX)("earlier sessions in a terminal", () => {
  for (const columns of [40, 80, 200]) {
    test(`are chosen from a list of ${columns} columns, and gone on with`, async () => {
      const script = [done("First answer."), done("Second answer."), done("Third answer.")];
      await using at = await place(script, { columns });
      const { terminal, server } = at;
      await terminal.codex("first words");
      await terminal.shows("First answer.");
      await terminal.press("C-c");
      await terminal.shows("ended with 0");
      await terminal.codex("other words");
      await terminal.shows("Second answer.");
      await terminal.press("C-c");
      await terminal.shows("ended with 0");

      await terminal.codex("resume");
      await terminal.shows("Resume a previous session");
      await terminal.shows("❯ just now    other words");
      await terminal.type("first");
      await terminal.hides("other words");
      await terminal.press("C-t");
      await terminal.shows("First answer.");
      await terminal.press("Enter");
      await terminal.shows(/OpenAI Codex[^]*› first words/);
      await terminal.send("go on");
      await terminal.shows("Third answer.");
      const input = JSON.stringify(server.requests.at(-1)?.body.input);
      expect(input).toContain("First answer.");
      expect(input).not.toContain("Second answer.");
    });
  }

  test("are forked, and found by --last and by name", async () => {
    const script = [done("First answer."), done("In the copy."), done("In the copy of the last.")];
    await using at = await place(script, { columns: 120 });
    const { terminal, server } = at;
    await terminal.codex("first words");
    await terminal.shows("First answer.");
    await terminal.send("/rename my thread");
    await terminal.shows("Session renamed to my thread");
    await terminal.press("C-c");
    await terminal.shows("ended with 0");
    await terminal.codex("fork", "my thread", "in a copy");
    await terminal.shows("In the copy.");
    await terminal.shows("Thread forked from my thread");
    await terminal.press("C-c");
    await terminal.shows("ended with 0");
    await terminal.codex("resume", "--last", "in the last");
    await terminal.shows("In the copy of the last.");
    const input = JSON.stringify(server.requests.at(-1)?.body.input);
    for (const text of ["First answer.", "In the copy.", "in the last"]) expect(input).toContain(text);
  });

  test.each([
    ["1", false],
    ["2", true],
  ])("of another folder go on there or here: %s", async (key, here) => {
    await using at = await place([done("First answer."), done("Next answer.")], { columns: 120 });
    const { terminal, box, server } = at;
    box.write("deep/file", "");
    await terminal.codex("first words");
    await terminal.shows("First answer.");
    await terminal.press("C-c");
    await terminal.shows("ended with 0");
    await terminal.shell("cd deep");
    await terminal.codex("resume", "--last", "--all", "go on");
    await terminal.shows("Choose working directory to resume this session");
    await terminal.press(key);
    await terminal.shows("Next answer.");
    const input = JSON.stringify(server.requests.at(-1)?.body.input);
    expect(input.includes(`<cwd>${box.workspace}/deep</cwd>`)).toBe(here);
  });

  test("that do not exist are said not to", async () => {
    await using at = await place([], { columns: 120 });
    await at.terminal.codex("resume", "nope");
    await at.terminal.shows("No session is called 'nope'");
    await at.terminal.shows("ended with 1");
  });
});

describe("without a terminal", () => {
  test.each([["resume"], ["fork"]])("codex %s refuses", async (name) => {
    await using box = await sandboxBox();
    const { stderr, exitCode } = await box.codex([name]);
    expect(stderr).toBe("Error: stdin is not a terminal\n");
    expect(exitCode).toBe(1);
  });
});

describe.skipIf(!HAS_TMUX)("pickers in a terminal", () => {
  test("the model is chosen and kept", async () => {
    await using at = await place([done()], { columns: 120, rows: 30 });
    const { terminal, box, server } = at;
    await terminal.codex();
    await terminal.shows("OpenAI Codex");
    await terminal.send("/model");
    const list = await terminal.shows("Select Model and Effort");
    expect(list).toContain("1. ");
    await terminal.press("1");
    await terminal.shows("Select Reasoning Level for");
    await terminal.press("1");
    await terminal.shows("Model changed to");
    const config = readFileSync(join(box.codexHome, "config.toml"), "utf8");
    const model = /^model = "(.+)"$/m.exec(config)?.[1] ?? "";
    expect(model).not.toBe("");
    expect(config).toContain("model_reasoning_effort");
    await terminal.send("hello");
    await terminal.shows("Done.");
    expect(server.requests.at(-1)?.body.model).toBe(model);
  });

  test("full access is warned of", async () => {
    await using at = await place([], { columns: 100, rows: 30 });
    const { terminal } = at;
    await terminal.codex();
    await terminal.shows("OpenAI Codex");
    await terminal.send("/permissions");
    await terminal.shows("Update Model Permissions");
    await terminal.press("2");
    await terminal.shows("Enable full access?");
    await terminal.press("1");
    await terminal.shows("Permissions updated to Full Access");
  });
});
