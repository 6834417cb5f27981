// The words of `codex features`, for the command table (cli.md 9).

import { OVERRIDE_FLAGS } from "../grammar/shared-flags";
import type { CommandSpec, PositionalSpec } from "../grammar/spec";

const FEATURE: PositionalSpec = { name: "FEATURE", required: true, help: "Name of the feature" };

export const FEATURES_COMMAND: CommandSpec = {
  name: "features",
  about: "Show the features, and switch them on and off for good",
  flags: OVERRIDE_FLAGS,
  positionals: [],
  commands: [
    {
      name: "list",
      about: "Every feature with its stage and whether it is on",
      rootFlags: ["profile"],
      flags: [],
      positionals: [],
      commands: [],
      load: () => import("./list"),
    },
    {
      name: "enable",
      about: "Switch a feature on in config.toml",
      rootFlags: ["profile"],
      flags: [],
      positionals: [FEATURE],
      commands: [],
      load: () => import("./switch"),
    },
    {
      name: "disable",
      about: "Switch a feature off in config.toml",
      rootFlags: ["profile"],
      flags: [],
      positionals: [FEATURE],
      commands: [],
      load: () => import("./switch"),
    },
  ],
};
