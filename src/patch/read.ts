// Reads files that a patch names, without ever waiting on a pipe or a device.

import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { osErrorText } from "../util/os-error";
import { decodeUtf8 } from "./utf8";

/** Half of what a string can hold; a patch to a larger file is refused. */
const FILE_BYTES = 256 * 1024 * 1024;

export type FileBytes = { readonly type: "bytes"; readonly bytes: Buffer; readonly executable: boolean };
export type FileText = { readonly type: "text"; readonly text: string; readonly executable: boolean };
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
      return { type: "bytes", bytes: readFileSync(fd), executable: (status.mode & 0o100) !== 0 };
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    return unreadable(osErrorText(error));
  }
}

/** The file must be strict UTF-8; a BOM stays part of the text. */
export function readText(path: string): FileText | Unreadable {
  const file = readBytes(path);
  if (file.type === "unreadable") return file;
  const decoded = decodeUtf8(file.bytes);
  return decoded.type === "text"
    ? { type: "text", text: decoded.text, executable: file.executable }
    : unreadable(decoded.reason);
}

function unreadable(reason: string): Unreadable {
  return { type: "unreadable", reason };
}
