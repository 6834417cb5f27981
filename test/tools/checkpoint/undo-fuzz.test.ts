// Whatever a turn does to files, undoing leaves all as before it, and the way back all as after it.

import { expect, test } from "bun:test";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { turnCheckpoint } from "../../../src/tools/checkpoint/turn-checkpoint";
import { redoLastTurn, undoLastTurn } from "../../../src/tools/checkpoint/undo";
import { randomFrom, type Random } from "../../patch/random";
import { tempFolder } from "../../support/temp-folder";

const ROUNDS = 25;
/** Beyond the grain of any file system's clock. */
const CLOCK_MS = 50;
const NAMES = ["a", "b b", 'c"q', "d\ne", "é", "x*", "[x]", "-f", "sub/f", "sub/g", "sub/deep/h", "k/l/m/n"];

type Place = { readonly cwd: string; readonly inGit: boolean; readonly random: Random };

function git(cwd: string, ...args: readonly string[]): void {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"];
  Bun.spawnSync(["git", ...identity, ...args], { cwd });
}

/** By path: what it is and holds. Folders count by what is in them. */
function filesIn(folder: string, at = ""): Readonly<Record<string, string>> {
  const entries = readdirSync(join(folder, at), { withFileTypes: true }).filter(
    ({ name }) => name !== ".git",
  );
  const files = entries.map((entry) => {
    const name = join(at, entry.name);
    const path = join(folder, name);
    if (entry.isDirectory()) return filesIn(folder, name);
    if (entry.isSymbolicLink()) return { [name]: `-> ${readlinkSync(path)}` };
    const executable = (lstatSync(path).mode & 0o100) !== 0 ? "x" : "-";
    return { [name]: `${executable} ${readFileSync(path, "utf8")}` };
  });
  return Object.assign({}, ...files) as Record<string, string>;
}

/** What a command might do; folders keep their names, or what is in them would not show that it is new. */
function change({ cwd, inGit, random: { below, pick } }: Place, text: string): void {
  const path = join(cwd, pick(NAMES));
  const now = lstatSync(path, { throwIfNoEntry: false });
  mkdirSync(dirname(path), { recursive: true });
  switch (below(inGit ? 9 : 7)) {
    case 0:
    case 1:
      return writeFileSync(path, text);
    case 2:
      return rmSync(path, { recursive: true, force: true });
    case 3:
      return now?.isDirectory() === false ? renameSync(path, join(cwd, pick(NAMES))) : undefined;
    case 4:
      return now?.isFile() === true ? chmodSync(path, now.mode ^ 0o111) : undefined;
    case 5:
      rmSync(path, { recursive: true, force: true });
      return symlinkSync(pick(NAMES), path);
    case 6:
      rmSync(path, { recursive: true, force: true });
      mkdirSync(path);
      return writeFileSync(join(path, "in"), text);
    case 7:
      return git(cwd, "add", "-A");
    default:
      git(cwd, "add", "-A");
      return git(cwd, "commit", "-qm", "more");
  }
}

/** What the state of the folder does not allow is left out. */
function changes(place: Place, count: number, label: string): void {
  for (let n = 0; n < count; n += 1) {
    try {
      change(place, `${label} ${n}`);
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
    }
  }
}

for (const where of ["in a repository", "outside a repository"]) {
  test(`${where} everything comes back, and goes again`, async () => {
    for (let seed = 0; seed < ROUNDS; seed += 1) {
      using folder = tempFolder({ "work/.keep": "", "home/.keep": "" });
      const [cwd, codexHome] = [join(folder.path, "work"), join(folder.path, "home")];
      const place = { cwd, inGit: where === "in a repository", random: randomFrom(seed) };
      if (place.inGit) git(cwd, "init", "-q");
      changes(place, 12, "first");
      if (place.inGit) git(cwd, "add", "-A");
      if (place.inGit) git(cwd, "commit", "-qm", "start");
      changes(place, place.random.below(6), "own");
      await Bun.sleep(CLOCK_MS);
      const before = filesIn(cwd);
      const options = {
        ...{ codexHome, cwd, env: process.env, threadId: "t", unconfined: true },
        confine: () => ({ type: "none" }) as const,
      };
      const checkpoint = turnCheckpoint({
        ...{ ...options, turnId: Bun.randomUUIDv7(), when: "late", writes: true },
        readable: () => () => true,
      });
      await checkpoint.beforeWork();
      changes(place, 1 + place.random.below(8), "turn");
      checkpoint.end();
      const after = filesIn(cwd);
      const undone = await undoLastTurn(options);
      expect({ seed, files: filesIn(cwd) }).toEqual({ seed, files: before });
      if (undone.type !== "restored") continue;
      redoLastTurn(options);
      expect({ seed, files: filesIn(cwd) }).toEqual({ seed, files: after });
    }
  });
}
