// What a person sees in the terminal when something fails.

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { customCall, httpError, message, respond } from "../support/responses-server";
import { place } from "./place";
import { HAS_TMUX } from "./tmux";

describe.skipIf(!HAS_TMUX)("in a terminal", () => {
  test("a key with two meanings is an error that is printed once", async () => {
    await using at = await place([], {
      more: '[tui.keymap.global]\nopen_transcript = "ctrl-t"\ncopy = "ctrl-t"\n',
      columns: 160,
    });
    await at.terminal.codex();
    await at.terminal.shows("ended with 1");
    expect(await at.terminal.screen()).toMatch(
      /^ERROR: Invalid `tui\.keymap` configuration: Ambiguous [^\n]+, ctrl-t\.\nGive one of them another key in config\.toml, or \[\] for none\.\nended with 1\n/,
    );
  });

  test("a refused request is shown by its message and status, not as JSON, and the session goes on", async () => {
    const refusal = httpError(400, "No tool is called so.", { type: "invalid_request_error" });
    await using at = await place([refusal, respond(message("Better now."))]);
    await at.terminal.codex("hello");
    await at.terminal.shows("The request was refused (HTTP 400): No tool is called so.");
    expect(await at.terminal.history()).not.toContain("invalid_request_error");
    await at.terminal.send("again");
    await at.terminal.shows("Better now.");
  });

  test("a patch that does not fit, or cannot be read, is shown with the reason, then and when the session is resumed", async () => {
    const misfit = "*** Begin Patch\n*** Update File: a.txt\n@@\n-no such line\n+x\n*** End Patch\n";
    await using at = await place([
      respond(customCall("apply_patch", misfit)),
      respond(customCall("apply_patch", "*** Begin Patch\nnonsense\n*** End Patch\n")),
      respond(message("I give up.")),
    ]);
    at.box.write("a.txt", "one\ntwo\n");
    await at.terminal.codex("change it");
    await at.terminal.shows("I give up.");
    const shown =
      /✘ Failed to apply patch\n +└ Failed to find expected lines in [^]*no such line[^]*✘ Failed to apply patch\n +└ invalid hunk at line 2/;
    expect(await at.terminal.history()).toMatch(shown);
    expect(readFileSync(join(at.box.workspace, "a.txt"), "utf8")).toBe("one\ntwo\n");
    await at.terminal.press("C-d");
    await at.terminal.shows("ended with 0");
    await at.terminal.shell("tmux clear-history");
    await at.terminal.codex("resume", "--last");
    await at.terminal.shows("I give up.");
    expect(await at.terminal.history()).toMatch(shown);
  });
});
