// Where `--output-last-message` goes. Settled before any command runs, so that no command can lead the message elsewhere:
// what it says is the model's, and it is written outside the sandbox (exec.md 7).

import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { osErrorText } from "../../util/os-error";

export type LastMessageFile = {
  /** As the user wrote it. */
  readonly path: string;
  /** Canonical, links of the user's own followed; null for what is no regular file, such as /dev/stdout. */
  readonly target: string | null;
};

/** As many as the kernel follows. */
const MAX_LINKS = 40;
const { O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;

/** To be called before the first command. Never throws: what cannot be written shows in the end. */
export function lastMessageFile(path: string): LastMessageFile {
  return { path, target: isSpecial(path) ? null : canonical(resolve(path), MAX_LINKS) };
}

/**
 * Writes the last message as it is, without a newline of our own. The run has succeeded by then, so what goes wrong is
 * a line for stderr and no failure.
 * @returns that line, or undefined
 */
export function writeLastMessage(
  { path, target }: LastMessageFile,
  message: string | null,
): string | undefined {
  try {
    if (target === null) writeSpecial(path, message ?? "");
    else writeRegular(target, message ?? "");
  } catch (error) {
    return `Failed to write last message file ${JSON.stringify(path)}: ${osErrorText(error)}`;
  }
  return message === null ? `Warning: no last agent message; wrote empty content to ${path}` : undefined;
}

function writeSpecial(path: string, text: string): void {
  if (!isSpecial(path)) throw replaced();
  writeFileSync(path, text);
}

function writeRegular(target: string, text: string): void {
  // Before the file is made, and again when it is open: folders may be exchanged in between.
  if (realpathSync(dirname(target)) !== dirname(target)) throw replaced();
  const fd = openSync(target, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o666);
  try {
    if (!fstatSync(fd).isFile() || placeOf(fd, target) !== target) throw replaced();
    ftruncateSync(fd);
    writeFileSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

/** What the descriptor really is; where the system does not tell, what was opened. */
function placeOf(fd: number, opened: string): string {
  return process.platform === "linux" ? readlinkSync(`/proc/self/fd/${fd}`) : opened;
}

function replaced(): Error {
  return new Error("something else has been put in its place since the run began");
}

/** A device, a pipe or a socket. */
function isSpecial(path: string): boolean {
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    return there !== undefined && !there.isFile() && !there.isDirectory();
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

/** With all links resolved, as far as the path exists. */
function canonical(path: string, links: number): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    if (dirname(path) === path || links === 0) return path;
    const folder = canonical(dirname(path), links);
    const target = linkTarget(path);
    return target === undefined
      ? join(folder, basename(path))
      : canonical(resolve(folder, target), links - 1);
  }
}

/** Undefined for what is no link. */
function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
