// Compiles the C text at first use and calls it: the one place where a process is cloned into namespaces.

import { cc } from "bun:ffi";
import { closeSync, readFileSync, writeSync } from "node:fs";
import { once } from "../util/once";
import { libcFunctions, memoryFile, type LibcFunctions } from "./libc";
import cloneText from "./linux-clone.c" with { type: "text" };
import { MAX_KEPT_RANGES, memoryToKeep } from "./linux-memory";
import mountsText from "./linux-mounts.c" with { type: "text" };
import placeholdersText from "./linux-placeholders.c" with { type: "text" };
import systemText from "./linux-system.c" with { type: "text" };

/**
 * Starts the chain of processes that runs a plan.
 * @param plan as `linux-plan` encodes it
 * @returns the process id of the keeper, or a negative error number
 */
export function startClone(plan: Uint8Array): number {
  return Number(code().codex_start(plan, plan.byteLength));
}

/** Reaps a keeper whose status pipe has ended. */
export function collectClone(pid: number): void {
  code().codex_collect(pid);
}

const code = once(() => {
  const libc = libcFunctions();
  const { symbols } = compile([systemText, mountsText, placeholdersText, cloneText].join("\n"));
  symbols.codex_prepare(hostBlock(libc, [symbols.codex_code(), symbols.codex_data()]));
  return symbols;
});

/** The compiler cannot read the embedded file system, hence the memory file; without libraries it needs nothing of the user's. */
function compile(text: string) {
  const fd = memoryFile();
  try {
    writeSync(fd, text);
    return cc({
      source: `/proc/self/fd/${fd}`,
      flags: ["-nostdlib"],
      symbols: {
        codex_prepare: { args: ["ptr"], returns: "void" },
        codex_code: { args: [], returns: "u64" },
        codex_data: { args: [], returns: "u64" },
        codex_start: { args: ["ptr", "u64"], returns: "i64" },
        codex_collect: { args: ["i32"], returns: "i64" },
      },
    });
  } finally {
    closeSync(fd);
  }
}

/** `struct host` of the C text. */
function hostBlock(libc: LibcFunctions, own: readonly bigint[]): BigUint64Array {
  const wanted = [...own, libc.syscall, libc.clone, libc.errorNumber, libc.thread, libc.error];
  const { top, keep } = memoryToKeep(readFileSync("/proc/self/maps", "latin1"), wanted);
  const ranges = keep.flatMap(({ start, end }) => [start, end]);
  return BigUint64Array.from([
    libc.syscall,
    libc.clone,
    libc.errorNumber,
    top,
    BigInt(keep.length),
    ...ranges,
    ...Array.from({ length: 2 * MAX_KEPT_RANGES - ranges.length }, () => 0n),
  ]);
}
