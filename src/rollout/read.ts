// Reads a session file line by line from either end, in blocks, so that memory does not depend on the file's size.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Longest line that is handed out; longer ones are passed over. Above what a request to the model can carry. */
export const LINE_BYTES = 64 * 1_048_576;

const BLOCK_BYTES = 262_144;
const NEWLINE = 0x0a;

/**
 * One line without its newline. `bytes` is valid until the next line is asked for, and undefined for a line above
 * `LINE_BYTES`. `start` is the offset of its first byte, `end` the offset after its last, newline not counted.
 */
export type RawLine = {
  readonly bytes: Uint8Array | undefined;
  readonly start: number;
  readonly end: number;
};

/** The lines from the last to the first. What is appended while reading is not seen. Throws the error of the file system. */
export function* linesFromEnd(path: string): Generator<RawLine, void> {
  const fd = openSync(path, "r");
  try {
    const size = fstatSync(fd).size;
    const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, size));
    let line = new PartialLine();
    let lineEnd = size;
    for (let blockEnd = size; blockEnd > 0;) {
      const blockStart = Math.max(0, blockEnd - block.length);
      const filled = block.subarray(0, fill(fd, block.subarray(0, blockEnd - blockStart), blockStart));
      let end = filled.length;
      for (let at = lastNewline(filled, end); at >= 0; at = lastNewline(filled, end)) {
        const start = blockStart + at + 1;
        if (start < lineEnd) yield { bytes: line.before(filled.subarray(at + 1, end)), start, end: lineEnd };
        line = new PartialLine();
        lineEnd = blockStart + at;
        end = at;
      }
      line.prepend(filled.subarray(0, end));
      blockEnd = blockStart;
    }
    if (lineEnd > 0) yield { bytes: line.before(Buffer.alloc(0)), start: 0, end: lineEnd };
  } finally {
    closeSync(fd);
  }
}

/** The lines from the first to the last, at most `maxBytes` of the file; a line cut by that limit is not handed out. */
export function* linesFromStart(path: string, maxBytes = Infinity): Generator<RawLine, void> {
  const fd = openSync(path, "r");
  try {
    const size = fstatSync(fd).size;
    const limit = Math.min(size, maxBytes);
    const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, limit));
    let line = new PartialLine();
    let lineStart = 0;
    for (let blockStart = 0; blockStart < limit;) {
      const filled = block.subarray(0, fill(fd, block.subarray(0, limit - blockStart), blockStart));
      if (filled.length === 0) break;
      let from = 0;
      for (let at = filled.indexOf(NEWLINE); at >= 0; at = filled.indexOf(NEWLINE, from)) {
        const end = blockStart + at;
        if (end > lineStart) yield { bytes: line.after(filled.subarray(from, at)), start: lineStart, end };
        line = new PartialLine();
        lineStart = end + 1;
        from = at + 1;
      }
      line.append(filled.subarray(from));
      blockStart += filled.length;
    }
    if (lineStart < size && limit === size) {
      yield { bytes: line.after(Buffer.alloc(0)), start: lineStart, end: size };
    }
  } finally {
    closeSync(fd);
  }
}

/** The pieces of a line that spans blocks; they are copies, and are let go once the line is too long. */
class PartialLine {
  #pieces: Uint8Array[] = [];
  #length = 0;

  append(piece: Uint8Array): void {
    if (this.#admit(piece.length)) this.#pieces.push(Uint8Array.from(piece));
  }

  prepend(piece: Uint8Array): void {
    if (this.#admit(piece.length)) this.#pieces.unshift(Uint8Array.from(piece));
  }

  /** The whole line, given its last piece. */
  after(last: Uint8Array): Uint8Array | undefined {
    if (!this.#admit(last.length)) return undefined;
    return this.#pieces.length === 0 ? last : Buffer.concat([...this.#pieces, last]);
  }

  /** The whole line, given its first piece. */
  before(first: Uint8Array): Uint8Array | undefined {
    if (!this.#admit(first.length)) return undefined;
    return this.#pieces.length === 0 ? first : Buffer.concat([first, ...this.#pieces]);
  }

  #admit(bytes: number): boolean {
    this.#length += bytes;
    if (this.#length <= LINE_BYTES) return true;
    this.#pieces = [];
    return false;
  }
}

function lastNewline(block: Buffer, end: number): number {
  return end === 0 ? -1 : block.lastIndexOf(NEWLINE, end - 1);
}

/** Fills the buffer from the file at `position`; fewer bytes only if the file was cut short meanwhile. */
function fill(fd: number, buffer: Uint8Array, position: number): number {
  let filled = 0;
  while (filled < buffer.length) {
    const count = readSync(fd, buffer, filled, buffer.length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}
