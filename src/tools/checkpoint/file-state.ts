// Keeps how a file is, and compares it with how it was.

import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  type Stats,
} from "node:fs";
import { dirname, join } from "node:path";
import { HIDDEN } from "../../sandbox/policy";
import { osErrorText } from "../../util/os-error";
import type { Checkpoint, FileState, Owner, Stamp } from "./record";

/** A larger file is not kept. */
const MAX_FILE_BYTES = 16 * 1_048_576;
/** Of one turn. */
const MAX_TURN_BYTES = 64 * 1_048_576;

const EXECUTE = 0o111;
/** All that git knows of it. */
const GIT_EXECUTE = 0o100;

/** Keeps files in one turn's folder, as many as its room allows. */
export type Keeper = { readonly keep: (path: string) => FileState };

export type KeeperOptions = {
  /** Commands can read the copies: what they may not read is not copied. Default: they may read all. */
  readonly mayRead?: (path: string) => boolean;
  /** Whose copies are shared where the file is still the same. */
  readonly earlier?: Checkpoint | undefined;
};

/** @param prefix tells what is kept now from what was kept in the same folder before */
export function fileKeeper(
  folder: string,
  prefix: string,
  { mayRead = () => true, earlier }: KeeperOptions = {},
): Keeper {
  let bytes = 0;
  let count = 0;
  return {
    keep(path) {
      const stat = statOf(path);
      if (stat === undefined) return { type: "absent" };
      if (stat.isSymbolicLink()) return { type: "link", target: readlinkSync(path) };
      if (stat.isDirectory()) return { type: "folder" };
      if (!stat.isFile()) return { type: "other" };
      const owner = { uid: stat.uid, gid: stat.gid };
      const state = { type: "file", mode: stat.mode & 0o7777, owner, identity: identityOf(stat) } as const;
      return { ...state, ...copyOf(path, stat) };
    },
  };

  /** A file that cannot be read costs the others nothing. */
  function copyOf(path: string, stat: Stats): { readonly blob: string | null; readonly problem?: string } {
    if (!mayRead(path)) return { blob: null, problem: HIDDEN };
    const blob = `${prefix}${count++}`;
    const shared = sharedCopy(path, identityOf(stat), earlier);
    const isTooLarge = stat.size > MAX_FILE_BYTES || bytes + stat.size > MAX_TURN_BYTES;
    if (shared === undefined && isTooLarge) return { blob: null };
    try {
      if (shared !== undefined) linkSync(shared, join(folder, "files", blob));
      else copyFileSync(path, join(folder, "files", blob), constants.COPYFILE_FICLONE);
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      return { blob: null, problem: osErrorText(error) };
    }
    if (shared === undefined) bytes += stat.size;
    return { blob };
  }
}

/** Nothing that a program can do to a file leaves this as it was. */
function identityOf({ ino, size, ctimeMs }: Stats): string {
  return `${ino}:${size}:${ctimeMs}`;
}

/** Whether a file belongs to whom this program runs as. */
export function isOurs({ uid }: Pick<Owner, "uid">): boolean {
  return process.geteuid === undefined || uid === process.geteuid();
}

/** The inode that a file had. */
export function inodeOf({ identity }: { readonly identity: string }): number {
  return Number(identity.split(":", 1)[0]);
}

function sharedCopy(path: string, identity: string, earlier: Checkpoint | undefined): string | undefined {
  const state = earlier?.record.snapshot?.files[path];
  if (earlier === undefined || state?.type !== "file" || state.identity !== identity) return undefined;
  return state.blob === null ? undefined : join(earlier.folder, "files", state.blob);
}

/** Null: absent, or nothing that has a content. */
export function stampOf(path: string): Stamp | null {
  const stat = statOf(path);
  return stat === undefined || stat.isDirectory() ? null : { mtimeMs: stat.mtimeMs, size: stat.size };
}

export function bornAt(path: string): number | null {
  return statOf(path)?.birthtimeMs ?? null;
}

/** When anything about it was changed last, its name included: no program can set this time. */
export function changedAt(path: string): number | null {
  return statOf(path)?.ctimeMs ?? null;
}

/** Whether a path is now as it was. @throws Error of the system when it cannot be looked at */
export function isAs(path: string, state: FileState, folder: string): boolean {
  const stat = statOf(path);
  switch (state.type) {
    case "absent":
      return stat === undefined;
    case "link":
      return stat?.isSymbolicLink() === true && readlinkSync(path) === state.target;
    case "file": {
      if (stat?.isFile() !== true) return false;
      if (state.blob === null) return identityOf(stat) === state.identity;
      const kept = join(folder, "files", state.blob);
      const executable = state.owner === undefined ? GIT_EXECUTE : EXECUTE;
      const sameMode = (stat.mode & executable) === (state.mode & executable);
      return sameMode && lstatSync(kept).size === stat.size && readFileSync(kept).equals(readFileSync(path));
    }
    case "unknown":
      return false;
    case "folder":
      return stat?.isDirectory() === true;
    case "other":
      return stat !== undefined && !stat.isFile() && !stat.isSymbolicLink();
    default:
      return state satisfies never;
  }
}

export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** The folder itself or, if it has yet to be made, the nearest one above it. */
export function existingFolder(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : existingFolder(dirname(folder));
}

/** Of the path itself, whatever it leads to; undefined when there is nothing. */
export function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // A file, or a link in a circle, stands where the path has a folder: then there is nothing at the path.
    if (error instanceof Error && "code" in error && (error.code === "ENOTDIR" || error.code === "ELOOP"))
      return undefined;
    throw error;
  }
}
