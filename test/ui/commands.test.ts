// The slash commands in a terminal: what each shows, and what it leaves behind.

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { functionCall, message, respond, startResponsesServer } from "../support/responses-server";
import { mockProvider, sandboxBox, type Box } from "../support/harness";
import { COMMANDS } from "../../src/ui/commands/table";
import { HAS_TMUX, openTmux, type Tmux } from "./tmux";

type Session = AsyncDisposable & {
  readonly box: Box;
  readonly terminal: Tmux;
  readonly server: Awaited<ReturnType<typeof startResponsesServer>>;
  /** Types a command and presses Enter. */
  readonly run: (command: string) => Promise<void>;
  readonly config: () => string;
};

/** A session with one question and its answer. Every later message is answered with "Heard: MESSAGE". */
async function session(columns = 100): Promise<Session> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(
    await startResponsesServer((request) => {
      const last = request.body.input.findLast(
        (item) => item.role === "user" || item.type === "function_call_output",
      );
      if (last?.type === "function_call_output") return respond(message("It runs."));
      const text = (last?.content ?? []).map((part) => part.text ?? "").join("");
      if (text.includes("in the background")) {
        return respond(functionCall("exec_command", { cmd: "sleep 3333", yield_time_ms: 250 }));
      }
      if (text.includes("change two files")) {
        return respond(functionCall("exec_command", { cmd: "echo new > one; echo new > two" }));
      }
      if (text.includes("propose something")) {
        return respond(message("<proposed_plan>\n# The plan\n\n- write it\n</proposed_plan>\n"));
      }
      return respond(message(`Heard: ${text.slice(0, 60).replaceAll("\n", " ")}`));
    }),
  );
  const box = stack.use(await sandboxBox());
  const configFile = join(box.codexHome, "config.toml");
  box.write(
    configFile,
    `${mockProvider(server.url)}\n[projects."${box.workspace}"]\ntrust_level = "trusted"\n`,
  );
  const terminal = stack.use(await openTmux(box, { columns, rows: 40 }));
  await terminal.codex("the first question");
  await terminal.shows("Heard: the first question");
  await terminal.hides("esc to interrupt");
  const all = stack.move();
  return {
    box,
    terminal,
    server,
    run: async (command) => {
      await terminal.send(command);
    },
    config: () => readFileSync(configFile, "utf8"),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

test("every slash command is in the list once", () => {
  const names = COMMANDS.flatMap(({ name, aliases }) => [name, ...aliases]);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

describe.skipIf(!HAS_TMUX)("slash commands", () => {
  test("/undo puts back what the last turn changed, and names what was changed since", async () => {
    await using at = await session();
    await at.run("/undo");
    await at.terminal.shows("No turn has changed a file that can be put back.");
    await at.run("change two files");
    await at.terminal.shows("It runs.");
    await at.terminal.hides("esc to interrupt");
    const [one, two] = [join(at.box.workspace, "one"), join(at.box.workspace, "two")];
    writeFileSync(two, "mine\n");
    const later = Date.now() / 1000 + 60;
    utimesSync(two, later, later);
    await at.run("/undo");
    await at.terminal.shows("Undid the last turn's changes to 1 file.");
    await at.terminal.shows("two was not restored: it was changed after the turn");
    expect([existsSync(one), readFileSync(two, "utf8")]).toEqual([false, "mine\n"]);
  });

  test("/status, /mcp, /debug-config, /hooks and /ps show what the session works with", async () => {
    await using at = await session();
    await at.run("/status");
    const card = await at.terminal.shows("Token usage:");
    expect(card).toContain("Permissions:");
    expect(card).toContain(`Model provider:`);
    expect(card).toMatch(/Session: +[0-9a-f-]{36}/);
    await at.run("/mcp");
    await at.terminal.shows("No MCP servers configured.");
    await at.run("/mcp everything");
    await at.terminal.shows("Usage: /mcp [verbose]");
    await at.run("/debug-config");
    await at.terminal.shows("user: ");
    await at.run("/hooks");
    await at.terminal.shows("No hooks are configured.");
    await at.run("/ps");
    await at.terminal.shows("No background terminals running.");
  });

  test("/debug-config shows what a folder calls its keys, and nothing of it acts on the terminal", async () => {
    await using at = await session();
    at.box.write(".codex/config.toml", '"owned\\u001b]0;owned\\u0007 by a key" = 1\n');
    await at.run("/quit");
    await at.terminal.shows("ended with 0");
    await at.terminal.codex();
    await at.terminal.shows("›");
    await at.run("/debug-config");
    await at.terminal.shows("owned by a key");
    expect(await at.terminal.title()).not.toBe("owned");
  });

  test("/model changes the model of the session and of those to come", async () => {
    await using at = await session();
    await at.run("/model");
    await at.terminal.shows("Select Model and Effort");
    await at.terminal.press("1");
    await at.terminal.shows("Select Reasoning Level");
    await at.terminal.press("Enter");
    await at.terminal.shows("Model changed to");
    const [, model = "none"] = /^model = "(.*)"$/m.exec(at.config()) ?? [];
    await at.terminal.send("who are you?");
    await at.terminal.shows("Heard: who are you?");
    expect(at.server.requests.at(-1)?.body.model).toBe(model);
    expect(model).not.toBe("gpt-5.2");
  });

  test("/permissions asks once more before full access, and tells the model", async () => {
    await using at = await session();
    await at.run("/permissions");
    await at.terminal.shows("Update Model Permissions");
    await at.terminal.shows("Ask for approval (current)");
    await at.terminal.press("Down", "Enter");
    await at.terminal.shows("Enable full access?");
    await at.terminal.press("1");
    await at.terminal.shows("Permissions updated to Full Access");
    await at.run("/status");
    await at.terminal.shows(/Permissions: +Full Access/);
    await at.run("/new");
    await at.terminal.shows(/codex resume [^╭]*\n\n╭/);
    await at.terminal.shows("To continue this session, run codex resume");
    await at.run("/status");
    await at.terminal.shows(/To continue this session[^]*Permissions: +Full Access/);
  });

  test("/rename, /new, /resume, /fork and /clear change the conversation", async () => {
    await using at = await session();
    await at.run("/rename");
    await at.terminal.shows("Name this session");
    await at.terminal.press("Escape");
    await at.terminal.hides("Name this session");
    await at.run("/rename the old one");
    await at.terminal.shows("Session renamed to the old one.");
    await at.run("/new");
    await at.terminal.shows("To continue this session, run codex resume, then select the old one");
    await at.terminal.shows(/OpenAI Codex[^]*OpenAI Codex/);
    await at.terminal.send("another matter");
    await at.terminal.shows("Heard: another matter");
    expect(JSON.stringify(at.server.requests.at(-1)?.body.input)).not.toContain("the first question");
    await at.run("/resume the old one");
    await at.terminal.shows(/another matter[^]*OpenAI Codex[^]*› the first question/);
    await at.run("/fork");
    await at.terminal.shows("Thread forked from the old one");
    await at.terminal.send("go on");
    await at.terminal.shows("Heard: go on");
    expect(JSON.stringify(at.server.requests.at(-1)?.body.input)).toContain("the first question");
    await at.run("/clear");
    await at.terminal.hides("Heard: go on");
    await at.terminal.shows("OpenAI Codex");
    expect(await at.terminal.history()).not.toContain("the first question");
  });

  test("/resume without a name shows the sessions; Esc goes back", async () => {
    await using at = await session();
    await at.run("/resume");
    await at.terminal.shows("Resume a previous session");
    await at.terminal.press("Escape");
    await at.terminal.hides("Resume a previous session");
    await at.terminal.send("still there?");
    await at.terminal.shows("Heard: still there?");
  });

  test("/init asks the model for a guide, /compact makes room, /copy copies", async () => {
    await using at = await session();
    await at.run("/copy");
    await at.terminal.shows("Copied last message to clipboard");
    await at.run("/compact");
    await at.terminal.shows("Context compacted");
    await at.run("/init");
    await at.terminal.shows(/Heard: Write a file called/);
    expect(JSON.stringify(at.server.requests.at(-1)?.body.input)).toContain("AGENTS.md");
  });

  test("/plan changes the mode, and Shift-Tab changes it back", async () => {
    await using at = await session();
    await at.run("/plan think first");
    await at.terminal.shows("Heard: think first");
    await at.terminal.shows("Plan mode (shift+tab to cycle)");
    await at.terminal.press("BTab");
    await at.terminal.hides("Plan mode (shift+tab to cycle)");
  });

  test("a proposed plan is carried out when the user says so", async () => {
    await using at = await session();
    await at.run("/plan propose something");
    await at.terminal.shows("Proposed Plan");
    await at.terminal.shows("Implement this plan?");
    await at.terminal.press("1");
    await at.terminal.shows("› Implement the plan.");
    await at.terminal.shows("Heard: Implement the plan.");
    await at.terminal.hides("Plan mode (shift+tab to cycle)");
  });

  test("/review offers presets, and reviews in the words given", async () => {
    await using at = await session();
    await at.run("/review");
    await at.terminal.shows("Select a review preset");
    await at.terminal.press("Escape");
    await at.terminal.hides("Select a review preset");
    await at.run("/review only the names");
    await at.terminal.shows(">> Code review started: only the names <<");
    await at.terminal.shows("<< Code review finished >>");
  });

  test("/diff shows what has changed, in the pager", async () => {
    await using at = await session();
    await at.run("/diff");
    await at.terminal.shows(/pid/);
    await at.terminal.press("q");
    writeFileSync(join(at.box.workspace, "fresh.txt"), "a fresh line\n");
    await at.run("/diff");
    await at.terminal.shows("a fresh line");
    await at.terminal.press("q");
    await at.terminal.send("and now?");
    await at.terminal.shows("Heard: and now?");
  });

  test("/mention begins a mention, /skills and /statusline open their lists", async () => {
    await using at = await session();
    await at.run("/mention");
    await at.terminal.shows("› @");
    await at.terminal.press("C-c", "C-u");
    await at.terminal.press("Escape", "BSpace");
    await at.run("/statusline");
    await at.terminal.shows("Configure Status Line");
    await at.terminal.press("Escape");
    await at.terminal.hides("Configure Status Line");
    await at.run("/skills");
    await at.terminal.shows(/There are no skills/);
  });

  test("/ps lists what runs in the background, /stop ends it", async () => {
    await using at = await session();
    await at.terminal.send("run it in the background");
    await at.terminal.shows("It runs.");
    await at.terminal.shows("1 background terminal running");
    await at.run("/ps");
    await at.terminal.shows(/Background terminals[^]*sleep 3333/);
    await at.run("/stop");
    await at.terminal.shows("Stopped 1 background terminal.");
    await at.terminal.hides("background terminal running");
  });

  test("a command that is none is said to be none, and stays to be mended", async () => {
    await using at = await session();
    await at.run("/bogus");
    await at.terminal.shows("Unrecognized command '/bogus'. Type \"/\" for a list of supported commands.");
    await at.terminal.shows("› /bogus");
  });

  test("/logout signs out and leaves, /quit and /exit leave", async () => {
    await using at = await session();
    at.box.write(join(at.box.codexHome, "auth.json"), '{"OPENAI_API_KEY":"sk-test"}');
    await at.run("/logout");
    await at.terminal.shows("ended with 0");
    expect(existsSync(join(at.box.codexHome, "auth.json"))).toBe(false);
    for (const command of ["/quit", "/exit"]) {
      await at.terminal.codex();
      await at.terminal.shows("›");
      await at.run(command);
      await at.terminal.shows("ended with 0");
    }
  });
});
