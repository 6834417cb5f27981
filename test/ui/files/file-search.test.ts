// Finding files by a few letters: what is listed, in which order, and that a large tree keeps nobody waiting.

import { describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { listFiles } from "../../../src/ui/files/file-list";
import { openFileSearch } from "../../../src/ui/files/file-search";
import { NO_MATCH, rankPath } from "../../../src/ui/files/path-match";
import { createFileSearches } from "../../../src/ui/files/searches";

/** Of the pauses of the program while it searches, most are shorter; the slices are 4 ms, the rest is for a busy machine. */
const PAUSE_MS = 20;

/** A folder with files, each holding its own name unless a text is given. */
function folder(files: Readonly<Record<string, string>> | readonly string[]) {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "codex-files-")));
  const entries = Array.isArray(files) ? files.map((name) => [name, name] as const) : Object.entries(files);
  for (const [name, text] of entries) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), text);
  }
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

function git(cwd: string, ...args: readonly string[]): void {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  const result = Bun.spawnSync(["git", "-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd, env });
  expect(result.exitCode).toBe(0);
}

async function listed(cwd: string): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const batch of listFiles(cwd, process.env, new AbortController().signal)) paths.push(...batch);
  return paths.toSorted();
}

async function last<T>(source: AsyncGenerator<T, void>): Promise<T | undefined> {
  let value: T | undefined;
  for await (const next of source) value = next;
  return value;
}

describe("the list", () => {
  const FILES = {
    "README.md": "",
    ".hidden": "",
    "src/main.ts": "",
    "src/out.log": "",
    "src/keep.log": "",
    "build/a.js": "",
    "src/deep/.gitignore": "!../*\nlocal\n",
    "src/deep/local": "",
    ".gitignore": "*.log\n!keep.log\n/build/\n",
  };
  const WANTED = [
    ...[".gitignore", ".hidden", "README.md", "src/deep/.gitignore", "src/keep.log", "src/main.ts"],
  ].toSorted();

  test("outside a repository hidden files are there and ignored ones are not", async () => {
    using tree = folder(FILES);
    expect(await listed(tree.path)).toEqual(WANTED);
  });

  test("in a repository git says which: tracked and new ones, not the ignored", async () => {
    using tree = folder(FILES);
    git(tree.path, "init", "-q");
    git(tree.path, "add", "README.md", "src/main.ts");
    const paths = await listed(tree.path);
    expect(paths.filter((path) => !path.startsWith(".git/"))).toEqual(WANTED);
    expect(paths).toContain(".git/HEAD");
    expect(paths.filter((path) => path.startsWith(".git/objects"))).toEqual([]);
  });

  test("in a folder of a repository the paths are from there", async () => {
    using tree = folder(FILES);
    git(tree.path, "init", "-q");
    expect(await listed(join(tree.path, "src"))).toEqual(["deep/.gitignore", "keep.log", "main.ts"]);
  });

  test("settings of a repository start no programs", async () => {
    using tree = folder(["a.txt"]);
    git(tree.path, "init", "-q");
    git(tree.path, "config", "core.fsmonitor", `touch ${join(tree.path, "started")}; false`);
    await listed(tree.path);
    expect(await Bun.file(join(tree.path, "started")).exists()).toBe(false);
  });

  test("links are named and not followed, and a broken repository is walked through", async () => {
    using tree = folder(["a/b.txt", ".git"]);
    symlinkSync("..", join(tree.path, "a", "up"));
    expect(await listed(tree.path)).toEqual([".git", "a/b.txt", "a/up"]);
  });
});

describe("the order", () => {
  const PATHS = [
    "src/ui/composer/composer.ts",
    "test/ui/composer/composer.test.ts",
    "src/ui/composer/render.ts",
    "docs/compose/readme.md",
    "src/cli/command-poser.ts",
    ".git/logs/composer",
    "c/o/m/p/o/s/e/r",
  ];
  const order = (query: string) =>
    PATHS.map((path) => ({ path, rank: rankPath(path, query) }))
      .filter(({ rank }) => rank !== NO_MATCH)
      .toSorted((a, b) => b.rank - a.rank)
      .map(({ path }) => path);

  test.each([
    ["composer", PATHS[0]],
    ["composer.test", PATHS[1]],
    ["render", PATHS[2]],
    ["composer/comp", PATHS[0]],
    ["compose/", PATHS[3]],
    ["poser", PATHS[4]],
    ["cli/poser", PATHS[4]],
    [".git/", PATHS[5]],
  ])("%j means %j", (query, path) => {
    expect(order(query)[0]).toBe(path);
  });

  test("letters out of order do not match", () => {
    expect(order("zq")).toEqual([]);
    expect(rankPath("abc", "ca")).toBe(NO_MATCH);
  });
});

