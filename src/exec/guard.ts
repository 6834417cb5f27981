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
import { basename, dirname, join } from "node:path";
import { once } from "../util/once";
import { messageOf } from "../util/user-error";
import type { StartFailure } from "./command";

/** Of all that is kept for one path. */
const GUARDED_BYTES = 16_777_216;
const GUARDED_ENTRIES = 5_000;
/** Reading, writing and entering. */
const OWNER = 0o700;
/** What decides, in a folder of Git, which programs run and where it all is. */
const GIT_NAMES = ["HEAD", "config", "config.worktree", "hooks", "info", "commondir", "gitdir"];
/** Git writes these with every branch and remote: what a command made of them is not kept. */
const OFTEN: ReadonlySet<string> = new Set(["HEAD", "config"]);

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
    return statOf(path) === undefined || isPlaceholder(path)
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
  openFolders(path, entries);
  const aside = once(() => freshFolder(path));
  for (const name of namesAt(path, whole, entries)) {
    if (isKindOf(join(path, name), entries.get(name))) continue;
    notes.push(`${join(path, name)} was made by the command; it is now ${moveInto(aside, path, name)}`);
  }
  const isGit = !whole || basename(path) === ".git";
  for (const [name, entry] of entries) {
    const at = join(path, name);
    if (isAs(at, entry)) continue;
    const isWork = statOf(at) !== undefined && !isKindOf(at, FOLDER) && !(isGit && OFTEN.has(basename(name)));
    const where = isWork ? `; what it made of it is ${moveInto(aside, path, name)}` : "";
    write(at, entry);
    notes.push(`${at} was changed by the command; it has been put back${where}`);
  }
  return notes;
}

/** A command cannot keep us from what it has made by closing the folder. */
function openFolders(path: string, entries: ReadonlyMap<string, Entry>): void {
  for (const [name, entry] of entries) {
    const stat = statOf(join(path, name));
    const isClosed = stat?.isDirectory() === true && (stat.mode & OWNER) !== OWNER;
    if (entry.type === "folder" && isClosed) chmodSync(join(path, name), entry.mode);
  }
}

/** Parents before children; of a folder that was not there, not what it holds. Whatever is there, it is never too much. */
function namesAt(path: string, whole: boolean, known: ReadonlyMap<string, Entry>): readonly string[] {
  const names: string[] = [];
  const visit = (name: string, all: boolean): void => {
    const stat = statOf(join(path, name));
    if (stat === undefined || kindOf(stat) === undefined) return;
    names.push(name);
    if (stat.isDirectory() && known.get(name)?.type === "folder") {
      visitWithin(path, name, all, known, visit);
    }
  };
  visit("", whole);
  return names;
}

/** Parents before children; empty when there is nothing. @throws Error when it is too much, or cannot be read */
function entriesAt(path: string, whole: boolean): Map<string, Entry> {
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
    if (entry.type === "folder") visitWithin(path, name, all, NOTHING_KNOWN, visit);
  };
  if (!isPlaceholder(path)) visit("", whole);
  return entries;
}

/** @param known what was there before: a folder of Git stays one, whatever has been taken out of it */
function visitWithin(
  path: string,
  name: string,
  all: boolean,
  known: ReadonlyMap<string, Entry>,
  visit: (name: string, all: boolean) => void,
): void {
  const isGit = isGitFolder(join(path, name)) || known.has(join(name, "HEAD"));
  const within = !all && isGit ? [...GIT_NAMES, "modules"] : readdirSync(join(path, name));
  for (const inner of within) visit(join(name, inner), all || GIT_NAMES.includes(inner));
}

const NOTHING_KNOWN: ReadonlyMap<string, Entry> = new Map();

function isGitFolder(path: string): boolean {
  return statOf(join(path, "HEAD"))?.isFile() === true && statOf(join(path, "objects")) !== undefined;
}

/** Undefined for sockets and the like: nobody runs them. */
function kindOf(stat: Stats): Entry["type"] | undefined {
  if (stat.isDirectory()) return "folder";
  if (stat.isSymbolicLink()) return "link";
  return stat.isFile() ? "file" : undefined;
}

function read(path: string, stat: Stats): Entry | undefined {
  const type = kindOf(stat);
  const mode = stat.mode & 0o7777;
  if (type === undefined) return undefined;
  if (type === "folder") return { type, mode };
  if (type === "link") return { type, target: readlinkSync(path) };
  if (stat.size > GUARDED_BYTES) throw new Error(`${path} is too large`);
  return { type, mode, bytes: readFileSync(path) };
}

function isKindOf(path: string, entry: Pick<Entry, "type"> | undefined): boolean {
  const stat = statOf(path);
  return stat !== undefined && entry !== undefined && kindOf(stat) === entry.type;
}

const FOLDER = { type: "folder" } as const;

function isAs(path: string, entry: Entry): boolean {
  const stat = statOf(path);
  if (stat === undefined || kindOf(stat) !== entry.type) return false;
  if (entry.type === "link") return readlinkSync(path) === entry.target;
  if ((stat.mode & 0o7777) !== entry.mode) return false;
  return (
    entry.type === "folder" ||
    (stat.size === entry.bytes.byteLength && readFileSync(path).equals(entry.bytes))
  );
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
  const aside = freeName(path);
  renameSync(path, aside);
  return aside;
}

function moveInto(aside: () => string, path: string, name: string): string {
  const from = join(path, name);
  if (name === "") return moveAside(path);
  const to = join(aside(), name);
  mkdirSync(dirname(to), { recursive: true });
  const stat = statOf(from);
  if (stat?.isDirectory() === true && (stat.mode & OWNER) !== OWNER) chmodSync(from, OWNER);
  renameSync(from, to);
  return to;
}

function freshFolder(path: string): string {
  const aside = freeName(path);
  mkdirSync(aside);
  return aside;
}

function freeName(path: string): string {
  for (let number = 1; ; number++) {
    const aside = `${path}.aside-${number}`;
    if (statOf(aside) === undefined) return aside;
  }
}

/** What holds the place of a name for a sandbox of another process (see linux-placeholders.c): it comes and goes. */
function isPlaceholder(path: string): boolean {
  const stat = statOf(path);
  return stat?.isDirectory() === true && (stat.mode & 0o1722) === 0o1500 && readdirSync(path).length === 0;
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // A file stands where the path has a folder, as the `.git` of a work tree does.
    if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return undefined;
    throw error;
  }
}
