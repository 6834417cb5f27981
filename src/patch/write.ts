// Changes files in place: same inode, through links, modes kept; a write that fails half-way puts the old bytes back.

import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { osErrorText } from "../util/os-error";

const { O_CREAT, O_NOCTTY, O_NONBLOCK, O_WRONLY } = constants;
const NEW_FILE_MODE = 0o666;

export type FileOperation = "write" | "create_parents" | "delete" | "remove_original";

/** `intact` is false when the file may hold neither its old nor its new text. */
export type FileFailure = {
  readonly operation: FileOperation;
  readonly path: string;
  readonly reason: string;
  readonly intact: boolean;
};

/**
 * Makes `bytes` the content of the file. A missing file is created, with its parent directories.
 * `oldBytes` are what the file holds, to be put back on failure; null when there is none or it could not be read.
 */
export function writeFile(path: string, bytes: Uint8Array, oldBytes: Uint8Array | null): FileFailure | null {
  const failure = overwrite(path, bytes, oldBytes);
  if (failure === null || failure.code !== "ENOENT") return failure?.failure ?? null;
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    return { operation: "create_parents", path, reason: osErrorText(error), intact: true };
  }
  return overwrite(path, bytes, oldBytes)?.failure ?? null;
}

/** Removes the name itself, not what a link points to. Directories, links to them and dangling links are refused. */
export function deleteFile(path: string, operation: "delete" | "remove_original"): FileFailure | null {
  try {
    if (operation === "delete" && statSync(path).isDirectory()) {
      return { operation, path, reason: "Is a directory", intact: true };
    }
    unlinkSync(path);
    return null;
  } catch (error) {
    return { operation, path, reason: osErrorText(error), intact: true };
  }
}

/** For a file that has been moved: it may be executed by whom it could be before. Its owner may be somebody else. */
export function copyMode(mode: number, path: string): void {
  try {
    chmodSync(path, mode);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

/** Whether two names, of which neither is a link, are one: removing the first would take the file away. */
export function isSameEntry(path: string, other: string): boolean {
  const [a, b] = [lstatSync(path), lstatSync(other)];
  return a.dev === b.dev && a.ino === b.ino && a.nlink === 1;
}

/** For names that differ in nothing that the file system heeds. */
export function renameFile(path: string, to: string): FileFailure | null {
  try {
    renameSync(path, to);
    return null;
  } catch (error) {
    return { operation: "remove_original", path, reason: osErrorText(error), intact: true };
  }
}

/** The text of a failure for people and models, without the system's reason (apply-patch.md 4). */
export function failureText({ operation, path }: FileFailure): string {
  switch (operation) {
    case "write":
      return `Failed to write file ${path}`;
    case "create_parents":
      return `Failed to create parent directories for ${path}`;
    case "delete":
      return `Failed to delete file ${path}`;
    case "remove_original":
      return `Failed to remove original ${path}`;
    default:
      return operation satisfies never;
  }
}

/**
 * Makes `bytes` the content of an open file; null when that is done. A write that fails half-way puts `oldBytes` back.
 * `intact` is false when they are null, or that failed too.
 */
export function rewrite(
  fd: number,
  bytes: Uint8Array,
  oldBytes: Uint8Array | null,
): { readonly error: unknown; readonly intact: boolean } | null {
  try {
    replaceContent(fd, bytes);
    return null;
  } catch (error) {
    return { error, intact: restored(fd, oldBytes) };
  }
}

type OverwriteFailure = { readonly failure: FileFailure; readonly code: string | undefined };

function overwrite(path: string, bytes: Uint8Array, oldBytes: Uint8Array | null): OverwriteFailure | null {
  const failed = (error: unknown, intact: boolean): OverwriteFailure => ({
    failure: { operation: "write", path, reason: osErrorText(error), intact },
    code: (error as NodeJS.ErrnoException).code, // Absent on what does not come from node:fs.
  });
  let fd: number;
  let created: boolean;
  try {
    created = statSync(path, { throwIfNoEntry: false }) === undefined;
    fd = openSync(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY, NEW_FILE_MODE);
  } catch (error) {
    return failed(error, true);
  }
  try {
    if (!fstatSync(fd).isFile()) return failed(new Error("not a regular file"), true);
    const failure = rewrite(fd, bytes, created ? null : oldBytes);
    if (failure === null) return null;
    return failed(failure.error, created ? removed(path) : failure.intact);
  } finally {
    closeSync(fd);
  }
}

/** Writes over the old bytes and cuts afterwards, so that a full disk still has room for the old bytes. */
function replaceContent(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, done);
  ftruncateSync(fd, bytes.length);
}

function restored(fd: number, oldBytes: Uint8Array | null): boolean {
  if (oldBytes === null) return false;
  try {
    replaceContent(fd, oldBytes);
    return true;
  } catch {
    return false;
  }
}

function removed(path: string): boolean {
  try {
    unlinkSync(realpathSync(path));
    return true;
  } catch {
    return false;
  }
}
