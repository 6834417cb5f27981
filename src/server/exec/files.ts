// File operations on behalf of a client: what is written is written in place, and links are removed, not followed (exec-server.md 5).

import { constants, type Stats } from "node:fs";
import {
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rm,
  rmdir,
  stat,
  unlink,
  type FileHandle,
} from "node:fs/promises";
import { INVALID_REQUEST, longResult, RpcFailure, type LongResult } from "../rpc/message";

const LARGEST_FILE_BYTES = 536_870_912;
const CHUNK_BYTES = 1_048_576;
/** Three bytes are four letters: pieces of so many can be encoded one after another. */
const WHOLE_CHUNK_BYTES = 3 * 1_048_576;
const COLLECTED_BYTES = 16 * WHOLE_CHUNK_BYTES;

/** A pipe without anybody at its other end is an error and no wait. */
const { O_RDONLY, O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK } = constants;
const READ = O_RDONLY | (O_NONBLOCK ?? 0);
const REPLACE = O_WRONLY | O_CREAT | O_TRUNC | (O_NONBLOCK ?? 0);

export type Metadata = {
  readonly isDirectory: boolean;
  readonly isFile: boolean;
  readonly isSymlink: boolean;
  readonly createdAtMs: number;
  readonly modifiedAtMs: number;
};

export type Entry = { readonly fileName: string; readonly isDirectory: boolean; readonly isFile: boolean };

/**
 * The contents in base64, as ASCII. They are encoded as they are read: of a large file nothing is held but the result.
 * @throws RpcFailure for a file that is too large, and the system's error
 */
export async function readBase64(path: string): Promise<Buffer<ArrayBuffer>> {
  await using file = await open(path, READ);
  const { size } = await file.stat();
  if (size > LARGEST_FILE_BYTES) throw tooLarge();
  const chunk = Buffer.allocUnsafe(Math.min(WHOLE_CHUNK_BYTES, size - (size % 3) + 3));
  let encoded = Buffer.allocUnsafeSlow(base64Length(size));
  let written = 0;
  for (let total = 0, end = false; !end;) {
    const length = await fill(file, chunk);
    end = length < chunk.byteLength;
    total += length;
    if (total > LARGEST_FILE_BYTES) throw tooLarge();
    // Some files, those of /proc for one, say that they are empty; others grow.
    const needed = written + base64Length(length);
    if (needed > encoded.byteLength) {
      const room = Math.min(needed * 2, base64Length(LARGEST_FILE_BYTES));
      encoded = Buffer.concat([encoded.subarray(0, written)], room);
    }
    written += encoded.write(chunk.toString("base64", 0, length), written, "latin1");
    // Beside one large buffer the collector sees no haste to take the texts of the chunks away.
    if (end ? total > chunk.byteLength : total % COLLECTED_BYTES === 0) Bun.gc(true);
  }
  return encoded.subarray(0, written);
}

/** The result of `fs/readFile`, of pieces of its base64. */
export function base64Result(pieces: readonly Uint8Array<ArrayBuffer>[]): LongResult {
  return longResult([Buffer.from('{"dataBase64":"'), ...pieces, Buffer.from('"}')]);
}

/** How much was read: less than there is room for only at the end of the file. */
async function fill(file: FileHandle, chunk: Buffer): Promise<number> {
  let length = 0;
  while (length < chunk.byteLength) {
    const { bytesRead } = await file.read(chunk, length, chunk.byteLength - length, null);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** Into the file that is there, under all its names, or into a new one. */
export async function writeBytes(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, REPLACE, 0o666);
  await writeAll(file, bytes);
}

export async function createFolder(path: string, depth: "one" | "parents"): Promise<void> {
  await mkdir(path, { recursive: depth === "parents" });
}

/** Type and times of what a link leads to. */
export async function metadataOf(path: string): Promise<Metadata> {
  const [target, own] = [await stat(path), await lstat(path)];
  return {
    isDirectory: target.isDirectory(),
    isFile: target.isFile(),
    isSymlink: own.isSymbolicLink(),
    createdAtMs: process.platform === "linux" ? 0 : Math.floor(target.birthtimeMs),
    modifiedAtMs: Math.floor(target.mtimeMs),
  };
}

/** Links are told as what they lead to; those that lead nowhere are left out. */
export async function entriesOf(path: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const name of await readdir(path, { encoding: "buffer" })) {
    const target = await statOrNothing(Buffer.concat([Buffer.from(`${path}/`), name]));
    if (target === undefined) continue;
    const [isDirectory, isFile] = [target.isDirectory(), target.isFile()];
    entries.push({ fileName: name.toString(), isDirectory, isFile });
  }
  return entries;
}

/** A link goes, and what it leads to stays. */
export async function removePath(
  path: string,
  { recursive, force }: { readonly recursive: boolean; readonly force: boolean },
): Promise<void> {
  try {
    const isFolder = (await lstat(path)).isDirectory();
    if (!isFolder) await unlink(path);
    else if (recursive) await rm(path, { recursive: true });
    else await rmdir(path);
  } catch (error) {
    if (!force || !isMissing(error)) throw error;
  }
}

export async function canonicalPath(path: string): Promise<string> {
  return await realpath(path);
}

/** Contents and permissions go into the file at the destination, if there is one. Nothing happens to a file that is both. */
export async function copyFile(source: string, destination: string): Promise<void> {
  await using from = await open(source, READ);
  const origin = await from.stat();
  const there = await statOrNothing(destination);
  if (there !== undefined && there.ino === origin.ino && there.dev === origin.dev) return;
  const mode = origin.mode & 0o7777;
  await using to = await open(destination, REPLACE, mode);
  for await (const chunk of chunksOf(from)) await writeAll(to, chunk);
  if ((await to.stat()).isFile()) await to.chmod(mode);
}

export async function statOrNothing(path: string | Buffer): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

async function* chunksOf(file: FileHandle): AsyncGenerator<Buffer, void> {
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.byteLength - at, null);
    at += bytesWritten;
  }
}

function tooLarge(): RpcFailure {
  return new RpcFailure(INVALID_REQUEST, `file is too large to read: limit is ${LARGEST_FILE_BYTES} bytes`);
}
