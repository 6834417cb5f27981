// The flags of `codex doctor`, for the command table (cli.md 10).

import type { CommandSpec } from "../grammar/spec";

export const DOCTOR: CommandSpec = {
  name: "doctor",
  about: "Look at everything a turn needs, and say what to do about what is not well",
  rootFlags: ["profile"],
  flags: [
    { name: "json", help: "Print JSON" },
    { name: "summary", help: "Only what is not well" },
    { name: "all", help: "Every fact that was looked at" },
    { name: "no-color", help: "No colours" },
    { name: "ascii", help: "Plain letters instead of marks" },
  ],
  positionals: [],
  commands: [],
  load: () => import("./doctor"),
};
