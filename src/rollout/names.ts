// The names people give to threads: `session_index.jsonl`, append-only, last entry wins (rollout.md 14).

import { closeSync, existsSync } from "node:fs";
import { join } from "node:path";
import { appendLine, openForAppend } from "./append";
import { linesFromEnd } from "./read";
import { isObject } from "./response-item";

/** How much of the index is read, from its end; some hundred thousand renames. */
const INDEX_BYTES = 64 * 1_048_576;

/** Names a thread. Throws the error of the file system. */
export function recordThreadName(codexHome: string, threadId: string, name: string, now = new Date()): void {
  const entry = { id: threadId, thread_name: name.trim(), updated_at: now.toISOString() };
  const fd = openForAppend(indexPath(codexHome), "either");
  try {
    appendLine(fd, Buffer.from(`${JSON.stringify(entry)}\n`));
  } finally {
    closeSync(fd);
  }
}

/** The latest name of every named thread, by id, the last named first. */
export function threadNames(codexHome: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const path = indexPath(codexHome);
  if (!existsSync(path)) return names;
  let read = 0;
  for (const { bytes, start, end } of linesFromEnd(path)) {
    const entry = bytes && parseEntry(bytes);
    if (entry && !names.has(entry.id)) names.set(entry.id, entry.name);
    read += end - start;
    if (read > INDEX_BYTES) break;
  }
  return names;
}

/** The ids of threads whose latest name is this one, the last named first. A blank name is nobody's. */
export function threadsNamed(codexHome: string, name: string): string[] {
  const wanted = name.trim();
  if (wanted === "") return [];
  return [...threadNames(codexHome)].flatMap(([id, latest]) => (latest === wanted ? [id] : []));
}

function indexPath(codexHome: string): string {
  return join(codexHome, "session_index.jsonl");
}

function parseEntry(bytes: Buffer): { id: string; name: string } | undefined {
  try {
    const entry: unknown = JSON.parse(bytes.toString());
    if (!isObject(entry) || typeof entry.id !== "string" || typeof entry.thread_name !== "string")
      return undefined;
    return { id: entry.id, name: entry.thread_name.trim() };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
