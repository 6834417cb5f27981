import { describe, expect, test } from "bun:test";
import { memoryToKeep } from "../../src/exec/linux-memory";

const MAPS = `00400000-00500000 r-xp 00000000 fe:00 1      /opt/codex
10000000-20000000 rw-p 00000000 00:00 0      [heap]
2a0000000000-2a0000010000 rwxp 00000000 00:00 0
7f0000000000-7f0000100000 r-xp 00000000 fe:00 2      /usr/lib/libc.so.6
7f0000100000-7f0000200000 rw-p 00100000 fe:00 2      /usr/lib/libc.so.6
7f0000300000-7f0000400000 rw-p 00000000 00:00 0
7f0000500000-7f0000502000 r-xp 00000000 00:00 0      [vdso]
7ffff0000000-7ffff0021000 rw-p 00000000 00:00 0      [stack]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0      [vsyscall]
`;

describe("the memory that a clone keeps", () => {
  test("is the code, all of libc, what lies near the thread's block, and what the kernel shares", () => {
    const { keep, top } = memoryToKeep(MAPS, [0x2a0000001000, 0x7f0000000010, 0x7f0000380000]);
    expect(top).toBe(0x7ffff0021000);
    expect(keep).toEqual([
      { start: 0x2a0000000000, end: 0x2a0000010000 },
      { start: 0x7f0000000000, end: 0x7f0000200000 },
      { start: 0x7f0000360000, end: 0x7f00003c0000 },
      { start: 0x7f0000500000, end: 0x7f0000502000 },
    ]);
  });

  test("is neither heap nor stack nor the program", () => {
    const { keep } = memoryToKeep(MAPS, []);
    expect(keep).toEqual([{ start: 0x7f0000500000, end: 0x7f0000502000 }]);
  });
});
