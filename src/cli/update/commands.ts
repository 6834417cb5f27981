// `codex update`, for the command table (cli.md 10).

import type { CommandSpec } from "../grammar/spec";

export const UPDATE: CommandSpec = {
  name: "update",
  about: "Bring the newest release",
  flags: [],
  positionals: [],
  commands: [],
  load: () => import("./update"),
};
