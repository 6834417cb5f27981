// The command table: every command of this build with its flags and words (cli.md 2 to 4). One entry adds a command.

import { APP_SERVER } from "./app-server/commands";
import { EXEC, REVIEW } from "./exec/commands";
import { EXEC_SERVER } from "./exec-server/commands";
import { DOCTOR } from "./doctor/commands";
import { FEATURES_COMMAND } from "./features/commands";
import { INTERACTIVE_FLAGS } from "./grammar/interactive-flags";
import { OVERRIDE_FLAGS } from "./grammar/shared-flags";
import type { CommandSpec } from "./grammar/spec";
import { LOGIN, LOGOUT } from "./login/commands";
import { MCP, MCP_SERVER } from "./mcp/commands";
import { EXECPOLICY, RULES } from "./rules/commands";
import { SANDBOX_SPEC } from "./sandbox/spec";
import { UPDATE } from "./update/commands";
import { ARCHIVE, FORK, RESUME, UNARCHIVE, UNDO } from "./sessions/commands";

/** Commands of the reference that this build lacks, with their aliases; shown in no help. */
const MISSING_AT_ROOT = [
  ..."plugin remote-control app".split(" "),
  ..."apply a cloud cloud-tasks".split(" "),
  ..."responses-api-proxy stdio-to-uds".split(" "),
];

const DEMO: CommandSpec = {
  name: "demo",
  about: "Watch the agent at work, with a scripted model: no key and no network needed",
  flags: [],
  positionals: [],
  commands: [],
  load: () => import("./demo"),
};

const SANDBOX: CommandSpec = { ...SANDBOX_SPEC, load: () => import("./sandbox/lean") };

const OLDER_SANDBOX = { ...SANDBOX_SPEC, hidden: true, load: () => import("./sandbox/older-spelling") };

const DEBUG: CommandSpec = {
  name: "debug",
  hidden: true,
  about: "Older spellings of `codex sandbox`",
  flags: [],
  positionals: [],
  commands: [
    { ...OLDER_SANDBOX, name: "landlock" },
    { ...OLDER_SANDBOX, name: "seatbelt" },
  ],
};

const CONFIG: CommandSpec = {
  name: "config",
  about: "Help with config.toml",
  flags: [],
  positionals: [],
  commands: [
    {
      name: "schema",
      about: "Print the JSON Schema of config.toml",
      flags: [],
      positionals: [],
      commands: [],
      load: () => import("./config-schema"),
    },
  ],
};

const COMPLETION: CommandSpec = {
  name: "completion",
  about: "Print a script that completes commands and options in your shell",
  flags: [],
  positionals: [
    {
      name: "SHELL",
      choices: ["bash", "elvish", "fish", "powershell", "zsh"],
      help: "Which shell; bash when none is named",
    },
  ],
  commands: [],
  load: async () => (await import("./completion/completion")).completionOf(CODEX),
};

/** Root of the table: `codex` itself. */
export const CODEX: CommandSpec = {
  name: "codex",
  about: "A coding agent for the terminal",
  versionName: "codex-cli",
  flags: [...OVERRIDE_FLAGS, ...INTERACTIVE_FLAGS],
  positionals: [{ name: "PROMPT", help: "What to do" }],
  commands: [
    EXEC,
    REVIEW,
    RESUME,
    FORK,
    ARCHIVE,
    UNARCHIVE,
    UNDO,
    LOGIN,
    LOGOUT,
    MCP,
    MCP_SERVER,
    APP_SERVER,
    EXEC_SERVER,
    SANDBOX,
    RULES,
    DEMO,
    FEATURES_COMMAND,
    DOCTOR,
    UPDATE,
    CONFIG,
    COMPLETION,
    DEBUG,
    EXECPOLICY,
  ],
  missing: MISSING_AT_ROOT,
  load: () => import("./prompt-ui"),
};
