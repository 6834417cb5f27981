// The text that tells which files a patch has changed (apply-patch.md 6).

import type { Hunk } from "./patch";

/** Added, then modified, then deleted files, each group in patch order and spelled as in the patch. */
export function successSummary(hunks: readonly Hunk[]): string {
  const lines = [
    ...hunks.filter((hunk) => hunk.type === "add").map((hunk) => `A ${hunk.path}`),
    ...hunks.filter((hunk) => hunk.type === "update").map((hunk) => `M ${hunk.movePath ?? hunk.path}`),
    ...hunks.filter((hunk) => hunk.type === "delete").map((hunk) => `D ${hunk.path}`),
  ];
  return `Success. Updated the following files:\n${lines.join("\n")}\n`;
}
