// How commands under a permission profile are confined by namespaces of ours (sandbox.md 2.2).

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { NamespaceConfinement } from "../exec/confinement";
import { MAX_MOUNTS } from "../exec/linux-plan";
import type { PermissionProfile } from "../protocol/policy";
import type { Place } from "./entries";
import { mountRules, type MountRules, type RefusedRules } from "./mount-rules";
import { MEMORIES, writableRoots } from "./policy";
import { systemCallFilter } from "./system-calls";

export type ManagedProfile = Extract<PermissionProfile, { type: "managed" }>;

export type NamespaceOptions = Place & {
  readonly codexHome: string;
  /** Whether commands without network may talk to each other: `sandbox_workspace_write.loopback_access`. */
  readonly loopback?: boolean | undefined;
  /** Whether commands may build sandboxes that mount: `sandbox_linux.nested_sandboxes`. */
  readonly nestedSandboxes?: boolean | undefined;
};

/** Looks at the disk as it is now. */
export function namespaceConfinement(
  profile: ManagedProfile,
  options: NamespaceOptions,
): NamespaceConfinement | RefusedRules {
  const rules = rulesOf(profile, options);
  if (rules?.type === "refused") return rules;
  const mounts = rules?.mounts ?? [];
  if (mounts.length > MAX_MOUNTS) return tooMany(mounts.length);
  const unshared = profile.network === "enabled" ? "shared" : "none";
  const network = unshared === "none" && options.loopback ? "loopback" : unshared;
  return {
    type: "namespaces",
    network,
    tree: rules?.tree ?? "open",
    pipes: rules?.tree !== "sealed" || options.nestedSandboxes === true ? "open" : "closed",
    mounts,
    filter: systemCallFilter(process.arch, network),
  };
}

/** Each folder that is opened counts four times: itself, and what stays closed in it. */
function tooMany(count: number): RefusedRules {
  return {
    type: "refused",
    reason: `The sandbox can open, protect and hide ${MAX_MOUNTS} paths, and these are ${count}.`,
    fix: "Name fewer folders, or one that holds several of them.",
  };
}

/** Undefined where nothing restricts files. */
export function rulesOf(
  { file_system: files }: ManagedProfile,
  options: NamespaceOptions,
): MountRules | RefusedRules | undefined {
  return files.type === "unrestricted" ? undefined : mountRules(files, options);
}

/**
 * Makes the folder of memories where a profile opens it. Where it cannot be made there is nothing to keep in it; the root is then
 * skipped like any other missing one.
 */
export function makeMemories(profile: ManagedProfile, options: NamespaceOptions): void {
  const memories = join(options.codexHome, MEMORIES);
  if (!writableRoots(profile, options).includes(memories)) return;
  try {
    mkdirSync(memories, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}
