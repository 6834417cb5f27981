// The system call filter of confined commands, as a classic BPF program (sandbox.md 2.6).

import {
  KILL,
  METADATA,
  NEVER,
  ON_OTHERS,
  SHARED,
  SOCKET_CALLS,
  TRUNCATE,
  WITHOUT_NETWORK,
  type Numbers,
} from "./system-call-numbers";

type Machine = {
  readonly audit: number;
  /** System calls with this bit are those of another, hardly used interface of the same processor. */
  readonly foreignBit: number | undefined;
  readonly column: 0 | 1;
};

const MACHINES: Readonly<Record<string, Machine>> = {
  x64: { audit: 0xc000003e, foreignBit: 0x4000_0000, column: 0 },
  arm64: { audit: 0xc00000b7, foreignBit: undefined, column: 1 },
};

const SOCKET: Numbers = [41, 198];
const SOCKETPAIR: Numbers = [53, 199];
const SENDTO: Numbers = [44, 206];
const IOCTL: Numbers = [16, 29];
const CLONE: Numbers = [56, 220];
const UNSHARE: Numbers = [272, 97];
const CLONE3: Numbers = [435, 435];

const EPERM = 1;
const ENOSYS = 38;
const AF_UNIX = 1;
const SOCK_TYPE_MASK = 0xf;
const SOCK_STREAM = 1;
const SOCK_SEQPACKET = 5;
/** Types input into a terminal, as if its user had. */
const TIOCSTI = 0x5412;
const TIOCLINUX = 0x541c;
/** Attributes of files, by other names. */
const FILE_FLAGS = [0x4008_6602, 0x401c_5820];
const CLONE_NEWCGROUP = 0x0200_0000;
/** A process number that stands for all. */
const EVERYBODY = 0xffff_ffff;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const NETLINK_ROUTE = 0;

const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;
const ERRNO = 0x0005_0000;

/** Whether a filter can be made for this `process.arch`. */
export function isFilterKnown(arch: string): boolean {
  return Object.hasOwn(MACHINES, arch);
}

/** What has to be refused because namespaces do not keep it apart. */
export type Unshared = {
  /** The version of Landlock that guards files instead. */
  readonly landlock: number;
  /** Whether modes, times and the like of files must stay. */
  readonly metadata: "kept" | "free";
};

/**
 * @param network `loopback`: sockets may be used, in a network that has no way out
 * @throws RangeError for an architecture that is not known
 */
export function systemCallFilter(
  arch: string,
  network: "shared" | "none" | "loopback",
  unshared?: Unshared,
): Uint8Array {
  const machine = MACHINES[arch];
  if (machine === undefined) throw new RangeError(`no system call filter for ${arch}`);
  const { column } = machine;
  const refused = refusedNumbers(network, unshared)
    .map((numbers) => numbers[column])
    .filter((number) => number >= 0);
  return assemble([
    load(ARCHITECTURE),
    jumpIfEqual(machine.audit, 1, 0),
    give(KILL_PROCESS),
    load(NUMBER),
    ...(machine.foreignBit === undefined
      ? []
      : [jumpIfAtLeast(machine.foreignBit, 0, 1), give(ERRNO | EPERM)]),
    ...refused.flatMap((number) => when(number, [give(ERRNO | EPERM)])),
    ...(network === "none" ? socketRules(column) : []),
    ...(network === "loopback" ? loopbackRules(column) : []),
    ...(unshared === undefined ? [] : otherProcessRules(column, unshared)),
    ...when(IOCTL[column], [
      load(argument(1)),
      ...[TIOCSTI, TIOCLINUX, ...(unshared?.metadata === "kept" ? FILE_FLAGS : [])].flatMap((request) => [
        jumpIfEqual(request, 0, 1),
        give(ERRNO | EPERM),
      ]),
      give(ALLOW),
    ]),
    // User namespaces within ours stay allowed: browsers, bazel and nix build their own sandboxes with them, and the kernel
    // locks every mount in such a copy. A control group namespace is another matter: it could mount the tree of groups
    // anew, writable, and stop or kill what shares our group. The structure that clone3 takes cannot be looked into; libraries
    // fall back to clone.
    ...[CLONE, UNSHARE].flatMap((numbers) =>
      when(numbers[column], [
        load(argument(0)),
        jumpIfAnyBit(CLONE_NEWCGROUP, 1, 0),
        give(ALLOW),
        give(ERRNO | EPERM),
      ]),
    ),
    ...when(CLONE3[column], [give(ERRNO | ENOSYS)]),
    give(ALLOW),
  ]);
}

