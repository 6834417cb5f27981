// The C library of this system, for the few calls that Bun does not offer.

import { dlopen, ptr } from "bun:ffi";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { once } from "../util/once";

const O_CLOEXEC = 0o2_000_000;
const FD_CLOEXEC = 1;
const MFD_CLOEXEC = 1;
const MFD_NOEXEC_SEAL = 8;
const MFD_EXEC = 0x10;
const MAY_EXECUTE = 0o111;
const F_SETFD = 2;
const MADV_DONTNEED = 4;
const AF_UNIX = 1;
const SOCK_SEQPACKET = 5;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SCM_RIGHTS = 1;
const MSG_NOSIGNAL = 0x4000;
const SYS_LANDLOCK_CREATE_RULESET = 444;
const LANDLOCK_CREATE_RULESET_VERSION = 1;
const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const WORD_BYTES = 8;
const POSIX_SPAWN_SETSIGMASK = 8;
const POSIX_SPAWN_SETSID = 0x80;
const SPAWN_ATTRIBUTE_BYTES = 512;
const SPAWN_MASK_AT = 136;
const CONTROL_HEADER_BYTES = 16;

export type PipeEnds = { readonly read: number; readonly write: number };

/**
 * Makes a pipe whose ends no child inherits.
 * @throws Error when the system has no descriptor left
 */
export function makePipe(): PipeEnds {
  const ends = new Int32Array(2);
  const failed = process.platform === "linux" ? linux().pipe2(ends, O_CLOEXEC) !== 0 : plainPipe(ends) !== 0;
  const [read, write] = ends;
  if (failed || read === undefined || write === undefined) throw new Error("no descriptors left for a pipe");
  return { read, write };
}

/** `unsupported`: this system has no such locks. */
export type LockResult = "locked" | "held_elsewhere" | "unsupported";

/**
 * Locks an open file, or folder, against whoever does the same, without waiting. The lock is held until the descriptor is closed,
 * or this process ends, however that comes; children do not inherit it.
 */
export function tryLock(fd: number): LockResult {
  return lock(fd, LOCK_EX);
}

/** The same, beside others who share it too; who wants it alone waits for all of them. */
export function tryShare(fd: number): LockResult {
  return lock(fd, LOCK_SH);
}

function lock(fd: number, kind: number): LockResult {
  if (process.platform === "win32") return "unsupported";
  const { flock } = process.platform === "linux" ? linux() : darwinLibrary().symbols;
  return flock(fd, kind | LOCK_NB) === 0 ? "locked" : "held_elsewhere";
}

/** Waits for a child to end, and blocks meanwhile: for the last moments of this process. Not on Windows. */
export function awaitChild(pid: number): void {
  const { waitpid } = process.platform === "linux" ? linux() : darwinLibrary().symbols;
  waitpid(pid, null, 0);
}

/** An unnamed file in memory, readable through /proc/self/fd. Linux only. */
export function memoryFile(name: string): number {
  return makeMemoryFile(name, MFD_NOEXEC_SEAL) ?? noMemoryFile();
}

/** The same, to be executed; undefined where such files are not to be: `vm.memfd_noexec` is 2. Linux only. */
export function executableMemoryFile(name: string): number | undefined {
  const fd = makeMemoryFile(name, MFD_EXEC);
  if (fd === undefined || (fstatSync(fd).mode & MAY_EXECUTE) !== 0) return fd;
  closeSync(fd);
  return undefined;
}

function makeMemoryFile(name: string, kind: number): number | undefined {
  // Before Linux 6.3 there is no flag for what may be executed: everything may.
  const made = linux().memfd_create(cString(name), MFD_CLOEXEC | kind);
  const fd = made < 0 ? linux().memfd_create(cString(name), MFD_CLOEXEC) : made;
  return fd < 0 ? undefined : fd;
}

function noMemoryFile(): never {
  throw new Error("no memory file could be made");
}

/** Lets what we execute next inherit a descriptor, or not. Linux only. */
export function setInherited(fd: number, inherited: boolean): void {
  linux().fcntl(fd, F_SETFD, inherited ? 0 : FD_CLOEXEC);
}

