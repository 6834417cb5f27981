// The line below the composer and the title of the terminal, with the items that the user has chosen.

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../support/processes";
import { functionCall, message, respond } from "../support/responses-server";
import { place } from "./place";
import { HAS_TMUX } from "./tmux";

const PLAN = {
  plan: [
    { step: "look", status: "completed" },
    { step: "mend", status: "in_progress" },
  ],
};

describe.skipIf(!HAS_TMUX)("the items of the two lines", () => {
  test("that are none are named once, and the others are shown", async () => {
    const more =
      '[tui]\nstatus_line = ["nonsense", "model"]\nterminal_title = ["bogus", "app-name", "fluff"]\n';
    await using at = await place([respond(message("An answer."))], { more });
    await at.terminal.codex("a question");
    await at.terminal.shows("An answer.");
    await at.terminal.shows(/^ {2}gpt-\S+$/m);
    const seen = await at.terminal.history();
    expect(seen).toContain('⚠ Ignored invalid status line item: "nonsense".');
    expect(seen).toContain('⚠ Ignored invalid terminal title items: "bogus" and "fluff".');
    expect(await at.terminal.title()).toBe("codex");
  });

  test("tell how far the plan of the turn is", async () => {
    const more = '[tui]\nstatus_line = ["task-progress"]\n';
    const script = [respond(functionCall("update_plan", PLAN)), respond(message("Half done."))];
    await using at = await place(script, { more });
    await at.terminal.codex("begin");
    await at.terminal.shows("Half done.");
    await at.terminal.shows(/^ {2}1\/2 steps$/m);
  });

  test("keep their place in the list also when an older name stands for them", async () => {
    const more = '[tui]\nstatus_line = ["status", "model-name"]\n';
    await using at = await place([], { more });
    await at.terminal.codex();
    await at.terminal.shows("Ready · gpt-");
    await at.terminal.send("/statusline");
    await at.terminal.shows(/\[x\] run-state[^]*\[x\] model /);
    await at.terminal.press("Enter");
    await at.terminal.hides("Configure Status Line");
    const file = join(at.box.codexHome, "config.toml");
    const saved = () => readFileSync(file, "utf8").includes('status_line = ["run-state", "model"]');
    await until("the choice is saved", saved);
  });
});
