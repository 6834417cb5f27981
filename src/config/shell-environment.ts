// The environment of the commands a session runs, from our own and `shell_environment_policy` (config.md 10).

import type { ConfigToml } from "./schema";

export type ShellEnvironmentPolicy = NonNullable<ConfigToml["shell_environment_policy"]>;

const CORE_UNIX = words("PATH SHELL TMPDIR TEMP TMP HOME LANG LC_ALL LC_CTYPE LOGNAME USER");
const CORE_WINDOWS = words(
  `PATH PATHEXT SHELL COMSPEC SYSTEMROOT SYSTEMDRIVE USERNAME USERDOMAIN USERPROFILE HOMEDRIVE HOMEPATH PROGRAMFILES
   PROGRAMFILES(X86) PROGRAMW6432 PROGRAMDATA LOCALAPPDATA APPDATA TEMP TMP TMPDIR POWERSHELL PWSH`,
);
const DEFAULT_EXCLUDES = ["*KEY*", "*SECRET*", "*TOKEN*"];
const WINDOWS_PATHEXT = ".COM;.EXE;.BAT;.CMD";

/**
 * The variables a command starts with, before the tool runner adds its own. Steps in order: inherit, default excludes,
 * `exclude`, `set`, `include_only`, then the thread's id.
 * @param platform `process.platform`; a parameter because the core list and PATHEXT depend on it
 */
export function commandEnvironment(
  policy: ShellEnvironmentPolicy | undefined,
  env: Readonly<Record<string, string | undefined>>,
  threadId?: string,
  platform: NodeJS.Platform = process.platform,
): Record<string, string> {
  const isWindows = platform === "win32";
  const excludes = [
    ...(policy?.ignore_default_excludes === false ? DEFAULT_EXCLUDES : []),
    ...(policy?.exclude ?? []),
  ].map(wildcard);
  const includes = (policy?.include_only ?? []).map(wildcard);
  const inherited = Object.entries(env)
    .filter((pair): pair is [string, string] => pair[1] !== undefined)
    .filter(([name]) => isInherited(name, policy?.inherit ?? "all", isWindows))
    .filter(([name]) => !excludes.some((pattern) => pattern.test(name)));
  const variables = new Map(
    [...inherited, ...Object.entries(policy?.set ?? {})].map(([name, value]) => [
      isWindows && name.toUpperCase() === "PATH" ? "PATH" : name,
      value,
    ]),
  );
  if (includes.length > 0) {
    for (const name of variables.keys()) {
      if (!includes.some((pattern) => pattern.test(name))) variables.delete(name);
    }
  }
  if (threadId !== undefined) variables.set("CODEX_THREAD_ID", threadId);
  const hasPathext = [...variables.keys()].some((name) => name.toUpperCase() === "PATHEXT");
  if (isWindows && !hasPathext) variables.set("PATHEXT", WINDOWS_PATHEXT);
  return Object.fromEntries(variables);
}

/** A pattern over a whole name: `*` and `?` are special, case does not count. */
export function wildcard(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${source}$`, "i");
}

function isInherited(name: string, inherit: "all" | "core" | "none", isWindows: boolean): boolean {
  switch (inherit) {
    case "all":
      return true;
    case "none":
      return false;
    case "core":
      return (isWindows ? CORE_WINDOWS : CORE_UNIX).includes(name.toUpperCase());
    default:
      return inherit satisfies never;
  }
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
