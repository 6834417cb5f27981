// Walks the folders of session files, newest first by name, without opening a file.

import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import { isCompressed, isRolloutFile, threadIdOf } from "./path";

const MAX_DEPTH = 8;

export type SessionFile = {
  readonly path: string;
  readonly id: string;
};

/**
 * Session files below a folder, last name first: `2026/11/22` before `2026/11/21`, later times first. Of a plain and a
 * compressed file of one name only the plain one comes (rollout.md 18). A folder that is not there holds none.
 */
export function* sessionFiles(folder: string, depth = 0): Generator<SessionFile, void> {
  const entries = entriesOf(folder);
  const names = new Set(entries.map((entry) => entry.name));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < MAX_DEPTH) yield* sessionFiles(path, depth + 1);
    if (!entry.isFile() || !isRolloutFile(entry.name)) continue;
    const id = threadIdOf(entry.name);
    const shadowed = isCompressed(entry.name) && names.has(entry.name.slice(0, -".zst".length));
    if (id !== undefined && !shadowed) yield { path, id };
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? 1 : -1));
  } catch {
    // A folder that is missing or closed to us holds nothing that could be listed; the others still do.
    return [];
  }
}