function refusedNumbers(
  network: "shared" | "none" | "loopback",
  unshared: Unshared | undefined,
): readonly Numbers[] {
  const talk = Object.entries(network === "shared" ? {} : WITHOUT_NETWORK)
    .filter(([name]) => network === "none" || !SOCKET_CALLS.includes(name))
    .map(([, numbers]) => numbers);
  return [
    ...Object.values(NEVER),
    ...talk,
    ...(unshared === undefined ? [] : Object.values(SHARED)),
    ...(unshared?.metadata === "kept" ? Object.values(METADATA) : []),
    // Before its third version Landlock does not notice this call.
    ...(unshared !== undefined && unshared.landlock < 3 ? [TRUNCATE] : []),
  ];
}

/** Before its sixth version Landlock does not hold signals back; that one goes to everybody can be seen here. */
function otherProcessRules(column: 0 | 1, { landlock }: Unshared): readonly Instruction[] {
  const others = Object.values(ON_OTHERS).flatMap(({ numbers, argument: index }) =>
    when(numbers[column], [load(argument(index)), jumpIfEqual(0, 0, 1), give(ALLOW), give(ERRNO | EPERM)]),
  );
  const everybody = when(KILL[column], [
    load(argument(0)),
    jumpIfEqual(EVERYBODY, 0, 1),
    give(ERRNO | EPERM),
    give(ALLOW),
  ]);
  return [...others, ...(landlock < 6 ? everybody : [])];
}

/**
 * Internet sockets, in a network that ends at the loopback device, and questions about that device. Local sockets come in
 * pairs only: a connection by path would reach servers outside, and the filter cannot look at addresses.
 */
function loopbackRules(column: 0 | 1): readonly Instruction[] {
  const families = [
    load(argument(0)),
    jumpIfEqual(AF_INET, 5, 0),
    jumpIfEqual(AF_INET6, 4, 0),
    jumpIfEqual(AF_NETLINK, 0, 2),
    load(argument(2)),
    jumpIfEqual(NETLINK_ROUTE, 1, 0),
    give(ERRNO | EPERM),
    give(ALLOW),
  ];
  return [...when(SOCKET[column], families), ...when(SOCKETPAIR[column], localOnly())];
}

/**
 * Sockets are for relatives only: pairs and unconnected local ones. Datagram sockets are left out because a message on them
 * can carry the address of any local server, out of the filter's sight. For the same reason `sendto` passes without address.
 */
function socketRules(column: 0 | 1): readonly Instruction[] {
  const withoutAddress = [
    load(argument(4)),
    jumpIfEqual(0, 0, 3),
    load(argument(4) + 4),
    jumpIfEqual(0, 0, 1),
    give(ALLOW),
    give(ERRNO | EPERM),
  ];
  return [
    ...when(SOCKET[column], localOnly()),
    ...when(SOCKETPAIR[column], localOnly()),
    ...when(SENDTO[column], withoutAddress),
  ];
}

function localOnly(): readonly Instruction[] {
  return [
    load(argument(0)),
    jumpIfEqual(AF_UNIX, 0, 5),
    load(argument(1)),
    keepBits(SOCK_TYPE_MASK),
    jumpIfEqual(SOCK_STREAM, 1, 0),
    jumpIfEqual(SOCK_SEQPACKET, 0, 1),
    give(ALLOW),
    give(ERRNO | EPERM),
  ];
}

type Instruction = {
  readonly code: number;
  readonly ifTrue?: number;
  readonly ifFalse?: number;
  readonly value: number;
};

/** Offsets in `struct seccomp_data`; both processors are little-endian, so the low half of an argument comes first. */
const NUMBER = 0;
const ARCHITECTURE = 4;
const argument = (index: number) => 16 + index * 8;

const load = (offset: number): Instruction => ({ code: 0x20, value: offset });
const keepBits = (bits: number): Instruction => ({ code: 0x54, value: bits });
const give = (verdict: number): Instruction => ({ code: 0x06, value: verdict });
const jumpIfEqual = (value: number, ifTrue: number, ifFalse: number): Instruction => ({
  code: 0x15,
  ifTrue,
  ifFalse,
  value,
});
const jumpIfAtLeast = (value: number, ifTrue: number, ifFalse: number): Instruction => ({
  code: 0x35,
  ifTrue,
  ifFalse,
  value,
});
const jumpIfAnyBit = (value: number, ifTrue: number, ifFalse: number): Instruction => ({
  code: 0x45,
  ifTrue,
  ifFalse,
  value,
});

/** Runs `then`, which gives a verdict on every path, for one system call; others skip it. */
function when(number: number, then: readonly Instruction[]): readonly Instruction[] {
  return [jumpIfEqual(number, 0, then.length), ...then];
}

function assemble(program: readonly Instruction[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(program.length * 8));
  program.forEach(({ code, ifTrue = 0, ifFalse = 0, value }, index) => {
    bytes.setUint16(index * 8, code, true);
    bytes.setUint8(index * 8 + 2, ifTrue);
    bytes.setUint8(index * 8 + 3, ifFalse);
    bytes.setUint32(index * 8 + 4, value >>> 0, true);
  });
  return new Uint8Array(bytes.buffer);
}
