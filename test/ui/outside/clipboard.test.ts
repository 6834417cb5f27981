// The clipboard, with programs of the names that are looked for in the place of those of a desktop.

import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { copyText, pastedImage } from "../../../src/ui/outside/clipboard";
import { processesWith, until } from "../../support/processes";
import { tempFolder, type TempFolder } from "../../support/temp-folder";
import { fakeScreen } from "../fake-screen";

const { screen } = fakeScreen();

/** @param programs their scripts by name; in these `$AT` is the folder */
function desktop(programs: Readonly<Record<string, string>>): TempFolder & { env: Record<string, string> } {
  const folder = tempFolder();
  for (const [name, script] of Object.entries(programs)) {
    chmodSync(folder.write(name, `#!/bin/sh\n${script}\n`), 0o755);
  }
  const PATH = [folder.path, process.env["PATH"] ?? ""].join(delimiter);
  return { ...folder, env: { PATH, DISPLAY: ":7", AT: folder.path } };
}

describe.skipIf(process.platform !== "linux")("a text that is copied", () => {
  test("is held by the process that the program leaves behind for that, which nobody waits for", async () => {
    const mark = `8123.${process.pid}`;
    using at = desktop({ xclip: `cat > "$AT/text"; sleep ${mark} &` });
    await copyText(screen, "the answer", at.env);
    const holders = () => processesWith(`sleep\0${mark}`);
    await until("the clipboard is held", () => holders().length === 1);
    for (const pid of holders()) process.kill(pid);
    expect(readFileSync(join(at.path, "text"), "utf8")).toBe("the answer");
  });

  test("goes to the clipboard of the desktop before that of tmux, and over SSH to the terminal's alone", async () => {
    using at = desktop({ xclip: 'cat > "$AT/of-desktop"', tmux: 'cat > "$AT/of-tmux"' });
    const inTmux = { ...at.env, TMUX: "/tmp/tmux-0/default,1,0" };
    await copyText(screen, "here", inTmux);
    expect(existsSync(join(at.path, "of-tmux"))).toBe(false);
    await copyText(screen, "there", { ...inTmux, SSH_TTY: "/dev/pts/0" });
    expect(readFileSync(join(at.path, "of-desktop"), "utf8")).toBe("here");
    expect(readFileSync(join(at.path, "of-tmux"), "utf8")).toBe("there");
  });

  test("finds another way where a program fails", async () => {
    using at = desktop({ xclip: "exit 1", xsel: 'cat > "$AT/text"' });
    await copyText(screen, "the answer", at.env);
    expect(readFileSync(join(at.path, "text"), "utf8")).toBe("the answer");
  });
});

describe.skipIf(process.platform !== "linux")("an image that is pasted", () => {
  test("where there is none, leaves no folder behind", async () => {
    using at = desktop({ xclip: "echo no image" });
    using temporary = tempFolder();
    const before = process.env["TMPDIR"];
    process.env["TMPDIR"] = temporary.path;
    try {
      await expect(pastedImage(at.env)).rejects.toThrow("no image on the clipboard");
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    }
    expect(readdirSync(temporary.path)).toEqual([]);
  });
});
