// Checks every hunk of a session's patch against the disk before anything is asked or written (apply-patch.md 7).

import type { FileChange } from "../protocol/items";
import { decodeText } from "./encoding";
import type { Hunk, Patch, PatchError } from "./patch";
import { absolutePath } from "./path";
import { planFile } from "./plan";
import { readBytes } from "./read";
import { EVENT_CONTEXT, unifiedDiff } from "./unified-diff";
import { homeFolder } from "../util/home-folder";

export type VerifiedPatch = {
  readonly type: "verified";
  readonly patch: Patch;
  /** One per source path, sorted by it; a later hunk on the same path has replaced the earlier. */
  readonly changes: readonly FileChange[];
  /** Every path that is written or removed, move targets included; absolute, each once. */
  readonly paths: readonly string[];
};

export type VerifyOptions = { readonly home?: string; readonly read?: typeof readBytes };

/**
 * Reads files, changes none. Each hunk is tried on what is on disk now, not on what earlier hunks would leave.
 * @param read looks at a file, or says why it does not
 */
export function verifyPatch(
  patch: Patch,
  cwd: string,
  { home = homeFolder(), read = readBytes }: VerifyOptions = {},
): VerifiedPatch | PatchError {
  const changes = new Map<string, FileChange>();
  const paths = new Set<string>();
  for (const hunk of patch.hunks) {
    const path = absolutePath(hunk.path, cwd, home);
    const movePath =
      hunk.type === "update" && hunk.movePath !== null ? absolutePath(hunk.movePath, cwd, home) : null;
    const change = verifyHunk(hunk, { path, movePath }, read);
    if ("message" in change) return change;
    changes.set(path, change);
    paths.add(path);
    if (movePath !== null) paths.add(movePath);
  }
  const sorted = [...changes.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { type: "verified", patch, changes: sorted, paths: [...paths] };
}

type Paths = { readonly path: string; readonly movePath: string | null };

function verifyHunk(hunk: Hunk, { path, movePath }: Paths, read: typeof readBytes): FileChange | PatchError {
  switch (hunk.type) {
    case "add":
      return { type: "add", path, content: hunk.content };
    case "delete": {
      const file = read(path);
      if (file.type === "unreadable") return notApplicable(`Failed to read ${path}: ${file.reason}`);
      return { type: "delete", path, content: decodeText(file.bytes).text };
    }
    case "update": {
      const file = read(path);
      const planned = file.type === "unreadable" ? file : planFile(file.bytes, hunk.chunks, path, "keep");
      if (planned.type === "unreadable") {
        return notApplicable(`Failed to read file to update ${path}: ${planned.reason}`);
      }
      if (planned.type !== "planned") return planned;
      const diff = unifiedDiff(planned.before, planned.text, EVENT_CONTEXT);
      return { type: "update", path, unifiedDiff: diff, movePath: movePath === path ? null : movePath };
    }
    default:
      return hunk satisfies never;
  }
}

function notApplicable(message: string): PatchError {
  return { type: "not_applicable", message };
}
