// The flags and words of `codex exec`, its subcommands and `codex review` (cli.md 4), for the command table.

import * as flag from "../grammar/shared-flags";
import type { CommandSpec, FlagSpec } from "../grammar/spec";

/** The root's options that would be refused before other commands. */
const ROOT_FLAGS = ["profile", "strict-config"];
const load = () => import("../exec");

const RESUME: CommandSpec = {
  name: "resume",
  about: "Go on with an earlier session, by its id or name or the last one of this folder",
  rootFlags: ROOT_FLAGS,
  flags: [
    { name: "last", help: "Take the session that was used last in this folder" },
    { name: "all", help: "Look at the sessions of all folders" },
    {
      name: "image",
      short: "i",
      value: { name: "FILE", nonEmpty: true, many: "repeat", commaSplit: true },
      help: "Image to send before the prompt",
    },
  ],
  positionals: [
    {
      name: "SESSION_ID",
      help: "Id (a UUID) or name of the session; with `--last` the first word is the prompt",
    },
    { name: "PROMPT", help: "What to do next. Read from stdin when it is absent or `-`" },
  ],
  commands: [],
  load,
};

const SELECTORS: readonly FlagSpec[] = [
  {
    name: "uncommitted",
    conflicts: ["base", "commit"],
    help: "Review what is not committed yet: staged, unstaged and untracked",
  },
  {
    name: "base",
    value: { name: "BRANCH" },
    conflicts: ["commit"],
    help: "Review what the current branch adds to this one",
  },
  { name: "commit", value: { name: "SHA" }, help: "Review what this commit changed" },
  {
    name: "title",
    value: { name: "TITLE" },
    requires: ["commit"],
    help: "Subject of the commit, to be shown with it",
  },
];

const EXEC_REVIEW: CommandSpec = {
  name: "review",
  about: "Review a change of this repository",
  rootFlags: ROOT_FLAGS,
  flags: SELECTORS,
  positionals: [
    {
      name: "PROMPT",
      conflicts: ["uncommitted", "base", "commit"],
      help: "What to review, in your own words. Read from stdin when it is `-`",
    },
  ],
  commands: [],
  load,
};

/** `codex exec review` without the options of exec. */
export const REVIEW: CommandSpec = { ...EXEC_REVIEW, flags: [flag.STRICT_CONFIG, ...SELECTORS] };

export const EXEC: CommandSpec = {
  name: "exec",
  aliases: ["e"],
  about: "Run the agent once, without questions, and print its last message",
  versionName: "codex-cli-exec",
  rootFlags: ROOT_FLAGS,
  flags: [
    { ...flag.STRICT_CONFIG, global: true },
    flag.IMAGE,
    { ...flag.MODEL, global: true },
    flag.OSS,
    flag.LOCAL_PROVIDER,
    flag.PROFILE,
    flag.SANDBOX,
    { ...flag.BYPASS, global: true, conflicts: ["full-auto"] },
    { ...flag.BYPASS_HOOK_TRUST, global: true },
    flag.CD,
    flag.ADD_DIR,
    { name: "full-auto", global: true, hidden: true, help: "Older spelling of `--sandbox workspace-write`" },
    { name: "skip-git-repo-check", global: true, help: "Allow a directory outside any git repository" },
    { name: "ephemeral", global: true, help: "Keep no session file" },
    {
      name: "ignore-user-config",
      global: true,
      help: "Do not read `$CODEX_HOME/config.toml`; credentials are still taken from there",
    },
    {
      name: "ignore-rules",
      global: true,
      help: "Do not read the `.rules` files of the user and the project",
    },
    {
      name: "no-stdin",
      global: true,
      help: "Leave stdin alone: neither read it nor wait for it",
    },
    {
      name: "output-schema",
      value: { name: "FILE", nonEmpty: true },
      global: true,
      help: "JSON Schema file that the last message must follow",
    },
    {
      name: "color",
      value: { name: "COLOR", choices: ["always", "never", "auto"], defaultValue: "auto" },
      help: "When to colour what is written to stderr",
    },
    {
      name: "json",
      aliases: ["experimental-json"],
      global: true,
      help: "Print what happens to stdout, one JSON object per line",
    },
    {
      name: "output-last-message",
      short: "o",
      value: { name: "FILE", nonEmpty: true },
      global: true,
      help: "Also write the last message to this file",
    },
  ],
  positionals: [
    {
      name: "PROMPT",
      help: "What to do. Read from stdin when it is absent or `-`; text piped in beside a prompt is sent along with it",
    },
  ],
  commands: [RESUME, EXEC_REVIEW],
  load: () => import("../exec"),
};
