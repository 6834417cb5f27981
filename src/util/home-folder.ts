// The user's home folder, also where the user has no entry in any database and no variable names it.

import { homedir } from "node:os";

/** Absolute: `HOME` (on Windows `USERPROFILE`), else what the system knows, else the root. */
export function homeFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = env[process.platform === "win32" ? "USERPROFILE" : "HOME"];
  if (named) return named;
  try {
    return homedir();
  } catch {
    return "/"; // a user id without an entry, as in many containers
  }
}
