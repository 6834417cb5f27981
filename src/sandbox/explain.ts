// Says of a system call that was refused to a command which rule of the sandbox it met, and how to allow it.

import { constants } from "node:os";
import { basename, dirname } from "node:path";
import type { RefusedCall } from "../exec/command";
import type { PermissionProfile } from "../protocol/policy";
import { isWithin, type Place } from "./entries";
import { canWrite, PROTECTED_NAMES, writableRoots } from "./policy";
import { NEVER, SHARED, WITHOUT_NETWORK, type Numbers } from "./system-call-numbers";

export type Denial = {
  readonly program: string;
  /** `write`, `connect`, …: what it tried, in a word or two. */
  readonly operation: string;
  /** A path or an address; empty where there is none. */
  readonly target: string;
  readonly rule: string;
  readonly allow: string;
};

export type ExplainPlace = Place & { readonly profile: PermissionProfile };

/** Undefined when the sandbox had nothing to do with it: ordinary permissions, or what nobody may do. */
export function explainRefusal(refused: RefusedCall, place: ExplainPlace): Denial | undefined {
  const column = process.arch === "arm64" ? 1 : 0;
  const called = (table: Readonly<Record<string, Numbers>>) =>
    Object.entries(table).find(([, numbers]) => numbers[column] === refused.call)?.[0];
  const { EPERM } = constants.errno;
  const never = called(NEVER) ?? called(SHARED);
  if (never !== undefined && refused.error === EPERM) {
    return denial(refused, never, "", "it reaches past the sandbox", "not inside a sandbox");
  }
  const talk = called({ ...WITHOUT_NETWORK, ...SOCKETS });
  if (talk !== undefined && place.profile.type === "managed" && place.profile.network === "restricted") {
    return refused.error === EPERM ? networkDenial(refused, talk) : undefined;
  }
  const name = called(FILE_CALLS);
  if (name === undefined || (name in OPENS && !opensForWriting(refused, name))) return undefined;
  return fileDenial(refused, OPENS[name] ?? name.replace(/at2?$/, ""), place);
}

/** Two lines for a person. */
export function denialText({ program, operation, target, rule, allow }: Denial): string {
  const what = [operation, target].filter((text) => text !== "").join(" ");
  return `(${program}) ${what}\n    ${rule}; to allow it: ${allow}\n`;
}

function fileDenial(refused: RefusedCall, operation: string, place: ExplainPlace): Denial | undefined {
  const { profile } = place;
  const path = refused.paths.find((candidate) => !canWrite(profile, candidate, place));
  if (path === undefined) return undefined;
  const roots = writableRoots(profile, place);
  const root = roots.find((candidate) => isWithin(path, candidate));
  const { EEXIST, EBUSY } = constants.errno;
  if (root === undefined) {
    // Then the file is simply there already, or in use.
    if (refused.error === EEXIST || refused.error === EBUSY || isDevice(path)) return undefined;
    const isOpen = roots.length === 0 && isWithin(path, place.cwd);
    return isOpen
      ? denial(refused, operation, path, "the mode is read-only", `-c 'sandbox_mode="workspace-write"'`)
      : denial(refused, operation, path, "it is outside the writable folders", writableFolder(path, place));
  }
  const kept = PROTECTED_NAMES.find((name) => isWithin(path, `${root}/${name}`)) ?? basename(path);
  const outside = "approve the command, or run it with `-P :danger-full-access`";
  return denial(refused, operation, path, `${kept} is protected in ${root}`, outside);
}

/** In read-only there are no folders to add to. Nobody should open the whole disk for one file. */
function writableFolder(path: string, { profile, ...place }: ExplainPlace): string {
  if (dirname(path) === "/") return "write elsewhere, or approve the command";
  const folder = JSON.stringify([dirname(path)]);
  const mode = writableRoots(profile, place).length === 0 ? `-c 'sandbox_mode="workspace-write"' ` : "";
  return `${mode}-c 'sandbox_workspace_write.writable_roots=${folder}'`;
}

