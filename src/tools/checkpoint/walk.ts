// The files of a folder outside any repository, where there are few enough to be kept.

import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";

const MAX_FILES = 2_000;
const MAX_BYTES = 64 * 1_048_576;
/** Made by tools, and large. */
const PASSED_OVER = new Set([
  ...[".git", "node_modules", "target", "dist", "build", ".venv", "venv", "__pycache__", ".cache", ".gradle"],
]);

/** Absolute paths, links not followed; null when there are more than can be kept. */
export function filesBelow(folder: string): readonly string[] | null {
  const files: string[] = [];
  let bytes = 0;
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    for (const entry of entriesOf(next)) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) {
        if (!PASSED_OVER.has(entry.name)) folders.push(path);
      } else if (entry.isFile() || entry.isSymbolicLink()) {
        files.push(path);
        bytes += sizeOf(path);
      }
    }
    if (files.length > MAX_FILES || bytes > MAX_BYTES || folders.length > MAX_FILES) return null;
  }
  return files;
}

/** A folder that may not be read holds nothing that a command could change. */
function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error) return [];
    throw error;
  }
}

/** Nothing where nobody may look, or nothing is there any more. */
function sizeOf(path: string): number {
  try {
    return lstatSync(path).size;
  } catch (error) {
    if (error instanceof Error && "code" in error) return 0;
    throw error;
  }
}
