// Begins a new thread with the lines of another one (rollout.md 12).

import { closeSync, fstatSync, mkdirSync, openSync, readSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { SessionMeta } from "../protocol/rollout";
import { appendLine, openForAppend } from "./append";
import { formatLine, parseLine } from "./line";
import { recordThreadName, threadNames } from "./names";
import { rolloutPath } from "./path";
import { linesFromEnd, linesFromStart } from "./read";
import { isUserPrompt } from "./user-messages";

const COPY_BYTES = 1_048_576;

export type ForkOptions = {
  readonly codexHome: string;
  /** A `.jsonl` file; it is not changed. */
  readonly source: string;
  readonly sourceId: string;
  /** Of the new thread: new id and time; `forked_from_id` is set here. */
  readonly meta: SessionMeta;
  /** Leaves out this prompt, counted from 0 among those that were not rolled back, and all after it. */
  readonly beforePrompt?: number;
};

export type Fork = {
  readonly path: string;
  /** The turn that had not ended where the copy ends: record its interruption before anything else. */
  readonly openTurnId: string | undefined;
};

/**
 * Writes the new file at once: its own metadata, then the source's lines byte for byte (times included). The name is
 * taken over. Leaves nothing behind when it fails. Throws the error of the file system.
 */
export function forkThread({ codexHome, source, sourceId, meta, beforePrompt }: ForkOptions): Fork {
  const end = beforePrompt === undefined ? Infinity : (promptTurns(source)[beforePrompt] ?? Infinity);
  const path = rolloutPath(codexHome, meta.id, new Date(meta.timestamp));
  mkdirSync(dirname(path), { recursive: true });
  const fd = openForAppend(path, "new");
  try {
    const payload = { ...meta, forked_from_id: sourceId };
    appendLine(fd, Buffer.from(formatLine({ type: "session_meta", payload }, new Date())));
    copy(source, end, fd);
  } catch (error) {
    rmSync(path);
    throw error;
  } finally {
    closeSync(fd);
  }
  // Mends a cut last line, so that the copy is whole lines.
  closeSync(openForAppend(path, "existing"));
  const name = threadNames(codexHome).get(sourceId);
  if (name !== undefined) recordThreadName(codexHome, meta.id, name);
  return { path, openTurnId: openTurn(source, end) };
}

/** For every prompt that was not rolled back, where its turn begins; for one sent into a running turn, where it stands itself. */
function promptTurns(path: string): number[] {
  const starts: number[] = [];
  let turnStart: number | undefined;
  for (const { bytes, start } of linesFromStart(path)) {
    const line = bytes && parseLine(bytes);
    if (line?.type !== "entry") continue;
    const { entry } = line;
    if (entry.type === "response_item" && isUserPrompt(entry.payload)) {
      starts.push(turnStart ?? start);
      turnStart = undefined;
    }
    if (entry.type !== "event_msg") continue;
    if (entry.payload.type === "task_started") turnStart = start;
    const dropped = entry.payload.type === "thread_rolled_back" ? entry.payload.num_turns : 0;
    if (typeof dropped === "number") starts.length = Math.max(0, starts.length - dropped);
  }
  return starts;
}

/** The id of the turn that was running at an offset, if one was. */
function openTurn(path: string, before: number): string | undefined {
  for (const { bytes } of linesFromEnd(path, before)) {
    if (!bytes?.includes('"event_msg"')) continue;
    const line = parseLine(bytes);
    if (line.type !== "entry" || line.entry.type !== "event_msg") continue;
    const { type, turn_id: turnId } = line.entry.payload;
    if (type === "task_complete" || type === "turn_aborted") return undefined;
    if (type === "task_started") return typeof turnId === "string" ? turnId : "";
  }
  return undefined;
}

function copy(source: string, end: number, target: number): void {
  const fd = openSync(source, "r");
  try {
    const block = Buffer.allocUnsafe(COPY_BYTES);
    const size = Math.min(end, fstatSync(fd).size);
    for (let at = 0; at < size;) {
      const count = readSync(fd, block, 0, Math.min(block.length, size - at), at);
      if (count === 0) return;
      appendLine(target, block.subarray(0, count));
      at += count;
    }
  } finally {
    closeSync(fd);
  }
}
