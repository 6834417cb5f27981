// What a list shows of a session, from the first lines of its file and, for the folder it was last used in, the last ones.

import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { SessionMeta } from "../protocol/rollout";
import { compressedHead } from "./compressed";
import type { SessionFile } from "./files";
import { parseLine } from "./line";
import { isCompressed, plainPath, startTimeOf } from "./path";
import { linesFromEnd, linesFromStart } from "./read";
import { isObject } from "./response-item";

/** Where the metadata and then the preview are looked for (rollout.md 11). */
const META_RECORDS = 10;
const PREVIEW_RECORDS = 200;
const HEAD_BYTES = 64 * 1_048_576;
/** How far back the last `turn_context` is looked for. */
const TAIL_BYTES = 64 * 1_048_576;
const PREVIEW_CHARACTERS = 16_384;
const IDE_PREFIX_END = "## My request for Codex:";

/** Without the instructions, which are large and not shown. */
export type ListedMeta = Omit<SessionMeta, "base_instructions">;

export type ThreadSummary = {
  readonly id: string;
  /** The `.jsonl` form, also of a compressed file. */
  readonly path: string;
  readonly meta: ListedMeta;
  /** What the user asked first; undefined hides the thread from lists. */
  readonly preview: string | undefined;
  readonly createdAt: Date;
  /** When the file was last written to. */
  readonly updatedAt: Date;
};

/** Undefined when no metadata is found near the beginning, or the file has gone. */
export function readSummary({ path, id }: SessionFile): ThreadSummary | undefined {
  const updatedAt = changeTime(path);
  const head = updatedAt && readHead(path);
  if (!head) return undefined;
  const createdAt = startTimeOf(path) ?? new Date(head.meta.timestamp);
  return { id, path: plainPath(path), ...head, createdAt, updatedAt };
}

/** The metadata alone, if it is among the first records. */
export function readHeadMeta(path: string): ListedMeta | undefined {
  let records = 0;
  for (const line of headLines(path)) {
    if (++records > META_RECORDS) return undefined;
    const meta = metaIn(line);
    if (meta) return meta;
  }
  return undefined;
}

/** The folder of the last turn, else of the start; canonical. Of a compressed file only the start is known. */
export function latestCwd(path: string, meta: ListedMeta): string {
  return canonical(lastTurnCwd(path) ?? meta.cwd);
}

function lastTurnCwd(path: string): string | undefined {
  if (isCompressed(path)) return undefined;
  let read = 0;
  try {
    for (const { bytes, start, end } of linesFromEnd(path)) {
      const line = bytes?.includes('"turn_context"') ? parseLine(bytes) : undefined;
      if (line?.type === "entry" && line.entry.type === "turn_context") return line.entry.payload.cwd;
      read += end - start;
      if (read > TAIL_BYTES) break;
    }
    return undefined;
  } catch {
    // Gone or closed to us since it was found: one file must not hide the others.
    return undefined;
  }
}

/** Absolute and free of symbolic links as far as the path exists. */
export function canonical(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // The folder may have been removed since; its name still compares.
    return resolve(path);
  }
}

/** When the file was last written to; undefined when it has gone. */
export function changeTime(path: string): Date | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtime;
}

function readHead(path: string): { meta: ListedMeta; preview: string | undefined } | undefined {
  let meta: ListedMeta | undefined;
  let records = 0;
  for (const line of headLines(path)) {
    records += 1;
    if (!meta) {
      meta = metaIn(line);
      if (!meta && records >= META_RECORDS) return undefined;
      if (meta) records = 0;
      continue;
    }
    const preview = previewIn(line);
    if (preview !== undefined) return { meta, preview };
    if (records >= PREVIEW_RECORDS) break;
  }
  return meta && { meta, preview: undefined };
}

function* headLines(path: string): Generator<Buffer | undefined, void> {
  if (isCompressed(path)) return yield* compressedHead(path);
  try {
    for (const { bytes } of linesFromStart(path, HEAD_BYTES)) yield bytes;
  } catch {
    // Closed to us, or gone since it was found: one file must not hide the others.
    return;
  }
}

function metaIn(bytes: Buffer | undefined): ListedMeta | undefined {
  const line = bytes?.includes('"session_meta"') ? parseLine(bytes) : undefined;
  if (line?.type !== "entry" || line.entry.type !== "session_meta") return undefined;
  const { base_instructions: _, ...meta } = line.entry.payload;
  return meta;
}

/** Lines are only parsed when they can be what is looked for, as they may be large. */
function previewIn(bytes: Buffer | undefined): string | undefined {
  if (!bytes?.includes('"user_message"') && !bytes?.includes('"thread_goal_updated"')) return undefined;
  const line = parseLine(bytes);
  if (line.type !== "entry" || line.entry.type !== "event_msg") return undefined;
  const event = line.entry.payload;
  if (event.type === "thread_goal_updated") {
    return isObject(event.goal) ? shown(event.goal.objective) : undefined;
  }
  if (event.type !== "user_message") return undefined;
  const images = [event.images, event.local_images].some((list) => Array.isArray(list) && list.length > 0);
  return shown(withoutIdePrefix(event.message)) ?? (images ? "[Image]" : undefined);
}

function withoutIdePrefix(message: unknown): unknown {
  if (typeof message !== "string") return message;
  const at = message.indexOf(IDE_PREFIX_END);
  return at < 0 ? message : message.slice(at + IDE_PREFIX_END.length);
}

function shown(text: unknown): string | undefined {
  const trimmed = typeof text === "string" ? text.trim() : "";
  return trimmed === "" ? undefined : trimmed.slice(0, PREVIEW_CHARACTERS).toWellFormed();
}
