// The user's shell, and how it is asked to run a script.

import { statSync } from "node:fs";
import { userInfo } from "node:os";
import { basename } from "node:path";

export type Shell = {
  /** Absolute, or a name to be found in PATH. */
  readonly path: string;
  /** `bash`, `zsh`, `sh`, `powershell`, `cmd`, …: how the shell is named to the model. */
  readonly name: string;
};

const FALLBACKS = ["/bin/bash", "/usr/bin/bash", "/bin/sh"];
/** Shells that understand `-lc`. Others, fish for one, are named but scripts for them are the model's matter. */
const POSIX_SHELLS = ["bash", "zsh", "sh"];

/** The login shell of the user, if it is one that runs POSIX scripts; else bash, else sh. */
export function userShell(env: Readonly<Record<string, string | undefined>>): Shell {
  if (process.platform === "win32") return shellNamed(env["PWSH"] ?? "powershell.exe");
  const wanted = [loginShell(), env.SHELL].filter((path) => path !== undefined && path !== "");
  const usable = [...wanted, ...FALLBACKS].find(
    (path) => path !== undefined && POSIX_SHELLS.includes(basename(path)) && isFile(path),
  );
  return shellNamed(usable ?? "/bin/sh");
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

/** From the user database; undefined for a user it does not know. */
function loginShell(): string | undefined {
  try {
    return userInfo().shell ?? undefined;
  } catch (error) {
    // A user id without an entry, as in many containers.
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
