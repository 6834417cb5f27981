// The prompts of all sessions, in `history.jsonl`: read from the end as far as somebody goes back, appended under a lock (rollout.md 17).

import {
  chmodSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { tryLock } from "../../exec/libc";
import { appendLine, openForAppend } from "../../rollout/append";
import { linesFromEnd } from "../../rollout/read";
import { messageOf, UserError } from "../../util/user-error";
import { plainDraft, type Draft } from "./draft";
import type { PromptHistory } from "./recall";

/** How far back somebody can go: bytes of the file's end. */
const READ_BYTES = 8 * 1_048_576;
/** Prompts that are read at a time. */
const READ_PROMPTS = 50;
const LOCK_TRIES = 10;
const LOCK_PAUSE_MS = 100;
/** What is left of the limit after the file was cut. */
const KEPT_SHARE = 0.8;

export type PromptHistoryFile = PromptHistory & {
  /**
   * Appends a prompt; what `at` gives does not change. A failure is what it resolves to, for a person to read: losing a line of
   * history is no reason to stop.
   */
  readonly append: (text: string, threadId: string) => Promise<UserError | undefined>;
};

export type PromptHistoryOptions = {
  readonly codexHome: string;
  /** `history.persistence`: with `none` nothing is written; what is there can still be recalled. */
  readonly persistence: "save-all" | "none" | undefined;
  /** `history.max_bytes` */
  readonly maxBytes: number | undefined;
};

/**
 * Sees what the file holds at this moment; prompts that other sessions add later do not get in between. A file that cannot be
 * read is an empty history.
 */
export function openPromptHistory(options: PromptHistoryOptions): PromptHistoryFile {
  const path = join(options.codexHome, "history.jsonl");
  const opened = readable(() => statSync(path, { throwIfNoEntry: false }));
  const size = opened?.size ?? 0;
  const prompts: Draft[] = [];
  /** Everything from here on has been read. */
  let start = size;

  const readMore = (): void => {
    const now = statSync(path, { throwIfNoEntry: false });
    const isCut = now?.ino !== opened?.ino || (now?.size ?? 0) < size;
    const wanted = prompts.length + READ_PROMPTS;
    if (!isCut) {
      for (const line of linesFromEnd(path, start)) {
        start = line.start;
        const text = line.bytes === undefined ? undefined : promptIn(line.bytes);
        if (text !== undefined) prompts.push(plainDraft(text));
        if (prompts.length >= wanted || size - start > READ_BYTES) return;
      }
    }
    start = 0;
  };

  return {
    at(back) {
      while (back >= prompts.length && start > 0 && size - start <= READ_BYTES) {
        const before = start;
        readable(readMore);
        if (start === before) start = 0;
      }
      return prompts[back];
    },
    async append(text, threadId) {
      if (options.persistence === "none") return undefined;
      const line = { session_id: threadId, ts: Math.floor(Date.now() / 1000), text };
      try {
        await appendLocked(path, Buffer.from(`${JSON.stringify(line)}\n`), options.maxBytes);
        return undefined;
      } catch (error) {
        return new UserError(`Cannot add the prompt to ${path}: ${messageOf(error)}`, { cause: error });
      }
    },
  };
}

/** Undefined when the file system refuses. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/** Undefined for a line that is no entry. */
function promptIn(bytes: Buffer): string | undefined {
  try {
    const entry: unknown = JSON.parse(bytes.toString());
    if (typeof entry !== "object" || entry === null || !("text" in entry)) return undefined;
    return typeof entry.text === "string" ? entry.text : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function appendLocked(path: string, line: Buffer, maxBytes: number | undefined): Promise<void> {
  const fd = openForAppend(path, "either");
  try {
    chmodSync(path, 0o600);
    for (let tries = 1; tryLock(fd) === "held_elsewhere"; tries++) {
      if (tries === LOCK_TRIES) throw new Error("another program keeps it locked");
      await Bun.sleep(LOCK_PAUSE_MS);
    }
    appendLine(fd, line);
    if (maxBytes !== undefined && maxBytes > 0 && fstatSync(fd).size > maxBytes) cut(path, line, maxBytes);
  } finally {
    closeSync(fd);
  }
}

/**
 * Drops the oldest lines, in place, since the lock is on this file: whoever waits for it appends to what is left. The newest
 * line stays however long it is.
 */
function cut(path: string, newest: Buffer, maxBytes: number): void {
  const whole = readFileSync(path);
  const from = Math.max(0, whole.length - Math.max(Math.floor(maxBytes * KEPT_SHARE), newest.length));
  const start = from === 0 || whole[from - 1] === 0x0a ? from : whole.indexOf(0x0a, from) + 1;
  const kept = whole.subarray(start);
  const fd = openSync(path, "r+");
  try {
    for (let at = 0; at < kept.length;) at += writeSync(fd, kept, at, kept.length - at, at);
    ftruncateSync(fd, kept.length);
  } finally {
    closeSync(fd);
  }
}
