// Asks git what has changed in a work tree, and for files as they were: in a read-only sandbox, and never writing to the repository.

import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Confinement } from "../../exec/confinement";
import { spawnCommand } from "../../exec/spawn";
import type { PermissionEntry, PermissionProfile } from "../../protocol/policy";
import { findWorkTree } from "../../rollout/git-info";
import type { Refusal } from "../../sandbox/confine";

/** A repository in which git takes longer than this is left alone. */
const DEADLINE_MS = 3_000;
/** Putting files back may take longer. */
const RESTORE_DEADLINE_MS = 60_000;
const KILL_GRACE_MS = 50;
/** As words of one command. */
const PATHS_AT_ONCE = 500;
/** A list of changed files beyond this is not read. */
const MAX_OUTPUT_BYTES = 8 * 1_048_576;

/** What git needs of the thread. */
export type GitContext = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly confine: (profile: PermissionProfile) => Confinement | Refusal;
  /** Whether the thread's own commands run without a sandbox: then git may, where there is none. */
  readonly unconfined: boolean;
};

/** Absolute; whether the index has it. */
export type ChangedFile = { readonly path: string; readonly isTracked: boolean };

export type WorkTree = { readonly root: string; readonly index: string };

/** Undefined outside a repository. */
export function workTreeAt(cwd: string): WorkTree | undefined {
  const root = findWorkTree(cwd);
  if (root === undefined) return undefined;
  const dotGit = join(root, ".git");
  if (statSync(dotGit).isDirectory()) {
    if (existsSync(join(dotGit, "HEAD"))) return { root, index: join(dotGit, "index") };
    return dirname(root) === root ? undefined : workTreeAt(dirname(root)); // an empty one, which git passes over too
  }
  const folder = /^gitdir: (.+)$/m.exec(readFileSync(dotGit, "utf8"))?.[1]?.trim();
  return folder === undefined ? undefined : { root, index: join(resolve(root, folder), "index") };
}

/**
 * Files below `scope` that differ from the index or are not in it, ignored ones left out; null when git cannot
 * tell.
 * @param index in the place of the repository's own
 */
export async function changedFiles(
  tree: WorkTree,
  scope: string,
  context: GitContext,
  index?: string,
): Promise<readonly ChangedFile[] | null> {
  const status = ["status", "--porcelain=v2", "-z", "--untracked-files=all", "--ignore-submodules=all"];
  const output = await run(tree, [...status, "--no-renames", "--", scope], context, {
    deadlineMs: DEADLINE_MS,
    ...(index !== undefined && { env: { GIT_INDEX_FILE: index } }),
  });
  return (
    output
      ?.split("\0")
      .flatMap((line) =>
        changedPath(line).map((path) => ({ path: join(tree.root, path), isTracked: !line.startsWith("?") })),
      ) ?? null
  );
}

/**
 * Writes files as they were by a copy of the index below `target`, at their paths within the repository: with the
 * conversions that a checkout makes. What is not in the index is left out.
 * @param paths absolute
 */
export async function filesFromIndex(
  tree: WorkTree,
  paths: readonly string[],
  { index, target }: { readonly index: string; readonly target: string },
  context: GitContext,
): Promise<void> {
  const relative = paths.map((path) => path.slice(tree.root.length + 1));
  await run(tree, ["checkout-index", "--quiet", `--prefix=${target}/`, "-z", "--stdin"], context, {
    deadlineMs: RESTORE_DEADLINE_MS,
    env: { GIT_INDEX_FILE: index },
    writable: target,
    stdin: relative.map((path) => `${path}\0`).join(""),
  });
}

/**
 * The inodes that files had when git looked at them last, as it has noted them in a copy of the index: their lower 32 bits,
 * by absolute path. One that was not looked at since the files were copied says nothing.
 */
