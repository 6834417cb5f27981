// Where only Landlock is left, the user is asked before commands run with it: in a terminal, and on emulated screens.

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { askLandlock } from "../../../src/ui/onboarding/landlock";
import { everyRung, onRung } from "../../support/confined";
import { functionCall, message, respond, type Script } from "../../support/responses-server";
import { fakeScreen } from "../fake-screen";
import { place, type PlaceOptions } from "../place";
import { HAS_TMUX } from "../tmux";

const TITLE = "Run commands with a weaker sandbox?";
const command = (cmd: string) => respond(functionCall("exec_command", { cmd, login: false }));
const done = (text = "Done.") => respond(message(text));
const MAKES: Script = [command("touch made; echo ended $?"), done()];
/** Nothing is asked about a single command, so that the sandbox alone decides. */
const NEVER = 'approval_policy = "never"';

/** A workspace on a system that has no namespaces for us. */
function locked(script: Script, options: PlaceOptions = {}) {
  const size = { columns: 100, rows: 40 };
  return place(script, { ...size, behind: onRung("landlock"), config: NEVER, ...options });
}

type Locked = Awaited<ReturnType<typeof locked>>;

const made = ({ box }: Locked, name = "made") => existsSync(join(box.workspace, name));
const configOf = ({ box }: Locked) => readFileSync(join(box.codexHome, "config.toml"), "utf8");

describe.skipIf(!HAS_TMUX || !everyRung().includes("landlock"))("where only Landlock is left", () => {
  test("yes counts for the session, and is asked for once", async () => {
    await using at = await locked([...MAKES, command("touch second"), done("Again.")]);
    const before = configOf(at);
    await at.terminal.codex("make it");
    const shown = await at.terminal.shows("3. No, only read (esc)");
    expect(shown).toContain(TITLE);
    const words = shown.replace(/\s+/g, " ");
    expect(words).toContain(
      "because a system call filter, probably the container's, refuses user namespaces",
    );
    expect(words).toContain("start the container with `--security-opt seccomp=unconfined`");
    expect(words).toContain("outside the writable folders still cannot be written");
    expect(words).toContain("Modes, owners, times and attributes of your files can be changed");
    expect(made(at)).toBe(false);
    await at.terminal.press("y");
    await at.terminal.shows("Done.");
    expect(made(at)).toBe(true);
    expect(await at.terminal.history()).toContain("Landlock is accepted for this session.");
    await at.terminal.send("/clear");
    await at.terminal.hides("Done.");
    await at.terminal.send("once more");
    await at.terminal.shows("Again.");
    expect(made(at, "second")).toBe(true);
    expect(configOf(at)).toBe(before);
    await at.terminal.press("C-d");
    await at.terminal.shows("ended with 0");
    await at.terminal.codex();
    await at.terminal.shows(TITLE);
  });

  test("a yes that is remembered stands in config.toml, and nothing is asked again", async () => {
    await using at = await locked([...MAKES, command("touch second"), done("Again.")]);
    await at.terminal.codex("make it");
    await at.terminal.shows("2. Yes, and remember it (p)");
    await at.terminal.press("p");
    await at.terminal.shows("Done.");
    expect(made(at)).toBe(true);
    expect(configOf(at)).toEndWith("\n[sandbox_linux]\nallow_landlock = true\n");
    await at.terminal.press("C-d");
    await at.terminal.shows("ended with 0");
    await at.terminal.codex("once more");
    await at.terminal.shows("Again.");
    expect(made(at, "second")).toBe(true);
    expect(await at.terminal.screen()).not.toContain(TITLE);
  });

  test("a yes that cannot be remembered counts for the session", async () => {
    await using at = await locked(MAKES);
    const file = join(at.box.codexHome, "config.toml");
    await at.terminal.codex("make it");
    await at.terminal.shows(TITLE);
    writeFileSync(file, "[[ broken");
    await at.terminal.press("p");
    await at.terminal.shows("Done.");
    expect(made(at)).toBe(true);
    expect(await at.terminal.history()).toContain("Landlock is accepted for this session.");
    expect(configOf(at)).toBe("[[ broken");
  });

  test.each(["n", "Escape", "3"])("with %s the session only reads", async (key) => {
    await using at = await locked(MAKES);
    await at.terminal.codex("make it");
    await at.terminal.shows("3. No, only read (esc)");
    await at.terminal.press(key);
    await at.terminal.shows("Done.");
    expect(await at.terminal.history()).toContain("Commands only read in this session.");
    expect(await at.terminal.history()).toContain("ended 1");
    expect(made(at)).toBe(false);
    expect(configOf(at)).not.toContain("allow_landlock");
  });

  test("whoever said no is asked again when other permissions are chosen", async () => {
    await using at = await locked(MAKES, { config: 'approval_policy = "on-request"' });
    await at.terminal.codex();
    await at.terminal.shows("3. No, only read (esc)");
    await at.terminal.press("n");
    await at.terminal.shows("Commands only read in this session.");
    await at.terminal.send("/permissions");
    await at.terminal.shows("1. Ask for approval");
    await at.terminal.press("1");
    await at.terminal.shows(TITLE);
    await at.terminal.press("y");
    await at.terminal.shows("Landlock is accepted for this session.");
    await at.terminal.send("make it");
    await at.terminal.shows("Done.");
    expect(made(at)).toBe(true);
  });

  test("it comes after the question of trust, which may make it needless", async () => {
    await using at = await locked(MAKES, { trusted: false });
    await at.terminal.codex("make it");
    await at.terminal.shows("Do you trust the contents of this directory?");
    expect(await at.terminal.screen()).not.toContain(TITLE);
    await at.terminal.press("y");
    await at.terminal.shows(TITLE);
    await at.terminal.press("y");
    await at.terminal.shows("Done.");
    expect(made(at)).toBe(true);
  });

  test.each([
    [40, 12],
    [20, 5],
  ])("is answered on a screen of %i by %i", async (columns, rows) => {
    await using at = await locked(MAKES, { columns, rows });
    await at.terminal.codex("make it");
    await at.terminal.shows("1. Yes");
    const told = (await at.terminal.history()).replace(/\s+/g, " ");
    expect(told).toContain("Modes, owners, times and attributes of your files can be changed anywhere");
    await at.terminal.press("y");
    await at.terminal.shows("Done.");
    expect(made(at)).toBe(true);
  });

  test.each([
    ["in read-only", ["-s", "read-only"]],
    ["with full access", ["-s", "danger-full-access"]],
    ["where it was accepted", ["-c", "sandbox_linux.allow_landlock=true"]],
    ["where it was forbidden", ["-c", "sandbox_linux.allow_landlock=false"]],
  ])("nothing is asked %s", async (_, flags) => {
    await using at = await locked(MAKES);
    await at.terminal.codex(...flags, "make it");
    await at.terminal.shows("Done.");
    expect(await at.terminal.history()).not.toContain(TITLE);
    expect(made(at)).toBe(
      flags.includes("danger-full-access") || flags.includes("sandbox_linux.allow_landlock=true"),
    );
  });

  test("nothing is asked where namespaces work", async () => {
    await using at = await locked(MAKES, { behind: [] });
    await at.terminal.codex("make it");
    await at.terminal.shows("Done.");
    expect(await at.terminal.history()).not.toContain(TITLE);
    expect(made(at)).toBe(true);
  });

  test("where nobody can be asked, commands are refused and the key is named", async () => {
    await using at = await locked(MAKES);
    await at.terminal.shell("clear");
    await at.terminal.codex("exec", "make it");
    await at.terminal.shows("ended with 0");
    const told = (await at.terminal.history()).replace(/\s+/g, " ");
    expect(told).toContain("warning: Commands will be refused. Here the sandbox can only use Landlock");
    expect(told).toContain("-c sandbox_linux.allow_landlock=true");
    expect(made(at)).toBe(false);
  });
});

