// The system calls that a measurement needs and the runtime does not offer.

import { dlopen, ptr } from "bun:ffi";

const PR_SET_CHILD_SUBREAPER = 36;
const SYS_PIDFD_OPEN = 434; // the same on every architecture
const POLLIN = 1;
const CLOSE_ON_EXEC = 0o2000000;
/** Offsets in `struct rusage` of a 64-bit Linux: two timevals of two words each, then the peak in kibibytes. */
const RUSAGE_BYTES = 144;
const RUSAGE_PEAK_WORD = 4;

const { symbols: libc } = dlopen("libc.so.6", {
  prctl: { args: ["i32", "u64", "u64", "u64", "u64"], returns: "i32" },
  pipe2: { args: ["ptr", "i32"], returns: "i32" },
  syscall: { args: ["i64", "i64", "i64"], returns: "i64" },
  poll: { args: ["ptr", "u64", "i32"], returns: "i32" },
  wait4: { args: ["i32", "ptr", "i32", "ptr"], returns: "i32" },
  close: { args: ["i32"], returns: "i32" },
});

export const linux = { adoptOrphans, pipe, waitUntilEnded, reap };

/** Processes below us whose parent ended become our children. */
function adoptOrphans(): void {
  check("prctl", libc.prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n));
}

/** The reading and the writing end. */
function pipe(): readonly [number, number] {
  const ends = new Int32Array(2);
  check("pipe2", libc.pipe2(ptr(ends), CLOSE_ON_EXEC));
  return [ends[0] ?? -1, ends[1] ?? -1];
}

/** Blocks until the process has ended; false when it has not by then. */
function waitUntilEnded(pid: number, deadlineMs: number): boolean {
  const fd = check("pidfd_open", Number(libc.syscall(SYS_PIDFD_OPEN, pid, 0)));
  const interest = new Int32Array([fd, POLLIN]);
  const ready = check("poll", libc.poll(ptr(interest), 1n, deadlineMs));
  libc.close(fd);
  return ready > 0;
}

/** Collects an ended child: how it ended and what it and its own collected children used. */
function reap(pid: number): {
  readonly exitCode: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
} {
  const status = new Int32Array(1);
  const words = new BigInt64Array(RUSAGE_BYTES / 8);
  check("wait4", libc.wait4(pid, ptr(status), 0, ptr(words)));
  const word = (index: number) => Number(words[index] ?? 0n);
  const signal = (status[0] ?? 0) & 0x7f;
  return {
    exitCode: signal === 0 ? ((status[0] ?? 0) >> 8) & 0xff : 128 + signal,
    cpuMs: (word(0) + word(2)) * 1000 + (word(1) + word(3)) / 1000,
    peakBytes: word(RUSAGE_PEAK_WORD) * 1024,
  };
}

function check(call: string, result: number): number {
  if (result < 0) throw new Error(`${call} failed`);
  return result;
}
