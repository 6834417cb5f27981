// How a user who looks elsewhere is called: the texts, the terminals, tmux in between, and Windows around it all.

import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import {
  notificationSequence,
  notificationText,
  openNotifier,
  questionsTitle,
  type NotificationSettings,
} from "../../../src/ui/terminal/notification";
import { terminalAroundTmux, terminalName } from "../../../src/ui/terminal/terminal-name";
import { toastCommand } from "../../../src/ui/terminal/windows-toast";
import { tempFolder } from "../../support/temp-folder";

const BEL = "\x07";
const DONE = { type: "agent-turn-complete", message: "All done" } as const;

type Env = Readonly<Record<string, string>>;

function written(settings: NotificationSettings, env: Env, focused = false, notification = DONE): string[] {
  const sequences: string[] = [];
  const write = (sequence: string) => void sequences.push(sequence);
  openNotifier({ settings, env, write }).notify(notification, focused);
  return sequences;
}

describe("the text", () => {
  test("of a finished turn is its last message on one line, cut by characters as people see them", () => {
    const text = (message: string | null) => notificationText({ type: "agent-turn-complete", message });
    expect(text("  All\n\n  done\t. ")).toBe("All done .");
    expect(text(null)).toBe("Agent turn complete");
    expect(text(" \n")).toBe("Agent turn complete");
    expect(text("é".repeat(200))).toBe("é".repeat(200));
    const family = "👨‍👩‍👧";
    expect(text(family.repeat(201))).toBe(`${family.repeat(197)}...`);
  });

  test("of a question says what it is about", () => {
    const about = (subject: Parameters<typeof notificationText>[0] & { type: "approval-requested" }) =>
      notificationText(subject);
    const asked = "approval-requested";
    expect(about({ type: asked, about: { type: "command", command: "npm test" } })).toBe(
      "Approval requested: npm test",
    );
    expect(about({ type: asked, about: { type: "command", command: "x".repeat(31) } })).toBe(
      `Approval requested: ${"x".repeat(27)}...`,
    );
    expect(about({ type: asked, about: { type: "edit", paths: ["src/a.ts"] } })).toBe(
      "Codex wants to edit src/a.ts",
    );
    expect(about({ type: asked, about: { type: "edit", paths: ["a", "b"] } })).toBe(
      "Codex wants to edit 2 files",
    );
    expect(about({ type: asked, about: { type: "server", server: "docs" } })).toBe(
      "Approval requested by docs",
    );
    expect(notificationText({ type: "plan-mode-prompt", title: "Implement this plan?" })).toBe(
      "Plan mode prompt: Implement this plan?",
    );
  });

  test("of questions to the user is the one question, or how many there are", () => {
    const one = { header: "Colour", question: "Which colour?" };
    expect(questionsTitle([one])).toBe("Colour");
    expect(questionsTitle([{ ...one, header: "" }])).toBe("Which colour?");
    expect(questionsTitle([{ header: "", question: "" }])).toBe("Question requested");
    expect(questionsTitle([one, one])).toBe("2 questions requested");
  });
});

describe("a notification", () => {
  test("is raised where it is wanted, and without the focus unless always", () => {
    const env = { TERM_PROGRAM: "ghostty" };
    const shown = [`\x1b]9;All done${BEL}`];
    expect(written({}, env)).toEqual(shown);
    expect(written({}, env, true)).toEqual([]);
    expect(written({ notification_condition: "always" }, env, true)).toEqual(shown);
    expect(written({ notifications: false }, env)).toEqual([]);
    expect(written({ notifications: ["approval-requested"] }, env)).toEqual([]);
    expect(written({ notifications: ["agent-turn-complete"] }, env)).toEqual(shown);
  });

  test("is text in terminals that show it, and a bell in all others, unless the method is named", () => {
    expect(written({}, { TERM_PROGRAM: "vscode" })).toEqual([BEL]);
    expect(written({}, {})).toEqual([BEL]);
    expect(written({ notification_method: "osc9" }, {})).toEqual([`\x1b]9;All done${BEL}`]);
    expect(written({ notification_method: "bel" }, { TERM_PROGRAM: "kitty" })).toEqual([BEL]);
  });

  test("cannot end its own sequence and begin another", () => {
    const evil = `a${BEL}b\x1b]0;title${BEL}c\x1b[2Jd\u009be\x1b\\f`;
    const sequence = notificationSequence("osc9", evil, {});
    expect(sequence).toStartWith("\x1b]9;a");
    expect([...sequence.slice(4)].filter((letter) => /[\0-\x1f\x7f-\x9f]/.test(letter))).toEqual([BEL]);
  });

  test("goes through tmux, which is asked for the terminal around it", async () => {
    expect(notificationSequence("osc9", "hi", { TMUX: "/tmp/t,1,0" })).toBe(
      `\x1bPtmux;\x1b\x1b]9;hi${BEL}\x1b\\`,
    );
    using box = tempFolder({
      tmux: '#!/bin/sh\n[ "$3" = "#{client_termtype}" ] && echo "iTerm2 3.5.1" || echo xterm\n',
    });
    chmodSync(join(box.path, "tmux"), 0o755);
    const env = { TMUX: "x", TERM_PROGRAM: "tmux", PATH: `${box.path}:/usr/bin:/bin` };
    expect(await terminalAroundTmux(env)).toBe("iterm");
    box.write("tmux", '#!/bin/sh\n[ "$3" = "#{client_termname}" ] && echo xterm-kitty\n');
    expect(await terminalAroundTmux(env)).toBe("kitty");
    box.write("tmux", "#!/bin/sh\nsleep 60\n");
    const asked = performance.now();
    expect(await terminalAroundTmux(env)).toBe("unknown");
    expect(performance.now() - asked).toBeLessThan(5000);
    expect(await terminalAroundTmux({ ...env, PATH: "/nowhere" })).toBe("unknown");
  });
});

