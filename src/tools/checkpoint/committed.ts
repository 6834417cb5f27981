// How files were that were as committed when a turn began: git is asked, by the copy of the index that was made then.

import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileKeeper, isOurs, statOf } from "./file-state";
import { changedFiles, filesFromIndex, inodesInIndex, workTreeAt, type GitContext } from "./git";
import { INDEX, type Checkpoint, type FileState } from "./record";

/** Inodes in an index have so many bits. */
const INODE_BITS = 32;

/** Of paths that differ now from that index and are not among `known`; null when git cannot tell which do. */
export async function committedStates(
  { folder, record }: Checkpoint,
  known: ReadonlySet<string>,
  options: GitContext,
): Promise<readonly (readonly [string, FileState])[] | null> {
  const tree = workTreeAt(record.cwd);
  const index = join(folder, INDEX);
  const changed = tree === undefined ? null : await changedFiles(tree, record.cwd, options, index);
  if (tree === undefined || changed === null) return null;
  const now = changed.filter(({ path }) => !known.has(path));
  const tracked = now.flatMap(({ path, isTracked }) => (isTracked ? [path] : []));
  const states = new Map<string, FileState>(now.map(({ path }) => [path, { type: "absent" }]));
  if (tracked.length === 0) return [...states];
  const staging = join(folder, "staging");
  mkdirSync(staging, { recursive: true });
  const target = realpathSync(mkdtempSync(join(staging, "index-")));
  try {
    if (existsSync(index)) await filesFromIndex(tree, tracked, { index, target }, options);
    const { keep } = fileKeeper(folder, `i${Date.now()}-`);
    for (const path of tracked) states.set(path, keep(join(target, path.slice(tree.root.length + 1))));
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  const isTracked = new Set(tracked);
  const inodes = await inodesInIndex(tree, tracked.filter(isDelicate), index, options);
  return [...states].map(([path, state]) => [
    path,
    isTracked.has(path) ? asCommitted(path, state, inodes.get(path)) : state,
  ]);
}

/** A file that is written, not replaced: if it is still the same. */
function isDelicate(path: string): boolean {
  const now = statOf(path);
  return now?.isFile() === true && (now.nlink > 1 || !isOurs(now));
}

/** What git has written is neither the file that was there nor its owner's. */
function asCommitted(path: string, state: FileState, noted: number | undefined): FileState {
  if (state.type === "absent") return { type: "unknown" };
  if (state.type !== "file") return state;
  const { owner: _, ...rest } = state;
  const inode = statOf(path)?.ino ?? 0;
  const isSame = noted !== undefined && BigInt.asUintN(INODE_BITS, BigInt(inode)) === BigInt(noted);
  return { ...rest, identity: `${isSame ? inode : 0}:committed` };
}
