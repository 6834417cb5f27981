// The user's shell, and how it is asked to run a script.

import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import { executableCandidates } from "./executable";

export type Shell = {
  /** Absolute, or a name to be found in PATH. */
  readonly path: string;
  /** `bash`, `zsh`, `sh`, `powershell`, `cmd`, …: how the shell is named to the model. */
  readonly name: string;
};

const USERS = "/etc/passwd";
const FALLBACKS = ["/bin/bash", "/usr/bin/bash", "/bin/sh"];
/** Shells that understand `-lc`. Others, fish for one, are named but scripts for them are the model's matter. */
const POSIX_SHELLS = ["bash", "zsh", "sh"];

/** The login shell of the user, if it is one that runs POSIX scripts; else bash, else sh. */
export function userShell(env: Readonly<Record<string, string | undefined>>): Shell {
  if (process.platform === "win32") return windowsShell(env);
  const wanted = [loginShell(), env.SHELL].filter((path) => path !== undefined && path !== "");
  const usable = [...wanted, ...FALLBACKS].find(
    (path) => path !== undefined && POSIX_SHELLS.includes(basename(path)) && isFile(path),
  );
  return shellNamed(usable ?? "/bin/sh");
}

/** PowerShell, the newer one first, else cmd. Not from WindowsApps: what lies there are no programs but references to some. */
function windowsShell(env: Readonly<Record<string, string | undefined>>): Shell {
  const system = `${env["SystemRoot"] ?? "C:\\Windows"}\\System32`;
  const known = [
    ...executableCandidates("pwsh.exe", env["PATH"]),
    `${env["ProgramFiles"] ?? "C:\\Program Files"}\\PowerShell\\7\\pwsh.exe`,
    ...executableCandidates("powershell.exe", env["PATH"]),
    `${system}\\WindowsPowerShell\\v1.0\\powershell.exe`,
  ];
  const found = known.find((path) => !/[\\/]WindowsApps[\\/]/i.test(path) && isFile(path));
  return shellNamed(found ?? `${system}\\cmd.exe`);
}

/** The shell that is asked for, by path or by name, or `fallback` when nobody asks or this system does not have it. */
export function shellOr(wanted: string | undefined, fallback: Shell): Shell {
  if (wanted === undefined) return fallback;
  const path = executableCandidates(wanted, process.env["PATH"]).find(isFile);
  return path === undefined ? fallback : shellNamed(path);
}

export function shellNamed(path: string): Shell {
  return { path, name: basename(path).replace(/\.exe$/i, "") };
}

/** `login` makes it read the user's profile first (agent.md 9). */
export function shellArgv(shell: Shell, script: string, login: boolean): readonly string[] {
  switch (shell.name) {
    case "cmd":
      return [shell.path, "/c", script];
    case "powershell":
    case "pwsh":
      return [shell.path, ...(login ? [] : ["-NoProfile"]), "-Command", script];
    default:
      return [shell.path, login ? "-lc" : "-c", script];
  }
}

/**
 * From the user database; undefined for a user it does not know, as in many containers. Read here because the runtime
 * reports only $SHELL, which is that of whoever started us.
 */
function loginShell(): string | undefined {
  const id = process.getuid?.();
  if (id === undefined || statSync(USERS, { throwIfNoEntry: false }) === undefined) return undefined;
  const users = readFileSync(USERS, "utf8").split("\n");
  // name:password:uid:gid:comment:home:shell
  return users.map((line) => line.split(":")).find((fields) => fields[2] === String(id))?.[6];
}

/** A folder of PATH that may not be looked into holds nothing for us. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}
