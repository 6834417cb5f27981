// Turns a path as spelled in a patch into an absolute one (apply-patch.md 4, "Paths").

import { resolve } from "node:path";

/** `.` and `..` are resolved lexically; only a leading `~/`, or `~` alone, means the home directory. */
export function absolutePath(spelled: string, cwd: string, home: string): string {
  if (spelled === "~") return resolve(home);
  if (spelled.startsWith("~/")) return resolve(home, `.${spelled.slice(1)}`);
  return resolve(cwd, spelled);
}
