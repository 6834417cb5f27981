// Races between a command that is running and the start of another: what is looked at must be what is opened.

import { describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { confined, everyone, type Confined, type Who } from "../../support/confined";
import { giveAway } from "./probe";

const STARTS = 40;
const AT_ONCE = 4;
const EXCHANGE = ["/usr/bin/python3", "-B", join(import.meta.dir, "files.py"), "exchange"];

/** A command in a workspace of its own that exchanges two names in the temporary folder, for as long as the object lives. */
async function exchanging(box: Confined, one: string, other: string): Promise<AsyncDisposable> {
  const child = box.start("workspace-write", [
    "sh",
    "-c",
    'echo started; exec "$@"',
    "sh",
    ...EXCHANGE,
    one,
    other,
  ]);
  await child.stdout.getReader().read();
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}

/** Starts many commands; each tries to write by the names that are being exchanged. */
async function startMany(
  box: Confined,
  script: string,
  env: Readonly<Record<string, string>>,
  flags: readonly string[],
) {
  const outcomes = { ran: 0, refused: 0 };
  const another = async () => {
    for (let i = 0; i < STARTS / AT_ONCE; i++) {
      const { exitCode, stdout } = await box.run("workspace-write", ["sh", "-c", script], { env, flags });
      if (stdout.includes("ran")) outcomes.ran++;
      else if (exitCode !== 0) outcomes.refused++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, another));
  return outcomes;
}

describe.skipIf(process.platform !== "linux" || !existsSync(EXCHANGE[0] ?? ""))(
  "the folder that a race",
  () => {
    const cases: readonly {
      readonly name: string;
      /** Below the temporary folder: what becomes a link to the folder outside. */
      readonly swapped: string;
      readonly env: (root: string) => Readonly<Record<string, string>>;
      readonly flags: (root: string) => readonly string[];
    }[] = [
      {
        name: "puts in the place of $TMPDIR",
        swapped: "a/b",
        env: (root) => ({ TMPDIR: root }),
        flags: () => [],
      },
      {
        name: "puts in the place of a folder above $TMPDIR",
        swapped: "a",
        env: (root) => ({ TMPDIR: root }),
        flags: () => [],
      },
      {
        name: "puts in the place of a writable root",
        swapped: "a/b",
        env: () => ({}),
        flags: (root) => ["-c", `sandbox_workspace_write.writable_roots=["${root}"]`],
      },
      {
        name: "puts in the place of a folder above a writable root",
        swapped: "a",
        env: () => ({}),
        flags: (root) => ["-c", `sandbox_workspace_write.writable_roots=["${root}"]`],
      },
    ];
    for (const who of everyone()) {
      for (const { name, swapped, env, flags } of cases) {
        test(`${name} is not opened (${who})`, async () => {
          using box = confined(who);
          using shared = sharedFolder(who, box, swapped);
          const root = join(shared.path, "a", "b");
          await using _swapper = await exchanging(box, join(shared.path, swapped), join(shared.path, "link"));
          const script = `for at in ${root} ${box.outside} ${box.outside}/b; do echo harmed > $at/planted; mkdir $at/.codex $at/.git; done 2>/dev/null; echo ran`;
          const { ran, refused } = await startMany(box, script, env(root), flags(root));
          expect(ran + refused).toBe(STARTS);
          expect(ran).toBeGreaterThan(0);
          expect(readdirSync(box.outside).sort()).toEqual(["b", "file"]);
          expect(readdirSync(join(box.outside, "b"))).toEqual([]);
        });
      }
    }
  },
);

/** In /tmp, which both may write: folders `a/b`, and a link to what must not be changed. */
function sharedFolder(who: Who, box: Confined, swapped: string): Disposable & { readonly path: string } {
  mkdirSync(join(box.outside, "b"));
  const path = join(realpathSync("/tmp"), `codex-race-${process.pid}-${performance.now().toString(36)}`);
  mkdirSync(join(path, "a", "b"), { recursive: true });
  symlinkSync(swapped === "a" ? box.outside : join(box.outside, "b"), join(path, "link"));
  writeFileSync(join(path, "a", "own"), "");
  if (who === "an ordinary user") {
    for (const folder of [path, box.root]) giveAway(folder);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
