// Runs the filter program the way the kernel does, over system calls made up for both processors.

import { describe, expect, test } from "bun:test";
import { isFilterKnown, systemCallFilter, type Unshared } from "../../src/sandbox/system-calls";

const ARCHITECTURES = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
const EPERM = 1;
const ENOSYS = 38;

type Arch = keyof typeof ARCHITECTURES;
type Verdict = "allow" | "kill" | number;

describe.each(["x64", "arm64"] as const)("the filter on %s", (arch) => {
  const number = (x64: number, arm64: number) => (arch === "x64" ? x64 : arm64);
  const [socket, socketpair, sendto, ioctl, clone, unshare] = [
    number(41, 198),
    number(53, 199),
    number(44, 206),
    number(16, 29),
    number(56, 220),
    number(272, 97),
  ];
  const table: readonly (readonly [string, number, readonly (number | bigint)[], Verdict, Verdict])[] = [
    ["read", number(0, 63), [], "allow", "allow"],
    ["execve", number(59, 221), [], "allow", "allow"],
    ["recvfrom", number(45, 207), [], "allow", "allow"],
    ["sendmsg", number(46, 211), [], "allow", "allow"],
    ["shutdown", number(48, 210), [], "allow", "allow"],
    ["ptrace", number(101, 117), [], EPERM, "allow"],
    ["connect", number(42, 203), [], EPERM, "allow"],
    ["bind", number(49, 200), [], EPERM, "allow"],
    ["io_uring_setup", 425, [], EPERM, EPERM],
    ["bpf", number(321, 280), [], EPERM, EPERM],
    ["keyctl", number(250, 219), [], EPERM, EPERM],
    ["clone3", 435, [], ENOSYS, ENOSYS],
    ["socket AF_UNIX stream", socket, [1, 1], "allow", "allow"],
    ["socket AF_UNIX stream, close-on-exec, non-blocking", socket, [1, 1 | 0o2004000], "allow", "allow"],
    ["socket AF_UNIX datagram", socket, [1, 2], EPERM, "allow"],
    ["socket AF_UNIX raw", socket, [1, 3], EPERM, "allow"],
    ["socket AF_INET stream", socket, [2, 1], EPERM, "allow"],
    ["socket AF_UNIX with high bits that the kernel drops", socket, [1n | (7n << 32n), 1], "allow", "allow"],
    ["socketpair AF_UNIX seqpacket", socketpair, [1, 5], "allow", "allow"],
    ["socketpair AF_INET", socketpair, [2, 1], EPERM, "allow"],
    ["sendto without an address", sendto, [3, 4, 5, 0, 0, 0], "allow", "allow"],
    ["sendto with an address", sendto, [3, 4, 5, 0, 0x1000, 16], EPERM, "allow"],
    ["sendto with an address of high bits only", sendto, [3, 4, 5, 0, 1n << 40n, 16], EPERM, "allow"],
    ["ioctl TCGETS", ioctl, [0, 0x5401], "allow", "allow"],
    ["ioctl TIOCSTI", ioctl, [0, 0x5412], EPERM, EPERM],
    ["ioctl TIOCSTI with high bits that the kernel drops", ioctl, [0, 0x5412n | (1n << 32n)], EPERM, EPERM],
    ["ioctl TIOCLINUX", ioctl, [0, 0x541c], EPERM, EPERM],
    ["clone of a process", clone, [17], "allow", "allow"],
    ["clone with a user namespace", clone, [0x10000000 | 17], "allow", "allow"],
    ["clone with a control group namespace", clone, [0x02000000 | 17], EPERM, EPERM],
    ["unshare of a control group namespace", unshare, [0x12000000], EPERM, EPERM],
  ];
  test.each(table)("%s", (_, call, args, without, shared) => {
    expect(run(arch, "none", ARCHITECTURES[arch], call, args)).toBe(without);
    expect(run(arch, "shared", ARCHITECTURES[arch], call, args)).toBe(shared);
  });

  const loopback: readonly (readonly [string, number, readonly number[], Verdict])[] = [
    ["socket AF_INET", socket, [2, 1], "allow"],
    ["socket AF_INET6 datagram", socket, [10, 2], "allow"],
    ["socket AF_NETLINK about routes", socket, [16, 3, 0], "allow"],
    ["socket AF_NETLINK about audits", socket, [16, 3, 9], EPERM],
    ["socket AF_UNIX", socket, [1, 1], EPERM],
    ["socket AF_PACKET", socket, [17, 3], EPERM],
    ["socketpair AF_UNIX", socketpair, [1, 1], "allow"],
    ["socketpair AF_UNIX datagram", socketpair, [1, 2], EPERM],
    ["connect", number(42, 203), [], "allow"],
    ["listen", number(50, 201), [], "allow"],
    ["sendto with an address", sendto, [3, 4, 5, 0, 0x1000, 16], "allow"],
    ["ptrace", number(101, 117), [], EPERM],
    ["io_uring_setup", 425, [], EPERM],
  ];
  test.each(loopback)("with loopback alone: %s", (_, call, args, expected) => {
    expect(run(arch, "loopback", ARCHITECTURES[arch], call, args)).toBe(expected);
  });

  const old = { landlock: 1, metadata: "kept" } as const;
  const recent = { landlock: 6, metadata: "free" } as const;
  const unshared: readonly (readonly [string, number, readonly (number | bigint)[], Verdict, Verdict])[] = [
    ["shmget", number(29, 194), [], EPERM, EPERM],
    ["mq_open", number(240, 180), [], EPERM, EPERM],
    ["fchmod", number(91, 52), [], EPERM, "allow"],
    ["utimensat", number(280, 88), [], EPERM, "allow"],
    ["ioctl FS_IOC_SETFLAGS", ioctl, [3, 0x40086602], EPERM, "allow"],
    ["ioctl TCGETS", ioctl, [0, 0x5401], "allow", "allow"],
    ["truncate by path", number(76, 45), [], EPERM, "allow"],
    ["ftruncate", number(77, 46), [], "allow", "allow"],
    ["kill of everybody", number(62, 129), [0xffff_ffffn, 9], EPERM, "allow"],
    ["kill of one's own group", number(62, 129), [0, 9], "allow", "allow"],
    ["prlimit64 of oneself", number(302, 261), [0, 7], "allow", "allow"],
    ["prlimit64 of another", number(302, 261), [1, 7], EPERM, EPERM],
    ["setpriority of oneself", number(141, 140), [0, 0], "allow", "allow"],
    ["setpriority of another", number(141, 140), [0, 1], EPERM, EPERM],
  ];
  test.each(unshared)("without namespaces: %s", (_, call, args, before, now) => {
    expect(run(arch, "none", ARCHITECTURES[arch], call, args, old)).toBe(before);
    expect(run(arch, "none", ARCHITECTURES[arch], call, args, recent)).toBe(now);
  });

  test("the calls of another architecture kill", () => {
    expect(run(arch, "none", 0x40000003, 4, [])).toBe("kill");
  });
});

