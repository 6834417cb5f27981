// Session files that were compressed after a week of rest: `.jsonl.zst` (rollout.md 18).

import {
  createReadStream,
  createWriteStream,
  existsSync,
  readSync,
  openSync,
  closeSync,
  statSync,
} from "node:fs";
import { rename, rm, utimes } from "node:fs/promises";
import { UserError, messageOf } from "../util/user-error";
import { isCompressed, plainPath } from "./path";

const HEAD_COMPRESSED_BYTES = 65_536;
const HEAD_BYTES = 16 * 1_048_576;

// Every run looks for a session file and few find a compressed one: the libraries for those are loaded when one is there.

/**
 * The plain form of a session file, decompressed beside it when need be; then the compressed one is removed and the time
 * of last change kept. Throws `UserError` when it cannot be decompressed; the compressed file then stays.
 */
export async function ensurePlain(path: string): Promise<string> {
  const plain = plainPath(path);
  if (!isCompressed(path) || existsSync(plain)) return plain;
  const partial = `${plain}.${process.pid}.tmp`;
  const [{ pipeline }, { createZstdDecompress }] = await Promise.all([
    import("node:stream/promises"),
    import("node:zlib"),
  ]);
  try {
    await pipeline(createReadStream(path), createZstdDecompress(), createWriteStream(partial));
    const { atime, mtime } = statSync(path);
    await utimes(partial, atime, mtime);
    await rename(partial, plain);
    await rm(path);
    return plain;
  } catch (error) {
    await rm(partial, { force: true });
    throw new UserError(`session file ${path} cannot be decompressed: ${messageOf(error)}`, { cause: error });
  }
}

/** Whole lines from the beginning of a compressed file, as far as its first blocks go; none when it is damaged. */
export function compressedHead(path: string): Buffer[] {
  try {
    const { constants, zstdDecompressSync } = process.getBuiltinModule("node:zlib");
    const options = { finishFlush: constants.ZSTD_e_flush, maxOutputLength: HEAD_BYTES };
    const text = zstdDecompressSync(firstBytes(path, HEAD_COMPRESSED_BYTES), options);
    return splitLines(text.subarray(0, text.lastIndexOf("\n") + 1));
  } catch {
    // Damaged, or expanding beyond reason: there is nothing to show of it.
    return [];
  }
}

function firstBytes(path: string, count: number): Buffer {
  const fd = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(count);
    return buffer.subarray(0, readSync(fd, buffer, 0, count, 0));
  } finally {
    closeSync(fd);
  }
}

function splitLines(text: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0, end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
    if (end > start) lines.push(text.subarray(start, end));
    start = end + 1;
  }
  return lines;
}
