// Decodes strict UTF-8, keeping a BOM, and says where bytes stop being UTF-8.

/** `index` is the offset of the first byte that is not part of a whole character. */
export type Decoded =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "invalid"; readonly reason: string; readonly index: number };

export function decodeUtf8(bytes: Uint8Array): Decoded {
  try {
    return { type: "text", text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (error) {
    const fault = firstFault(bytes);
    if (fault === null) throw error;
    return { type: "invalid", ...fault };
  }
}

type Fault = { readonly reason: string; readonly index: number };

/** In the words of the reference (apply-patch.md 4). Null when the bytes are UTF-8. */
function firstFault(bytes: Uint8Array): Fault | null {
  let index = 0;
  while (index < bytes.length) {
    const ranges = continuations(bytes[index] ?? 0);
    if (ranges === null) return invalid(1, index);
    for (const [offset, [low, high]] of ranges.entries()) {
      const byte = bytes[index + 1 + offset];
      if (byte === undefined) return { reason: `incomplete utf-8 byte sequence from index ${index}`, index };
      if (byte < low || byte > high) return invalid(1 + offset, index);
    }
    index += 1 + ranges.length;
  }
  return null;
}

function invalid(length: number, index: number): Fault {
  return { reason: `invalid utf-8 sequence of ${length} bytes from index ${index}`, index };
}

type Range = readonly [low: number, high: number];
const ANY: Range = [0x80, 0xbf];

/** The bytes that may follow a first byte; null when it cannot be one (Unicode 16, table 3-7). */
function continuations(first: number): readonly Range[] | null {
  if (first < 0x80) return [];
  if (first < 0xc2 || first > 0xf4) return null;
  if (first < 0xe0) return [ANY];
  if (first === 0xe0) return [[0xa0, 0xbf], ANY];
  if (first === 0xed) return [[0x80, 0x9f], ANY];
  if (first < 0xf0) return [ANY, ANY];
  if (first === 0xf0) return [[0x90, 0xbf], ANY, ANY];
  if (first === 0xf4) return [[0x80, 0x8f], ANY, ANY];
  return [ANY, ANY, ANY];
}
