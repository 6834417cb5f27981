// Checks every hunk of a session's patch against the disk before anything is asked or written (apply-patch.md 7).

import type { FileChange } from "../protocol/items";
import type { Hunk, Patch, PatchError } from "./patch";
import { absolutePath } from "./path";
import { planUpdate } from "./plan";
import { readText } from "./read";
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

/** Reads files, changes none. Each hunk is tried on what is on disk now, not on what earlier hunks would leave. */
export function verifyPatch(
  patch: Patch,
  cwd: string,
  home: string = homeFolder(),
): VerifiedPatch | PatchError {
  const changes = new Map<string, FileChange>();
  const paths = new Set<string>();
  for (const hunk of patch.hunks) {
    const path = absolutePath(hunk.path, cwd, home);
    const movePath =
      hunk.type === "update" && hunk.movePath !== null ? absolutePath(hunk.movePath, cwd, home) : null;
    const change = verifyHunk(hunk, path, movePath);
    if ("message" in change) return change;
    changes.set(path, change);
    paths.add(path);
    if (movePath !== null) paths.add(movePath);
  }
  const sorted = [...changes.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  return { type: "verified", patch, changes: sorted, paths: [...paths] };
}

function verifyHunk(hunk: Hunk, path: string, movePath: string | null): FileChange | PatchError {
  switch (hunk.type) {
    case "add":
      return { type: "add", path, content: hunk.content };
    case "delete": {
      const file = readText(path);
      if (file.type === "unreadable") return notApplicable(`Failed to read ${path}: ${file.reason}`);
      return { type: "delete", path, content: file.text };
    }
    case "update": {
      const file = readText(path);
      if (file.type === "unreadable") {
        return notApplicable(`Failed to read file to update ${path}: ${file.reason}`);
      }
      const planned = planUpdate(file.text, hunk.chunks, path, "keep");
      if (planned.type !== "planned") return planned;
      return {
        type: "update",
        path,
        unifiedDiff: unifiedDiff(file.text, planned.text, EVENT_CONTEXT),
        movePath,
      };
    }
    default:
      return hunk satisfies never;
  }
}

function notApplicable(message: string): PatchError {
  return { type: "not_applicable", message };
}
