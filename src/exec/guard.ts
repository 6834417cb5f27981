// Puts back what Landlock cannot keep from being written: the settings and hooks of Git, and our own folders, in a workspace.
//
// Nothing is put back before the last command that could write there has ended: it could change it again, or lead us astray.

import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  type Stats,
} from "node:fs";
import { join } from "node:path";
import { once } from "../util/once";
import { messageOf } from "../util/user-error";
import type { StartFailure } from "./command";

/** Of all that is kept for one path. */
const GUARDED_BYTES = 16_777_216;
const GUARDED_ENTRIES = 5_000;
/** What decides, in a folder of Git, which programs run and where it all is. */
const GIT_NAMES = ["HEAD", "config", "config.worktree", "hooks", "info", "commondir", "gitdir"];

export type Guard = {
  readonly type: "guard";
  /** To be called when the command has ended. Gives a sentence for each thing that was put back. */
  readonly restore: () => readonly string[];
};

/** Remembers what is at these paths now, or, beside other commands, what was there when the first of them began. */
export function guardPaths(paths: readonly string[]): Guard | StartFailure {
  const held: string[] = [];
  const release = () => held.flatMap((path) => letGo(path));
  for (const path of paths) {
    try {
      hold(path);
      held.push(path);
    } catch (error) {
      release();
      const reason = `the sandbox cannot keep a copy of ${path}: ${messageOf(error)}`;
      const fix = "make it smaller, or readable, or start in another folder";
      return { type: "failed", cause: "sandbox", message: `${reason}; ${fix}.`, advice: { reason, fix } };
    }
  }
  return { type: "guard", restore: release };
}

type Entry =
  | { readonly type: "folder"; readonly mode: number }
  | { readonly type: "file"; readonly mode: number; readonly bytes: Buffer }
  | { readonly type: "link"; readonly target: string };

type Held = {
  users: number;
  /** Open for as long as it is held, so that it is found again wherever it is moved; undefined when it did not exist. */
  readonly fd: number | undefined;
  readonly whole: boolean;
  /** By path below the guarded one; "" is itself. */
  readonly entries: ReadonlyMap<string, Entry>;
};

const table = once(() => new Map<string, Held>());

function hold(path: string): void {
  const known = table().get(path);
  if (known !== undefined) {
    known.users++;
    return;
  }
  const whole = !isGitFolder(path);
  const entries = entriesAt(path, whole);
  const fd = entries.size === 0 ? undefined : openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  table().set(path, { users: 1, fd, whole, entries });
}

function letGo(path: string): readonly string[] {
  const held = table().get(path);
  if (held === undefined || --held.users > 0) return [];
  table().delete(path);
  try {
    return putBack(path, held);
  } catch (error) {
    return [`${path} was changed and could not be put back: ${messageOf(error)}`];
  } finally {
    if (held.fd !== undefined) closeSync(held.fd);
  }
}

function putBack(path: string, { fd, whole, entries }: Held): readonly string[] {
  if (fd === undefined) {
    return statOf(path) === undefined
      ? []
      : [`${path} was made by the command; it is now ${moveAside(path)}`];
  }
  const notes: string[] = [];
  const now = readlinkSync(`/proc/self/fd/${fd}`);
  if (now !== path && existsSync(now)) {
    if (statOf(path) !== undefined) moveAside(path);
    renameSync(now, path);
    notes.push(`${path} was moved by the command; it is back in its place`);
  }
  const found = entriesAt(path, whole, entries);
  for (const name of [...found.keys()].reverse()) {
    const entry = entries.get(name);
    if (entry !== undefined && entry.type === found.get(name)?.type) continue;
    rmSync(join(path, name), { recursive: true, force: true });
    found.delete(name);
    notes.push(`${join(path, name)} was made by the command; it has been removed`);
  }
  for (const [name, entry] of entries) {
    if (isSame(entry, found.get(name))) continue;
    write(join(path, name), entry);
    notes.push(`${join(path, name)} was changed by the command; it has been put back`);
  }
  return notes;
}

/**
 * Parents before children; empty when there is nothing.
 * @param known what was there before: a folder of Git stays one, whatever has been taken out of it
 * @throws Error when it is too much, or cannot be read
 */
function entriesAt(path: string, whole: boolean, known?: ReadonlyMap<string, Entry>): Map<string, Entry> {
  const entries = new Map<string, Entry>();
  let bytes = 0;
  const visit = (name: string, all: boolean): void => {
    const at = join(path, name);
    const stat = statOf(at);
    if (stat === undefined) return;
    const entry = read(at, stat);
    if (entry === undefined) return;
    entries.set(name, entry);
    bytes += entry.type === "file" ? entry.bytes.byteLength : 0;
    if (entries.size > GUARDED_ENTRIES || bytes > GUARDED_BYTES) throw new Error("it holds too much");
    if (entry.type !== "folder") return;
    const isGit = isGitFolder(at) || known?.has(join(name, "HEAD")) === true;
    const within = !all && isGit ? [...GIT_NAMES, "modules"] : readdirSync(at);
    for (const inner of within) visit(join(name, inner), all || GIT_NAMES.includes(inner));
  };
  visit("", whole);
  return entries;
}

function isGitFolder(path: string): boolean {
  return statOf(join(path, "HEAD"))?.isFile() === true && statOf(join(path, "objects")) !== undefined;
}

/** Undefined for sockets and the like: nobody runs them. */
function read(path: string, stat: Stats): Entry | undefined {
  const mode = stat.mode & 0o7777;
  if (stat.isDirectory()) return { type: "folder", mode };
  if (stat.isSymbolicLink()) return { type: "link", target: readlinkSync(path) };
  if (!stat.isFile()) return undefined;
  if (stat.size > GUARDED_BYTES) throw new Error(`${path} is too large`);
  return { type: "file", mode, bytes: readFileSync(path) };
}

function isSame(entry: Entry, found: Entry | undefined): boolean {
  if (found === undefined || found.type !== entry.type) return false;
  if (entry.type === "link") return found.type === "link" && found.target === entry.target;
  if (entry.type === "folder") return found.type === "folder" && found.mode === entry.mode;
  return found.type === "file" && found.mode === entry.mode && found.bytes.equals(entry.bytes);
}

/** Written anew, so that another name of the same file, which may lie elsewhere, keeps what it has. */
function write(path: string, entry: Entry): void {
  if (entry.type === "folder") {
    mkdirSync(path, { recursive: true });
    return chmodSync(path, entry.mode);
  }
  rmSync(path, { force: true });
  if (entry.type === "link") return symlinkSync(entry.target, path);
  writeFileSync(path, entry.bytes, { flag: "wx" });
  chmodSync(path, entry.mode);
}

/** Nothing that somebody made is thrown away. */
function moveAside(path: string): string {
  for (let number = 1; ; number++) {
    const aside = `${path}.aside-${number}`;
    if (statOf(aside) !== undefined) continue;
    renameSync(path, aside);
    return aside;
  }
}

function statOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
