// Every file below a folder that a person might name: asked of git where it knows, walked through otherwise (tui.md 2).

import type { Dirent } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ignore } from "ignore";
import { spawnCommand } from "../../exec/spawn";
import { findWorkTree } from "../../rollout/git-info";

/** Nobody looks for one file among more than these by a few letters. */
export const MAX_FILES = 500_000;

/** Longest list of Git's own files. */
const GIT_FOLDER_FILES = 1000;
const IGNORE_FILES = [".gitignore", ".ignore"];
/** What git needs: where programs and the user's own settings are. */
const GIT_VARIABLES = ["PATH", "HOME", "XDG_CONFIG_HOME", "SystemRoot", "USERPROFILE", "PATHEXT"];

/**
 * Paths of files relative to `cwd`, `/` between folders, in batches as they are found, hidden ones included. What is ignored by
 * git is left out; of `.git` all but the objects is there, last. Stops at `MAX_FILES`, or when `signal` is aborted.
 */
export async function* listFiles(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): AsyncGenerator<readonly string[], void> {
  let count = 0;
  for (const source of sourcesOf(cwd, env, signal)) {
    let found = 0;
    for await (const paths of source()) {
      if (signal.aborted) return;
      found += paths.length;
      count += paths.length;
      if (paths.length > 0) yield paths;
      if (count >= MAX_FILES) return;
    }
    if (found > 0) break;
  }
  const own = join(cwd, ".git");
  const rest = walk(own, [], (folder) => folder !== "objects", signal);
  let left = GIT_FOLDER_FILES;
  for await (const paths of rest) {
    yield paths.slice(0, left).map((path) => `.git/${path}`);
    left -= paths.length;
    if (left <= 0) return;
  }
}

type Source = () => AsyncGenerator<readonly string[], void>;

/** Ways to list, the best first: the next is taken when one finds nothing. */
function sourcesOf(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): readonly Source[] {
  const walking: Source = () => walk(cwd, [], (folder) => folder !== ".git", signal);
  return findWorkTree(cwd) === undefined ? [walking] : [() => askGit(cwd, env, signal), walking];
}

async function* askGit(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): AsyncGenerator<readonly string[], void> {
  const variables = GIT_VARIABLES.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  await using git = spawnCommand({
    // A repository's own settings must not start programs because somebody types a file name.
    argv: [
      ...["git", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"],
      ...["ls-files", "--cached", "--others", "--exclude-standard", "-z"],
    ],
    cwd,
    env: { ...Object.fromEntries(variables), GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" },
    confinement: { type: "none" },
    stdin: "null",
    stdout: "pipe",
    stderr: "pipe",
  });
  if (git.stdout === null) return;
  const stop = () => git.kill();
  signal.addEventListener("abort", stop, { once: true });
  try {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of git.stdout) {
      const parts = (rest + decoder.decode(bytes, { stream: true })).split("\0");
      rest = parts.pop() ?? "";
      yield parts;
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Folder by folder, the nearer ones first; symbolic links are named but not followed. */
async function* walk(
  root: string,
  rules: readonly Rules[],
  enters: (folder: string) => boolean,
  signal: AbortSignal,
): AsyncGenerator<readonly string[], void> {
  const folders: { readonly folder: string; readonly rules: readonly Rules[] }[] = [{ folder: "", rules }];
  // The list grows while it is gone through.
  for (const next of folders) {
    if (signal.aborted) return;
    const { folder } = next;
    const entries = await entriesOf(join(root, folder));
    const inForce = [...next.rules, ...(await rulesOf(root, folder, entries))];
    const files: string[] = [];
    for (const entry of entries) {
      const path = folder + entry.name;
      const isFolder = entry.isDirectory();
      if (isIgnored(isFolder ? `${path}/` : path, inForce)) continue;
      if (!isFolder) files.push(path);
      else if (enters(path)) folders.push({ folder: `${path}/`, rules: inForce });
    }
    yield files;
  }
}

/** What an ignore file says about the paths below its folder. */
type Rules = { readonly folder: string; readonly ignore: Ignore };

async function rulesOf(root: string, folder: string, entries: readonly Dirent[]): Promise<readonly Rules[]> {
  const names = IGNORE_FILES.filter((name) => entries.some((entry) => entry.name === name));
  if (names.length === 0) return [];
  const { default: ignore } = await import("ignore");
  const texts = await Promise.all(names.map((name) => textOf(join(root, folder, name))));
  return [{ folder, ignore: ignore().add(texts.join("\n")) }];
}

/** The innermost file that has something to say decides. */
function isIgnored(path: string, rules: readonly Rules[]): boolean {
  for (const { folder, ignore } of rules.toReversed()) {
    const { ignored, unignored } = ignore.test(path.slice(folder.length));
    if (ignored || unignored) return ignored;
  }
  return false;
}

/** Empty for a folder that cannot be read: its files cannot be either. */
async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && "code" in error) return [];
    throw error;
  }
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}