/**
 * Two ends of a connection that keeps messages apart; no child inherits them. Linux only.
 * @param patienceSeconds how long reading from `ours` waits
 */
export function makeConnection(patienceSeconds: number): { readonly ours: number; readonly theirs: number } {
  const ends = new Int32Array(2);
  const failed = linux().socketpair(AF_UNIX, SOCK_SEQPACKET | O_CLOEXEC, 0, ends) !== 0;
  const [ours, theirs] = ends;
  if (failed || ours === undefined || theirs === undefined)
    throw new Error("no descriptors left for a socket");
  const patience = BigUint64Array.of(BigInt(patienceSeconds), 0n);
  linux().setsockopt(ours, SOL_SOCKET, SO_RCVTIMEO, patience, patience.byteLength);
  return { ours, theirs };
}

/** Sends a message with copies of descriptors. False when nobody is at the other end. Linux only. */
export function sendDescriptors(
  socket: number,
  message: Uint8Array,
  descriptors: readonly number[],
): boolean {
  const controlBytes = CONTROL_HEADER_BYTES + descriptors.length * 4;
  // `struct msghdr`, `struct iovec`, the message, `struct cmsghdr` and the descriptors, in one block that stays where it is.
  const [vectorAt, messageAt] = [7 * WORD_BYTES, 9 * WORD_BYTES];
  const controlAt = messageAt + Math.ceil(message.byteLength / WORD_BYTES) * WORD_BYTES;
  const block = Buffer.alloc(controlAt + Math.ceil(controlBytes / WORD_BYTES) * WORD_BYTES);
  const start = ptr(block);
  const numbers = [0, 0, start + vectorAt, 1, start + controlAt, controlBytes, 0];
  writeWords(block, [...numbers, start + messageAt, message.byteLength]);
  block.set(message, messageAt);
  block.writeUInt32LE(controlBytes, controlAt);
  block.writeUInt32LE(SOL_SOCKET, controlAt + 8);
  block.writeUInt32LE(SCM_RIGHTS, controlAt + 12);
  for (const [nth, fd] of descriptors.entries())
    block.writeInt32LE(fd, controlAt + CONTROL_HEADER_BYTES + nth * 4);
  return Number(linux().sendmsg(socket, block, MSG_NOSIGNAL)) === message.byteLength;
}

/**
 * Starts a program with no environment and the descriptors that are inherited; in a session of its own, and with all signals blocked,
 * so that from its first moment none that is for us, as from the terminal, ends it.
 * @param path of a file of the system, or of a descriptor
 * @returns its process id, or a negative error number. Linux only.
 */
