// Says in rules of Landlock what mount rules say, as far as that goes: where no namespaces can be had.

import type { LandlockConfinement, LandlockRule } from "../exec/confinement";
import { landlockVersion } from "../exec/libc";
import { isWithin } from "./entries";
import type { MountRules } from "./mount-rules";
import { systemCallFilter } from "./system-calls";

export type LandlockOptions = {
  /** Of the kernel's Landlock; at least 1. */
  readonly version: number;
  readonly network: "shared" | "none";
  readonly codexHome: string;
};

type Refused = { readonly type: "refused"; readonly reason: string; readonly fix: string };

/** Bits of rights, and the version of Landlock that brought each. */
const WRITE_FILE = 1 << 1;
/** Removing and making folders, files, links, pipes and sockets; not devices. */
const CHANGE_FOLDER = 0b1_0111_1011_0000;
const MAKE_DEVICE = (1 << 6) | (1 << 11);
const MOVE = { right: 1 << 13, since: 2 };
const TRUNCATE = { right: 1 << 14, since: 3 };
const CONTROL_DEVICE = { right: 1 << 15, since: 5 };
const PORTS = { rights: 0b11, since: 4 };
/** Abstract sockets, and signals. */
const SCOPE = { sockets: 1, signals: 2, since: 6 };

const DEVICES = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"];

/** @param rules undefined where files are not restricted */
export function landlockConfinement(
  rules: MountRules | undefined,
  { version, network, codexHome }: LandlockOptions,
): LandlockConfinement | Refused {
  const [files, change] = fileRights(version);
  const roots = rules?.mounts.flatMap(({ type, path }) => (type === "open" ? [path] : [])) ?? [];
  const hidden = rules?.mounts.find(({ type }) => type === "hide");
  if (hidden !== undefined) return cannot(`hide ${hidden.path}`);
  const guard = rules?.mounts.flatMap(({ type, path }) => (type === "protect" ? [path] : [])) ?? [];
  const home = guard.find((path) => isWithin(codexHome, path));
  if (home !== undefined) return cannot(`keep ${codexHome} read-only in a writable folder`);
  const sealed = rules !== undefined && rules.tree === "sealed";
  const allow: readonly LandlockRule[] = [
    ...roots.map((path) => ({ path, rights: change })),
    ...DEVICES.map((path) => ({ path, rights: WRITE_FILE | since(CONTROL_DEVICE, version) })),
  ];
  const beyond = version < SCOPE.since ? 0 : SCOPE.signals | (network === "none" ? SCOPE.sockets : 0);
  return {
    type: "landlock",
    network,
    allow: sealed ? allow : [],
    handled: [sealed ? files : 0, network === "none" && version >= PORTS.since ? PORTS.rights : 0, beyond],
    guard,
    filter: systemCallFilter(process.arch, network, {
      landlock: version,
      metadata: sealed && roots.length === 0 ? "kept" : "free",
    }),
  };
}

/** What this rung leaves open, a sentence each. */
/** Whether Landlock can be put on top of namespaces: before version 2 it refuses to move files between folders. */
export function canRefuseWriting(): boolean {
  return landlockVersion() >= 2;
}

export function landlockGaps(version: number): readonly string[] {
  return [
    "Modes, owners, times and attributes of your files can be changed anywhere in workspace-write.",
    "In the .git of a writable folder the settings and hooks, and all of .codex and .agents, are put back after the command; until then, and for all else in .git, they can be changed.",
    "Your other processes can be seen, though not read.",
    ...(version < SCOPE.since ? ["Signals reach your other processes."] : []),
    ...(version < CONTROL_DEVICE.since ? ["Devices that you may open can be controlled."] : []),
    ...(version < MOVE.since
      ? ["Nothing can be moved from one folder to another, not even where it may be written."]
      : []),
    "Commands have no /dev/shm and cannot open terminals of their own.",
  ];
}

/** All that rules are about, and what they allow in a writable folder. */
function fileRights(version: number): readonly [all: number, folder: number] {
  const folder = WRITE_FILE | CHANGE_FOLDER | since(MOVE, version) | since(TRUNCATE, version);
  return [folder | MAKE_DEVICE | since(CONTROL_DEVICE, version), folder];
}

function since(one: { readonly right: number; readonly since: number }, version: number): number {
  return version >= one.since ? one.right : 0;
}

function cannot(what: string): Refused {
  return {
    type: "refused",
    reason: `Without namespaces the sandbox cannot ${what}.`,
    fix: "Allow user namespaces (`codex doctor` says how), or change the permission profile.",
  };
}
