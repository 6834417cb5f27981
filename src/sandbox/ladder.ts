// Which sandbox this machine lets us build, from the best down: our namespaces, those of `bwrap`, Landlock, or none.

import { readFileSync, readlinkSync, statSync } from "node:fs";
import type { NamespaceConfinement } from "../exec/confinement";
import { endsWell, programsNamed } from "../exec/executable";
import { landlockVersion } from "../exec/libc";
import { tryNamespaces } from "../exec/linux-run";
import { NO_ANSWER } from "../exec/start-failure";
import { once } from "../util/once";
import { bubblewrapConfinement, type Bubblewrap } from "./bubblewrap";
import { isWithin, type Place } from "./entries";
import { readRemembered, remember, type Rung } from "./rung";
import { systemCallFilter } from "./system-calls";

export type LadderPlace = Place & { readonly codexHome: string };

/**
 * Tried once a boot, and then remembered. A setting that blocks us, and one that no longer does, is noticed at once.
 */
export function linuxRung(place: LadderPlace): Rung {
  const known = rungs().get(place.codexHome);
  if (known !== undefined) return known;
  const key = systemKey();
  const remembered = readRemembered(place.codexHome);
  const rung = remembered?.key === key ? remembered.rung : tryRungs(place);
  if (rung !== remembered?.rung && rung.type !== "none") remember(place.codexHome, { key, rung });
  rungs().set(place.codexHome, rung);
  return rung;
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
