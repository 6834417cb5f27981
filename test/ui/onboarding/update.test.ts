// The question about a newer version, in a terminal: before the first prompt, and only where something can be done.

import { describe, expect, test } from "bun:test";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { message, respond } from "../../support/responses-server";
import { place, type Place } from "../place";
import { HAS_TMUX } from "../tmux";

const known = (dismissed: string) =>
  `{"latest_version":"9.1.0","last_checked_at":"2999-01-01T00:00:00.000Z","dismissed_version":${dismissed}}\n`;
const versionFile = ({ box }: Place) => join(box.codexHome, "version.json");

/** Installed by an npm that says what it is asked for. */
async function outdated(config = ""): Promise<Place> {
  const at = await place(() => respond(message("Hello.")), { columns: 100, config });
  at.box.write(versionFile(at), known("null"));
  chmodSync(at.box.write("bin/npm", '#!/bin/sh\necho "npm got: $*"\nexit ${NPM_EXIT:-0}\n'), 0o755);
  await at.terminal.shell('export PATH="$PWD/bin:$PATH" CODEX_MANAGED_BY_NPM=1');
  return at;
}

describe.skipIf(!HAS_TMUX)("a newer version", () => {
  test("is asked about before the first prompt; Enter goes on without, and it is asked again", async () => {
    await using at = await outdated();
    for (const [round, key] of ["Enter", "Escape", "C-c"].entries()) {
      await at.terminal.codex("hello");
      const asked = await at.terminal.shows("Skip until next version");
      expect(asked).toMatch(/Update available! \d+\.\d+\.\d+ -> 9\.1\.0/);
      expect(asked).toContain("1. Update now (runs `npm install -g codex`)");
      expect(at.server.requests).toHaveLength(round);
      await at.terminal.press(key);
      await at.terminal.shows("Hello.");
      process.kill(await at.terminal.pid(), "SIGTERM");
      await at.terminal.shows("ended with 143");
      expect(readFileSync(versionFile(at), "utf8")).toBe(known("null"));
    }
  });

  test("that is to be skipped is not asked about again", async () => {
    await using at = await outdated();
    await at.terminal.codex();
    await at.terminal.shows("Skip until next version");
    await at.terminal.press("3");
    await at.terminal.shows("To get started");
    expect(readFileSync(versionFile(at), "utf8")).toBe(known('"9.1.0"'));
    await at.terminal.press("C-d");
    await at.terminal.shows("ended with 0");
    await at.terminal.codex();
    await at.terminal.shows("To get started");
    expect(await at.terminal.screen()).not.toContain("Update available");
  });

  test("is installed on the terminal when that is wanted, and the interface has ended", async () => {
    await using at = await outdated();
    const before = await at.terminal.modes();
    await at.terminal.codex("hello");
    await at.terminal.shows("Skip until next version");
    await at.terminal.press("1");
    await at.terminal.shows("ended with 0");
    expect(await at.terminal.screen()).toMatch(
      /Updating Codex via `npm install -g codex`\.\.\.\nnpm got: install -g codex\n\n.*Update ran successfully! Please restart Codex\./,
    );
    expect(await at.terminal.modes()).toBe(before);
    expect(at.server.requests).toEqual([]);
    await at.terminal.shell("export NPM_EXIT=7");
    await at.terminal.codex();
    await at.terminal.shows("Skip until next version");
    await at.terminal.press("1");
    await at.terminal.shows("ended with 1");
    expect(await at.terminal.screen()).toContain("Error: `npm install -g codex` failed with status 7");
  });

  test("is not asked about where that is switched off", async () => {
    await using at = await outdated("check_for_update_on_startup = false");
    await at.terminal.codex();
    await at.terminal.shows("To get started");
    expect(await at.terminal.screen()).not.toContain("Update available");
  });
});
