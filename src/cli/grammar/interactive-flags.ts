// The flags of the interactive commands: `codex` itself, `resume` and `fork` (cli.md 3.1).

import * as flag from "./shared-flags";
import type { FlagSpec } from "./spec";

export const REMOTE_FLAGS: readonly FlagSpec[] = [
  {
    name: "remote",
    value: { name: "ADDR" },
    hidden: true,
    help: "Address of an app server to use: ws://, wss:// or unix://",
  },
  {
    name: "remote-auth-token-env",
    value: { name: "ENV_VAR" },
    hidden: true,
    help: "Environment variable that holds the token for `--remote`",
  },
];

/** What `archive` and `unarchive` take as well. */
export const SESSION_FLAGS: readonly FlagSpec[] = [
  ...REMOTE_FLAGS,
  flag.STRICT_CONFIG,
  flag.IMAGE,
  flag.MODEL,
  flag.OSS,
  flag.LOCAL_PROVIDER,
  flag.PROFILE,
  flag.SANDBOX,
  flag.BYPASS,
  flag.BYPASS_HOOK_TRUST,
  flag.CD,
  flag.ADD_DIR,
];

export const INTERACTIVE_FLAGS: readonly FlagSpec[] = [
  ...SESSION_FLAGS.map((one) =>
    one === flag.BYPASS ? { ...one, conflicts: ["ask-for-approval", "full-auto"] } : one,
  ),
  {
    name: "ask-for-approval",
    short: "a",
    value: { name: "APPROVAL_POLICY", choices: ["untrusted", "on-failure", "on-request", "never"] },
    help: "When to ask a person before a command runs",
  },
  { name: "full-auto", hidden: true, help: "Older spelling of `-a on-request -s workspace-write`" },
  { name: "search", hidden: true, help: "Let the model search the web" },
  { name: "no-alt-screen", hidden: true, help: "Keep the scrollback of the terminal" },
];
