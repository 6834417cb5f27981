// Turns a confinement into what the C text carries out: flags, and steps one after the other.

import type { LinuxConfinement, MountRule, NamespaceConfinement } from "./confinement";

/** The numbers of `enum STEP_…` in the C text. */
const OPERATIONS = {
  take: 1,
  seal: 2,
  put: 3,
  tmpfs: 4,
  devpts: 5,
  proc: 6,
  directory: 7,
  file: 8,
  link: 9,
  remove: 10,
  freeze: 11,
  guard: 12,
  allow: 13,
} as const;
const OPTIONAL = 1;
const SAME_PLACE = 2;
const READ_ONLY = 4;
const DEVICES = 8;

const WITH_NETWORK = 1;
const WITH_TERMINAL = 2;
const PLAIN_REMOUNTS = 4;
const LANDLOCK = 16;
const BUBBLEWRAP = 32;
const LOOPBACK = 64;

const DEVICE_NODES = ["null", "zero", "full", "random", "urandom", "tty"];
const DEVICE_LINKS = [
  ["ptmx", "pts/ptmx"],
  ["fd", "/proc/self/fd"],
  ["stdin", "/proc/self/fd/0"],
  ["stdout", "/proc/self/fd/1"],
  ["stderr", "/proc/self/fd/2"],
] as const;
/** A file that nobody may read, to stand for hidden ones; it has no name by the time the command runs. */
const HIDDEN_FILE = "/dev/.hidden";

export type Step = {
  readonly operation: number;
  readonly path: string;
  readonly flags?: number;
  readonly slot?: number;
  readonly mode?: number;
  /** 1 + index in `placeholders`; 0 for none. */
  readonly placeholder?: number;
  readonly text?: string;
};

export type Steps = {
  readonly steps: readonly Step[];
  /** Paths to be created while the command runs when they do not exist. */
  readonly placeholders: readonly string[];
};

export type Setup = Steps & {
  readonly flags: number;
  readonly filter: Uint8Array;
  /** Of Landlock. */
  readonly handled: readonly [number, number, number];
};

/** @param terminal path of the terminal that the command is to use, if any */
export function linuxSetup(confinement: LinuxConfinement, terminal: string | undefined): Setup {
  const { filter } = confinement;
  const withTerminal = terminal === undefined ? 0 : WITH_TERMINAL;
  switch (confinement.type) {
    case "namespaces":
      return {
        ...mountSteps(confinement, terminal),
        flags:
          withTerminal |
          (confinement.network === "shared" ? WITH_NETWORK : 0) |
          (confinement.network === "loopback" ? LOOPBACK : 0) |
          (confinement.plainRemounts ? PLAIN_REMOUNTS : 0),
        filter,
        handled: confinement.pipes === "closed" ? PIPE_RIGHTS : NO_RIGHTS,
      };
    case "bubblewrap":
      return {
        steps: [],
        placeholders: confinement.placeholders,
        flags: withTerminal | BUBBLEWRAP,
        filter,
        handled: NO_RIGHTS,
      };
    case "landlock": {
      const own = terminal === undefined ? [] : [{ path: terminal, rights: confinement.handled[0] }];
      const steps = [...confinement.allow, ...own].map(({ path, rights }) => ({
        operation: OPERATIONS.allow,
        path,
        flags: OPTIONAL,
        mode: rights,
      }));
      return {
        steps,
        placeholders: [],
        flags: withTerminal | LANDLOCK,
        filter,
        handled: confinement.handled,
      };
    }
    default:
      return confinement satisfies never;
  }
}

const NO_RIGHTS = [0, 0, 0] as const;
/** Of Landlock: to open a file for writing; and to rename between folders, which is refused wherever it is not allowed. */
const WRITE_FILE = 1 << 1;
const REFER = 1 << 13;
export const PIPE_RIGHTS = [WRITE_FILE | REFER, 0, 0] as const;

/**
 * Everything is taken first, while it still looks as on the host; then the tree is sealed, and the pieces are put back.
 * @param terminal path of the terminal that the command is to use, if any
 */