test("terminals are known by their variables, the surest first", () => {
  const cases: readonly (readonly [Env, string])[] = [
    [{ TERM_PROGRAM: "Apple_Terminal", WEZTERM_VERSION: "1" }, "appleterminal"],
    [{ TERM_PROGRAM: "iTerm.app" }, "iterm"],
    [{ TERM_PROGRAM: "WarpTerminal" }, "warp"],
    [{ TERM_PROGRAM: "tmux", WEZTERM_VERSION: "1" }, "unknown"],
    [{ WEZTERM_VERSION: "1", ITERM_PROFILE: "x" }, "wezterm"],
    [{ ITERM_SESSION_ID: "1" }, "iterm"],
    [{ TERM_SESSION_ID: "1" }, "appleterminal"],
    [{ TERM: "xterm-kitty" }, "kitty"],
    [{ TERM: "alacritty" }, "alacritty"],
    [{ KONSOLE_VERSION: "1", VTE_VERSION: "1" }, "konsole"],
    [{ VTE_VERSION: "1", WT_SESSION: "1" }, "vte"],
    [{ WT_SESSION: "1", TERM: "xterm-256color" }, "windowsterminal"],
    [{ TERM: "wezterm-mux" }, "wezterm"],
    [{ TERM: "dumb" }, "dumb"],
    [{ TERM: "xterm-256color" }, "unknown"],
  ];
  expect(cases.map(([env]) => terminalName(env))).toEqual(
    cases.map(([, name]) => name as ReturnType<typeof terminalName>),
  );
});

describe.skipIf(process.platform !== "linux")("in a Linux inside Windows", () => {
  const WSL = { WSL_DISTRO_NAME: "Ubuntu", WT_SESSION: "s" };
  const decoded = (argv: readonly string[]) => Buffer.from(argv.at(-1) ?? "", "base64").toString("utf16le");

  test("the toast's texts are data in its script, whatever they hold", () => {
    const body = "'; Remove-Item C:\\ #\n$(evil) `\" <b>&amp; {title} é 👍";
    const argv = toastCommand("Codex", body);
    expect(argv.slice(0, -1)).toEqual(["powershell.exe", "-NoProfile", "-NoLogo", "-EncodedCommand"]);
    const script = decoded(argv);
    expect(script).not.toContain("Remove-Item");
    const texts = [...script.matchAll(/FromBase64String\('([A-Za-z0-9+/=]*)'\)/g)];
    expect(texts.map(([, text = ""]) => Buffer.from(text, "base64").toString("utf8"))).toEqual([
      "Codex",
      body,
    ]);
    expect(script).toContain("ToastText02");
    expect(script).toContain("CreateToastNotifier('Codex').Show");
  });

  test("PowerShell is started once for a notification, and nothing is rung", async () => {
    using box = tempFolder({ "powershell.exe": '#!/bin/sh\nprintf "%s\\n" "$@" >> "$OUT"\n' });
    chmodSync(join(box.path, "powershell.exe"), 0o755);
    const out = join(box.path, "out", "calls");
    box.write("out/.keep", "");
    const appeared = Promise.withResolvers<void>();
    const watcher = watch(join(box.path, "out"), () => {
      if (existsSync(out) && readFileSync(out, "utf8").endsWith("\n")) appeared.resolve();
    });
    const env = { ...WSL, PATH: `${box.path}:/usr/bin:/bin`, OUT: out };
    expect(written({}, env)).toEqual([]);
    await appeared.promise;
    watcher.close();
    const argv = readFileSync(out, "utf8").trimEnd().split("\n");
    expect(argv).toHaveLength(4);
    expect(decoded(argv)).toContain(Buffer.from("All done").toString("base64"));
  });

  test("the bell rings where PowerShell is not to be had, or fails, or a method is named", async () => {
    expect(written({}, { ...WSL, PATH: "/nowhere" })).toEqual([BEL]);
    expect(written({ notification_method: "bel" }, { ...WSL, PATH: "/nowhere" })).toEqual([BEL]);
    using box = tempFolder({ "powershell.exe": "#!/bin/sh\nexit 1\n" });
    chmodSync(join(box.path, "powershell.exe"), 0o755);
    const rung = Promise.withResolvers<string>();
    const env = { ...WSL, PATH: `${box.path}:/usr/bin:/bin` };
    openNotifier({ settings: {}, env, write: rung.resolve }).notify(DONE, false);
    expect(await rung.promise).toBe(BEL);
  });
});