describe("the question", () => {
  const terms = {
    cause: "user.max_user_namespaces is 0",
    fix: "allow user namespaces with `sudo sysctl -w user.max_user_namespaces=15000`",
    network: "closed",
    gaps: ["First gap.", "Second gap."],
  } as const;

  test.each([
    ["y", "session"],
    ["1", "session"],
    ["p", "always"],
    ["2", "always"],
    ["n", "no"],
    ["3", "no"],
    ["\x1b", "no"],
    ["\x03", "no"],
    ["\x04", "no"],
  ] as const)("%j means %s", async (key, meaning) => {
    const { screen, theme, shows, type } = fakeScreen();
    const answer = askLandlock({ screen, theme, terms, userConfigPath: "/home/me/.codex/config.toml" });
    await shows("saves sandbox_linux.allow_landlock in");
    type(key);
    expect(await answer).toBe(meaning);
  });

  test("says what is kept, what is not, why, and how to have more", async () => {
    const { screen, theme, shows, type, printed } = fakeScreen(120, 40);
    const answer = askLandlock({ screen, theme, terms, userConfigPath: "/home/me/.codex/config.toml" });
    const lines = await shows("3. No, only read");
    expect(lines.join("\n")).toContain(
      [
        "  The sandbox for commands can only be built in part here, because user.max_user_namespaces is 0. To have all of it,",
        "  allow user namespaces with `sudo sysctl -w user.max_user_namespaces=15000`.",
        "  With Landlock alone, what lies outside the writable folders still cannot be written, and the network stays closed.",
        "  But:",
        "  • First gap.",
        "  • Second gap.",
      ].join("\n"),
    );
    expect(printed()).toBe("");
    type("n");
    await answer;
  });

  test("does not speak of the network where it is open", async () => {
    const { screen, theme, shows, type } = fakeScreen(120, 40);
    const open = { ...terms, network: "open" } as const;
    const answer = askLandlock({ screen, theme, terms: open, userConfigPath: "/c.toml" });
    expect((await shows("3. No, only read")).join(" ")).toContain("cannot be written. But:");
    type("n");
    await answer;
  });

  test("is a list of numbers where the cursor cannot be moved", async () => {
    const { screen, theme, shows, type, printed } = fakeScreen(100, 40, { plain: true });
    const answer = askLandlock({ screen, theme, terms, userConfigPath: "/c.toml" });
    await shows("then Enter");
    type("2\n");
    expect(await answer).toBe("always");
    expect(printed()).toContain("  • First gap.\n");
  });
});
