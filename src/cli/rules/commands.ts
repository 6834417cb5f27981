// The flags and words of `codex rules` and `codex execpolicy`, for the command table.

import * as flag from "../grammar/shared-flags";
import type { CommandSpec } from "../grammar/spec";

const HERE = { ...flag.CD, help: "Show what is in force in this folder" };

export const RULES: CommandSpec = {
  name: "rules",
  about: "Show and revoke the rules that decide which commands run without a question",
  flags: [],
  positionals: [],
  commands: [
    {
      name: "list",
      about: "Every rule in force here: whose it is, what it decides, its words, its place",
      rootFlags: ["profile"],
      flags: [{ name: "json", help: "Print JSON" }, HERE],
      positionals: [],
      commands: [],
      load: () => import("./list"),
    },
    {
      name: "revoke",
      about: "Take one rule out of its file; comments and the other rules stay",
      rootFlags: ["profile"],
      flags: [HERE],
      positionals: [
        {
          name: "RULE",
          required: true,
          trailing: true,
          help: "Its place as `codex rules list` shows it (`FILE:LINE`), or its words (`git commit`)",
        },
      ],
      commands: [],
      load: () => import("./revoke"),
    },
  ],
};

export const EXECPOLICY: CommandSpec = {
  name: "execpolicy",
  hidden: true,
  about: "Tools for files of rules",
  flags: [],
  positionals: [],
  commands: [
    {
      name: "check",
      about: "Which rules of some files match a command, as JSON",
      flags: [
        {
          name: "rules",
          short: "r",
          value: { name: "PATH", many: "repeat" },
          required: true,
          help: "File of rules; may be given more than once",
        },
        { name: "pretty", help: "Indent the JSON" },
        {
          name: "resolve-host-executables",
          help: "Look an absolute program path up by its name too, as sessions do",
        },
      ],
      positionals: [
        {
          name: "COMMAND",
          required: true,
          trailing: true,
          help: "The words of the command, taken as they are",
        },
      ],
      commands: [],
      load: () => import("./execpolicy-check"),
    },
  ],
};
