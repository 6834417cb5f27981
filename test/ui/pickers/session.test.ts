// The session picker over real session files, on an emulated terminal.

import { describe, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../../../src/config/load";
import { recordThreadName } from "../../../src/rollout/names";
import { pickSession } from "../../../src/ui/pickers/session";
import type { SessionPickerOptions } from "../../../src/ui/pickers/session-choice";
import { pickSessionFolder } from "../../../src/ui/pickers/session-folder";
import { meta, sessionHome, turn, type SessionHome } from "../../rollout/session-home";
import { fakeScreen } from "../fake-screen";

const ESC = "\x1b";
const ENTER = "\r";
const DOWN = "\x1b[B";
const RIGHT = "\x1b[C";
const minutesAgo = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);

async function picker(
  home: SessionHome,
  options: Partial<SessionPickerOptions> & { columns?: number; rows?: number; plain?: boolean } = {},
) {
  const { columns, rows, plain = false, ...rest } = options;
  const fake = fakeScreen(columns ?? 100, rows ?? 24, { plain });
  const config = await loadConfig({
    codexHome: home.path,
    cwd: "/",
    env: {},
    overrides: [],
    enable: [],
    disable: [],
    flags: {},
  });
  const answer = pickSession({
    screen: fake.screen,
    theme: fake.theme,
    config,
    action: "resume",
    everywhere: false,
    includeNonInteractive: false,
    escape: "new",
    ...rest,
  });
  return { ...fake, answer };
}

/** A session with one turn; `cwd` of its last turn. */
function session(home: SessionHome, prompt: string, minutes: number, cwd = "/", source = "cli") {
  const id = Bun.randomUUIDv7();
  const git = { branch: `branch-of-${prompt}` };
  const lines = [meta({ id, source, git }), ...turn(prompt, "answer", { cwd })];
  return { id, path: home.session(lines, { id, modifiedAt: minutesAgo(minutes) }) };
}

