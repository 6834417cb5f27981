// Finds the Git folders that a worktree or submodule uses: its `.git` is a file that points elsewhere.

import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const POINTER_BYTES = 8_192;

/**
 * The folder a `.git` file names and the one it shares with the main checkout, which holds hooks and config.
 * Empty when `.git` is a folder, is missing, or is malformed.
 */
export function gitPointerTargets(gitFile: string): readonly string[] {
  const target = /^gitdir:\s*(.+?)\s*$/.exec(read(gitFile) ?? "")?.[1];
  if (target === undefined) return [];
  const folder = real(resolve(dirname(gitFile), target));
  if (folder === undefined) return [];
  const common = read(join(folder, "commondir"))?.trim();
  const shared = common === undefined || common === "" ? undefined : real(resolve(folder, common));
  return shared === undefined ? [folder] : [folder, shared];
}

/** Anybody may have put it into the temporary folder: a pipe is not waited for, and a large file is not read. */
function read(path: string): string | undefined {
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const status = fstatSync(fd);
      return status.isFile() && status.size <= POINTER_BYTES ? readFileSync(fd, "utf8") : undefined;
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

function real(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
