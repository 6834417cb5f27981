// Shows what a patch is going to do while the model still writes it (apply-patch.md 10, "Streaming progress").

import type { FileChange } from "../protocol/items";
import { parsePatch } from "./parse";
import type { Chunk, Hunk } from "./patch";

/** Between two previews, except for the first and the last. */
const PAUSE_MS = 500;
/** A text this long that is still no patch is looked at no more often than one that is. */
const EAGER_CHARS = 4096;
/** An update header, its move, `@@` and a line that is not finished: none of them parses at the end. */
const MAX_DROPPED = 4;

export type PatchPreview = {
  /** Takes in what has arrived. Returns the changes so far if it is time to show them and there is something new. */
  readonly write: (delta: string, nowMs: number) => readonly FileChange[] | null;
  /** What has not been shown yet, when nothing more will arrive. */
  readonly end: () => readonly FileChange[] | null;
};

/** What does not parse is silently passed over: the patch itself will be refused, with the reason. */
export function patchPreview(): PatchPreview {
  let text = "";
  let parsedUpTo = 0;
  let shownAt = Number.NEGATIVE_INFINITY;
  let shown: readonly FileChange[] = [];

  const news = (): readonly FileChange[] | null => {
    const lineEnd = text.lastIndexOf("\n") + 1;
    if (lineEnd === parsedUpTo) return null;
    parsedUpTo = lineEnd;
    const changes = changesOf(text.slice(0, lineEnd));
    if (changes.length === 0 || Bun.deepEquals(changes, shown)) return null;
    shown = changes;
    return changes;
  };

  return {
    write(delta, nowMs) {
      text += delta;
      if (nowMs - shownAt < PAUSE_MS) return null;
      const changes = news();
      if (changes !== null || text.length > EAGER_CHARS) shownAt = nowMs;
      return changes;
    },
    end() {
      text += "\n";
      return news();
    },
  };
}

/** Of whole lines; the last ones are left out while they do not make sense yet. */
function changesOf(text: string): readonly FileChange[] {
  const lines = text.replace(/\n$/, "").split("\n");
  if (lines.at(-1)?.trim() === "*** End Patch") lines.pop();
  for (let dropped = 0; dropped < MAX_DROPPED && lines.length > 1; dropped++) {
    const patch = parsePatch(`${lines.join("\n")}\n*** End Patch`);
    if (patch.type === "patch") return patch.hunks.map(changeOf);
    lines.pop();
  }
  return [];
}

/** Paths are spelled as in the patch, and nothing is known of the files. */
function changeOf(hunk: Hunk): FileChange {
  const { path } = hunk;
  switch (hunk.type) {
    case "add":
      return { type: "add", path, content: hunk.content };
    case "delete":
      return { type: "delete", path, content: "" };
    case "update":
      return {
        type: "update",
        path,
        unifiedDiff: hunk.chunks.map(chunkText).join(""),
        movePath: hunk.movePath,
      };
    default:
      return hunk satisfies never;
  }
}

function chunkText({ context, lines, endOfFile }: Chunk): string {
  const old = lines.filter(({ type }) => type !== "added").map((line) => `-${line.text}`);
  const added = lines.filter(({ type }) => type !== "removed").map((line) => `+${line.text}`);
  const head = context === null ? "@@" : `@@ ${context}`;
  return [head, ...old, ...added, ...(endOfFile ? ["*** End of File"] : [])]
    .map((line) => `${line}\n`)
    .join("");
}
