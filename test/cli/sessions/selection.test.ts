// Which session `codex resume` and `codex fork` begin with, from the command line to the file.

import { describe, expect, test } from "bun:test";
import { parseArgv } from "../../../src/cli/argv";
import { beginOf, selectionOf, type Selection } from "../../../src/cli/sessions/selection";
import { CODEX } from "../../../src/cli/table";
import type { Config } from "../../../src/config/config";
import { archiveThread } from "../../../src/rollout/archive";
import { recordThreadName } from "../../../src/rollout/names";
import { meta, sessionHome, turn } from "../../rollout/session-home";

function selected(...argv: readonly string[]): Selection {
  const parsed = parseArgv(CODEX, argv);
  if (parsed.type !== "run") throw new Error(`not a command: ${argv.join(" ")}`);
  return selectionOf(parsed.invocation);
}

const NOTHING = {
  session: undefined,
  last: false,
  everywhere: false,
  includeNonInteractive: false,
  prompt: undefined,
};

describe("the words of the command line", () => {
  test.each([
    [["resume"], { ...NOTHING, action: "resume" }],
    [["fork", "--all"], { ...NOTHING, action: "fork", everywhere: true }],
    [["resume", "x", "go on"], { ...NOTHING, action: "resume", session: "x", prompt: "go on" }],
    [["resume", "--last", "go on"], { ...NOTHING, action: "resume", last: true, prompt: "go on" }],
    [
      ["resume", "--last", "--include-non-interactive"],
      { ...NOTHING, action: "resume", last: true, includeNonInteractive: true },
    ],
  ] as const)("%j", (argv, expected) => {
    expect(selected(...argv)).toEqual(expected);
  });

  test("with --last there is one word at most", () => {
    expect(() => selected("resume", "--last", "id", "prompt")).toThrow("cannot be used with '[PROMPT]'");
  });

  test("fork has no --include-non-interactive", () => {
    expect(() => selected("fork", "--include-non-interactive")).toThrow("unexpected argument");
  });
});

describe("the session that is meant", () => {
  const config = (codexHome: string, cwd = "/ws") =>
    ({ codexHome, cwd, modelProviderId: "openai" }) as Config; // all that is looked at

  test("by id or name is found in any folder and of any kind", async () => {
    using home = sessionHome();
    const id = Bun.randomUUIDv7();
    const path = home.session([meta({ id, cwd: "/elsewhere", source: "exec" }), ...turn("hello", "hi")], {
      id,
    });
    recordThreadName(home.path, id, "my thread");
    expect(await beginOf(selected("resume", id), config(home.path))).toEqual({ type: "resume", path });
    expect(await beginOf(selected("fork", "my thread"), config(home.path))).toEqual({ type: "fork", path });
  });

  test("is said not to exist, or to be archived", async () => {
    using home = sessionHome();
    const id = Bun.randomUUIDv7();
    expect(beginOf(selected("resume", "nope"), config(home.path))).rejects.toThrow(
      "No session is called 'nope'",
    );
    expect(beginOf(selected("fork", id), config(home.path))).rejects.toThrow(
      `thread/fork failed: no rollout found for thread id ${id}`,
    );
    home.session([meta({ id }), ...turn("hello", "hi")], { id });
    archiveThread(home.path, id);
    expect(beginOf(selected("resume", id), config(home.path))).rejects.toThrow("is archived");
  });

  test("as the last one is interactive and of this folder, unless more is asked for", async () => {
    using home = sessionHome();
    const at = (minutes: number) => ({ modifiedAt: new Date(Date.now() - minutes * 60_000) });
    const here = home.session([meta({ source: "cli" }), ...turn("a", "b", { cwd: "/ws" })], at(30));
    const there = home.session([meta({ source: "cli" }), ...turn("a", "b", { cwd: "/there" })], at(20));
    const exec = home.session([meta({ source: "exec" }), ...turn("a", "b", { cwd: "/ws" })], at(10));
    const reviewer = { source: { subagent: "review" } };
    home.session([meta(reviewer), ...turn("a", "b", { cwd: "/ws" })], at(0));
    const last = async (...flags: string[]) =>
      await beginOf(selected("resume", "--last", ...flags), config(home.path));
    expect(await last()).toEqual({ type: "resume", path: here });
    expect(await last("--all")).toEqual({ type: "resume", path: there });
    expect(await last("--include-non-interactive")).toEqual({ type: "resume", path: exec });
  });

  test("as the last one of none begins anew; without a word the user chooses", async () => {
    using home = sessionHome();
    expect(await beginOf(selected("resume", "--last"), config(home.path))).toEqual({ type: "new" });
    expect(await beginOf(selected("fork", "--all"), config(home.path))).toEqual({
      type: "pick",
      action: "fork",
      everywhere: true,
      includeNonInteractive: false,
    });
  });
});
