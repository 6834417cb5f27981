// Words a failed system call the way the operating system does: `No such file or directory (os error 2)`.

import { messageOf } from "./user-error";

/** Where the runtime's own wording differs. */
const WORDS: Readonly<Record<string, string>> = {
  EISDIR: "Is a directory",
  EEXIST: "File exists",
  ELOOP: "Symbolic link loop",
  ENAMETOOLONG: "Filename too long",
  EROFS: "Read-only file system",
  ENOSPC: "No space left on device",
};

/** The reason in anything thrown by a file operation; falls back to the error's own message. */
export function osErrorText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return messageOf(thrown);
  const { code, errno } = thrown as NodeJS.ErrnoException; // Which an Error of node:fs is; both fields are optional.
  if (typeof errno !== "number" || code === undefined) return thrown.message;
  return `${WORDS[code] ?? runtimeWords(thrown.message)} (os error ${Math.abs(errno)})`;
}

/** Of `ENOENT: no such file or directory, open '/x'` the part in the middle. */
function runtimeWords(message: string): string {
  const words = /^\w+: ([^,]+)/.exec(message)?.[1] ?? message;
  return words.charAt(0).toUpperCase() + words.slice(1);
}
