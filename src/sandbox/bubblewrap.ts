// Says in options of `bwrap` what a confinement says: for systems that let it make namespaces and nobody else (sandbox.md 2.2).

import { readdirSync, statSync } from "node:fs";
import { openedPaths } from "../exec/linux-steps";
import type { BubblewrapConfinement, MountRule, NamespaceConfinement } from "../exec/confinement";

/** The system's program, and what it was found to be able to do. */
export type Bubblewrap = {
  /** Absolute. */
  readonly program: string;
  /** Whether it makes a user namespace, or has rights enough without. */
  readonly users: boolean;
  /** Whether it may mount a /proc of the command's own. */
  readonly processes: boolean;
};

/** Where `exec` puts the filter. */
const FILTER_DESCRIPTOR = "9";
export function bubblewrapConfinement(
  { program, users, processes }: Bubblewrap,
  { network, tree, pipes, mounts, filter }: NamespaceConfinement,
): BubblewrapConfinement {
  const base =
    tree === "open"
      ? ["--dev-bind", "/", "/", "--ro-bind", "/sys", "/sys"]
      : ["--ro-bind", "/", "/", "--dev", "/dev"];
  return {
    type: "bubblewrap",
    program,
    options: [
      ...(users ? ["--unshare-user"] : []),
      ...["--unshare-pid", "--unshare-ipc", "--cap-drop", "ALL", "--new-session", "--die-with-parent"],
      ...(network === "shared" ? [] : ["--unshare-net"]),
      ...base,
      ...mounts.flatMap(mountOptions),
      ...(processes
        ? ["--proc", "/proc", ...kernelFiles().flatMap((path) => ["--ro-bind", path, path])]
        : []),
      ...["--seccomp", FILTER_DESCRIPTOR],
    ],
    opened: pipes === "closed" ? openedPaths(mounts) : undefined,
    placeholders: mounts.flatMap((rule) =>
      rule.type === "protect" && rule.missing === "create" ? [rule.path] : [],
    ),
    filter,
  };
}

/** What it does not do as well as we do: it follows symbolic links that appear while it works. */
export const BUBBLEWRAP_GAPS: readonly string[] = [
  "A folder that is exchanged for a link in the very moment of a start may be opened in its place.",
  "Modes and owners of devices such as /dev/null can be changed, as root.",
  "Commands have no terminal of their own to be controlled by: control-C does not reach them.",
];

/** What in /proc speaks to the kernel instead of to a process: user 0 needs no right to write there. */
function kernelFiles(): readonly string[] {
  return readdirSync("/proc", { withFileTypes: true })
    .filter((entry) => !/^\d/.test(entry.name) && (entry.isDirectory() || entry.isFile()))
    .map(({ name }) => `/proc/${name}`)
    .filter(
      (path) => ((statSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o222) !== 0 || isFolder(path),
    );
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function mountOptions(rule: MountRule): readonly string[] {
  const { path } = rule;
  switch (rule.type) {
    case "open":
    case "pin":
      return ["--bind", path, path];
    case "protect":
      return ["--ro-bind-try", path, path];
    case "hide":
      // A device on a mount that has none cannot be opened.
      if (rule.what === "file") return ["--ro-bind", "/dev/null", path];
      return [
        ...["--perms", rule.passage.length > 0 ? "0111" : "0000", "--tmpfs", path],
        ...rule.passage.flatMap((inner) =>
          inner.what === "directory"
            ? ["--perms", "0111", "--dir", inner.path]
            : ["--ro-bind", "/dev/null", inner.path],
        ),
        ...["--remount-ro", path],
      ];
    default:
      return rule satisfies never;
  }
}
