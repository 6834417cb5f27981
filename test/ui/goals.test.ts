// Goals in a terminal: /goal sets one, which is pursued until it is reached, paused or stopped.

import { describe, expect, test } from "bun:test";
import { functionCall, message, respond, startResponsesServer, until } from "../support/responses-server";
import type { Script } from "../support/responses-server";
import { mockProvider, sandboxBox } from "../support/harness";
import { HAS_TMUX, openTmux } from "./tmux";

async function session(script: Script) {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startResponsesServer(script));
  const box = stack.use(await sandboxBox());
  const trusted = `[projects."${box.workspace}"]\ntrust_level = "trusted"\n`;
  box.write(`${box.codexHome}/config.toml`, `${mockProvider(server.url)}\n${trusted}`);
  const terminal = stack.use(await openTmux(box, { columns: 100, rows: 40 }));
  const all = stack.move();
  return { server, terminal, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

describe.skipIf(!HAS_TMUX)("/goal", () => {
  test("sets a goal, which is pursued until it is reached; shows it, and clears it", async () => {
    await using at = await session([
      respond(message("the first step")),
      respond(functionCall("update_goal", { status: "complete" })),
      respond(message("all is done")),
    ]);
    await at.terminal.codex();
    await at.terminal.shows("›");
    await at.terminal.send("/goal");
    await at.terminal.shows("There is no goal.");
    await at.terminal.send("/goal ship the thing");
    await at.terminal.shows("Goal: ship the thing");
    await at.terminal.shows("the first step");
    await at.terminal.shows(/Goal reached \(80 tokens, \d+s\): ship the thing/);
    await at.terminal.shows("all is done");
    await at.terminal.hides("esc to interrupt");
    expect(at.server.requests).toHaveLength(3);
    await at.terminal.send("/goal clear");
    await at.terminal.shows("The goal is gone.");
  });

  test("leaves an interrupted goal alone, pauses it, and goes on with it on request, also after a resume", async () => {
    const never = new Promise(() => {});
    await using at = await session([
      respond(until(never)),
      respond(functionCall("update_goal", { status: "blocked" })),
      respond(message("I need you")),
      respond(functionCall("update_goal", { status: "complete" })),
      respond(message("all is done")),
    ]);
    await at.terminal.codex();
    await at.terminal.shows("›");
    await at.terminal.send("/goal ship the thing");
    await at.server.waitForRequest(1);
    await at.terminal.press("Escape");
    await at.terminal.shows("Conversation interrupted");
    await at.terminal.send("/goal pause");
    await at.terminal.shows("Goal, paused: ship the thing");
    await at.terminal.send("/goal resume");
    await at.terminal.shows("Goal, stopped because something is in the way");
    await at.terminal.shows("I need you");
    await at.terminal.hides("esc to interrupt");
    await at.terminal.send("/quit");
    await at.terminal.shows("ended with 0");
    await at.terminal.codex("resume", "--last");
    await at.terminal.shows(/I need you\s+• Goal, stopped because something is in the way/);
    expect(at.server.requests).toHaveLength(3);
    await at.terminal.send("/goal resume");
    await at.terminal.shows("all is done");
    expect(at.server.requests).toHaveLength(5);
  });
});
