// Appends whole lines to JSON-lines files that other processes may be appending to as well.

import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from "node:fs";

const NEWLINE = 0x0a;
const { O_APPEND, O_CREAT, O_EXCL, O_RDWR } = constants;
const FLAGS = { existing: 0, new: O_CREAT | O_EXCL, either: O_CREAT } as const;

/**
 * Opens a file for `appendLine`. A last line that was cut off gets its newline first, so that nothing is glued to it.
 * `file` tells whether it must be there, must not be there, or may. Throws the error of the file system.
 */
export function openForAppend(path: string, file: keyof typeof FLAGS): number {
  const fd = openSync(path, O_RDWR | O_APPEND | FLAGS[file], 0o666);
  try {
    if (!endsWithNewline(fd)) appendLine(fd, Buffer.of(NEWLINE));
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** One write(2). Throws when a part or nothing was written; then open the file anew and write the line again, whole. */
export function appendLine(fd: number, line: Uint8Array): void {
  const written = writeSync(fd, line);
  if (written < line.length) throw new Error(`only ${written} of ${line.length} bytes were written`);
}

function endsWithNewline(fd: number): boolean {
  const { size } = fstatSync(fd);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  return readSync(fd, last, 0, 1, size - 1) === 1 && last[0] === NEWLINE;
}
