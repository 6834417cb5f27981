// The flags and words of `codex archive` and `unarchive`, for the command table (cli.md 3.4).

import { SESSION_FLAGS } from "../grammar/interactive-flags";
import type { CommandSpec } from "../grammar/spec";

/** The root's options that would be refused before other commands. */
const ROOT_FLAGS = ["profile", "strict-config", "remote"];
function shelf(name: string, about: string): CommandSpec {
  return {
    name,
    about,
    rootFlags: ROOT_FLAGS,
    flags: SESSION_FLAGS,
    positionals: [{ name: "SESSION", required: true, help: "Id (a UUID) or name of the session" }],
    commands: [],
    load: () => import("./archive"),
  };
}

export const ARCHIVE = shelf("archive", "Put a session out of sight; `unarchive` brings it back");
export const UNARCHIVE = shelf("unarchive", "Bring an archived session back");
