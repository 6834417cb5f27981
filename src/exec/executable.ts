// Where programs are found, and whether they work: others by their name, and this one, to be started again as a helper.

import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { constants as system } from "node:os";
import { basename, isAbsolute, join, resolve } from "node:path";
import type { CommandSpec, StartFailure } from "./command";
import { commandFailure } from "./start-failure";

/** What execvp takes when the environment has no PATH. */
const DEFAULT_PATH = "/bin:/usr/bin";

/** A program that takes longer is not one to start each command with. */
const TRIAL_MS = 2_000;

/** In the order in which Windows tries them. */
const ENDINGS = [".com", ".exe", ".bat", ".cmd"];
const STARTABLE = /\.(com|exe|bat|cmd)$/i;

/** They load code into a process, or turn this executable into something else. */
const SWITCHES = /^(BUN|NODE|LD|DYLD)_/;
/** Those that turn it into something else: a command of others, which may start us, gets none of them. */
export const RUNTIME_SWITCHES: readonly string[] = ["BUN_OPTIONS", "BUN_BE_BUN"];
/** Where a compiled executable finds its own modules. */
const EMBEDDED = /^(\/\$bunfs\/|[A-Z]:[\\/]~BUN[\\/])/;

/** Paths to try in order; a name with a slash is a path already, relative to the command's own folder. */
export function executableCandidates(name: string, path: string | undefined): readonly string[] {
  if (name === "") return [];
  if (process.platform === "win32") return windowsCandidates(name, path);
  if (name.includes("/")) return [name];
  return (path ?? DEFAULT_PATH).split(":").map((folder) => `${folder === "" ? "." : folder}/${name}`);
}

/** Never the folder one is in, which anybody may have written. Only endings that Windows itself can start. */
function windowsCandidates(name: string, path: string | undefined): readonly string[] {
  const names = STARTABLE.test(name) ? [name] : ENDINGS.map((ending) => `${name}${ending}`);
  if (/[\\/:]/.test(name)) return names;
  const folders = (path ?? "").split(";").map((folder) => folder.replaceAll('"', ""));
  return folders.filter(isAbsolute).flatMap((folder) => names.map((each) => join(folder, each)));
}

/** The path that PATH of the command's own environment gives, not of ours. */
export function findProgram(
  program: string,
  { env, cwd }: Pick<CommandSpec, "env" | "cwd">,
): string | StartFailure {
  let reason: number = system.errno.ENOENT;
  for (const candidate of executableCandidates(program, pathOf(env))) {
    const path = resolve(cwd, candidate);
    if (!isFile(path)) continue;
    if (process.platform === "win32" || isExecutable(path)) return path;
    reason = system.errno.EACCES;
  }
  return commandFailure(program, reason);
}

/**
 * How to start this executable again, with an environment that cannot change what it does.
 * @param env the environment to scrub: the helper gets the rest
 */
export function selfCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): { readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  const program = EMBEDDED.test(import.meta.dir)
    ? [process.execPath]
    : [process.execPath, join(import.meta.dir, "..", "main.ts")];
  return { argv: [...program, ...args], env: scrubbed(env) };
}

function scrubbed(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter(
      (pair): pair is [string, string] => pair[1] !== undefined && !SWITCHES.test(pair[0]),
    ),
  );
}

/** Whether it ends well. Its environment is empty, so that nothing there can help. */
export function endsWell(argv: readonly string[]): boolean {
  try {
    const { exitCode } = Bun.spawnSync([...argv], {
      env: {},
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
      timeout: TRIAL_MS,
    });
    return exitCode === 0;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

/** Canonical paths of the programs of this name in PATH. */
export function programsNamed(name: string, path: string | undefined): readonly string[] {
  const found = executableCandidates(name, path).flatMap((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      const real = realpathSync(candidate);
      return isAbsolute(candidate) && basename(real) === name && statSync(real).isFile() ? [real] : [];
    } catch (error) {
      if (error instanceof Error && "code" in error) return [];
      throw error;
    }
  });
  return [...new Set(found)];
}

/** Windows does not tell `Path` from `PATH`. */
function pathOf(env: Readonly<Record<string, string>>): string | undefined {
  if (process.platform !== "win32") return env.PATH;
  return Object.entries(env).findLast(([name]) => name.toUpperCase() === "PATH")?.[1];
}

/** A folder of PATH that may not be looked into holds nothing for us. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
