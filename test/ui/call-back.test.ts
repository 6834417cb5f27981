// The user is called back by the interface itself: a toast of Windows, once for every turn and every question.

import { expect, test } from "bun:test";
import { chmodSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { mockProvider, sandboxBox } from "../support/harness";
import { customCall, message, respond, startResponsesServer } from "../support/responses-server";
import { HAS_TMUX, openTmux } from "./tmux";

const PATCH = "*** Begin Patch\n*** Add File: it's.txt\n+line\n*** End Patch\n";

/** The text in a toast's script, which holds the title and the text as base64. */
function toastText(encoded: string): string {
  const script = Buffer.from(encoded, "base64").toString("utf16le");
  const [, text] = [...script.matchAll(/FromBase64String\('([^']*)'\)/g)];
  return Buffer.from(text?.[1] ?? "", "base64").toString("utf8");
}

/** Resolves when the file has that many lines; whoever writes them may do so after codex has ended. */
async function grownTo(path: string, lines: number): Promise<void> {
  const grown = Promise.withResolvers<void>();
  const watcher = watch(path, () => {
    if (readFileSync(path, "utf8").split("\n").length > lines) grown.resolve();
  });
  await grown.promise.finally(() => watcher.close());
}

test.skipIf(!HAS_TMUX || process.platform !== "linux")(
  "in a Linux inside Windows a toast is raised for an approval, and one for the finished turn",
  async () => {
    await using server = await startResponsesServer([
      respond(customCall("apply_patch", PATCH)),
      respond(message('Say "hi", $(now)\nplease')),
    ]);
    await using box = await sandboxBox();
    const trust = `\n[projects."${box.workspace}"]\ntrust_level = "trusted"\n`;
    const settings =
      'approval_policy = "untrusted"\ntui = { notification_condition = "always" }\ncheck_for_update_on_startup = false\n';
    box.write(join(box.codexHome, "config.toml"), `${settings}${mockProvider(server.url)}${trust}`);
    const calls = join(box.home, "calls");
    box.write(calls, "");
    const toasts = grownTo(calls, 2);
    const fake = box.write(join(box.home, "bin/powershell.exe"), `#!/bin/sh\necho "$@" >> "${calls}"\n`);
    chmodSync(fake, 0o755);
    await using terminal = await openTmux(box, {
      columns: 100,
      env: {
        PATH: `${box.home}/bin:${process.env["PATH"]}`,
        WT_SESSION: "s",
        WSL_DISTRO_NAME: "Ubuntu",
      },
    });
    await terminal.codex();
    await terminal.shows("OpenAI Codex");
    await terminal.send("write it");
    await terminal.shows(/yes, proceed/i);
    await terminal.press("y");
    await terminal.shows("please");
    await toasts;
    await terminal.send("/quit");
    await terminal.shows("ended with");
    const lines = readFileSync(calls, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => line.split(" ").slice(0, 3).join(" "))).toEqual(
      Array<string>(2).fill("-NoProfile -NoLogo -EncodedCommand"),
    );
    expect(lines.map((line) => toastText(line.split(" ").at(-1) ?? ""))).toEqual([
      "Codex wants to edit it's.txt",
      'Say "hi", $(now) please',
    ]);
  },
);