export function startProgram(path: string, argv: readonly string[]): number {
  const pid = new Int32Array(1);
  // `posix_spawnattr_t`, the same in both C libraries: flags, a group, signals to be reset, signals to be blocked, and more.
  const attributes = Buffer.alloc(SPAWN_ATTRIBUTE_BYTES);
  attributes.writeInt16LE(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
  attributes.fill(0xff, SPAWN_MASK_AT, SPAWN_MASK_AT + WORD_BYTES);
  const error = linux().posix_spawn(pid, cString(path), null, attributes, textList(argv), textList([]));
  return error === 0 ? (pid[0] ?? 0) : -error;
}

/** This process becomes another program. Returns when that cannot be executed. Linux only. */
export function becomeProgram(path: string, argv: readonly string[], env: readonly string[]): void {
  linux().execve(cString(path), textList(argv), textList(env));
}

/** Which version of Landlock this kernel has; 0 for none. Linux only. */
export function landlockVersion(): number {
  const version = linux().syscall(SYS_LANDLOCK_CREATE_RULESET, 0, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return Math.max(Number(version), 0);
}

/**
 * Takes what this executable has run of itself so far out of our memory: most of it was for starting up, and what is needed
 * again comes back from the page cache. Nothing happens but on Linux.
 */
export function forgetOwnCode(): void {
  if (process.platform !== "linux") return;
  const start = Buffer.alloc(START_OF_MAPS_BYTES);
  const maps = openSync("/proc/self/maps", "r");
  const bytes = readSync(maps, start);
  closeSync(maps);
  // The executable comes first: its constants, then its code.
  const [, from, to] = /^[^\n]+\n([0-9a-f]+)-([0-9a-f]+) r-xp/.exec(start.toString("latin1", 0, bytes)) ?? [];
  if (from === undefined || to === undefined) return;
  const code = BigInt(`0x${from}`);
  linux().madvise(code, BigInt(`0x${to}`) - code, MADV_DONTNEED);
}

/** Two lines; the kernel writes no more of them than are read. */
const START_OF_MAPS_BYTES = 512;

/** Runs something with a variable set that the runtime itself reads; `process.env` does not reach it. Linux only. */
export function withVariable<T>(name: string, value: string, run: () => T): T {
  const before = process.env[name];
  setVariable(name, value);
  try {
    return run();
  } finally {
    if (before === undefined) linux().unsetenv(cString(name));
    else setVariable(name, before);
  }
}

const linuxLibrary = once(() => {
  const musl = `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`;
  try {
    return openLinux("libc.so.6");
  } catch (error) {
    // A system without glibc; a file of that name may also exist there without being usable.
    if (!(error instanceof Error)) throw error;
    return openLinux(musl);
  }
});
const linux = () => linuxLibrary().symbols;

const darwinLibrary = once(() =>
  dlopen("libSystem.B.dylib", {
    pipe: { args: ["ptr"], returns: "i32" },
    waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
    fcntl: { args: FCNTL_ARGUMENTS, returns: "i32" },
    flock: { args: ["i32", "i32"], returns: "i32" },
  }),
);

/** Its third is one of those arguments whose number varies: in the third register on Intel, first on the stack on ARM. */
const FCNTL_ARGUMENTS = ["i32", "i32", "i32", "i64", "i64", "i64", "i64", "i64", "i32"] as const;

function openLinux(name: string) {
  return dlopen(name, {
    pipe2: { args: ["ptr", "i32"], returns: "i32" },
    fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
    flock: { args: ["i32", "i32"], returns: "i32" },
    madvise: { args: ["u64", "u64", "i32"], returns: "i32" },
    memfd_create: { args: ["ptr", "u32"], returns: "i32" },
    socketpair: { args: ["i32", "i32", "i32", "ptr"], returns: "i32" },
    setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
    sendmsg: { args: ["i32", "ptr", "i32"], returns: "i64" },
    posix_spawn: { args: ["ptr", "ptr", "ptr", "ptr", "ptr", "ptr"], returns: "i32" },
    execve: { args: ["ptr", "ptr", "ptr"], returns: "i32" },
    syscall: { args: ["i64", "i64", "i64", "i64"], returns: "i64" },
    waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
    setenv: { args: ["ptr", "ptr", "i32"], returns: "i32" },
    unsetenv: { args: ["ptr"], returns: "i32" },
  });
}

function setVariable(name: string, value: string): void {
  linux().setenv(cString(name), cString(value), 1);
}

function cString(text: string): Uint8Array {
  return Buffer.from(`${text}\0`);
}

function plainPipe(ends: Int32Array): number {
  const { pipe, fcntl } = darwinLibrary().symbols;
  const result = pipe(ends);
  for (const end of ends) fcntl(end, F_SETFD, FD_CLOEXEC, 0, 0, 0, 0, 0, FD_CLOEXEC);
  return result;
}

/** As C takes a list of texts: their addresses, and 0 at the end. The texts follow in the same block. */
function textList(texts: readonly string[]): Uint8Array {
  const strings = texts.map((text) => cString(text));
  const pointerBytes = (strings.length + 1) * WORD_BYTES;
  const block = Buffer.alloc(pointerBytes + strings.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = pointerBytes;
  const offsets = strings.map((text) => {
    block.set(text, at);
    at += text.byteLength;
    return at - text.byteLength;
  });
  const start = ptr(block);
  writeWords(
    block,
    offsets.map((offset) => start + offset),
  );
  return block;
}

function writeWords(block: Buffer, numbers: readonly number[]): void {
  for (const [nth, number] of numbers.entries()) block.writeBigUInt64LE(BigInt(number), nth * WORD_BYTES);
}
