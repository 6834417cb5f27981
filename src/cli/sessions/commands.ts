// The flags and words of `codex resume`, `fork`, `archive`, `unarchive` and `undo`, for the command table (cli.md 3.3 and 3.4).

import { INTERACTIVE_FLAGS, SESSION_FLAGS } from "../grammar/interactive-flags";
import { CD } from "../grammar/shared-flags";
import type { CommandSpec, FlagSpec, PositionalSpec } from "../grammar/spec";

/** The root's options that would be refused before other commands. */
const ROOT_FLAGS = ["profile", "strict-config", "remote"];
const LAST: FlagSpec = {
  name: "last",
  help: "Take the session that was used last in this folder, without asking",
};
const ALL: FlagSpec = { name: "all", help: "Look at the sessions of all folders" };

const CONTINUED: readonly PositionalSpec[] = [
  {
    name: "SESSION_ID",
    help: "Id (a UUID) or name of the session; with `--last` the first word is the prompt",
  },
  { name: "PROMPT", conflicts: ["last"], help: "What to do next" },
];

export const RESUME: CommandSpec = {
  name: "resume",
  about: "Go on with an earlier session: choose one, or name it",
  versionName: "codex-cli-resume",
  rootFlags: ROOT_FLAGS,
  flags: [
    LAST,
    ALL,
    {
      name: "include-non-interactive",
      help: "Offer sessions of `codex exec` and of other programs too",
    },
    ...INTERACTIVE_FLAGS,
  ],
  positionals: CONTINUED,
  commands: [],
  load: () => import("./continue"),
};

export const FORK: CommandSpec = {
  name: "fork",
  about: "Go on in a copy of an earlier session, which itself stays as it is",
  versionName: "codex-cli-fork",
  rootFlags: ROOT_FLAGS,
  flags: [LAST, ALL, ...INTERACTIVE_FLAGS],
  positionals: CONTINUED,
  commands: [],
  load: () => import("./continue"),
};

export const ARCHIVE = shelf("archive", "Put a session out of sight; `unarchive` brings it back");
export const UNARCHIVE = shelf("unarchive", "Bring an archived session back");

export const UNDO: CommandSpec = {
  name: "undo",
  about: "Put back the files that the last turn in this folder has changed",
  flags: [
    {
      name: "redo",
      help: "Bring back what the last `undo` has replaced",
    },
    CD,
  ],
  positionals: [],
  commands: [],
  load: () => import("./undo"),
};

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
