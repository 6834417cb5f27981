// Advisory locks on open files (flock); they end with the process, however it ends.

import { dlopen } from "bun:ffi";

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;

/** `unsupported`: this system has no flock that we can call. */
export type LockResult = "locked" | "held_elsewhere" | "unsupported";

/**
 * Locks an open file, or folder, without waiting. The lock is held until the descriptor is closed; children do not inherit
 * it.
 */
export function tryLock(fd: number): LockResult {
  return lock(fd, LOCK_EX);
}

/** The same, beside others who share it too; who wants it alone waits for all of them. */
export function tryShare(fd: number): LockResult {
  return lock(fd, LOCK_SH);
}

function lock(fd: number, kind: number): LockResult {
  for (const library of libraries()) {
    try {
      const libc = dlopen(library, { flock: { args: ["i32", "i32"], returns: "i32" } });
      return libc.symbols.flock(fd, kind | LOCK_NB) === 0 ? "locked" : "held_elsewhere";
    } catch {
      continue; // Not the C library of this system.
    }
  }
  return "unsupported";
}

function libraries(): readonly string[] {
  if (process.platform === "darwin") return ["libSystem.B.dylib"];
  if (process.platform !== "linux") return [];
  return ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`];
}
