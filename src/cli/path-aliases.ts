// Puts `apply_patch` on the PATH of commands: a folder of links to this executable, one for each process (cli.md 13).

import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, realpathSync } from "node:fs";
import { renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { tryLock } from "../exec/libc";
import { osErrorText } from "../util/os-error";
import { APPLY_PATCH_FLAG, APPLY_PATCH_NAMES } from "./embedded-tools";

const PREFIX = "codex-arg0";
/** Held as long as the folder's process lives: who can lock it may remove the folder. */
const LOCK = ".lock";

export type PathAliases = Disposable &
  (
    | { readonly type: "created"; readonly folder: string }
    /** The run goes on without them; `reason` is for a warning. */
    | { readonly type: "unavailable"; readonly reason: string }
  );

/**
 * Makes the folder under `$CODEX_HOME/tmp/arg0` and removes those of processes that are gone. Disposing removes it.
 * Nothing is made below the system's temporary directory, where other users could put their own program in the place.
 *
 * @param executable what the links lead to, absolute
 */
export function createPathAliases(codexHome: string, executable: string): PathAliases {
  const temp = tmpdir();
  if (isBelow(codexHome, canonical(temp))) {
    return unavailable(
      `Refusing to create helper binaries under temporary dir ${JSON.stringify(temp)} (codex_home: ${JSON.stringify(codexHome)})`,
    );
  }
  try {
    const parent = join(codexHome, "tmp", "arg0");
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    removeStale(parent);
    return createFolder(parent, executable);
  } catch (error) {
    return unavailable(osErrorText(error));
  }
}

function createFolder(parent: string, executable: string): PathAliases {
  const folder = mkdtempSync(join(parent, PREFIX));
  // Locked before it has its name, so that nobody finds a lock file that is free.
  const fresh = join(folder, `${LOCK}.new`);
  const lock = openSync(fresh, "w", 0o600);
  tryLock(lock);
  renameSync(fresh, join(folder, LOCK));
  for (const name of APPLY_PATCH_NAMES) addAlias(join(folder, name), executable);
  return {
    type: "created",
    folder,
    [Symbol.dispose]: () => {
      closeSync(lock);
      removeFolder(folder);
    },
  };
}

/** Windows links only for administrators, and gives programs no name they were called by. */
function addAlias(path: string, executable: string): void {
  if (process.platform !== "win32") return symlinkSync(executable, path);
  const quoted = executable.replaceAll("%", "%%");
  writeFileSync(`${path}.bat`, `@echo off\r\n"${quoted}" ${APPLY_PATCH_FLAG} %*\r\n`);
}

/** One that cannot be removed, because somebody looks at it, is removed by a later run. */
function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

function removeStale(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (name.startsWith(PREFIX)) removeIfStale(join(parent, name));
  }
}

/** A folder without a lock file is being made, or is not ours. */
function removeIfStale(folder: string): void {
  let lock: number;
  try {
    lock = openSync(join(folder, LOCK), "r+");
  } catch {
    return;
  }
  try {
    if (tryLock(lock) === "locked") rmSync(folder, { recursive: true, force: true });
  } finally {
    closeSync(lock);
  }
}

function unavailable(reason: string): PathAliases {
  return { type: "unavailable", reason, [Symbol.dispose]: () => undefined };
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function canonical(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
