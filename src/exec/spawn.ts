// Starts a command the way its confinement says: the one door through which commands are run.

import type { CommandSpec, RunningCommand } from "./command";
import { spawnDirectly } from "./direct";
import { spawnOnLinux } from "./linux-run";
import { neverStarted } from "./start-failure";

export type { CommandSpec, ExitStatus, RunningCommand, TerminalSize } from "./command";

/**
 * Starts a command in a session of its own and returns at once. Whatever keeps it from running, a missing program as well
 * as a sandbox that cannot be built, is its exit status; it never runs with less confinement than asked for.
 * Dispose of the result: that kills what is left of it and closes our ends.
 */
export function spawnCommand(spec: CommandSpec): RunningCommand {
  if ([spec.cwd, ...spec.argv, ...Object.entries(spec.env).flat()].some((text) => text.includes("\0"))) {
    return neverStarted(spec, {
      type: "failed",
      cause: "other",
      message: "the command contains a NUL byte, which no argument, variable or path can hold",
    });
  }
  switch (spec.confinement.type) {
    case "none":
      return spawnDirectly(spec);
    case "namespaces":
    case "bubblewrap":
    case "landlock":
      return spawnOnLinux(spec, spec.confinement);
    case "seatbelt":
      return spawnDirectly(spec, spec.confinement.wrapper);
    default:
      return spec.confinement satisfies never;
  }
}