function mountSteps(confinement: NamespaceConfinement, terminal: string | undefined): Steps {
  const { tree, mounts } = confinement;
  const placeholders = mounts.flatMap((rule) =>
    rule.type === "protect" && rule.missing === "create" ? [rule.path] : [],
  );
  const taken = mounts.flatMap((rule, slot) => takeRule(rule, slot, placeholders));
  const devices = tree === "sealed" ? privateDevices(mounts.length, terminal) : sealedKernel(mounts.length);
  const passages = mounts.flatMap((rule) =>
    rule.type === "hide" ? rule.passage.map(({ path }) => path) : [],
  );
  const hides = mounts.some((rule) => rule.type === "hide" && rule.what === "file");
  return {
    placeholders,
    steps: [
      ...taken,
      ...devices.take,
      { operation: OPERATIONS.seal, path: "/", flags: tree === "sealed" ? READ_ONLY : DEVICES },
      ...devices.put,
      ...(hides ? [{ operation: OPERATIONS.file, path: HIDDEN_FILE, mode: 0 }] : []),
      ...mounts.flatMap((rule, slot) => putRule(rule, slot, passages)),
      ...(hides ? [{ operation: OPERATIONS.remove, path: HIDDEN_FILE }] : []),
      { operation: OPERATIONS.proc, path: "/proc" },
      { operation: OPERATIONS.guard, path: "/proc" },
      ...(confinement.pipes === "closed" ? openedPaths(mounts) : []).map((path) => ({
        operation: OPERATIONS.allow,
        path,
        flags: OPTIONAL,
        mode: PIPE_RIGHTS[0],
      })),
    ],
  };
}

/** All that the mounts leave writable: what they do not, nobody may open for writing even where a mount does not count. */
export function openedPaths(mounts: readonly MountRule[]): readonly string[] {
  return ["/dev", "/proc", ...mounts.flatMap((rule) => (rule.type === "open" ? [rule.path] : []))];
}

function takeRule(rule: MountRule, slot: number, placeholders: readonly string[]): readonly Step[] {
  const operation = OPERATIONS.take;
  switch (rule.type) {
    case "open":
    case "pin":
      return [{ operation, path: rule.path, slot }];
    case "protect":
      return [
        {
          operation,
          path: rule.path,
          slot,
          flags: OPTIONAL,
          placeholder: placeholders.indexOf(rule.path) + 1,
        },
      ];
    case "hide":
      return [];
    default:
      return rule satisfies never;
  }
}

/** A place inside a hidden directory was made for the purpose; every other must be the one that was taken. */
function putRule(rule: MountRule, slot: number, passages: readonly string[]): readonly Step[] {
  const { path } = rule;
  const place = passages.includes(path) ? 0 : SAME_PLACE;
  switch (rule.type) {
    case "open":
    case "pin":
      return [{ operation: OPERATIONS.put, path, slot, flags: place }];
    case "protect":
      return [{ operation: OPERATIONS.put, path, slot, flags: place | READ_ONLY }];
    case "hide":
      if (rule.what === "file") {
        return [
          { operation: OPERATIONS.take, path: HIDDEN_FILE, slot },
          { operation: OPERATIONS.put, path, slot, flags: READ_ONLY },
        ];
      }
      return [
        { operation: OPERATIONS.tmpfs, path, text: rule.passage.length > 0 ? "mode=0111" : "mode=0000" },
        ...rule.passage.map((inner) => ({
          operation: inner.what === "directory" ? OPERATIONS.directory : OPERATIONS.file,
          path: inner.path,
          mode: inner.what === "directory" ? 0o111 : 0,
        })),
        { operation: OPERATIONS.freeze, path },
      ];
    default:
      return rule satisfies never;
  }
}

type Devices = { readonly take: readonly Step[]; readonly put: readonly Step[] };

/** Where all files are writable, those of /sys are not: they speak to the kernel. For /proc see the step `guard`. */
function sealedKernel(slot: number): Devices {
  const path = "/sys";
  return {
    take: [{ operation: OPERATIONS.take, path, slot, flags: OPTIONAL }],
    put: [{ operation: OPERATIONS.put, path, slot, flags: SAME_PLACE | READ_ONLY }],
  };
}

/** A /dev with what programs expect and no way to the hardware (sandbox.md 2.3). The nodes themselves cannot be changed. */
function privateDevices(firstSlot: number, terminal: string | undefined): Devices {
  const nodes = DEVICE_NODES.map((name) => ({ from: `/dev/${name}`, to: `/dev/${name}` }));
  if (terminal !== undefined) nodes.push({ from: terminal, to: "/dev/console" });
  const put = nodes.flatMap(({ to }, index) => [
    { operation: OPERATIONS.file, path: to, mode: 0o444 },
    { operation: OPERATIONS.put, path: to, slot: firstSlot + index, flags: READ_ONLY | DEVICES },
  ]);
  return {
    take: nodes.map(({ from }, index) => ({
      operation: OPERATIONS.take,
      path: from,
      slot: firstSlot + index,
      flags: OPTIONAL,
    })),
    put: [
      { operation: OPERATIONS.tmpfs, path: "/dev", text: "mode=0755" },
      ...put,
      { operation: OPERATIONS.directory, path: "/dev/pts", mode: 0o755 },
      { operation: OPERATIONS.devpts, path: "/dev/pts", text: "newinstance,ptmxmode=0666,mode=0620" },
      { operation: OPERATIONS.directory, path: "/dev/shm", mode: 0o1777 },
      ...DEVICE_LINKS.map(([name, text]) => ({ operation: OPERATIONS.link, path: `/dev/${name}`, text })),
    ],
  };
}
