// What a session file says about the repository it was made in, read from .git without starting git.

import { readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { SessionMeta } from "../protocol/rollout";

export type GitInfo = NonNullable<SessionMeta["git"]>;

/** Commit, branch and remote of the work tree around `cwd`; undefined outside a repository, `{}` before the first commit. */
export function gitInfo(cwd: string): GitInfo | undefined {
  const gitDir = findGitDir(cwd);
  if (gitDir === undefined) return undefined;
  const commonDir = commonDirOf(gitDir);
  const head = readText(join(gitDir, "HEAD"))?.trim() ?? "";
  const ref = /^ref: (refs\/\S+)$/.exec(head)?.[1];
  const commit = ref === undefined ? head : resolveRef(commonDir, ref);
  const remote = remoteUrl(readText(join(commonDir, "config")) ?? "");
  return {
    ...(commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit) && { commit_hash: commit }),
    ...(ref?.startsWith("refs/heads/") &&
      commit !== undefined && { branch: ref.slice("refs/heads/".length) }),
    ...(remote !== undefined && { repository_url: remote }),
  };
}

/** The nearest folder at or above `cwd` with a `.git` entry, or undefined. */
export function findWorkTree(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (statSync(join(folder, ".git"), { throwIfNoEntry: false }) !== undefined) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

function findGitDir(cwd: string): string | undefined {
  const workTree = findWorkTree(cwd);
  if (workTree === undefined) return undefined;
  const dotGit = join(workTree, ".git");
  if (statSync(dotGit, { throwIfNoEntry: false })?.isDirectory()) return dotGit;
  const target = /^gitdir: (.+)$/m.exec(readText(dotGit) ?? "")?.[1]?.trim();
  return target === undefined ? undefined : resolve(workTree, target);
}

/** Linked worktrees keep refs and config in the main repository. */
function commonDirOf(gitDir: string): string {
  const common = readText(join(gitDir, "commondir"))?.trim();
  if (common === undefined) return gitDir;
  return isAbsolute(common) ? common : resolve(gitDir, common);
}

function resolveRef(commonDir: string, ref: string): string | undefined {
  const loose = readText(join(commonDir, ref))?.trim();
  if (loose !== undefined) return loose;
  const packed = readText(join(commonDir, "packed-refs")) ?? "";
  return packed
    .split("\n")
    .find((line) => line.endsWith(` ${ref}`))
    ?.split(" ")[0];
}

function remoteUrl(config: string): string | undefined {
  const section = /\[remote "origin"\]([^[]*)/.exec(config)?.[1];
  return section === undefined ? undefined : /^\s*url\s*=\s*(.+?)\s*$/m.exec(section)?.[1];
}

function readText(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, "utf8") : undefined;
}