function networkDenial(refused: RefusedCall, call: string): Denial {
  const address = addressText(refused.address);
  const [domain = 0n] = refused.args;
  const target = call === "socket" || call === "socketpair" ? familyName(Number(domain)) : address;
  const network = "-c sandbox_workspace_write.network_access=true";
  const local = /^(127\.|\[::1\])/.test(address);
  return denial(
    refused,
    call,
    target,
    call === "ptrace" || call.startsWith("p") ? "it reaches into other processes" : "the network is off",
    local ? `-c sandbox_workspace_write.loopback_access=true, or ${network}` : network,
  );
}

const SOCKETS: Readonly<Record<string, Numbers>> = {
  socket: [41, 198],
  socketpair: [53, 199],
  sendto: [44, 206],
};

/** That change files, by name. */
const FILE_CALLS: Readonly<Record<string, Numbers>> = {
  open: [2, -1],
  creat: [85, -1],
  openat: [257, 56],
  openat2: [437, 437],
  mkdir: [83, -1],
  mkdirat: [258, 34],
  rmdir: [84, -1],
  unlink: [87, -1],
  unlinkat: [263, 35],
  rename: [82, -1],
  renameat: [264, 38],
  renameat2: [316, 276],
  link: [86, -1],
  linkat: [265, 37],
  symlink: [88, -1],
  symlinkat: [266, 36],
  mknod: [133, -1],
  mknodat: [259, 33],
  chmod: [90, -1],
  fchmodat: [268, 53],
  fchmodat2: [452, 452],
  chown: [92, -1],
  lchown: [94, -1],
  fchownat: [260, 54],
  truncate: [76, 45],
  utimensat: [280, 88],
  utime: [132, -1],
  utimes: [235, -1],
  futimesat: [261, -1],
  setxattr: [188, 5],
  lsetxattr: [189, 6],
  removexattr: [197, 14],
  lremovexattr: [198, 15],
};
const OPENS: Readonly<Record<string, string>> = {
  open: "write",
  creat: "write",
  openat: "write",
  openat2: "write",
};
/** Of `openat2` the flags are in a structure that is not looked at. */
const FLAGS_ARGUMENT: Readonly<Record<string, number>> = { open: 1, openat: 2 };

function opensForWriting(refused: RefusedCall, name: string): boolean {
  const index = FLAGS_ARGUMENT[name];
  if (index === undefined) return true;
  const { O_WRONLY, O_RDWR, O_CREAT, O_TRUNC } = constantsOfFiles;
  return (Number(refused.args[index] ?? 0n) & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)) !== 0;
}

const constantsOfFiles = { O_WRONLY: 1, O_RDWR: 2, O_CREAT: 0o100, O_TRUNC: 0o1000 };

/** A terminal that is not there and the like: no folder has to be opened for that. */
function isDevice(path: string): boolean {
  return isWithin(path, "/dev") || isWithin(path, "/proc");
}

/** `127.0.0.1:80`, `[::1]:80`, a path, `@name`; empty for what has none. */
function addressText(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 28) return "";
  const port = view.getUint16(2);
  switch (view.getUint16(0, true)) {
    case 1: {
      const name = bytes.subarray(2);
      const isAbstract = name[0] === 0 && name[1] !== 0;
      const start = isAbstract ? 1 : 0;
      const end = name.indexOf(0, start);
      return `${isAbstract ? "@" : ""}${new TextDecoder().decode(name.subarray(start, end < 0 ? undefined : end))}`;
    }
    case 2:
      return `${bytes.subarray(4, 8).join(".")}:${port}`;
    case 10: {
      const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(8 + index * 2).toString(16));
      return `[${groups.join(":").replace(/(^|:)0(:0)+(:|$)/, "::")}]:${port}`;
    }
    default:
      return "";
  }
}

const FAMILIES: Readonly<Record<number, string>> = {
  1: "unix",
  2: "inet",
  10: "inet6",
  16: "netlink",
  17: "packet",
};

function familyName(family: number): string {
  return FAMILIES[family] ?? `family ${family}`;
}

function denial(
  { program }: RefusedCall,
  operation: string,
  target: string,
  rule: string,
  allow: string,
): Denial {
  return { program, operation, target, rule, allow };
}
