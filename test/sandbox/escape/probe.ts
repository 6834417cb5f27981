// Runs an attack twice: without a sandbox, where it must do harm so that we know it could, and inside, where it must not.

import { describe, expect, test } from "bun:test";
import { chownSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import {
  confined,
  everyone,
  everyRung,
  onRung,
  PYTHON,
  rungFlags,
  type Confined,
  type Mode,
  type Rung,
  type Who,
} from "../../support/confined";
import { CODEX } from "../../support/harness";
import { exclusion } from "./exclusions";

const FOLDER = import.meta.dir;
const ORDINARY_ID = 65_534;
const isRoot = process.getuid?.() === 0;
const SECRET = `s${process.pid}x${Math.floor(performance.now())}`;
/** Python does not start with a folder for its stdin. */
const STDIN_AS_NINE = ["sh", "-c", 'exec 9<&0 </dev/null; exec "$@"', "sh"];
/** An attack that takes longer hangs. */
const KILL_AFTER_MS = 50_000;

export type Scene = {
  readonly place: Confined;
  /** What the observer said when it was ready: process ids, addresses, ports. */
  readonly target: readonly string[];
};

export type Probe = {
  readonly name: string;
  /** A script of this folder without its ending, and the function in it. */
  readonly attack: readonly [string, string];
  readonly args?: (scene: Scene) => readonly string[];
  /** What `observer.py` is to be while the attack runs. */
  readonly observer?: (place: Confined) => readonly string[];
  /** What `holding.py` is to pass on to the program that it starts. */
  readonly holding?: (place: Confined) => readonly string[];
  /** The attack is on what is held as stdin; it finds that as descriptor 9. */
  readonly stdin?: true;
  readonly prepare?: (place: Confined) => void;
  /** An attack that runs to its end before this one, under the same conditions, and prepares the way for it. */
  readonly first?: Pick<Probe, "attack" | "args">;
  /** Signs of harm, besides a change of anything that may not be written: the observer's report, the attack's output, or other. */
  readonly tells?: RegExp;
  readonly says?: RegExp;
  readonly leaves?: (scene: Scene) => boolean;
  /** Undoes what the control did to the machine. */
  readonly restore?: (scene: Scene) => void;
  /** Only this user could do the harm without a sandbox; the sandbox is tried by everybody. */
  readonly control?: "root" | "an ordinary user";
  /** The only user for whom it is an attack. */
  readonly only?: Who;
  /** The control gets mounts of its own, which end with it. */
  readonly ownMounts?: boolean;
  readonly cwd?: (place: Confined) => string;
  /** Before the command. */
  readonly flags?: (place: Confined) => readonly string[];
  readonly env?: (place: Confined) => Readonly<Record<string, string>>;
  /** Default: workspace-write, which opens more. */
  readonly modes?: readonly Mode[];
  /** Why it cannot be tried here, if so. */
  readonly missing?: string | undefined;
};

/** Declares the tests of a group: one for each probe and user. */
export function tryAll(title: string, probes: readonly Probe[]): void {
  describe.skipIf(process.platform !== "linux" || PYTHON === null)(title, () => {
    for (const rung of everyRung()) {
      for (const who of everyone()) {
        for (const probe of probes) declare(title, probe, who, rung);
      }
    }
  });
}

function declare(title: string, probe: Probe, who: Who, rung: Rung): void {
  if (probe.only !== undefined && probe.only !== who) return;
  const name = `${probe.name} (${who}${rung === "namespaces" ? "" : `, ${rung}`})`;
  const missing = probe.missing ?? missingControl(probe) ?? exclusion(`${title} ${probe.name}`, who, rung);
  if (missing !== undefined) test.skip(`${name}: ${missing}`, () => {});
  else test(name, () => tryOne(probe, who, rung));
}

async function tryOne(probe: Probe, who: Who, rung: Rung): Promise<void> {
  // That it could do harm is shown once.
  const harm = rung === "namespaces" ? await run(probe, controlOf(probe, who), undefined, rung) : undefined;
  if (harm?.signs.length === 0) throw new Error(`the control does no harm:\n${harm.said}`);
  for (const mode of probe.modes ?? (["workspace-write"] as const)) {
    const { signs, said } = await run(probe, who, mode, rung);
    expect({ mode, signs, said: signs.length > 0 ? said : "" }).toEqual({ mode, signs: [], said: "" });
  }
}

function missingControl({ control }: Probe): string | undefined {
  if (isRoot || control === undefined) return undefined;
  return control === "root" ? "only root could do the harm" : "it would be done to all that is ours";
}

function controlOf({ control }: Probe, who: Who): Who {
  return control === "root" ? "the user" : (control ?? who);
}

type Outcome = { readonly signs: readonly string[]; readonly said: string };

/** @param mode undefined runs the control */
async function run(probe: Probe, who: Who, mode: Mode | undefined, rung: Rung): Promise<Outcome> {
  using place = confined(who, rung);
  probe.prepare?.(place);
  if (probe.prepare !== undefined && who === "an ordinary user") giveAway(place.root);
  await using observer =
    probe.observer === undefined ? undefined : await observe(probe.observer(place), place, who);
  const scene: Scene = { place, target: observer?.target ?? [] };
  const before = snapshot(place);
  try {
    if (probe.first !== undefined) await attack({ ...probe, ...probe.first }, scene, who, mode, rung);
    const result = await attack(probe, scene, who, mode, rung);
    const told = (await observer?.end()) ?? "";
    const signs = differences(before, snapshot(place));
    if (probe.tells?.test(told)) signs.push(`the observer: ${told.trim()}`);
    if (probe.says?.test(result)) signs.push(`the attack: ${result.trim()}`);
    if (probe.leaves?.(scene)) signs.push("what it leaves");
    return { signs, said: `${told}\n${result}` };
  } finally {
    probe.restore?.(scene);
  }
}

async function attack(
  probe: Probe,
  scene: Scene,
  who: Who,
  mode: Mode | undefined,
  rung: Rung,
): Promise<string> {
  const { place } = scene;
  const [script, name] = probe.attack;
  const child = Bun.spawn(
    [
      ...(mode === undefined ? [] : onRung(rung)),
      ...identity(who),
      ...(probe.holding === undefined ? [] : python("holding", ...probe.holding(place))),
      ...(mode === undefined
        ? unconfined(probe, who)
        : [CODEX, "sandbox", ...modeFlags(mode), ...rungFlags(rung), ...(probe.flags?.(place) ?? []), "--"]),
      ...(probe.stdin ? STDIN_AS_NINE : []),
      ...python(script, name, ...(probe.args?.(scene) ?? [])),
    ],
    {
      cwd: probe.cwd?.(place) ?? place.workspace,
      env: {
        ...environment(place),
        ...(mode === undefined ? {} : { ESCAPE_SECRET: SECRET }),
        ...probe.env?.(place),
      },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
      timeout: KILL_AFTER_MS,
      killSignal: "SIGKILL",
    },
  );
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  await child.exited;
  return `${stdout}\n${stderr.slice(0, 4_000)}`.replaceAll(SECRET, "THE-SECRET");
}

function unconfined(probe: Probe, who: Who): readonly string[] {
  const apart = probe.ownMounts && who === "the user" && isRoot;
  return apart ? ["unshare", "--mount", "--propagation", "private"] : [];
}

async function observe(
  words: readonly string[],
  place: Confined,
  who: Who,
): Promise<AsyncDisposable & { readonly target: readonly string[]; readonly end: () => Promise<string> }> {
  const child = Bun.spawn([...identity(who), ...python("observer", ...words)], {
    cwd: place.outside,
    env: { ...environment(place), ESCAPE_SECRET: SECRET },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
  });
  const reader = child.stdout.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes("\n")) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the observer ${words.join(" ")} could not start`);
    text += decoder.decode(value, { stream: true });
  }
  return {
    target: text.trim().split(" ").slice(1),
    async end() {
      await child.stdin.end();
      let told = "";
      for (let part = await reader.read(); !part.done; part = await reader.read())
        told += decoder.decode(part.value);
      return told;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}

function python(script: string, ...args: readonly string[]): string[] {
  return [PYTHON ?? "python3", "-BS", join(FOLDER, `${script}.py`), ...args];
}

function identity(who: Who): readonly string[] {
  if (who === "the user") return [];
  return ["setpriv", `--reuid=${ORDINARY_ID}`, `--regid=${ORDINARY_ID}`, "--clear-groups"];
}

function modeFlags(mode: Mode): readonly string[] {
  const hide = ["-c", 'shell_environment_policy.exclude=["ESCAPE_SECRET"]'];
  return mode === "read-only" ? hide : [...hide, "-c", 'sandbox_mode="workspace-write"'];
}

function environment(place: Confined): Record<string, string> {
  return {
    PATH: place.path,
    HOME: place.home,
    CODEX_HOME: place.codexHome,
    TMPDIR: place.tmp,
  };
}

/** Makes a folder and all in it the ordinary user's. */
export function giveAway(folder: string): void {
  chownSync(folder, ORDINARY_ID, ORDINARY_ID);
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    if (!lstatSync(path).isSymbolicLink()) chownSync(path, ORDINARY_ID, ORDINARY_ID);
  }
}

/** Everything that no mode lets a command change: what it is and when its inode was changed last, by path. */
function snapshot({ root, workspace, tmp, codexHome }: Confined): ReadonlyMap<string, string> {
  const open = [workspace, tmp, join(codexHome, "memories")];
  // What we remember ourselves about the machine.
  const ours = [join(codexHome, "tmp"), join(codexHome, "tmp", "sandbox-rung.json")];
  const seen = new Map<string, string>();
  const visit = (folder: string): void => {
    const isOpen = open.some((top) => folder === top);
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name);
      if (isOpen && ![".git", ".codex", ".agents"].includes(name)) continue;
      const stat = lstatSync(path);
      if (!open.includes(path) && !ours.includes(path)) seen.set(path, describeEntry(path));
      if (stat.isDirectory()) visit(path);
    }
  };
  visit(root);
  return seen;
}

function describeEntry(path: string): string {
  const stat = lstatSync(path);
  const mode = stat.mode.toString(8);
  if (stat.isSymbolicLink()) return `link to ${readlinkSync(path)}`;
  if (stat.isFile()) return `${mode} ${stat.ctimeMs} ${readFileSync(path, "utf8").slice(0, 200)}`;
  return `${mode} ${stat.ino}`;
}

function differences(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return paths
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => `${path}: ${after.get(path) ?? "gone"}`);
}
