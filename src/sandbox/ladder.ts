// Which sandbox this machine lets us build, from the best down: our namespaces, those of `bwrap`, Landlock, or none.

import { mkdirSync, readFileSync, readlinkSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { NamespaceConfinement } from "../exec/confinement";
import { endsWell, programsNamed } from "../exec/executable";
import { landlockVersion } from "../exec/libc";
import { tryNamespaces } from "../exec/linux-run";
import { NO_ANSWER } from "../exec/start-failure";
import { once } from "../util/once";
import { bubblewrapConfinement, type Bubblewrap } from "./bubblewrap";
import { isWithin, type Place } from "./entries";
import { systemCallFilter } from "./system-calls";

/** Why it is not the rung above, and what to do about that. */
export type Blocker = { readonly reason: string; readonly fix: string; readonly cause?: string };

export type Rung =
  | { readonly type: "namespaces" }
  | { readonly type: "bubblewrap"; readonly bubblewrap: Bubblewrap; readonly blocker: Blocker }
  | { readonly type: "landlock"; readonly version: number; readonly blocker: Blocker }
  | { readonly type: "none"; readonly blocker: Blocker };

export type LadderPlace = Place & { readonly codexHome: string };

/**
 * Tried once a boot, and then known from a file in CODEX_HOME, which commands cannot write. A setting that blocks us, and
 * one that no longer does, is noticed at once.
 */
export function linuxRung(place: LadderPlace): Rung {
  const known = rungs().get(place.codexHome);
  if (known !== undefined) return known;
  const file = rememberedFile(place);
  const key = systemKey();
  const remembered = readRemembered(file);
  const rung = remembered?.key === key ? remembered.rung : tryRungs(place);
  if (rung !== remembered?.rung && rung.type !== "none") remember(file, { key, rung });
  rungs().set(place.codexHome, rung);
  return rung;
}

/**
 * The uppermost, unless it is remembered that this machine has another: for who finds out by starting a command, and then asks
 * for `linuxRung`. Most of the time that a command takes to start would go into making sure.
 */
export function likelyRung(place: LadderPlace): Rung {
  const remembered = readRemembered(rememberedFile(place))?.rung.type ?? "namespaces";
  return remembered === "namespaces" ? { type: remembered } : linuxRung(place);
}

/** Tried now, whatever is remembered. */
export function tryRungs({ cwd, env }: LadderPlace): Rung {
  const failure = tryNamespaces(trial());
  if (failure === undefined) return { type: "namespaces" };
  if (failure.advice === NO_ANSWER) return { type: "none", blocker: NO_ANSWER };
  const blocker = failure.advice ?? { reason: failure.message, fix: "run `codex doctor`" };
  const bubblewrap = programsNamed("bwrap", env.PATH)
    .filter((program) => isOfTheSystem(program, [cwd, "/tmp", env.TMPDIR ?? "/tmp"]))
    .flatMap((program) => VARIANTS.map((variant) => ({ program, ...variant })))
    .find(works);
  if (bubblewrap !== undefined) return { type: "bubblewrap", bubblewrap, blocker };
  const version = landlockVersion();
  return version > 0 ? { type: "landlock", version, blocker } : { type: "none", blocker };
}

const trial = (): NamespaceConfinement => ({
  type: "namespaces",
  network: "none",
  tree: "sealed",
  pipes: "closed",
  mounts: [],
  filter: systemCallFilter(process.arch, "none"),
});
/** Without a user namespace the processes outside are of the same kind as ours: then they must not be in view. */
const VARIANTS = [
  { users: true, processes: true },
  { users: true, processes: false },
  { users: false, processes: true },
] as const;

/** Not something that a command could have put there: it would be run without a sandbox. */
function isOfTheSystem(program: string, writable: readonly string[]): boolean {
  const { uid, mode } = statSync(program);
  if (uid !== 0 || (mode & OTHERS_WRITE) !== 0) return false;
  return !writable.some((folder) => folder !== "/" && isWithin(program, folder));
}

const OTHERS_WRITE = 0o022;

function works(bubblewrap: Bubblewrap): boolean {
  const { program, options } = bubblewrapConfinement(bubblewrap, trial());
  const withoutFilter = options.slice(0, options.indexOf("--seccomp"));
  return endsWell([program, ...withoutFilter, "--", program, "--version"]);
}

const rungs = once(() => new Map<string, Rung>());

const rememberedFile = ({ codexHome }: LadderPlace) => join(codexHome, "tmp", "sandbox-rung.json");

type Remembered = { readonly key: string; readonly rung: Rung };

/** What the answer depends on: this boot, this executable, who we are and where, and the usual obstacles. */
function systemKey(): string {
  const { mtimeMs, size } = statSync(process.execPath);
  const status = read("/proc/self/status");
  return [
    process.execPath,
    mtimeMs,
    size,
    ...["user", "mnt"].map((kind) => link(`/proc/self/ns/${kind}`)),
    ...[/^Uid:.*$/m, /^CapEff:.*$/m, /^Seccomp:.*$/m].map((line) => line.exec(status)?.[0]),
    ...CIRCUMSTANCES.map(read),
  ].join("|");
}

const CIRCUMSTANCES = [
  "/proc/sys/kernel/random/boot_id",
  "/proc/self/attr/current",
  "/proc/sys/user/max_user_namespaces",
  "/proc/sys/kernel/unprivileged_userns_clone",
  "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
];

/** Undefined when there is none, or none that we understand. */
function readRemembered(file: string): Remembered | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Remembered; // Ours alone to write; its key is compared whole.
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

/** Where it cannot be written it is found out again each time. */
function remember(file: string, remembered: Remembered): void {
  const folder = dirname(file);
  if (statSync(dirname(folder), { throwIfNoEntry: false }) === undefined) return;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, JSON.stringify(remembered), { mode: 0o600 });
    renameSync(draft, file);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

/** Empty where this kernel has no such file. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}
