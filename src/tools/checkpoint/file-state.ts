// Keeps how a file is, compares it with how it was, and puts it back.

import {
  chmodSync,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  type Stats,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Checkpoint, FileState, Stamp } from "./record";

/** A larger file is not kept. */
const MAX_FILE_BYTES = 16 * 1_048_576;
/** Of one turn. */
const MAX_TURN_BYTES = 64 * 1_048_576;

/** Keeps files in one turn's folder, as many as its room allows. */
export type Keeper = { readonly keep: (path: string) => FileState };

/**
 * @param prefix tells what is kept now from what was kept in the same folder before
 * @param earlier whose copies are shared where the file is still the same
 */
export function fileKeeper(folder: string, prefix: string, earlier?: Checkpoint): Keeper {
  let bytes = 0;
  let count = 0;
  return {
    keep(path) {
      const stat = statOf(path);
      if (stat === undefined) return { type: "absent" };
      if (stat.isSymbolicLink()) return { type: "link", target: readlinkSync(path) };
      if (!stat.isFile()) return { type: "other" };
      const state = { type: "file", mode: stat.mode & 0o7777, identity: identityOf(stat) } as const;
      const blob = `${prefix}${count++}`;
      const shared = sharedCopy(path, state.identity, earlier);
      if (shared !== undefined) {
        linkSync(shared, join(folder, "files", blob));
        return { ...state, blob };
      }
      if (stat.size > MAX_FILE_BYTES || bytes + stat.size > MAX_TURN_BYTES) return { ...state, blob: null };
      bytes += stat.size;
      copyFileSync(path, join(folder, "files", blob), constants.COPYFILE_FICLONE);
      return { ...state, blob };
    },
  };
}

/** Nothing that a program can do to a file leaves this as it was. */
function identityOf({ ino, size, ctimeMs }: Stats): string {
  return `${ino}:${size}:${ctimeMs}`;
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

/** Whether a path is now as it was. What was not kept counts as changed: nobody knows. */
export function isAs(path: string, state: FileState, folder: string): boolean {
  const stat = statOf(path);
  switch (state.type) {
    case "absent":
      return stat === undefined;
    case "link":
      return stat?.isSymbolicLink() === true && readlinkSync(path) === state.target;
    case "file": {
      if (stat?.isFile() !== true || state.blob === null) return false;
      const kept = join(folder, "files", state.blob);
      const sameMode = (stat.mode & 0o111) === (state.mode & 0o111);
      return sameMode && lstatSync(kept).size === stat.size && readFileSync(kept).equals(readFileSync(path));
    }
    case "other":
      return stat !== undefined && !stat.isFile() && !stat.isSymbolicLink();
    default:
      return state satisfies never;
  }
}

/**
 * Puts a path back; undefined when that is done, else why not. Nothing is written through a link that has taken the
 * place of a folder: `within` is the real folder that must hold it.
 */
export function putBack(path: string, state: FileState, folder: string, within: string): string | undefined {
  try {
    if (state.type === "other") return "it was no file";
    if (state.type === "file" && state.blob === null) return "it was too large to be kept";
    const now = statOf(path);
    if (now?.isDirectory() === true) return "a folder is there now";
    if (state.type !== "absent") mkdirSync(dirname(path), { recursive: true });
    else if (now === undefined) return undefined;
    if (!isInside(realpathSync(dirname(path)), within)) return "its folder leads elsewhere now";
    if (state.type === "absent") {
      rmSync(path);
      removeEmpty(dirname(path), within);
      return undefined;
    }
    replace(path, state, folder);
    return undefined;
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}

function replace(path: string, state: FileState, folder: string): void {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 200)}.${crypto.randomUUID()}.undo`);
  try {
    if (state.type === "link") symlinkSync(state.target, temporary);
    if (state.type === "file") {
      copyFileSync(join(folder, "files", state.blob ?? ""), temporary, constants.COPYFILE_EXCL);
      chmodSync(temporary, state.mode);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}

/** Folders that only held what was taken away, up to `within`. */
function removeEmpty(folder: string, within: string): void {
  if (folder === within || !isInside(folder, within) || readdirSync(folder).length > 0) return;
  rmdirSync(folder);
  removeEmpty(dirname(folder), within);
}

function statOf(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // A file stands where the path has a folder: then there is nothing at the path.
    if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return undefined;
    throw error;
  }
}
