// What a file held before or after a change, in a bounded form that can be sent between processes and diffed.

import { readBytes } from "./read";
import { decodeUtf8 } from "./encoding";

/** Longer texts are named by their hash only. */
const TEXT_BYTES = 1024 * 1024;

/** `blob` is the git object id of the bytes, for files that are too long or not UTF-8. */
export type Content =
  | { readonly type: "text"; readonly text: string; readonly executable: boolean }
  | { readonly type: "omitted"; readonly blob: string; readonly executable: boolean };

export function contentOf(bytes: Uint8Array, executable: boolean): Content {
  if (bytes.length <= TEXT_BYTES) {
    const decoded = decodeUtf8(bytes);
    if (decoded.type === "text") return { type: "text", text: decoded.text, executable };
  }
  return { type: "omitted", blob: gitBlobId(bytes), executable };
}

/** Null when there is no such file, or none that can be read. */
export function readContent(path: string): Content | null {
  const file = readBytes(path);
  return file.type === "bytes" ? contentOf(file.bytes, file.executable) : null;
}

/** The 40 hexadecimal digits by which git names a file's bytes. */
export function gitBlobId(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
