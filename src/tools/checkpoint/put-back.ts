// Puts a path back to how it was: content, owner and mode, through the same file where it has other names.

import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  type Stats,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { rewrite } from "../../patch/write";
import { osErrorText } from "../../util/os-error";
import { existingFolder, inodeOf, isInside, isOurs, statOf } from "./file-state";
import type { FileState, Owner } from "./record";

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
const EXECUTE = 0o111;
const READ = 0o444;

/** Where a path is put back. */
export type PutBackPlace = {
  /** Of the turn: it holds what was kept. */
  readonly folder: string;
  /** The real folder that must hold the path: nothing is made or written through a link that has taken the place of one. */
  readonly within: string;
};

/** Undefined when that is done, else why not; then the path is as it is. */
export function putBack(
  path: string,
  state: FileState,
  { folder, within }: PutBackPlace,
): string | undefined {
  try {
    const missing = whyMissing(state);
    if (missing !== undefined) return missing;
    const now = statOf(path);
    const isFolder = now?.isDirectory() === true;
    if (isFolder && state.type === "folder") return undefined;
    if (isFolder && readdirSync(path).length > 0) return "a folder is there now";
    if (state.type === "absent" && now === undefined) return undefined;
    if (!isInside(realpathSync(existingFolder(dirname(path))), within))
      return "its folder leads elsewhere now";
    if (isFolder) rmdirSync(path);
    if (state.type === "folder") {
      rmSync(path, { force: true });
      makeFolders(path, state);
      return undefined;
    }
    if (state.type !== "absent") makeFolders(dirname(path), state);
    if (state.type === "absent") {
      rmSync(path, { force: isFolder });
      removeEmpty(dirname(path), within);
      return undefined;
    }
    if (state.type === "file") {
      return putFileBack(path, { state, now, kept: join(folder, "files", state.blob ?? "") });
    }
    if (state.type === "link") replaced(path, (temporary) => symlinkSync(state.target, temporary));
    return undefined;
  } catch (error) {
    if (error instanceof Error) return reasonOf(error);
    throw error;
  }
}

/** Why there is nothing to be put back; undefined where there is. */
export function whyMissing(state: FileState): string | undefined {
  if (state.type === "other") return "it was no file";
  if (state.type === "unknown") return "git could not tell how it was";
  if (state.type !== "file" || state.blob !== null) return undefined;
  return state.problem === undefined ? "it was too large to be kept" : `it was not kept: ${state.problem}`;
}

type File = Extract<FileState, { type: "file" }>;
type FileToPut = { readonly state: File; readonly now: Stats | undefined; readonly kept: string };

/** A file of ours with one name is replaced, so that nobody sees half of it; others are written, and stay what they are. */
function putFileBack(path: string, { state, now, kept }: FileToPut): string | undefined {
  const mode = modeOf(state, now);
  const isSame = now?.isFile() === true && now.ino === inodeOf(state);
  if (isSame && (now.nlink > 1 || !isOurs(now))) return writeThrough(path, { state, now, kept, mode });
  const owner = ownerOf(state, now, dirname(path));
  replaced(path, (temporary) => {
    if (process.platform === "win32") {
      copyFileSync(kept, temporary, constants.COPYFILE_EXCL);
      return chmodSync(temporary, mode);
    }
    const fd = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    try {
      const failure = rewrite(fd, readFileSync(kept), null);
      if (failure !== null) throw failure.error;
      if (owner !== undefined) giveTo(fd, owner);
      fchmodSync(fd, mode);
    } finally {
      closeSync(fd);
    }
  });
  return undefined;
}

/** What the file holds now is put back when that fails, on a full disk for instance. */
function writeThrough(
  path: string,
  { state, now, kept, mode }: { state: File; now: Stats; kept: string; mode: number },
): string | undefined {
  const old = readFileSync(path);
  const fd = openSync(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const { ino, dev, mode: modeNow } = fstatSync(fd);
    if (ino !== now.ino || dev !== now.dev) return "it changed while it was put back";
    if (state.owner !== undefined) giveTo(fd, state.owner);
    const failure = rewrite(fd, readFileSync(kept), old);
    if (failure !== null) {
      const reason = reasonOf(failure.error);
      return failure.intact ? reason : `${reason}; \`codex undo --redo\` brings back what it held`;
    }
    if ((modeNow & 0o7777) !== mode) fchmodSync(fd, mode);
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/** Makes something beside a path and renames it over the path. */
function replaced(path: string, make: (temporary: string) => void): void {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 200)}.${crypto.randomUUID()}.undo`);
  try {
    make(temporary);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** What git keeps of a mode is who may execute the file: whoever may read it. */
function modeOf({ mode, owner }: File, now: Stats | undefined): number {
  if (owner !== undefined || now?.isFile() !== true) return mode;
  const open = now.mode & 0o777 & ~EXECUTE;
  return (mode & EXECUTE) === 0 ? open : open | ((open & READ) >> 2);
}

/** Where nobody knows whose it was: whose it is, or for root, which can give it to anybody, whose its folder is. */
function ownerOf({ owner }: File, now: Stats | undefined, folder: string): Owner | undefined {
  if (owner !== undefined) return owner;
  if (now?.isFile() === true) return now;
  return process.geteuid?.() === 0 ? statSync(folder) : undefined;
}

/** @throws Error that says why a file stays as it is */
function giveTo(fd: number, { uid, gid }: Owner): void {
  const now = fstatSync(fd);
  if (now.uid === uid && now.gid === gid) return;
  try {
    fchownSync(fd, uid, gid);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new NotOurs("it belonged to another user or group, and may not be given back", { cause: error });
  }
}

class NotOurs extends Error {}

function reasonOf(error: unknown): string {
  return error instanceof NotOurs ? error.message : osErrorText(error);
}

/** Folders that are missing, for the owner of what comes into them. */
function makeFolders(folder: string, state: FileState): void {
  const first = mkdirSync(folder, { recursive: true });
  if (first === undefined || process.geteuid?.() !== 0) return;
  const owner = (state.type === "file" ? state.owner : undefined) ?? statSync(dirname(first));
  for (let at = folder; isInside(at, first); at = dirname(at)) {
    const fd = openSync(at, O_RDONLY | O_NOFOLLOW);
    try {
      giveTo(fd, owner);
    } finally {
      closeSync(fd);
    }
  }
}

/** Folders that only held what was taken away, up to `within`. */
function removeEmpty(folder: string, within: string): void {
  if (folder === within || !isInside(folder, within) || readdirSync(folder).length > 0) return;
  rmdirSync(folder);
  removeEmpty(dirname(folder), within);
}
