// Keeps undoing out of a folder in which a turn runs: turns share a lock, and undoing wants it alone. It ends with the process.

import { closeSync, openSync } from "node:fs";
import { tryLock, tryShare, type LockResult } from "../../exec/libc";
import { checkpointsFolder } from "./record";

/** Undefined where nothing is kept of the folder yet, and while somebody undoes something there. */
export function shareFolder(codexHome: string, cwd: string): Disposable | undefined {
  const held = locked(codexHome, cwd, tryShare);
  return held === "held_elsewhere" ? undefined : held;
}

/** `held_elsewhere`: a turn runs there. Undefined where nothing is kept, or the system has no such locks. */
export function claimFolder(codexHome: string, cwd: string): Disposable | "held_elsewhere" | undefined {
  return locked(codexHome, cwd, tryLock);
}

function locked(
  codexHome: string,
  cwd: string,
  take: (fd: number) => LockResult,
): Disposable | "held_elsewhere" | undefined {
  const fd = openFolder(checkpointsFolder(codexHome, cwd));
  if (fd === undefined) return undefined;
  const result = take(fd);
  if (result === "locked") return { [Symbol.dispose]: () => closeSync(fd) };
  closeSync(fd);
  return result === "unsupported" ? undefined : result;
}

/** Not on Windows, which opens no folders so. */
function openFolder(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
