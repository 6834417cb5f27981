// Finds CODEX_HOME, the folder of everything this program keeps, and loads its `.env` (config.md 1).

import { readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
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

/**
 * The variables of `$CODEX_HOME/.env` that may enter the environment: all but those that begin with `CODEX_`.
 * A missing or unreadable file has none; of a name that is there twice the later counts.
 * @param env what `$NAME` in a value is looked up in, before the file itself
 */
export function dotenvVariables(codexHome: string, env: Environment): Readonly<Record<string, string>> {
  const all = parseDotenv(readIfPresent(join(codexHome, ".env")) ?? "", env);
  return Object.fromEntries([...all].filter(([name]) => !name.toUpperCase().startsWith("CODEX_")));
}

/** Puts the variables of `.env` over those of this process. Called once, before anything reads the environment. */
export function loadDotenv(codexHome: string): void {
  Object.assign(process.env, dotenvVariables(codexHome, process.env));
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

const ASSIGNMENT =
  /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.]*)[ \t]*=[ \t]*(?:'([^']*)'|"((?:\\[^]|[^"\\])*)"|([^\n]*))/gm;
const ESCAPES = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/**
 * dotenv syntax: `export`, comments, 'literal' and "escaped" values, both over several lines, `$NAME` and `${NAME}`.
 * In a value without quotes `#` begins a comment only behind a blank, so that keys may hold one.
 */
function parseDotenv(text: string, env: Environment): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const [, name = "", literal, escaped, bare = ""] of text.matchAll(ASSIGNMENT)) {
    const filled = (value: string) => fillIn(value, (other) => env[other] ?? variables.get(other) ?? "");
    variables.set(name, literal ?? filled(escaped ?? bare.replace(/(^|\s)#.*$/, "").trim()));
  }
  return variables;
}

function fillIn(value: string, lookUp: (name: string) => string): string {
  const pattern = /\\([^])|\$\{(\w+)\}|\$([A-Za-z_]\w*)/g;
  return value.replace(pattern, (whole, escaped?: string, braced?: string, plain?: string) => {
    if (escaped === undefined) return lookUp(braced ?? plain ?? "");
    return ESCAPES.get(escaped) ?? (/[\\"'$ ]/.test(escaped) ? escaped : whole);
  });
}

function notUsable(path: string, reason: string): UserError {
  const message = `Error finding codex home: CODEX_HOME points to ${JSON.stringify(path)}, but ${reason}`;
  return new UserError(message, { prefixed: false });
}