test("the x32 numbers of x86_64 are refused", () => {
  expect(run("x64", "none", ARCHITECTURES.x64, 0x40000000 + 41, [2, 1])).toBe(EPERM);
  expect(run("x64", "shared", ARCHITECTURES.x64, 0x40000000, [])).toBe(EPERM);
});

test("there is a filter for these two architectures only", () => {
  expect(["x64", "arm64", "riscv64", "toString"].map(isFilterKnown)).toEqual([true, true, false, false]);
  expect(() => systemCallFilter("riscv64", "none")).toThrow(RangeError);
});

function run(
  arch: Arch,
  network: "none" | "shared" | "loopback",
  audit: number,
  call: number,
  args: readonly (number | bigint)[],
  unshared?: Unshared,
): Verdict {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, call, true);
  data.setUint32(4, audit, true);
  args.forEach((value, index) => data.setBigUint64(16 + index * 8, BigInt(value), true));
  const bytes = systemCallFilter(arch, network, unshared);
  const program = new DataView(bytes.buffer);
  let accumulator = 0;
  for (let at = 0; at < bytes.byteLength / 8; at++) {
    const code = program.getUint16(at * 8, true);
    const [ifTrue, ifFalse] = [program.getUint8(at * 8 + 2), program.getUint8(at * 8 + 3)];
    const value = program.getUint32(at * 8 + 4, true);
    if (code === 0x20) accumulator = data.getUint32(value, true);
    else if (code === 0x54) accumulator = (accumulator & value) >>> 0;
    else if (code === 0x15) at += accumulator === value ? ifTrue : ifFalse;
    else if (code === 0x35) at += accumulator >= value ? ifTrue : ifFalse;
    else if (code === 0x45) at += (accumulator & value) !== 0 ? ifTrue : ifFalse;
    else if (code === 0x06) return verdict(value);
    else throw new Error(`unknown instruction ${code}`);
  }
  throw new Error("the program ended without a verdict");
}

function verdict(value: number): Verdict {
  if (value === 0x7fff0000) return "allow";
  return value === 0x80000000 ? "kill" : value & 0xffff;
}
