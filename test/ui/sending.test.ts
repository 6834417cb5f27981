// What becomes of a message between Enter and the model: refused images, servers that are awaited, the history of prompts.

import { describe, expect, test } from "bun:test";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CATALOG_ENTRY } from "../support/catalog-entry";
import { until } from "../support/processes";
import { message, respond } from "../support/responses-server";
import { place, type Place } from "./place";
import { HAS_TMUX } from "./tmux";

const DOT_PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A model that reads nothing but text. */
const BLIND = {
  ...CATALOG_ENTRY,
  ...{
    slug: "blind",
    display_name: "Blind",
    base_instructions: "You are blind.",
    input_modalities: ["text"],
  },
  ...{ default_reasoning_level: "low", supports_reasoning_summaries: true },
};

const CATALOG = { config: 'model_catalog_json = "models.json"' };

const SERVER = join(import.meta.dir, "../support/mcp-server.ts");

/** Starts when the workspace has a file `NAME.go`. */
function patientServer(name: string, mode: string): string {
  const script = `while [ ! -e ${name}.go ]; do sleep 0.05; done; exec ${process.execPath} ${SERVER} ${mode}`;
  return `[mcp_servers.${name}]\ncommand = "/bin/sh"\nargs = ["-c", ${JSON.stringify(script)}]\n`;
}

function prompts({ box }: Place): readonly string[] {
  const lines = readFileSync(join(box.codexHome, "history.jsonl"), "utf8").trim().split("\n");
  return lines.map((line) => (JSON.parse(line) as { text: string }).text);
}

const order = (text: string, parts: readonly string[]) => parts.map((part) => text.indexOf(part));