describe("the session picker", () => {
  test("shows the sessions of this folder, the newest first, by name or first message", async () => {
    using home = sessionHome();
    session(home, "old one", 3 * 60);
    const named = session(home, "new one", 5);
    session(home, "elsewhere", 1, "/etc");
    session(home, "of exec", 1, "/", "exec");
    recordThreadName(home.path, named.id, "my thread");
    const { shows, type, answer } = await picker(home);
    expect(await shows("1 / 2 · 50% ─")).toEqual([
      " Resume a previous session",
      "",
      expect.stringMatching(/^ +Type to search +Filter: \[Cwd\] All {4}Sort: \[Updated\] Created$/),
      "",
      "  ❯ 5m ago      my thread",
      "                branch-of-new one · /",
      "    3h ago      old one",
      "                branch-of-old one · /",
      expect.stringMatching(/^─+ 1 \/ 2 · 50% ─$/),
      " enter resume   esc new   ctrl+c quit   tab focus   ←/→ option",
      " ctrl+o dense   ctrl+t preview   ctrl+e exp   ↑/↓ browse",
    ]);
    type(ENTER);
    expect(await answer).toEqual({ type: "session", path: named.path, id: named.id });
  });

  test("finds by message, branch, folder and id, in all folders when asked", async () => {
    using home = sessionHome();
    session(home, "apple pie", 5);
    const pear = session(home, "pear tart", 6, "/etc");
    const { shows, type, answer } = await picker(home, { everywhere: true });
    await shows("1 / 2");
    type("etc BRANCH tart");
    await shows("1 / 1");
    type("\x15", pear.id.slice(-12));
    await shows("1 / 1");
    type("x");
    await shows("no sessions found");
    type(ENTER, ESC);
    await shows("1 / 2");
    type(DOWN, ENTER);
    expect(await answer).toMatchObject({ id: pear.id });
  });

  test("tab leads to the filter and the order, which the arrows change", async () => {
    using home = sessionHome();
    const here = session(home, "here", 5);
    session(home, "there", 1, "/etc");
    const { shows, type, answer } = await picker(home);
    await shows("1 / 1");
    type("\t", RIGHT);
    await shows("Filter: Cwd [All]");
    await shows("1 / 2");
    type("\t", RIGHT);
    await shows("Sort: Updated [Created]");
    type("\t", "here branch-of-here");
    await shows("1 / 1");
    type(ENTER);
    expect(await answer).toMatchObject({ id: here.id });
  });

  test("esc is for a new session, ctrl-c for leaving", async () => {
    using home = sessionHome();
    session(home, "one", 5);
    const first = await picker(home);
    await first.shows("1 / 1");
    first.type(ESC);
    expect(await first.answer).toEqual({ type: "none" });
    const second = await picker(home, { action: "fork", escape: "back" });
    await second.shows("Fork a previous session");
    await second.shows("enter fork   esc back");
    second.type("\x03");
    expect(await second.answer).toEqual({ type: "quit" });
  });

  test("says how many files hold no session", async () => {
    using home = sessionHome();
    session(home, "whole", 5);
    writeFileSync(session(home, "cut", 4).path, "not a session\n");
    writeFileSync(session(home, "empty", 3).path, "");
    const { shows, type, answer } = await picker(home);
    await shows("2 damaged sessions left out");
    await shows("1 / 1");
    type("\x03");
    await answer;
  });

  test("keeps the density in config.toml, and shows details and a look inside", async () => {
    using home = sessionHome();
    const one = session(home, "one", 5);
    const { shows, type, answer } = await picker(home);
    await shows("branch-of-one");
    type("\x0f");
    await shows("ctrl+o comfy");
    type("\x05");
    await shows(`id       ${one.id}`);
    type("\x14");
    await shows(/› one[^]*• answer/);
    type(ESC);
    await shows("❯");
    type(ESC);
    await answer;
    expect(readFileSync(join(home.path, "config.toml"), "utf8")).toBe(
      '[tui]\nsession_picker_view = "dense"\n',
    );
  });

  test("goes through thousands of sessions while keys work, and keeps the row under the cursor", async () => {
    using home = sessionHome();
    for (let n = 0; n < 2_000; n++) session(home, `number ${n}`, 2_000 - n);
    const { shows, type, answer, lines } = await picker(home);
    await shows("number 1999");
    type(DOWN);
    await shows("2 / 2000 ");
    expect(lines().join("\n")).toContain("❯ 2m ago      number 1998");
    type("number 77 branch-of-number 77");
    await shows("number 77");
    type(ENTER);
    expect((await answer).type).toBe("session");
  });

  test.each([
    [200, 50],
    [80, 24],
    [40, 12],
    [20, 5],
  ])("fits a screen of %i by %i", async (columns, rows) => {
    using home = sessionHome();
    for (let n = 0; n < 30; n++) session(home, `number ${n} ${"long ".repeat(60)}`, 30 - n);
    const { shows, type, answer } = await picker(home, { columns, rows });
    const lines = await shows("❯");
    expect(lines.length).toBeLessThan(rows);
    type(ENTER);
    expect((await answer).type).toBe("session");
  });
});

describe("the folder to go on in", () => {
  const ask = (sessionCwd: string, currentCwd: string) => {
    const fake = fakeScreen();
    const { screen, theme } = fake;
    return {
      ...fake,
      answer: pickSessionFolder({ screen, theme, action: "resume", sessionCwd, currentCwd }),
    };
  };

  test("is asked for when the session was last used elsewhere", async () => {
    const { shows, type, answer } = ask("/etc", "/usr");
    expect(await shows("esc to cancel")).toEqual([
      "  Choose working directory to resume this session",
      "",
      "› 1. Use session directory (/etc)",
      "  2. Use current directory (/usr)",
      "",
      "  Press enter to confirm or esc to cancel",
    ]);
    type("2");
    expect(await answer).toBe("/usr");
  });

  test("is the current one when the session's is the same, or is no more", async () => {
    expect(await ask("/usr", "/usr").answer).toBe("/usr");
    expect(await ask("/nowhere", "/usr").answer).toBe("/usr");
  });
});

test("on a terminal that cannot move its cursor, the newest sessions have numbers", async () => {
  using home = sessionHome();
  session(home, "one", 5);
  const two = session(home, "two", 10);
  const { shows, type, answer, printed } = await picker(home, { plain: true });
  await shows("Number or letter");
  expect(printed()).toBe("Resume a previous session\n  1. 5m ago  one\n  2. 10m ago  two\n");
  type("2\n");
  expect(await answer).toEqual({ type: "session", path: two.path, id: two.id });
});