export async function inodesInIndex(
  tree: WorkTree,
  paths: readonly string[],
  index: string,
  context: GitContext,
): Promise<ReadonlyMap<string, number>> {
  const inodes = new Map<string, number>();
  for (let from = 0; from < paths.length; from += PATHS_AT_ONCE) {
    const relative = paths.slice(from, from + PATHS_AT_ONCE).map((path) => path.slice(tree.root.length + 1));
    const args = ["ls-files", "-z", "--debug", "--", ...relative];
    const options = { deadlineMs: DEADLINE_MS, env: { GIT_INDEX_FILE: index } };
    for (const [, path = "", inode = ""] of ((await run(tree, args, context, options)) ?? "").matchAll(ENTRY))
      inodes.set(join(tree.root, path), Number(inode));
  }
  return inodes;
}

/** What `ls-files -z --debug` says of a file. */
const ENTRY = /([^\0]+)\0[^\0]*?\bino: (\d+)[^\0]*?\bflags: [0-9a-f]+\n/g;

/** A line of `status --porcelain=v2`, where the work tree differs from the index. */
function changedPath(line: string): readonly string[] {
  const [kind] = line;
  if (kind === "?") return [line.slice(2)];
  const fields = line.split(" ");
  if (kind === "1") return fields[1]?.[1] === "." ? [] : [fields.slice(8).join(" ")];
  return kind === "u" ? [fields.slice(10).join(" ")] : [];
}

type RunOptions = {
  readonly deadlineMs: number;
  readonly env?: Readonly<Record<string, string>>;
  /** The one folder that git may write to. */
  readonly writable?: string;
  readonly stdin?: string;
};

/** Nothing of the repository's own is run that git itself would run. */
const SETTINGS = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];

/** Null when it cannot be run, fails or takes too long. */
async function run(
  { root }: WorkTree,
  args: readonly string[],
  context: GitContext,
  options: RunOptions,
): Promise<string | null> {
  const confinement = confinementFor(context, options.writable);
  if (confinement === null) return null;
  await using git = spawnCommand({
    argv: ["git", "--literal-pathspecs", ...SETTINGS, ...args],
    cwd: root,
    env: environment(context.env, options.env ?? {}),
    confinement,
    stdin: options.stdin === undefined ? "null" : "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const timer = setTimeout(() => void git.terminate(KILL_GRACE_MS), options.deadlineMs);
  try {
    // What it warns of is no part of its answer; it is read so that git need not wait.
    const output = Promise.all([readBounded(git.stdout), readBounded(git.stderr)]);
    if (options.stdin !== undefined) {
      await git.write(new TextEncoder().encode(options.stdin));
      git.closeStdin();
    }
    const status = await git.exited;
    const [text] = await output;
    return status.type === "exited" && status.code === 0 ? text : null;
  } finally {
    clearTimeout(timer);
  }
}

function confinementFor(context: GitContext, writable: string | undefined): Confinement | null {
  const entries: readonly PermissionEntry[] = [
    { path: { type: "special", value: { kind: "root" } }, access: "read" },
    ...(writable === undefined ? [] : [{ path: { type: "path", path: writable }, access: "write" } as const]),
  ];
  const fileSystem = { type: "restricted", entries } as const;
  const confinement = context.confine({ type: "managed", file_system: fileSystem, network: "restricted" });
  if (confinement.type !== "refused") return confinement;
  return context.unconfined ? { type: "none" } : null;
}

/** What git reads of the user's: where its settings are, and nothing that points it elsewhere. */
function environment(
  env: GitContext["env"],
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const kept = ["PATH", "HOME", "XDG_CONFIG_HOME", "USERPROFILE", "SystemRoot"].flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    ...{ GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" },
    ...more,
  };
}

async function readBounded(stream: ReadableStream<Uint8Array> | null): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream ?? []) {
    size += chunk.byteLength;
    if (size <= MAX_OUTPUT_BYTES) chunks.push(chunk);
  }
  return size > MAX_OUTPUT_BYTES ? null : Buffer.concat(chunks).toString("utf8");
}