describe.skipIf(!HAS_TMUX)("a message in a terminal", () => {
  test("with an image is refused for a model that takes none, and stays in the composer", async () => {
    await using at = await place([respond(message("Words I understand."))], {
      ...CATALOG,
      columns: 100,
    });
    const { terminal, box, server } = at;
    box.write(join(box.codexHome, "models.json"), JSON.stringify({ models: [BLIND] }));
    box.write("dot.png", Buffer.from(DOT_PNG, "base64"));
    await terminal.codex("-m", "blind", "-i", "dot.png", "--", "what is this?");
    await terminal.shows("■ Model blind does not support image inputs. Remove images or switch models.");
    await terminal.shows("› [Image #1] what is this?");
    await terminal.press("Enter");
    await terminal.shows(/Model blind[^]*Model blind[^]*› \[Image #1\] what is this\?/);
    expect(server.requests).toEqual([]);
    await terminal.press("Home", "Delete");
    await terminal.shows("›  what is this?");
    await terminal.press("Enter");
    await terminal.shows("Words I understand.");
    expect(JSON.stringify(server.requests[0]?.body.input)).not.toContain("input_image");
  });

  test("is in the history of prompts, in order, also when it was sent before there was a conversation", async () => {
    await using at = await place((_request, index) => respond(message(`Answer ${index + 1}.`)));
    const { terminal } = at;
    await terminal.codex("from the command line");
    await terminal.shows("Answer 1.");
    await terminal.hides("esc to interrupt");
    await terminal.send("typed");
    await terminal.shows("Answer 2.");
    await terminal.hides("esc to interrupt");
    await until("both are written", () => prompts(at).length === 2);
    expect(prompts(at)).toEqual(["from the command line", "typed"]);
    await terminal.press("Up", "Up");
    await terminal.shows("› from the command line");
  });

  test("waits for the MCP servers that start, which are told of", async () => {
    const more = patientServer("able", "good") + patientServer("broken", "crash");
    await using at = await place([respond(message("Here I am."))], { more, columns: 100 });
    const { terminal, box, server } = at;
    await terminal.codex("from the command line");
    await terminal.shows("Starting MCP servers (0/2): able, broken (");
    await terminal.shows("↳ from the command line");
    box.write("broken.go", "");
    await terminal.shows("Starting MCP servers (1/2): able (");
    expect(server.requests).toEqual([]);
    await terminal.type("typed meanwhile");
    await terminal.press("Enter");
    await terminal.shows("↳ typed meanwhile");
    box.write("able.go", "");
    await terminal.shows("Here I am.");
    const seen = await terminal.history();
    const told = "MCP client for `broken` failed to start: ";
    const parts = [told, "⚠ MCP startup incomplete (failed: broken)", "› from the command line"];
    expect(order(seen, parts)).toEqual(order(seen, parts).toSorted((a, b) => a - b));
    for (const part of parts) expect(seen.split(part).length - 1).toBe(1);
    expect(JSON.stringify(server.requests[0]?.body.tools)).toContain("mcp__able");
  });

  test("that waits behind a command is sent when that has been carried out", async () => {
    const release = Promise.withResolvers<void>();
    await using at = await place(async (_request, index) => {
      if (index === 0) await release.promise;
      return respond(message(index === 1 ? "A summary." : `Answer ${index + 1}.`));
    });
    const { terminal, server } = at;
    await terminal.codex("begin");
    await server.waitForRequest(1);
    await terminal.type("/compact");
    await terminal.press("Tab", "Tab");
    await terminal.shows("↳ /compact");
    await terminal.type("and then this");
    await terminal.press("Tab");
    await terminal.shows("↳ and then this");
    release.resolve();
    await terminal.shows("Answer 3.");
    const seen = await terminal.history();
    const parts = ["Answer 1.", "• Context compacted", "› and then this", "Answer 3."];
    expect(order(seen, parts)).toEqual(order(seen, parts).toSorted((a, b) => a - b));
    expect(seen).not.toContain("■");
    expect(server.requests[1]?.body.tools).toEqual([]);
  });

  test("that waits behind a conversation that cannot be opened is sent in the one that stays", async () => {
    const release = Promise.withResolvers<void>();
    await using at = await place(async (_request, index) => {
      if (index === 0) await release.promise;
      return respond(message(`Answer ${index + 1}.`));
    });
    const { box, terminal, server } = at;
    await terminal.codex("begin");
    await server.waitForRequest(1);
    await terminal.type("/fork");
    await terminal.press("Tab", "Tab");
    await terminal.shows("↳ /fork");
    await terminal.type("and then this");
    await terminal.press("Tab");
    await terminal.shows("↳ and then this");
    rmSync(join(box.codexHome, "sessions"), { recursive: true });
    release.resolve();
    await terminal.shows("Answer 2.");
    expect(await terminal.history()).toContain("■");
    expect(JSON.stringify(server.requests[1]?.body.input)).toContain("begin");
  });

  test("goes without an MCP server that the user does not want to wait for", async () => {
    await using at = await place([respond(message("Without it."))], {
      more: patientServer("late", "good"),
      columns: 100,
    });
    const { terminal, server } = at;
    await terminal.codex();
    await terminal.shows("Booting MCP server: late (");
    await terminal.send("hello");
    await terminal.shows("↳ hello");
    await terminal.press("Escape");
    await terminal.shows("Without it.");
    expect(await terminal.history()).toContain(
      "⚠ MCP startup interrupted. The following servers were not initialized: late",
    );
    expect(JSON.stringify(server.requests[0]?.body.tools)).not.toContain("mcp__late");
  });

  test("can be thought about more or less, and the keys say where that ends", async () => {
    const release = Promise.withResolvers<void>();
    await using at = await place(async () => {
      await release.promise;
      return respond(message("Thought."));
    }, CATALOG);
    const { terminal, box, server } = at;
    box.write(join(box.codexHome, "models.json"), JSON.stringify({ models: [BLIND] }));
    await terminal.codex("-m", "blind");
    await terminal.shows("›");
    await terminal.press("M-.");
    await terminal.shows("• blind has no higher reasoning effort than low.");
    await terminal.press("M-,");
    await terminal.shows("• blind has no lower reasoning effort than low.");
    await terminal.send("think");
    await server.waitForRequest(1);
    await terminal.press("M-.");
    await terminal.shows("■ The reasoning effort can be changed when the task is done.");
    release.resolve();
    await terminal.shows("Thought.");
  });
});
