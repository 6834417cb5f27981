// Reads a session file line by line from either end, in blocks, so that memory does not depend on the file's size.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Longest line that is handed out; longer ones are passed over. Above what a request to the model can carry. */
export const LINE_BYTES = 64 * 1_048_576;

/** Lists look at the ends of many files; the first block is small for their sake. */
const FIRST_BLOCK_BYTES = 32_768;
const BLOCK_BYTES = 262_144;
const NEWLINE = 0x0a;

/**
 * One line without its newline. `bytes` is valid until the next line is asked for, and undefined for a line above
 * `LINE_BYTES`. `start` is the offset of its first byte, `end` the offset after its last, newline not counted.
 */
export type RawLine = {
  readonly bytes: Buffer | undefined;
  readonly start: number;
  readonly end: number;
};

/**
 * The lines from the last to the first; with `before`, those that end before that offset. What is appended while reading
 * is not seen. Throws the error of the file system.
 */
export function* linesFromEnd(path: string, before = Infinity): Generator<RawLine, void> {
  const fd = openSync(path, "r");
  try {
    const size = Math.min(fstatSync(fd).size, before);
    let block: Buffer = Buffer.allocUnsafe(Math.min(FIRST_BLOCK_BYTES, size));
    let lineEnd = size;
    for (let blockEnd = size; blockEnd > 0;) {
      const blockStart = Math.max(0, blockEnd - block.length);
      const filled = fill(fd, block.subarray(0, blockEnd - blockStart), blockStart);
      for (let at = lastNewline(filled, filled.length); at >= 0; at = lastNewline(filled, at)) {
        const start = blockStart + at + 1;
        if (start < lineEnd) yield lineAt(fd, start, lineEnd, filled, blockStart);
        lineEnd = blockStart + at;
      }
      blockEnd = blockStart;
      block = grown(block, blockEnd);
    }
    if (lineEnd > 0) yield lineAt(fd, 0, lineEnd, block, Infinity);
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
    let block: Buffer = Buffer.allocUnsafe(Math.min(FIRST_BLOCK_BYTES, limit));
    let lineStart = 0;
    for (let blockStart = 0; blockStart < limit;) {
      const filled = fill(fd, block.subarray(0, limit - blockStart), blockStart);
      for (let at = filled.indexOf(NEWLINE); at >= 0; at = filled.indexOf(NEWLINE, at + 1)) {
        const end = blockStart + at;
        if (lineStart < end) yield lineAt(fd, lineStart, end, filled, blockStart);
        lineStart = end + 1;
      }
      blockStart += block.length;
      block = grown(block, limit - blockStart);
    }
    if (lineStart < size && limit === size) yield lineAt(fd, lineStart, size, block, Infinity);
  } finally {
    closeSync(fd);
  }
}

/** The line between two offsets: a view when the block at `blockStart` holds all of it, else read anew in one piece. */
function lineAt(fd: number, start: number, end: number, block: Buffer, blockStart: number): RawLine {
  if (end - start > LINE_BYTES) return { bytes: undefined, start, end };
  const inBlock = start >= blockStart && end <= blockStart + block.length;
  const bytes = inBlock
    ? block.subarray(start - blockStart, end - blockStart)
    : fill(fd, Buffer.allocUnsafe(end - start), start);
  return { bytes, start, end };
}

/** The block to read the next bytes with. */
function grown(block: Buffer, bytesLeft: number): Buffer {
  const wanted = Math.min(BLOCK_BYTES, bytesLeft);
  return block.length >= wanted ? block : Buffer.allocUnsafe(wanted);
}

function lastNewline(block: Buffer, end: number): number {
  return end === 0 ? -1 : block.lastIndexOf(NEWLINE, end - 1);
}

/** Fills the buffer from the file at `position`, and gives the part that was filled: less only if the file was cut meanwhile. */
function fill(fd: number, buffer: Buffer, position: number): Buffer {
  let filled = 0;
  while (filled < buffer.length) {
    const count = readSync(fd, buffer, filled, buffer.length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}
