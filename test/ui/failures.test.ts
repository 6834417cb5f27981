// What a person sees in the terminal when something fails.

import { describe, expect, test } from "bun:test";
import { httpError, respond, message } from "../support/responses-server";
import { place } from "./place";
import { HAS_TMUX } from "./tmux";

describe.skipIf(!HAS_TMUX)("in a terminal", () => {
  test("a refused request is shown by its message and status, not as JSON, and the session goes on", async () => {
    const refusal = httpError(400, "No tool is called so.", { type: "invalid_request_error" });
    await using at = await place([refusal, respond(message("Better now."))]);
    await at.terminal.codex("hello");
    await at.terminal.shows("The request was refused (HTTP 400): No tool is called so.");
    expect(await at.terminal.history()).not.toContain("invalid_request_error");
    await at.terminal.send("again");
    await at.terminal.shows("Better now.");
  });
});
