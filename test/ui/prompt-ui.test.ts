// The interface as people use it: in a real terminal, with the compiled executable and a scripted server.

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { mockProvider, sandboxBox, type Box } from "../support/harness";
import {
  customCall,
  functionCall,
  message,
  respond,
  silence,
  startResponsesServer,
  type Script,
} from "../support/responses-server";
import { HAS_TMUX, openTmux, type Tmux, type TmuxOptions } from "./tmux";

const WIDTHS = [40, 80, 200] as const;
const PATCH = "*** Begin Patch\n*** Add File: notes.txt\n+first line\n+second line\n*** End Patch\n";

type Place = AsyncDisposable & {
  readonly box: Box;
  readonly terminal: Tmux;
  readonly server: Awaited<ReturnType<typeof startResponsesServer>>;
};

/** A trusted workspace unless `config` says otherwise. */
async function place(
  script: Script,
  options: TmuxOptions & { readonly trusted?: boolean; readonly config?: string } = {},
): Promise<Place> {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await startResponsesServer(script));
  const box = stack.use(await sandboxBox());
  const trust = `\n[projects."${box.workspace}"]\ntrust_level = "trusted"\n`;
  box.write(
    join(box.codexHome, "config.toml"),
    `${options.config ?? ""}\n${mockProvider(server.url)}${options.trusted === false ? "" : trust}`,
  );
  const terminal = stack.use(await openTmux(box, options));
  return { box, terminal, server, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

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
