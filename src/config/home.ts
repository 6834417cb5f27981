// Finds CODEX_HOME, the folder of everything this program keeps, and loads its `.env` (config.md 1).

import { mkdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { UserError } from "../util/user-error";
import { homeFolder } from "../util/home-folder";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `CODEX_HOME` when set and not empty, which must be a folder, else `~/.codex`, which need not exist yet.
 * Absolute, with symbolic links resolved where the folder exists.
 * @throws UserError if CODEX_HOME names nothing, or no folder
 */
export function findCodexHome(env: Environment): string {
  const configured = env["CODEX_HOME"];
  if (!configured) return canonical(join(homeFolder(env), ".codex"));
  const found = statSync(configured, { throwIfNoEntry: false });
  if (found === undefined) throw notUsable(configured, "that path does not exist");
  if (!found.isDirectory()) throw notUsable(configured, "that path is not a directory");
  return realpathSync(configured);
}

/** Creates CODEX_HOME, for the first write into it. */
export function ensureCodexHome(codexHome: string): void {
  mkdirSync(codexHome, { recursive: true });
}

/**
 * The variables of `$CODEX_HOME/.env` that may enter the environment: all but those that begin with `CODEX_`.
 * A missing or unreadable file has none. Later lines win; values are taken as written, without substitution.
 */
export function dotenvVariables(codexHome: string): Readonly<Record<string, string>> {
  const text = readIfPresent(join(codexHome, ".env"));
  const variables = Object.entries(text === undefined ? {} : parseEnv(text));
  const allowed = variables.filter(([name]) => !name.toUpperCase().startsWith("CODEX_"));
  return Object.fromEntries(allowed.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** Puts the variables of `.env` over those of this process. Called once, before anything reads the environment. */
export function loadDotenv(codexHome: string): void {
  Object.assign(process.env, dotenvVariables(codexHome));
}

/** The path with symbolic links resolved; as given when it does not exist. */
export function canonical(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** The text of a file; undefined when it cannot be read. */
export function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function notUsable(path: string, reason: string): UserError {
  const message = `Error finding codex home: CODEX_HOME points to ${JSON.stringify(path)}, but ${reason}`;
  return new UserError(message, { prefixed: false });
}
