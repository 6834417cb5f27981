// A zip archive as Windows opens it by itself, the same bytes for the same content (APPNOTE.TXT 4.3).

import { crc32, deflateRawSync } from "node:zlib";
import type { ArchivedFile } from "./tar";

const VERSION = 20;
const DEFLATED = 8;
/** Names are in UTF-8. */
const FLAGS = 0x0800;
/** Made on Unix, so that the permission bits are kept. */
const MADE_BY = 0x0300 | VERSION;

/** @param modified seconds since the epoch, of every file; the format knows no year before 1980 */
export function zipArchive(files: readonly ArchivedFile[], modified: number): Uint8Array {
  const local: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes, mode } of files) {
    const packed = deflateRawSync(bytes, { level: 9 });
    const title = Buffer.from(name);
    const common = Buffer.concat([
      shorts(VERSION, FLAGS, DEFLATED, ...dosTime(modified)),
      longs(crc32(bytes), packed.length, bytes.length),
      shorts(title.length, 0),
    ]);
    const head = Buffer.concat([longs(0x04034b50), common, title]);
    local.push(head, packed);
    central.push(
      Buffer.concat([
        longs(0x02014b50),
        shorts(MADE_BY),
        common,
        shorts(0, 0, 0), // no comment, the first disk, no text
        longs(((0o100000 | mode) << 16) >>> 0, offset),
        title,
      ]),
    );
    offset += head.length + packed.length;
  }
  const size = central.reduce((total, entry) => total + entry.length, 0);
  const end = Buffer.concat([
    longs(0x06054b50),
    shorts(0, 0, files.length, files.length),
    longs(size, offset),
    shorts(0),
  ]);
  return Buffer.concat([...local, ...central, end]);
}

/** Time and date in steps of two seconds, UTC. */
function dosTime(modified: number): readonly [number, number] {
  const at = new Date(modified * 1000);
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const year = Math.max(0, at.getUTCFullYear() - 1980);
  return [time, (year << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate()];
}

function shorts(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [at, value] of values.entries()) bytes.writeUInt16LE(value, at * 2);
  return bytes;
}

function longs(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [at, value] of values.entries()) bytes.writeUInt32LE(value >>> 0, at * 4);
  return bytes;
}
