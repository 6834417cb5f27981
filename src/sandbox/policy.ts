// Compiles the sandbox modes to permission profiles, and answers what a profile lets be written, lexically, and read (sandbox.md 1).

import { realpathSync } from "node:fs";
import { join, normalize } from "node:path";
import type { PermissionEntry, PermissionProfile, SandboxPolicy } from "../protocol/policy";
import {
  componentsOf,
  denyGlobs,
  isWithin,
  resolvedEntries,
  type Place,
  type ResolvedEntry,
} from "./entries";
import { globExpression } from "./path-expressions";

/** At the top of every writable root these are read-only (sandbox.md 1.4). */
export const PROTECTED_NAMES = [".git", ".agents", ".codex"] as const;
/** Below CODEX_HOME: writable, so that the upkeep of memories needs no approval. */
export const MEMORIES = "memories";

/** Why a file is not read that a profile hides. */
export const HIDDEN = "the permissions do not let it be read";

/** What a profile is made from; `addDirs` are absolute. */
export type ProfileOptions = Place & { readonly codexHome: string; readonly addDirs: readonly string[] };

/** The canonical form of a policy. Nothing on disk is looked at or changed (sandbox.md 1.2, 1.3). */
export function profileOf(policy: SandboxPolicy, options: ProfileOptions): PermissionProfile {
  switch (policy.type) {
    case "danger-full-access":
      return { type: "disabled" };
    case "external-sandbox":
      return { type: "external", network: policy.network_access };
    case "read-only":
      return {
        type: "managed",
        file_system: { type: "restricted", entries: [READ_ALL] },
        network: policy.network_access ? "enabled" : "restricted",
      };
    case "workspace-write":
      return {
        type: "managed",
        file_system: { type: "restricted", entries: workspaceEntries(policy, options) },
        network: policy.network_access ? "enabled" : "restricted",
      };
    default:
      return policy satisfies never;
  }
}

/** Whether commands under this profile are to be confined by the operating system (sandbox.md 1.6). */
export function sandboxNeeded(profile: PermissionProfile): boolean {
  if (profile.type !== "managed") return false;
  return profile.network === "restricted" || profile.file_system.type === "restricted";
}

/** Paths that the profile opens for writing, in its order, as it writes them; none when nothing restricts writing. */
export function writableRoots(profile: PermissionProfile, place: Place): readonly string[] {
  if (profile.type !== "managed" || profile.file_system.type === "unrestricted") return [];
  const roots = resolvedEntries(profile.file_system, place).filter(({ access }) => access === "write");
  return [...new Set(roots.map(({ path }) => path))];
}

/**
 * Whether a path may be written, judged by its text alone: symbolic links are the sandbox's business.
 * @param path absolute; `.` and `..` are folded
 */
export function canWrite(profile: PermissionProfile, path: string, place: Place): boolean {
  if (profile.type !== "managed" || profile.file_system.type === "unrestricted") return true;
  const target = withoutTrailingSlash(normalize(path));
  const covering = entriesAbove(target, resolvedEntries(profile.file_system, place));
  if (covering[0]?.access !== "write") return false;
  const writes = covering.filter(({ access }) => access === "write").map((entry) => entry.path);
  return writes
    .flatMap((root) => PROTECTED_NAMES.map((name) => join(root, name)))
    .filter((kept) => isWithin(target, kept))
    .every((kept) => writes.some((root) => isWithin(root, kept)));
}

/**
 * What a program that reads outside the sandbox may read for the model: a path as it is given and where links lead, which
 * counts for what the profile names too (sandbox.md 1.5).
 * @returns takes absolute paths
 */
export function readable(profile: PermissionProfile, place: Place): (path: string) => boolean {
  if (profile.type !== "managed" || profile.file_system.type === "unrestricted") return () => true;
  const { file_system: files } = profile;
  if (files.entries.some(isRoot) && files.entries.every(({ access }) => access !== "deny")) return () => true;
  const entries = resolvedEntries(files, place).flatMap((entry) => [
    entry,
    { ...entry, path: realPath(entry.path) },
  ]);
  const hidden = denyGlobs(files).map((pattern) => new RegExp(globExpression(pattern)));
  return (path) =>
    [withoutTrailingSlash(normalize(path)), realPath(path)].every((target) => {
      const [strongest] = entriesAbove(target, entries);
      const isNamed = strongest !== undefined && strongest.access !== "deny";
      return isNamed && !hidden.some((expression) => expression.test(target));
    });
}

function isRoot({ path }: PermissionEntry): boolean {
  return path.type === "special" && path.value.kind === "root";
}

/** Those that a path lies in, the one that decides first. */
function entriesAbove(target: string, entries: readonly ResolvedEntry[]): readonly ResolvedEntry[] {
  return entries
    .filter((entry) => isWithin(target, entry.path))
    .toSorted((a, b) => componentsOf(b.path) - componentsOf(a.path) || RANK[b.access] - RANK[a.access]);
}

/** Itself where nothing is there, or nobody may look. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error) return path;
    throw error;
  }
}

const RANK = { deny: 2, write: 1, read: 0 } as const;
const READ_ALL: PermissionEntry = {
  path: { type: "special", value: { kind: "root" } },
  access: "read",
};

function workspaceEntries(
  policy: Extract<SandboxPolicy, { type: "workspace-write" }>,
  { cwd, addDirs, codexHome }: ProfileOptions,
): readonly PermissionEntry[] {
  const roots = [...new Set([cwd, ...addDirs, ...(policy.writable_roots ?? [])])];
  const write = (path: string): PermissionEntry => ({ path: { type: "path", path }, access: "write" });
  const special = (kind: "slash_tmp" | "tmpdir"): PermissionEntry => ({
    path: { type: "special", value: { kind } },
    access: "write",
  });
  return [
    READ_ALL,
    ...roots.map(write),
    ...(policy.exclude_slash_tmp ? [] : [special("slash_tmp")]),
    ...(policy.exclude_tmpdir_env_var ? [] : [special("tmpdir")]),
    write(join(codexHome, MEMORIES)),
    ...PROTECTED_NAMES.flatMap((name) =>
      roots.map((root): PermissionEntry => ({
        path: { type: "path", path: join(root, name) },
        access: "read",
      })),
    ),
  ];
}

function withoutTrailingSlash(path: string): string {
  return path.length > 1 ? path.replace(process.platform === "win32" ? /(?<!:)\\+$/ : /\/+$/, "") : path;
}
