// Replaces a file's text so that a reader sees the old or the new one whole, also after a crash.

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** How many symbolic links to nothing are followed before the last is taken as it is. */
const MAX_LINKS = 40;

/**
 * Writes a temporary file beside the target, flushes it to disk and renames it into place. Symbolic links stay: what
 * they lead to is replaced. Missing folders are created.
 * @param mode permissions of the new file, like `0o600`
 * @throws the file system's error; then nothing has changed and no temporary file is left
 */
export function replaceFile(path: string, text: string, mode: number): void {
  const target = linkTarget(path);
  mkdirSync(dirname(target), { recursive: true });
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.${crypto.randomUUID()}.tmp`);
  const file = openSync(temporary, "wx", mode);
  try {
    try {
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** What a path leads to through symbolic links, also when the last one leads to nothing yet. */
export function linkTarget(path: string): string {
  let at = path;
  for (let links = 0; links < MAX_LINKS; links++) {
    try {
      return realpathSync(at);
    } catch {
      const next = linkOf(at);
      if (next === undefined) return at;
      at = resolve(dirname(at), next);
    }
  }
  return at;
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
