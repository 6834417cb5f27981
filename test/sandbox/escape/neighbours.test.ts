// What another user of the machine, or an earlier command, may have put into a shared folder to hinder us or lead us astray.

import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { confined, everyone, type Confined } from "../../support/confined";
import { CODEX } from "../../support/harness";

const TRAPS: Readonly<Record<string, (path: string) => void>> = {
  "a pipe": (path) => void Bun.spawnSync(["mkfifo", path]),
  "a file without end": (path) => {
    writeFileSync(path, "gitdir: /\n");
    truncateSync(path, 1e12);
  },
  "a pointer to the root": (path) => writeFileSync(path, "gitdir: /\n"),
  "a pointer to itself": (path) => writeFileSync(path, `gitdir: ${path}\n`),
  "a pointer to a loop": (path) => {
    symlinkSync("loop", join(path, "..", "loop"));
    writeFileSync(path, "gitdir: loop\n");
  },
  "a folder that cannot be entered": (path) => mkdirSync(path, { mode: 0 }),
};

describe.skipIf(process.platform !== "linux")("in the temporary folder", () => {
  for (const who of everyone()) {
    for (const [name, make] of Object.entries(TRAPS)) {
      test(`${name} in the place of .git does not keep commands from running (${who})`, async () => {
        using box = confined(who);
        using shared = sharedFolder(box);
        make(join(shared.path, ".git"));
        const started = performance.now();
        const result = await box.run(
          "workspace-write",
          ["sh", "-c", "echo ran; echo x > $TMPDIR/.codex/planted"],
          {
            env: { TMPDIR: shared.path },
          },
        );
        expect(result.stdout).toBe("ran\n");
        expect(performance.now() - started).toBeLessThan(5_000);
        expect(readdirSync(shared.path).filter((entry) => entry !== "loop")).toEqual([".git"]);
      });
    }
  }
});

test.skipIf(process.platform !== "linux")(
  "a pipe in the place of the file that is stdin does not hold a command up",
  async () => {
    using box = confined();
    const path = join(box.workspace, "input");
    writeFileSync(path, "text\n");
    const script = 'exec < "$1"; rm "$1"; mkfifo "$1"; shift; exec "$@"';
    const child = Bun.spawn(["sh", "-c", script, "sh", path, CODEX, "sandbox", "--", "cat"], {
      cwd: box.workspace,
      env: { PATH: process.env.PATH ?? "", HOME: box.home, CODEX_HOME: box.codexHome },
      stdout: "pipe",
      timeout: 10_000,
    });
    expect(await new Response(child.stdout).text()).toBe("text\n");
    expect(await child.exited).toBe(0);
  },
);

/** Everybody's, as /tmp is. */
function sharedFolder(box: Confined): Disposable & { readonly path: string } {
  const path = join(box.root, "shared");
  mkdirSync(path);
  Bun.spawnSync(["chmod", "1777", path]);
  return {
    path,
    [Symbol.dispose]() {
      Bun.spawnSync(["chmod", "-R", "u+rwX", path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}
