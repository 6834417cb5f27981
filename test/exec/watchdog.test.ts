// What runs outside a sandbox dies with us, even when we are killed without a chance to tidy up.

import { expect, test } from "bun:test";
import { join } from "node:path";
import { processesWith, until } from "../support/processes";

const SPAWN = join(import.meta.dir, "../../src/exec/spawn.ts");

/** A program of its own, because it is to be killed. */
const PROGRAM = `
  const { spawnCommand } = await import(${JSON.stringify(SPAWN)});
  const start = (script) => spawnCommand({
    argv: ["sh", "-c", script], cwd: "/", env: { PATH: process.env.PATH }, confinement: { type: "none" },
    stdin: "null", stdout: "pipe", stderr: "stdout",
  });
  const ended = start("exit 0");
  await ended.exited;
  const [first, second] = [start("echo 1; sleep MARK & sleep MARK"), start("trap '' HUP TERM; echo 2; sleep MARK; sleep MARK")];
  await Promise.all([first, second].map((command) => command.stdout.getReader().read()));
  process.stdout.write("running\\n");
  setInterval(() => {}, 1000);
`;

test.skipIf(process.platform !== "linux").each(["SIGKILL", "SIGTERM"] as const)(
  "our end by %s",
  async (signal) => {
    const mark = `8${process.pid}.${signal.length}`;
    await using program = Bun.spawn([process.execPath, "-e", PROGRAM.replaceAll("MARK", mark)], {
      stdout: "pipe",
      stderr: "inherit",
    });
    const reader = program.stdout.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("running\n");
    await until("all three run", () => processesWith(`sleep\0${mark}`).length === 3);
    program.kill(signal);
    await program.exited;
    await until("every group has ended", () => processesWith(mark).length === 0);
  },
);
