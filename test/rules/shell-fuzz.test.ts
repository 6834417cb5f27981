// Twenty thousand random scripts: none is a crash, and none that does harm is taken for one that only reads.

import { describe, expect, test } from "bun:test";
import { chmodSync, readdirSync, readFileSync, symlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { isDangerous, isDestructive } from "../../src/rules/dangerous";
import { isSafe } from "../../src/rules/safe";
import { lower } from "../../src/rules/shell";
import { coveredCommands, visibleCommands } from "../../src/rules/shell-view";
import { tempFolder, type TempFolder } from "../support/temp-folder";
import { randomFrom } from "../patch/random";
import { tokenSoup, wellFormedScript } from "./random-scripts";

const SEED = 20_260_101;
const SCRIPTS = 10_000;
/** Of the scripts that are safe, so many are really run. */
const RUNS = 400;
const RUN_MS = 5000;
/** On a machine that has other things to do. */
const TEST_MS = 120_000;

const BASH = Bun.which("bash") ?? "/bin/bash";

const bash = (script: string) => ["bash", "-c", script];
const safe = (script: string) => isSafe({ words: bash(script), literal: true }, "linux");

/** Everything that looks at a script. */
function lookAt(script: string): void {
  const argv = bash(script);
  const lowered = lower(argv);
  const commands = lowered.type === "plain" ? lowered.commands : [lowered.command];
  expect(commands.length).toBeGreaterThan(0);
  expect(commands.every(({ words }) => words.length > 0)).toBe(true);
  for (const platform of ["linux", "darwin", "win32"] as const) isDangerous(argv, platform);
  isDestructive(argv);
  coveredCommands(argv);
  visibleCommands(argv);
}

describe("random scripts", () => {
  test(
    `${SCRIPTS} well-formed scripts: what does harm is never safe`,
    () => {
      const random = randomFrom(SEED);
      const counts = { safe: 0, harmful: 0 };
      for (let n = 0; n < SCRIPTS; n++) {
        const { script, harmful } = wellFormedScript(random);
        lookAt(script);
        const isKnownSafe = safe(script);
        if (harmful && isKnownSafe) throw new Error(`taken for safe: ${JSON.stringify(script)}`);
        if (harmful) counts.harmful++;
        if (isKnownSafe) counts.safe++;
      }
      expect(counts.harmful).toBeGreaterThan(SCRIPTS / 3);
      expect(counts.safe).toBeGreaterThan(SCRIPTS / 5);
    },
    TEST_MS,
  );

  test(
    `${SCRIPTS} soups of tokens: no crash, and what is safe does nothing when bash runs it`,
    async () => {
      const random = randomFrom(SEED + 1);
      const found = new Set<string>();
      for (let n = 0; n < SCRIPTS; n++) {
        const script = tokenSoup(random);
        lookAt(script);
        if (safe(script)) found.add(script);
      }
      expect(found.size).toBeGreaterThan(RUNS);
      using place = canaryFolder();
      const before = snapshot(place.path);
      for (const script of [...found].slice(0, RUNS)) {
        await run(script, place.path);
        expect(`${JSON.stringify(script)} ${snapshot(place.path)}`).toBe(
          `${JSON.stringify(script)} ${before}`,
        );
      }
    },
    TEST_MS,
  );

  test(
    "the canaries sing: what is not safe is noticed",
    async () => {
      for (const script of [
        "canary",
        "./canary",
        "ls > f",
        "find . -name a -delete",
        "echo $(canary)",
        "uniq a f",
      ]) {
        using place = canaryFolder();
        const before = snapshot(place.path);
        await run(script, place.path);
        expect(`${script} ${snapshot(place.path) === before}`).toBe(`${script} false`);
        expect(safe(script)).toBe(false);
      }
    },
    TEST_MS,
  );
});

const READING_PROGRAMS = "cat ls find git sed rg uniq base64 grep head wc tr stat cut nl".split(" ");
const CANARY = "#!/bin/sh\necho sang >> song\n";

/** A small project; on its PATH are programs that read, and canaries that write down that they were run. */
function canaryFolder(): TempFolder {
  const place = tempFolder({ a: "1\n2\n", "b.txt": "x\n", canary: CANARY, "bin/canary": CANARY });
  for (const name of ["canary", "bin/canary"]) chmodSync(join(place.path, name), 0o755);
  for (const name of ["sh", "rm", "touch", "env", "xargs", "f", "b"]) {
    chmodSync(place.write(`bin/${name}`, CANARY), 0o755);
  }
  for (const name of READING_PROGRAMS) {
    const program = Bun.which(name);
    if (program !== null) symlinkSync(program, join(place.path, "bin", name));
  }
  return place;
}

async function run(script: string, cwd: string): Promise<void> {
  const child = Bun.spawn([BASH, "--norc", "--noprofile", "-c", script], {
    cwd,
    env: { PATH: join(cwd, "bin"), HOME: cwd, GIT_CONFIG_NOSYSTEM: "1", GIT_OPTIONAL_LOCKS: "0" },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
    timeout: RUN_MS,
  });
  await child.exited;
}

/** Names, sizes, contents and times of all files. */
function snapshot(folder: string): string {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
    .map((file) => `${file} ${statSync(file).mtimeMs} ${readFileSync(file, "utf8")}`)
    .join("\n");
}
