// What a person sees in the terminal when something fails.

import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { startIssuer } from "../support/issuer";
import { customCall, httpError, message, respond, type Script } from "../support/responses-server";
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

  test("renewed tokens that cannot be saved are told of once, and the session goes on", async () => {
    const block: { file?: string } = {};
    await using issuer = startIssuer({
      lifetime: -60,
      onRefresh: () => {
        if (block.file === undefined) return;
        renameSync(block.file, `${block.file}.old`);
        mkdirSync(join(block.file, "in the way"), { recursive: true });
        delete block.file;
      },
    });
    const script: Script = ({ headers }, index) =>
      issuer.isCurrent(headers["authorization"])
        ? respond(message(`Answer ${index + 1}.`))
        : httpError(401, "expired");
    await using at = await place(script, { env: issuer.env });
    block.file = join(at.box.codexHome, "auth.json");
    at.box.write(block.file, JSON.stringify({ auth_mode: "chatgpt", tokens: issuer.signIn() }));
    await at.terminal.codex("one");
    await at.terminal.shows("Answer 1.");
    await at.terminal.send("two");
    await at.terminal.shows("Answer 2.");
    const seen = await at.terminal.history();
    expect(seen.split("Your renewed login could not be saved")).toHaveLength(2);
    expect(seen.replace(/\s+/g, " ")).toContain("This session goes on with it.");
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
