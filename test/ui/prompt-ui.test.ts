// The interface as people use it: in a real terminal, with the compiled executable and a scripted server.

import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sandboxBox } from "../support/harness";
import { customCall, functionCall, httpError, message, respond, silence } from "../support/responses-server";
import { until } from "../support/processes";
import { place } from "./place";
import { HAS_TMUX, openTmux } from "./tmux";

const WIDTHS = [40, 80, 200] as const;
const PATCH = "*** Begin Patch\n*** Add File: notes.txt\n+first line\n+second line\n*** End Patch\n";

/** The session's id in the last line that codex prints. */
function resumeHint(text: string): string {
  return /codex resume ([0-9a-f-]{36})/.exec(text.replace(/\s+/g, " "))?.[1] ?? "";
}

describe.skipIf(!HAS_TMUX)("the interface in a terminal", () => {
  for (const columns of WIDTHS) {
    test(`a first session at ${columns} columns: trust, a patch to approve, its diff, and the way back`, async () => {
      const script = [
        respond(customCall("apply_patch", PATCH)),
        respond(message("The notes are **written**.")),
      ];
      await using at = await place(script, {
        columns,
        trusted: false,
        config: 'approval_policy = "untrusted"',
      });
      const { terminal, box } = at;
      const before = await terminal.modes();

      await terminal.codex();
      await terminal.shows("Do you trust");
      await terminal.shows("1. Yes, continue");
      await terminal.press("Enter");
      await terminal.shows("OpenAI Codex");
      await terminal.shows("To get started");
      expect(readFileSync(join(box.codexHome, "config.toml"), "utf8")).toContain('trust_level = "trusted"');

      await terminal.send("write notes");
      await terminal.shows("Would you like to make the following");
      await terminal.press("y");
      await terminal.shows("The notes are written.");
      const seen = await terminal.history();
      expect(seen).toContain("› write notes");
      expect(seen).toContain("notes.txt (+2 -0)");
      expect(seen).toContain("+first line");
      expect(readFileSync(join(box.workspace, "notes.txt"), "utf8")).toBe("first line\nsecond line\n");

      await terminal.press("C-c");
      await terminal.shows("ended with 0");
      const end = await terminal.history();
      expect(resumeHint(end)).not.toBe("");
      expect(end).toContain("Token usage: total=");
      expect(await terminal.modes()).toBe(before);
      expect(await terminal.title()).not.toContain("workspace");
    });
  }

  for (const columns of WIDTHS) {
    test(`signing in with an API key at ${columns} columns`, async () => {
      await using box = await sandboxBox();
      await using terminal = await openTmux(box, { columns });
      const before = await terminal.modes();
      await terminal.codex();
      await terminal.shows("Welcome to Codex");
      await terminal.press("3");
      await terminal.shows("Press enter to save");
      await terminal.press("sk-test-1234567890");
      expect(await terminal.shows("•".repeat(18))).not.toContain("1234567890");
      await terminal.press("Enter");
      await terminal.shows("Do you trust");
      expect(readFileSync(join(box.codexHome, "auth.json"), "utf8")).toContain("sk-test-1234567890");
      await terminal.press("1");
      await terminal.shows("OpenAI Codex");
      await terminal.shows("›");
      await terminal.press("C-d");
      await terminal.shows("ended with 0");
      expect(await terminal.modes()).toBe(before);
    });
  }

  test("without trust nothing is written, and nothing is sent", async () => {
    await using at = await place([], { trusted: false });
    await at.terminal.codex("hello");
    await at.terminal.shows("Do you trust");
    await at.terminal.press("Escape");
    await at.terminal.shows("ended with 0");
    expect(readFileSync(join(at.box.codexHome, "config.toml"), "utf8")).not.toContain("trusted");
    expect(at.server.requests).toEqual([]);
  });

  test("a prompt on the command line is sent at once, and images with it", async () => {
    await using at = await place([respond(message("A picture of nothing."))]);
    at.box.write("dot.png", Buffer.from(DOT_PNG, "base64"));
    await at.terminal.codex("-i", "dot.png", "--", "what is this?");
    await at.terminal.shows("A picture of nothing.");
    const [request] = at.server.requests;
    const parts = request?.body.input.findLast((item) => item.role === "user")?.content ?? [];
    expect(parts.map(({ type }) => type)).toContain("input_image");
    expect(JSON.stringify(parts)).toContain("what is this?");
  });

  test("a patch that is refused is not made, and the user goes on", async () => {
    await using at = await place(
      [respond(customCall("apply_patch", PATCH)), respond(message("As you wish."))],
      {
        config: 'approval_policy = "untrusted"',
      },
    );
    await at.terminal.codex("write notes");
    await at.terminal.shows("Would you like to make the following edits?");
    await at.terminal.press("Escape");
    await at.terminal.shows("Conversation interrupted");
    expect(existsSync(join(at.box.workspace, "notes.txt"))).toBe(false);
    await at.terminal.send("then leave it");
    await at.terminal.shows("As you wish.");
  });

  test("keys that are typed while a question comes up do not answer it", async () => {
    await using at = await place([respond(customCall("apply_patch", PATCH)), respond(message("Done."))], {
      config: 'approval_policy = "untrusted"',
    });
    await at.terminal.codex();
    await at.terminal.shows("›");
    await at.terminal.send("write notes");
    for (const letter of "yyyyyyyyyy") await at.terminal.press(letter);
    await at.terminal.shows("Would you like to make the following edits?");
    expect(existsSync(join(at.box.workspace, "notes.txt"))).toBe(false);
    await at.terminal.press("Escape");
    await at.terminal.shows("› yyyyyyyyyy");
  });

  test("Esc stops the turn and its command, and keeps the session", async () => {
    await using at = await place([
      respond(functionCall("exec_command", { cmd: "echo begun; sleep 1234.5" })),
      respond(message("Still here.")),
    ]);
    await at.terminal.codex("wait a while");
    await at.terminal.shows("Running echo begun");
    await at.terminal.shows("esc to interrupt");
    await at.terminal.press("Escape");
    await at.terminal.shows("Conversation interrupted");
    expect(processesNamed("1234.5")).toEqual([]);
    await at.terminal.send("are you there?");
    await at.terminal.shows("Still here.");
  });

  test("a message that nothing came of returns to the composer", async () => {
    await using at = await place([respond(silence()), respond(message("Answered."))]);
    await at.terminal.codex();
    await at.terminal.shows("›");
    await at.terminal.send("a long thought");
    await at.server.waitForRequest(1);
    await at.terminal.press("C-c");
    await at.terminal.shows("Conversation interrupted");
    await at.terminal.shows(/Conversation interrupted[^]*› a long thought/);
    await at.terminal.press("Enter");
    await at.terminal.shows("Answered.");
    const users = at.server.requests[1]?.body.input.filter((item) => item.role === "user") ?? [];
    expect(JSON.stringify(users).split("a long thought").length - 1).toBe(1);
  });

  test("Enter steers a turn, Tab queues for afterwards", async () => {
    const release = Promise.withResolvers<void>();
    await using at = await place(async (_request, index) => {
      if (index === 0) return respond(functionCall("exec_command", { cmd: "true" }));
      if (index === 1) await release.promise;
      return respond(message(`Answer ${index}.`));
    });
    await at.terminal.codex("begin");
    await at.server.waitForRequest(2);
    await at.terminal.send("steer this");
    await at.terminal.shows("Messages to be submitted after next tool call");
    await at.terminal.shows("↳ steer this");
    await at.terminal.type("queue that");
    await at.terminal.press("Tab");
    await at.terminal.shows("Queued follow-up inputs");
    await at.terminal.shows("↳ queue that");
    release.resolve();
    await at.terminal.shows("Answer 3.");
    const seen = await at.terminal.history();
    expect(seen).not.toContain("↳");
    expect(
      order(seen, ["› begin", "Answer 1.", "› steer this", "Answer 2.", "› queue that", "Answer 3."]),
    ).toBe(true);
    expect(seen.split("› steer this").length - 1).toBe(1);
  });

  test("a turn that fails says why, gives back what waited, and the session goes on", async () => {
    const release = Promise.withResolvers<void>();
    await using at = await place(async (_request, index) => {
      if (index > 0) return respond(message("Better now."));
      await release.promise;
      return httpError(401, "who are you?");
    });
    await at.terminal.codex("begin");
    await at.server.waitForRequest(1);
    await at.terminal.type("for later");
    await at.terminal.press("Tab");
    await at.terminal.shows("↳ for later");
    release.resolve();
    await at.terminal.shows("■ unexpected status 401 Unauthorized");
    await at.terminal.shows("› for later");
    await at.terminal.press("Enter");
    await at.terminal.shows("Better now.");
  });

  test("the command line says what the session works with", async () => {
    await using at = await place([], { columns: 120, rows: 40 });
    at.box.write("sub/file.txt", "");
    const flags = [
      "-m",
      "gpt-5.2-codex",
      "-s",
      "read-only",
      "-a",
      "never",
      "-C",
      "sub",
      "--no-alt-screen",
      "--search",
    ];
    await at.terminal.codex(...flags, "-c", "model_reasoning_effort=high");
    await at.terminal.shows("gpt-5.2-codex high");
    await at.terminal.send("/status");
    const card = await at.terminal.shows("Token usage:");
    expect(card).toMatch(/Model: +gpt-5.2-codex \(reasoning high/);
    expect(card).toMatch(/Directory: +\S+workspace\/sub/);
    expect(card).toMatch(/Permissions: +Read Only \(never\)/);
  });

  test("a conversation that cannot be opened ends the program with one message", async () => {
    await using at = await place([], {
      config: 'model_instructions_file = "missing.md"',
    });
    await at.terminal.codex("hello");
    const end = await at.terminal.shows("ended with 1");
    expect(end).toContain("ERROR: ");
    expect(end).toContain("missing.md");
    expect(end).not.toContain("call stack");
  });

  test("nothing is asked and nothing confined when the user wants it so", async () => {
    await using at = await place([
      respond(functionCall("exec_command", { cmd: "rm -rf nothing; id" })),
      respond(message("Done.")),
    ]);
    await at.terminal.codex("--yolo", "go");
    await at.terminal.shows("permissions: YOLO mode");
    await at.terminal.shows("Done.");
  });

  test("a newer version is told of, once it is known", async () => {
    await using at = await place([]);
    at.box.write(
      join(at.box.codexHome, "version.json"),
      '{"latest_version":"9.1.0","last_checked_at":"2999-01-01T00:00:00Z","dismissed_version":null}\n',
    );
    await at.terminal.codex();
    await at.terminal.shows("Update available: ");
    await at.terminal.shows("codex update");
  });

  test("a read-only sandbox refuses a write", async () => {
    await using at = await place([
      respond(functionCall("exec_command", { cmd: "echo x > forbidden.txt" })),
      respond(message("It was refused.")),
    ]);
    await at.terminal.codex("--sandbox", "read-only", "-a", "never", "try it");
    await at.terminal.shows("It was refused.");
    expect(await at.terminal.history()).toMatch(/read-only file system/i);
    expect(existsSync(join(at.box.workspace, "forbidden.txt"))).toBe(false);
  });

  test("a session is picked from the list and goes on", async () => {
    await using at = await place([
      respond(message("The first answer.")),
      respond(message("The second answer.")),
    ]);
    await at.terminal.codex("a question to remember");
    await at.terminal.shows("The first answer.");
    await at.terminal.press("C-c");
    const id = resumeHint(await at.terminal.shows("ended with 0"));
    await at.terminal.codex("resume");
    await at.terminal.shows("Resume a previous session");
    await at.terminal.shows("a question to remember");
    await at.terminal.press("Enter");
    await at.terminal.shows("The first answer.");
    await at.terminal.send("go on");
    await at.terminal.shows("The second answer.");
    await at.terminal.press("C-c");
    expect(resumeHint(await at.terminal.shows("ended with 0"))).toBe(id);
    expect(JSON.stringify(at.server.requests[1]?.body.input)).toContain("The first answer.");
  });
});

const DOT_PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

function order(text: string, parts: readonly string[]): boolean {
  const places = parts.map((part) => text.indexOf(part));
  return places.every((place, index) => place >= 0 && (index === 0 || place > (places[index - 1] ?? 0)));
}

function processesNamed(text: string): readonly string[] {
  const { stdout } = Bun.spawnSync(["ps", "-eo", "args"]);
  return stdout
    .toString()
    .split("\n")
    .filter((line) => line.includes(`sleep ${text}`));
}

describe.skipIf(!HAS_TMUX)("the terminal around it", () => {
  test("an editor gets the draft, and what it saves comes back", async () => {
    await using at = await place([respond(message("Thanks."))], { env: { EDITOR: "./edit.sh" } });
    at.box.write("edit.sh", '#!/bin/sh\nsed -i "s/rough/polished/" "$1"\n');
    chmodSync(join(at.box.workspace, "edit.sh"), 0o755);
    await at.terminal.codex();
    await at.terminal.shows("›");
    await at.terminal.type("a rough draft");
    await at.terminal.press("C-g");
    await at.terminal.shows("› a polished draft");
    await at.terminal.press("Enter");
    await at.terminal.shows("Thanks.");
    expect(JSON.stringify(at.server.requests[0]?.body.input)).toContain("a polished draft");
  });

  test("Ctrl-Z suspends with the shell's own modes, and fg comes back", async () => {
    await using at = await place([respond(message("Here again."))]);
    const before = await at.terminal.modes();
    await at.terminal.shell("set -m");
    await at.terminal.codex();
    await at.terminal.shows("›");
    await at.terminal.type("half a line");
    await at.terminal.press("C-z");
    await at.terminal.shows("Stopped");
    expect(await at.terminal.modes()).toBe(before);
    await at.terminal.shell("fg");
    await at.terminal.shows("› half a line");
    await at.terminal.press("Enter");
    await at.terminal.shows("Here again.");
    expect((await at.terminal.history()).split("› half a line").length - 1).toBe(1);
  });

  test("a window that changes its size keeps what was said, once", async () => {
    await using at = await place([respond(message(`The answer is ${"long ".repeat(60)}end.`))]);
    await at.terminal.codex("ask");
    await at.terminal.shows("end.");
    await at.terminal.type("a draft that stays");
    for (const [columns, rows] of [
      [30, 12],
      [120, 40],
      [20, 5],
      [80, 24],
    ] as const) {
      await at.terminal.resize(columns, rows);
      await at.terminal.shows(/draft that/);
    }
    await at.terminal.shows("› a draft that stays");
    const seen = await at.terminal.history();
    expect(seen.split("The answer is").length - 1).toBe(1);
    expect(seen.split("› ask").length - 1).toBe(1);
  });

  test("Ctrl-T shows everything that was said and done in the pager", async () => {
    await using at = await place(
      [respond(functionCall("exec_command", { cmd: "seq 100 140" })), respond(message("Counted."))],
      { env: { PAGER: "./pager.sh" } },
    );
    at.box.write("pager.sh", '#!/bin/sh\ncp "$1" paged.txt\n');
    chmodSync(join(at.box.workspace, "pager.sh"), 0o755);
    await at.terminal.codex("count");
    await at.terminal.shows("Counted.");
    expect(await at.terminal.history()).not.toContain("120");
    await at.terminal.press("C-t");
    await until("the pager has run", () => existsSync(join(at.box.workspace, "paged.txt")));
    await at.terminal.send("and on");
    expect(Bun.stripANSI(readFileSync(join(at.box.workspace, "paged.txt"), "utf8"))).toContain("120");
  });

  test("a shell command of the user's runs at once, and the model sees it", async () => {
    await using at = await place([respond(message("I saw it."))]);
    await at.terminal.codex();
    await at.terminal.shows("›");
    await at.terminal.press("!");
    await at.terminal.send("echo $((6 * 7)) is the answer");
    await at.terminal.shows("You ran echo");
    await at.terminal.shows("42 is the answer");
    await at.terminal.send("did you see it?");
    await at.terminal.shows("I saw it.");
    expect(JSON.stringify(at.server.requests[0]?.body.input)).toContain("42 is the answer");
  });

  test("Esc Esc goes back to before an earlier message", async () => {
    await using at = await place((_request, index) => respond(message(`Answer ${index + 1}.`)));
    await at.terminal.codex("the first");
    await at.terminal.shows("Answer 1.");
    await at.terminal.send("the second");
    await at.terminal.shows("Answer 2.");
    await at.terminal.hides("esc to interrupt");
    await at.terminal.press("Escape");
    await at.terminal.shows("esc again to edit previous message");
    await at.terminal.press("Escape");
    await at.terminal.shows("Edit an earlier message");
    await at.terminal.press("Enter");
    await at.terminal.shows("The conversation is back to before that message.");
    await at.terminal.send(" one, better");
    await at.terminal.shows("Answer 3.");
    const input = JSON.stringify(at.server.requests[2]?.body.input);
    expect(input).toContain("the second one, better");
    expect(input).toContain("the first");
    expect(input).not.toContain("Answer 2.");
  });

  test("it refuses where there is no terminal", async () => {
    await using box = await sandboxBox();
    const refused = await box.codex(["hello"]);
    expect(refused).toMatchObject({ exitCode: 1, stderr: "Error: stdin is not a terminal\n", stdout: "" });
    const dumb = await box.codex(["hello"], { env: { TERM: "dumb" } });
    expect(dumb.stderr).toStartWith('ERROR: TERM is set to "dumb". Refusing to start');
    expect(dumb.exitCode).toBe(1);
  });

  test("without colours nothing is coloured", async () => {
    await using at = await place([respond(message("It is `plain`."))], { env: { NO_COLOR: "1" } });
    await at.terminal.codex("look");
    await at.terminal.shows("It is plain.");
    expect(await at.terminal.coloured()).not.toMatch(/\x1b\[(?:3[1-7]|38|48|4[1-7])/);
  });
});
