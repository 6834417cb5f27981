// The system call filter of confined commands, as a classic BPF program (sandbox.md 2.6).

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

/** Numbers on x86_64 and aarch64. */
type Numbers = readonly [number, number];

/**
 * Refused always. They reach past namespaces, or are the parts of the kernel with the worst record, and no build, test or
 * tool needs them: libraries that try io_uring or userfaultfd go on without.
 */
const NEVER: Readonly<Record<string, Numbers>> = {
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  open_by_handle_at: [304, 265],
};

/**
 * Refused when the network is: every way to talk to someone who is not a relative. The reference also refuses shutdown,
 * getsockopt, setsockopt, getpeername and getsockname, which only concern a socket that one already has; Node's execSync and
 * many others then fail on their own socket pairs.
 */
const WITHOUT_NETWORK: Readonly<Record<string, Numbers>> = {
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  pidfd_getfd: [438, 438],
  connect: [42, 203],
  accept: [43, 202],
  accept4: [288, 242],
  bind: [49, 200],
  listen: [50, 201],
  sendmmsg: [307, 269],
  recvmmsg: [299, 243],
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
const CLONE_NEWCGROUP = 0x0200_0000;

const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;
const ERRNO = 0x0005_0000;

/** Whether a filter can be made for this `process.arch`. */
export function isFilterKnown(arch: string): boolean {
  return Object.hasOwn(MACHINES, arch);
}

/** @throws RangeError for an architecture that is not known */
export function systemCallFilter(arch: string, network: "shared" | "none"): Uint8Array {
  const machine = MACHINES[arch];
  if (machine === undefined) throw new RangeError(`no system call filter for ${arch}`);
  const { column } = machine;
  const refused = [NEVER, ...(network === "none" ? [WITHOUT_NETWORK] : [])].flatMap((table) =>
    Object.values(table).map((numbers) => numbers[column]),
  );
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
    ...when(IOCTL[column], [
      load(argument(1)),
      jumpIfEqual(TIOCSTI, 2, 0),
      jumpIfEqual(TIOCLINUX, 1, 0),
      give(ALLOW),
      give(ERRNO | EPERM),
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

/**
 * Sockets are for relatives only: pairs and unconnected local ones. Datagram sockets are left out because a message on them
 * can carry the address of any local server, out of the filter's sight. For the same reason `sendto` passes without address.
 */
function socketRules(column: 0 | 1): readonly Instruction[] {
  const localOnly = [
    load(argument(0)),
    jumpIfEqual(AF_UNIX, 0, 5),
    load(argument(1)),
    keepBits(SOCK_TYPE_MASK),
    jumpIfEqual(SOCK_STREAM, 1, 0),
    jumpIfEqual(SOCK_SEQPACKET, 0, 1),
    give(ALLOW),
    give(ERRNO | EPERM),
  ];
  const withoutAddress = [
    load(argument(4)),
    jumpIfEqual(0, 0, 3),
    load(argument(4) + 4),
    jumpIfEqual(0, 0, 1),
    give(ALLOW),
    give(ERRNO | EPERM),
  ];
  return [
    ...when(SOCKET[column], localOnly),
    ...when(SOCKETPAIR[column], localOnly),
    ...when(SENDTO[column], withoutAddress),
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
