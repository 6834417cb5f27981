// Writes the profile by which macOS confines a command, and the words that start it under that profile (sandbox.md 3).

import { lstatSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { SeatbeltConfinement } from "../exec/confinement";
import type { PermissionProfile } from "../protocol/policy";
import { denyGlobs, isWithin, resolvedEntries, type Place } from "./entries";
import { gitPointerTargets } from "./git-pointer";
import { globExpression, literalExpression } from "./path-expressions";
import { PROTECTED_NAMES } from "./policy";
import BASE from "./seatbelt-base.txt" with { type: "text" };
import MINIMAL from "./seatbelt-minimal.txt" with { type: "text" };
import NETWORK from "./seatbelt-network.txt" with { type: "text" };

export type SeatbeltOptions = Place & {
  readonly codexHome: string;
  /** Whether commands without network may talk to each other. */
  readonly loopback?: boolean | undefined;
  /** Sockets by path that may be used whatever the network (`--allow-unix-socket`). */
  readonly unixSockets?: readonly string[];
  /** Marks in the system's log what this profile refused. */
  readonly logTag?: string;
};

/** Never by PATH. */
const PROGRAM = "/usr/bin/sandbox-exec";

type Managed = Extract<PermissionProfile, { type: "managed" }>;

export function seatbeltConfinement(profile: Managed, options: SeatbeltOptions): SeatbeltConfinement {
  const { text, parameters } = seatbeltProfile(profile, options);
  const definitions = [...parameters].map(([name, value]) => `-D${name}=${value}`);
  return { type: "seatbelt", wrapper: [PROGRAM, "-p", text, ...definitions, "--"] };
}

export type SeatbeltProfile = {
  readonly text: string;
  /** Paths are not part of the text but for the expressions of protected names. */
  readonly parameters: ReadonlyMap<string, string>;
};

/** Of what several rules say, the last one counts. */
export function seatbeltProfile(profile: Managed, options: SeatbeltOptions): SeatbeltProfile {
  const parameters = new Map<string, string>();
  const parameter = (name: string, value: string): string => {
    parameters.set(name, value);
    return `(param "${name}")`;
  };
  const tag = options.logTag === undefined ? "" : ` (with message "${options.logTag}")`;
  const { file_system: files, network } = profile;
  const restricted = files.type === "restricted" ? { ...files, place: options } : undefined;
  const sections = [
    `(version 1)\n(deny default${tag})\n${BASE}`,
    ...(restricted === undefined
      ? ["(allow file-read*)", '(allow file-write* (regex #"^/"))']
      : [
          readRules(restricted, parameter),
          writeRules(restricted, options, parameter),
          globRules(restricted),
        ]),
    networkRules(network === "enabled", options, parameter),
    ...(restricted !== undefined && isMinimal(restricted) ? [MINIMAL] : []),
  ];
  return { text: `${sections.filter((section) => section !== "").join("\n")}\n`, parameters };
}

type Restricted = Extract<Managed["file_system"], { type: "restricted" }> & { readonly place: Place };
type Parameter = (name: string, value: string) => string;

function isMinimal({ entries }: Restricted): boolean {
  return entries.some(({ path }) => path.type === "special" && path.value.kind === "minimal");
}

/** Everything, or some folders; without those that are denied, but for what is open again inside them. */
function readRules(restricted: Restricted, parameter: Parameter): string {
  const entries = resolvedEntries(restricted, restricted.place).map((entry) => ({
    ...entry,
    path: real(entry.path),
  }));
  const readable = [...new Set(entries.filter(({ access }) => access !== "deny").map(({ path }) => path))];
  const denied = [...new Set(entries.filter(({ access }) => access === "deny").map(({ path }) => path))];
  const clauses = readable.map((root, index) => {
    const inside = denied.filter((path) => path !== "/" && isWithin(path, root));
    const clause = root === "/" ? '(subpath "/")' : `(subpath ${parameter(`READABLE_ROOT_${index}`, root)})`;
    const without = inside.map((path, inner) => parameter(`READABLE_ROOT_${index}_EXCLUDED_${inner}`, path));
    return except(clause, without);
  });
  return clauses.length === 0 ? "" : `(allow file-read* file-test-existence\n  ${clauses.join("\n  ")})`;
}

function writeRules(restricted: Restricted, options: SeatbeltOptions, parameter: Parameter): string {
  const entries = resolvedEntries(restricted, restricted.place);
  const written = entries.filter(({ access }) => access === "write").map(({ path }) => path);
  const roots = [...new Set(written.map(real))];
  const named = [
    ...entries.filter(({ access }) => access !== "write").map(({ path }) => path),
    options.codexHome,
  ];
  const pointed = roots.flatMap((root) => gitPointerTargets(join(root, ".git")));
  const kept = [...new Set([...named, ...pointed].flatMap((path) => [inRealFolder(path), real(path)]))];
  const clauses = roots.map((root, index) => {
    const inside = kept.filter((path) => path !== root && isWithin(path, root) && !roots.includes(path));
    const without = inside.map((path, inner) => parameter(`WRITABLE_ROOT_${index}_EXCLUDED_${inner}`, path));
    const names = roots
      .filter((other) => isWithin(other, root))
      .flatMap((other) => PROTECTED_NAMES.map((name) => join(other, name)))
      .filter((path) => !roots.includes(path));
    const expressions = names.map((path) => `(require-not (regex #"^${literalExpression(path)}(/.*)?$"))`);
    return except(`(subpath ${parameter(`WRITABLE_ROOT_${index}`, root)})`, without, expressions);
  });
  return clauses.length === 0 ? "" : `(allow file-write*\n  ${clauses.join("\n  ")})`;
}

/** Both forms: a folder must not be made either. */
function except(clause: string, without: readonly string[], more: readonly string[] = []): string {
  if (without.length + more.length === 0) return clause;
  const not = without.flatMap((path) => [
    `(require-not (literal ${path}))`,
    `(require-not (subpath ${path}))`,
  ]);
  return `(require-all ${[clause, ...not, ...more].join(" ")})`;
}

/** Also with the part before the first wildcard made real: the system sees paths without links. */
function globRules(restricted: Restricted): string {
  const patterns = denyGlobs(restricted).flatMap((pattern) => {
    const fixed = pattern.split("/").findIndex((part) => /[*?[]/.test(part));
    const parts = pattern.split("/");
    const head = parts.slice(0, fixed < 0 ? parts.length : fixed).join("/") || "/";
    return [pattern, join(real(head), ...parts.slice(fixed < 0 ? parts.length : fixed))];
  });
  return [...new Set(patterns)]
    .flatMap((pattern) =>
      ["file-read*", "file-write-unlink"].map(
        (what) => `(deny ${what} (regex #"${globExpression(pattern)}"))`,
      ),
    )
    .join("\n");
}

function networkRules(
  enabled: boolean,
  { loopback, unixSockets = [] }: SeatbeltOptions,
  parameter: Parameter,
): string {
  const sockets = unixSockets.flatMap((path, index) => {
    const place = `(subpath ${parameter(`UNIX_SOCKET_PATH_${index}`, real(path))})`;
    return [
      `(allow network-bind (local unix-socket ${place}))`,
      `(allow network-outbound (remote unix-socket ${place}))`,
    ];
  });
  const reach = enabled
    ? ["(allow network-outbound)", "(allow network-inbound)"]
    : loopback
      ? [
          '(allow network-bind (local ip "localhost:*"))',
          '(allow network-inbound (local ip "localhost:*"))',
          '(allow network-outbound (remote ip "localhost:*"))',
        ]
      : [];
  const local = sockets.length === 0 ? [] : ["(allow system-socket (socket-domain AF_UNIX))", ...sockets];
  return reach.length + local.length === 0 ? "" : [...reach, ...local, NETWORK].join("\n");
}

/** Without links, as far as it exists. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return path === dirname(path) ? path : join(real(dirname(path)), basename(path));
  }
}

/** The path itself, so that a link in its place is protected too. */
function inRealFolder(path: string): string {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  return isLink ? join(real(dirname(path)), basename(path)) : real(path);
}
