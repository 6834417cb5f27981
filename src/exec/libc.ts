// The C library of this system, for the few calls that Bun does not offer: pipes, and the functions our C text is handed.

import { dlopen, type Pointer } from "bun:ffi";
import { readFileSync } from "node:fs";
import { once } from "../util/once";

const O_CLOEXEC = 0o2_000_000;
const FD_CLOEXEC = 1;
const MFD_CLOEXEC = 1;
const F_SETFD = 2;
/** To read, write and execute. */
const PROT_ALL = 7;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const MADV_DONTNEED = 4;
/** -1 as an address. */
const MAP_FAILED = 2 ** 64 - 1;

/** Addresses of libc functions, for code that is compiled at run time and links to nothing. */
export type LibcFunctions = {
  readonly syscall: bigint;
  readonly clone: bigint;
  readonly errorNumber: bigint;
  /** Not a function: an address within the calling thread's own block. */
  readonly thread: bigint;
};

/**
 * Makes a pipe whose ends no child inherits.
 * @throws Error when the system has no descriptor left
 */
export function makePipe(): { readonly read: number; readonly write: number } {
  const ends = new Int32Array(2);
  const failed = process.platform === "linux" ? linux().pipe2(ends, O_CLOEXEC) !== 0 : plainPipe(ends) !== 0;
  const [read, write] = ends;
  if (failed || read === undefined || write === undefined) throw new Error("no descriptors left for a pipe");
  return { read, write };
}

/** Waits for a child to end, and blocks meanwhile: for the last moments of this process. Not on Windows. */
export function awaitChild(pid: number): void {
  const { waitpid } = process.platform === "linux" ? linux() : darwinLibrary().symbols;
  waitpid(pid, null, 0);
}

/** An unnamed file in memory, readable through /proc/self/fd. Linux only. */
export function memoryFile(): number {
  const fd = linux().memfd_create(cString("codex"), MFD_CLOEXEC);
  if (fd < 0) throw new Error("no memory file could be made");
  return fd;
}

/** Memory that may be written and executed, all zero; undefined when the system allows none. Linux only. */
export function mapExecutable(bytes: number): Pointer | undefined {
  const anywhere = linux().mmap(null, bytes, PROT_ALL, MAP_PRIVATE_ANONYMOUS, -1, 0);
  return Number(anywhere) >= MAP_FAILED ? undefined : (Number(anywhere) as Pointer);
}

/**
 * Takes the code of this executable that has run so far out of our memory: most of it was for starting up, and what is needed
 * again comes back from the page cache. Where nothing else is to come it saves 4 MiB and costs a millisecond.
 */
export function forgetOwnCode(): void {
  if (process.platform !== "linux") return;
  const code = /^([0-9a-f]+)-([0-9a-f]+) r-xp/m.exec(readFileSync("/proc/self/maps", "latin1"));
  const [from, to] = [code?.[1], code?.[2]];
  if (from === undefined || to === undefined) return;
  const start = BigInt(`0x${from}`);
  linux().madvise(start, BigInt(`0x${to}`) - start, MADV_DONTNEED);
}

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

/** Linux only. */
export function libcFunctions(): LibcFunctions {
  const { symbols } = linuxLibrary();
  return {
    syscall: address(symbols.syscall),
    clone: address(symbols.clone),
    errorNumber: address(symbols.__errno_location),
    thread: symbols.pthread_self(),
  };
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
    fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
  }),
);

function openLinux(name: string) {
  return dlopen(name, {
    pipe2: { args: ["ptr", "i32"], returns: "i32" },
    mmap: { args: ["ptr", "u64", "i32", "i32", "i32", "i64"], returns: "ptr" },
    madvise: { args: ["u64", "u64", "i32"], returns: "i32" },
    memfd_create: { args: ["ptr", "u32"], returns: "i32" },
    syscall: { args: [], returns: "i64" },
    clone: { args: [], returns: "i32" },
    waitpid: { args: ["i32", "ptr", "i32"], returns: "i32" },
    setenv: { args: ["ptr", "ptr", "i32"], returns: "i32" },
    unsetenv: { args: ["ptr"], returns: "i32" },
    pthread_self: { args: [], returns: "u64" },
    __errno_location: { args: [], returns: "ptr" },
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
  for (const end of ends) fcntl(end, F_SETFD, FD_CLOEXEC);
  return result;
}

function address(symbol: object): bigint {
  const { ptr } = symbol as { ptr?: Pointer | bigint }; // Bun puts the address on every function it opens.
  if (ptr === undefined || ptr === null) throw new Error("a libc function has no address");
  return BigInt(ptr);
}
