// Whether the user trusts a project: the lookup in `[projects]` (config.md 3).

import { readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { TomlTable, TrustLevel } from "./config";
import { canonical, readIfPresent } from "./home";
import { isTable, valueAt } from "./toml-text";

/**
 * The level of the first of these that has one: the folder, the project root, the main Git checkout. Each is looked up
 * by its canonical path, then as written.
 * @param projects the merged `[projects]` table of all layers but those of projects
 */
export function trustOf(projects: unknown, folder: string, projectRoot: string): TrustLevel | undefined {
  if (!isTable(projects)) return undefined;
  const candidates = [folder, projectRoot, gitRoot(folder) ?? folder];
  for (const path of candidates.flatMap((candidate) => [canonical(candidate), candidate])) {
    const level = trustLevel(projects, path);
    if (level !== undefined) return level;
  }
  return undefined;
}

/** The folder that a decision about `cwd` is written down for: the main Git checkout, else `cwd`. */
export function trustKey(cwd: string): string {
  return gitRoot(cwd) ?? cwd;
}

/**
 * The root of the Git checkout that holds a folder; for a linked worktree that of the main checkout. A `.git` file is
 * believed only when the repository it names points back at it, so that nobody can borrow another repository's trust.
 */
export function gitRoot(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const dotGit = join(at, ".git");
    const found = statSync(dotGit, { throwIfNoEntry: false });
    if (found?.isDirectory()) return at;
    if (found?.isFile()) return mainCheckout(dotGit) ?? at;
    if (at === dirname(at)) return undefined;
  }
}

/** The same folder in the main checkout, for a folder of a linked worktree; any other as it is. */
export function inMainCheckout(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const dotGit = join(at, ".git");
    const found = statSync(dotGit, { throwIfNoEntry: false });
    if (found?.isFile()) {
      const main = mainCheckout(dotGit);
      return main === undefined ? folder : join(main, relative(at, folder));
    }
    if (found !== undefined || at === dirname(at)) return folder;
  }
}

function mainCheckout(dotGitFile: string): string | undefined {
  const target = /^gitdir: (.+)/.exec(readFileSync(dotGitFile, "utf8"))?.[1]?.trim();
  if (target === undefined) return undefined;
  const gitDir = resolve(dirname(dotGitFile), target);
  const worktrees = dirname(gitDir);
  if (!worktrees.endsWith("worktrees")) return undefined;
  const pointsBack = readIfPresent(join(gitDir, "gitdir"))?.trim();
  if (pointsBack === undefined || canonical(pointsBack) !== canonical(dotGitFile)) return undefined;
  return dirname(dirname(worktrees));
}

function trustLevel(projects: TomlTable, path: string): TrustLevel | undefined {
  const ignoreCase = process.platform === "win32";
  const key = ignoreCase
    ? Object.keys(projects).find((name) => name.toLowerCase() === path.toLowerCase())
    : path;
  const level = valueAt(projects, [key ?? path, "trust_level"]);
  return level === "trusted" || level === "untrusted" ? level : undefined;
}
