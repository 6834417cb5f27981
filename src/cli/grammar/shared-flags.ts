// The flags that more than one command has, each written once.

import type { FlagSpec } from "./spec";

const CONFIG: FlagSpec = {
  name: "config",
  short: "c",
  value: { name: "key=value", many: "repeat" },
  global: true,
  help:
    "Set one configuration value for this run, over what config.toml says\n\n" +
    "The key is a dotted path (`tools.web_search`). The value is read as TOML, and as plain text when it is not TOML. " +
    "Example: `-c model_reasoning_effort=high -c 'sandbox_workspace_write.writable_roots=[\"/opt\"]'`",
};
const ENABLE: FlagSpec = {
  name: "enable",
  value: { name: "FEATURE", many: "repeat" },
  global: true,
  help: "Switch a feature on for this run; short for `-c features.<FEATURE>=true`",
};
const DISABLE: FlagSpec = {
  name: "disable",
  value: { name: "FEATURE", many: "repeat" },
  global: true,
  help: "Switch a feature off for this run; short for `-c features.<FEATURE>=false`",
};

/** Accepted at every level of every command. */
export const OVERRIDE_FLAGS: readonly FlagSpec[] = [CONFIG, ENABLE, DISABLE];

export const MODEL: FlagSpec = {
  name: "model",
  short: "m",
  value: { name: "MODEL" },
  help: "Which model to ask",
};
export const IMAGE: FlagSpec = {
  name: "image",
  short: "i",
  value: { name: "FILE", nonEmpty: true, many: "variadic", commaSplit: true },
  help: "Images to send before the prompt; takes every word up to the next option",
};
export const OSS: FlagSpec = { name: "oss", help: "Use a model server on this machine" };
export const LOCAL_PROVIDER: FlagSpec = {
  name: "local-provider",
  value: { name: "OSS_PROVIDER" },
  help: "Which server `--oss` means: lmstudio or ollama",
};
export const PROFILE: FlagSpec = {
  name: "profile",
  short: "p",
  value: { name: "CONFIG_PROFILE_V2", refuse: refuseProfileName },
  help: "Put `$CODEX_HOME/<name>.config.toml` over config.toml",
};
export const SANDBOX: FlagSpec = {
  name: "sandbox",
  short: "s",
  value: { name: "SANDBOX_MODE", choices: ["read-only", "workspace-write", "danger-full-access"] },
  help: "What commands started by the model may do",
};
export const BYPASS: FlagSpec = {
  name: "dangerously-bypass-approvals-and-sandbox",
  aliases: ["yolo"],
  help: "Ask nothing and confine nothing. DANGEROUS: only for a machine that is itself a sandbox",
};
export const BYPASS_HOOK_TRUST: FlagSpec = {
  name: "dangerously-bypass-hook-trust",
  help: "Run enabled hooks that nobody has trusted yet. DANGEROUS: only for hooks that were checked by other means",
};
export const CD: FlagSpec = {
  name: "cd",
  short: "C",
  value: { name: "DIR", nonEmpty: true },
  help: "Work in this directory instead of the current one",
};
export const ADD_DIR: FlagSpec = {
  name: "add-dir",
  value: { name: "DIR", nonEmpty: true, many: "repeat" },
  help: "A further directory that commands may write to",
};
export const STRICT_CONFIG: FlagSpec = {
  name: "strict-config",
  help: "Refuse to start when config.toml holds a key that this version does not know",
};

function refuseProfileName(value: string): string | undefined {
  if (/^[A-Za-z0-9_-]+$/.test(value)) return undefined;
  return `invalid --profile value \`${value}\`; pass a plain name such as \`work\``;
}
