// Reads files that a patch names, without ever waiting on a pipe or a device.

import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { osErrorText } from "../util/os-error";

/** Half of what a string can hold; a patch to a larger file is refused. */
const FILE_BYTES = 256 * 1024 * 1024;

export type FileBytes = {
  readonly type: "bytes";
  readonly bytes: Buffer;
  /** Permission bits. */
  readonly mode: number;
  readonly executable: boolean;
};
export type Unreadable = { readonly type: "unreadable"; readonly reason: string };

/** Follows symbolic links. Never throws. */
export function readBytes(path: string): FileBytes | Unreadable {
  if (path.includes("\0")) return unreadable("file name contained an unexpected NUL byte");
  try {
    // Non-blocking: opening a FIFO would wait for its writer.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const status = fstatSync(fd);
      if (!status.isFile() && !status.isDirectory()) return unreadable("not a regular file");
      if (status.size > FILE_BYTES && status.isFile()) {
        return unreadable(`${status.size} bytes are more than the ${FILE_BYTES} that can be patched`);
      }
      const mode = status.mode & 0o777;
      return { type: "bytes", bytes: readFileSync(fd), mode, executable: (mode & 0o100) !== 0 };
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return unreadable(osErrorText(error));
  }
}

function unreadable(reason: string): Unreadable {
  return { type: "unreadable", reason };
}
