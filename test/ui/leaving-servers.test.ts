// Leaving the interface beside MCP servers that do not end by themselves.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { processesWith, until } from "../support/processes";
import { place } from "./place";
import { HAS_TMUX } from "./tmux";

const SERVER = join(import.meta.dir, "../support/mcp-server.ts");
/** A server that closes in order has two seconds; whoever waits as long does not leave at once. */
const AT_ONCE_MS = 1200;

const IGNORES = "trap '' TERM HUP INT";
const MUTE = (mark: string) => `${IGNORES}; sleep ${mark} & wait; sleep ${mark}`;
const STAYS = (mark: string) => `${IGNORES}; sleep ${mark} & ${process.execPath} ${SERVER} stays`;

describe.skipIf(!HAS_TMUX)("leaving beside an MCP server that ignores every request to end", () => {
  for (const [at, [state, script, more, shown]] of (
    [
      ["while it starts", MUTE, "", "Booting MCP server"],
      ["while the session waits for it", MUTE, "required = true", ""],
      ["once it is ready", STAYS, "", "To get started"],
    ] as const
  ).entries()) {
    test(`takes no time ${state}, and leaves none of its processes`, async () => {
      const mark = `${7001 + at}.25`;
      const server = `[mcp_servers.stuck]\ncommand = "/bin/sh"\nargs = ["-c", ${JSON.stringify(script(mark))}]\n${more}\n`;
      await using it = await place([], { more: server });
      await it.terminal.codex();
      await until("the server runs", () => processesWith(`sleep\0${mark}`).length > 0);
      await it.terminal.shows(shown);
      if (script === STAYS) await it.terminal.hides("Booting MCP server");
      const pid = await it.terminal.pid();
      const begun = performance.now();
      process.kill(pid, "SIGTERM");
      await it.terminal.shows("ended with 143");
      expect(performance.now() - begun).toBeLessThan(AT_ONCE_MS);
      expect(processesWith(mark)).toEqual([]);
    });
  }

  test("can be done with Ctrl-D while it starts", async () => {
    const mark = "7011.25";
    const args = JSON.stringify(["-c", MUTE(mark)]);
    await using it = await place([], { more: `[mcp_servers.stuck]\ncommand = "/bin/sh"\nargs = ${args}\n` });
    await it.terminal.codex();
    await it.terminal.shows("Booting MCP server");
    await it.terminal.press("C-d");
    await it.terminal.shows("ended with 0");
    expect(processesWith(mark)).toEqual([]);
  });
});