describe("searching", () => {
  test("finds files as they are spelled, whatever the case of the query, and no more than asked for", async () => {
    using tree = folder(["README.md", "src/Reader.ts", "src/other.ts"]);
    await using files = openFileSearch(tree.path);
    expect(await last(files.search("READ", 8))).toEqual(["README.md", "src/Reader.ts"]);
    expect(await last(files.search("r", 1))).toHaveLength(1);
    expect(await last(files.search("zzz", 8))).toEqual([]);
  });

  test("files that were deleted but are still tracked are not offered", async () => {
    using tree = folder(["one.txt", "two.txt"]);
    git(tree.path, "init", "-q");
    git(tree.path, "add", ".");
    rmSync(join(tree.path, "one.txt"));
    await using files = openFileSearch(tree.path);
    expect(await last(files.search("txt", 8))).toEqual(["two.txt"]);
  });

  test("the next search ends the one before", async () => {
    using tree = folder(["one.txt"]);
    await using files = openFileSearch(tree.path);
    const first = last(files.search("o", 8));
    const second = last(files.search("on", 8));
    expect(await first).toBeUndefined();
    expect(await second).toEqual(["one.txt"]);
  });

  test("among 100,000 files nothing waits: neither the keyboard nor the first results", async () => {
    using tree = folder([]);
    for (let dir = 0; dir < 200; dir++) {
      const path = join(tree.path, `package-${dir}`, "src");
      mkdirSync(path, { recursive: true });
      for (let n = 0; n < 500; n++) writeFileSync(join(path, `module-${n}-file.ts`), "");
    }
    await using files = openFileSearch(tree.path);
    const pauses = watchPauses();
    const started = performance.now();
    const shown: { readonly at: number; readonly paths: readonly string[] }[] = [];
    for await (const paths of files.search("p7/m499", 8))
      shown.push({ at: performance.now() - started, paths });
    const whole = computed();
    expect(await last(files.search("package-199/src/module-499", 8))).toEqual([
      "package-199/src/module-499-file.ts",
    ]);
    const again = computed() - whole;
    const usual = pauses.stop();
    expect(shown[0]?.paths.length).toBeGreaterThan(0);
    expect(shown.at(-1)?.paths[0]).toBe("package-7/src/module-499-file.ts");
    expect(usual).toBeLessThan(PAUSE_MS);
    expect(again).toBeLessThan(1000);
  }, 120_000);
});

test("letters that come together open one search of a folder, which the next folder's replaces", async () => {
  using tree = folder(["a.txt"]);
  using other = folder(["b.txt"]);
  await using searches = createFileSearches(process.env);
  const [first, second] = await Promise.all([searches.of(tree.path), searches.of(tree.path)]);
  expect(second).toBe(first);
  const third = await searches.of(other.path);
  expect(await last(third.search("b", 5))).toEqual(["b.txt"]);
  expect(await last(first.search("a", 5))).toBeUndefined();
});

/**
 * Measures how long it computes without coming round to anything else: nine of ten times are shorter, in milliseconds.
 * Of the processor, not of the clock: how much else the machine has to do does not count.
 */
function watchPauses() {
  let last = computed();
  let isOn = true;
  const pauses: number[] = [];
  const look = () => {
    const now = computed();
    if (now - last > 1) pauses.push(now - last);
    last = now;
    if (isOn) setImmediate(look);
  };
  setImmediate(look);
  return {
    stop: () => {
      isOn = false;
      return pauses.toSorted((a, b) => a - b)[Math.floor(pauses.length * 0.9)] ?? 0;
    },
  };
}

/** Milliseconds of the processor that this thread has used. */
function computed(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
