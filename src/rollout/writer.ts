// Appends a thread's lines to its session file at once, so that what was shown survives a crash (rollout.md 9).

import { closeSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { RolloutEntry, SessionMeta } from "../protocol/rollout";
import { messageOf } from "../util/user-error";
import { appendLine, openForAppend } from "./append";
import { formatLine } from "./line";
import { rolloutPath } from "./path";

/** Most that waits in memory while the file cannot be written; later lines are lost, earlier ones are not. */
const QUEUE_BYTES = 64 * 1_048_576;

type Clock = () => Date;

/**
 * Writes one thread's session file. A line that cannot be written waits and is tried again with the next one; nothing
 * is thrown, and `failed` tells why, so that the front end can warn once.
 */
export class RolloutWriter implements AsyncDisposable {
  /** Undefined for a thread that leaves no file. */
  readonly path: string | undefined;
  readonly #now: Clock;
  #exists: boolean;
  #fd: number | undefined;
  #header: RolloutEntry | undefined;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  #lostLines = 0;
  #failure: string | undefined;

  /**
   * A new thread. The file and its date folders appear at the first `append`, with `meta` as the first line, under the
   * local time of `meta.timestamp`.
   */
  static create(options: { codexHome: string; meta: SessionMeta; now?: Clock }): RolloutWriter {
    const { codexHome, meta, now } = options;
    const path = rolloutPath(codexHome, meta.id, new Date(meta.timestamp));
    return new RolloutWriter(path, { exists: false, now, header: { type: "session_meta", payload: meta } });
  }

  /** Goes on in an existing `.jsonl` file; a last line that was cut off stays alone on its line. */
  static resume(path: string, now?: Clock): RolloutWriter {
    return new RolloutWriter(path, { exists: true, now, header: undefined });
  }

  /** Writes nothing (`--ephemeral`). */
  static ephemeral(): RolloutWriter {
    return new RolloutWriter(undefined, { exists: false, now: undefined, header: undefined });
  }

  private constructor(
    path: string | undefined,
    start: { exists: boolean; now: Clock | undefined; header: RolloutEntry | undefined },
  ) {
    this.path = path;
    this.#exists = start.exists;
    this.#now = start.now ?? (() => new Date());
    this.#header = start.header;
  }

  /** Whether the file is there, or something waits to be written to it. */
  get begun(): boolean {
    return this.#exists || this.#queue.length > 0;
  }

  /** What a person should know when lines are waiting or were lost, else undefined. */
  get failed(): string | undefined {
    const lost = this.#lostLines > 0 ? ` ${this.#lostLines} lines were lost.` : "";
    if (this.#failure === undefined) return lost === "" ? undefined : `Session file ${this.path}:${lost}`;
    const waiting = `The session goes on; ${this.#queue.length} lines wait for the next try.`;
    return `Session file ${this.path} cannot be written: ${this.#failure}. ${waiting}${lost}`;
  }

  /** Writes the line before it returns, with one write(2). */
  append(entry: RolloutEntry): void {
    if (this.path === undefined) return;
    if (this.#header) {
      this.#enqueue(this.#header);
      this.#header = undefined;
    }
    this.#enqueue(entry);
    this.#drain(this.path);
  }

  /** Tries waiting lines once more and closes the file; a later `append` would open it again. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.path !== undefined && this.#queue.length > 0) this.#drain(this.path);
    this.#close();
  }

  #enqueue(entry: RolloutEntry): void {
    const line = Buffer.from(formatLine(entry, this.#now()));
    if (this.#queuedBytes > 0 && this.#queuedBytes + line.length > QUEUE_BYTES) {
      this.#lostLines += 1;
      return;
    }
    this.#queue.push(line);
    this.#queuedBytes += line.length;
  }

  #drain(path: string): void {
    try {
      this.#fd ??= this.#open(path);
      for (let line = this.#queue[0]; line; line = this.#queue[0]) {
        appendLine(this.#fd, line);
        this.#queue.shift();
        this.#queuedBytes -= line.length;
      }
      this.#failure = undefined;
    } catch (error) {
      this.#failure = messageOf(error);
      this.#close();
    }
  }

  /** A new file must not exist yet; one that was seen must not be made anew, as it would lack its first line. */
  #open(path: string): number {
    if (!this.#exists) mkdirSync(dirname(path), { recursive: true });
    const fd = openForAppend(path, this.#exists ? "existing" : "new");
    this.#exists = true;
    return fd;
  }

  #close(): void {
    const fd = this.#fd;
    if (fd === undefined) return;
    this.#fd = undefined;
    try {
      closeSync(fd);
    } catch (error) {
      this.#failure = messageOf(error);
    }
  }
}
