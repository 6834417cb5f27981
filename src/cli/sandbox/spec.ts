// The flags and words of `codex sandbox`, for the command table and for the older spellings that put a system's name first.

import * as flag from "../grammar/shared-flags";
import type { CommandSpec } from "../grammar/spec";

/** Without its module, which needs this file itself. */
export const SANDBOX_SPEC: CommandSpec = {
  name: "sandbox",
  about: "Run a command in the sandbox that the agent's commands run in",
  more:
    'Unless `-P` or `-c sandbox_mode="workspace-write"` says otherwise, nothing may be written and there is no network. ' +
    "The exit code is the command's own, or 128 + n when signal n ended it.",
  rootFlags: ["profile"],
  flags: [
    {
      name: "permissions-profile",
      short: "P",
      aliases: ["permission-profile"],
      value: { name: "NAME" },
      help: "What the command may do: `:read-only`, `:workspace` or `:danger-full-access`",
    },
    flag.PROFILE,
    { ...flag.CD, requires: ["permissions-profile"], help: "Folder to run the command in" },
    {
      name: "include-managed-config",
      requires: ["permissions-profile"],
      help: "Apply the requirements of the machine's administrator too",
    },
    {
      name: "allow-unix-socket",
      value: { name: "PATH", many: "repeat" },
      help: "macOS: a local socket, or a folder of them, that may be used although there is no network",
    },
    { name: "log-denials", help: "Say after the command what the sandbox refused, and how to allow it" },
    { name: "full-auto", hidden: true, help: 'Older spelling of `-c sandbox_mode="workspace-write"`' },
  ],
  positionals: [
    { name: "COMMAND", trailing: true, help: "The command and its arguments, passed on untouched" },
  ],
  commands: [],
};
