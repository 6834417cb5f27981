// Whether a hook may run: its definition is the one that the user has seen and trusted, and it is not switched off (config.md 14.1).

import { editConfigFile } from "../config/edit";
import { tryLock } from "../exec/libc";
import type { Hook } from "../protocol/hooks";

/** The definition that is trusted, or distrusted as a whole; what is left out of it may change freely. */
export type HookDefinition = {
  /** As in its key, e.g. `pre_tool_use`. */
  readonly event: string;
  readonly matcher: string | undefined;
  /** The one for this system. */
  readonly command: string;
  readonly timeout: number;
  readonly statusMessage: string | undefined;
};

/** SHA-256 of compact JSON with sorted keys, the form that other versions of the CLI trust too. */
export function definitionHash(definition: HookDefinition): string {
  const { event, matcher, command, timeout, statusMessage } = definition;
  const text = JSON.stringify({
    event_name: event,
    hooks: [{ async: false, command, statusMessage, timeout, type: "command" }],
    matcher,
  });
  return `sha256:${new Bun.CryptoHasher("sha256").update(text).digest("hex")}`;
}

export function mayRun({ enabled, trust }: Pick<Hook, "enabled" | "trust">, bypassTrust: boolean): boolean {
  return enabled && (bypassTrust || isTrusted({ trust }));
}

export function isTrusted({ trust }: Pick<Hook, "trust">): boolean {
  return trust === "trusted" || trust === "managed";
}

/** Trusts the definitions as they are now. @throws UserError when the file cannot be changed */
export function saveTrust(configFile: string, hooks: readonly Pick<Hook, "key" | "hash">[]): void {
  editConfigFile(
    configFile,
    hooks.map(({ key, hash }) => ({
      type: "set",
      path: ["hooks", "state", key, "trusted_hash"],
      value: hash,
    })),
    { tryLock },
  );
}

/** @throws UserError when the file cannot be changed */
export function saveEnabled(configFile: string, key: string, enabled: boolean): void {
  const path = ["hooks", "state", key, "enabled"];
  editConfigFile(configFile, [{ type: "set", path, value: enabled }], { tryLock });
}
