// How a user who looks elsewhere is called: the texts, the terminals, tmux in between, and Windows around it all.

import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { notificationSequence, terminalNotifier } from "../../../src/ui/terminal/notification";
import { terminalAroundTmux, terminalName } from "../../../src/ui/terminal/terminal-name";
import { toastCommand } from "../../../src/ui/terminal/windows-toast";
import { tempFolder } from "../../support/temp-folder";

const BEL = "\x07";
type Env = Readonly<Record<string, string>>;

function written(method: "auto" | "osc9" | "bel", env: Env): string[] {
  const sequences: string[] = [];
  terminalNotifier(method, env, (sequence) => void sequences.push(sequence))("All done");
  return sequences;
}

describe("a notification", () => {
  test("is text in terminals that show it, and a bell in all others, unless the method is named", () => {
    expect(written("auto", { TERM_PROGRAM: "ghostty" })).toEqual([`\x1b]9;All done${BEL}`]);
    expect(written("auto", { TERM_PROGRAM: "vscode" })).toEqual([BEL]);
    expect(written("auto", {})).toEqual([BEL]);
    expect(written("osc9", {})).toEqual([`\x1b]9;All done${BEL}`]);
    expect(written("bel", { TERM_PROGRAM: "kitty" })).toEqual([BEL]);
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
    expect(written("auto", env)).toEqual([]);
    await appeared.promise;
    watcher.close();
    const argv = readFileSync(out, "utf8").trimEnd().split("\n");
    expect(argv).toHaveLength(4);
    expect(decoded(argv)).toContain(Buffer.from("All done").toString("base64"));
  });

  test("the bell rings where PowerShell is not to be had, or fails, or a method is named", async () => {
    expect(written("auto", { ...WSL, PATH: "/nowhere" })).toEqual([BEL]);
    expect(written("bel", { ...WSL, PATH: "/nowhere" })).toEqual([BEL]);
    using box = tempFolder({ "powershell.exe": "#!/bin/sh\nexit 1\n" });
    chmodSync(join(box.path, "powershell.exe"), 0o755);
    const rung = Promise.withResolvers<string>();
    const env = { ...WSL, PATH: `${box.path}:/usr/bin:/bin` };
    terminalNotifier("auto", env, rung.resolve)("All done");
    expect(await rung.promise).toBe(BEL);
  });
});
