// Turns the bytes of a file into text and back without loss: UTF-8, UTF-16 with a BOM, and whatever else has ASCII in it.

/** `bytes`: neither of the others; each byte is read as the Latin-1 character of that number, and written as it was. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "bytes";

export type DecodedText = { readonly type: "text"; readonly text: string; readonly encoding: Encoding };
/** A BOM stays part of the text. `encodeText` of the result gives the same bytes. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const [first, second] = bytes;
  const wide =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : null;
  if (wide !== null && bytes.length % 2 === 0) {
    const units = Buffer.from(bytes);
    const text = (wide === "utf-16be" ? units.swap16() : units).toString("utf16le");
    if (text.isWellFormed()) return { type: "text", text, encoding: wide };
  }
  const utf8 = decodeUtf8(bytes);
  if (utf8.type === "text") return { type: "text", text: utf8.text, encoding: "utf-8" };
  return { type: "text", text: Buffer.from(bytes).toString("latin1"), encoding: "bytes" };
}

/** To be asked about a new text whether it is writable before. */
export function encodeText(text: string, encoding: Encoding): Uint8Array {
  switch (encoding) {
    case "utf-8":
      return Buffer.from(text);
    case "utf-16le":
      return Buffer.from(text, "utf16le");
    case "utf-16be":
      return Buffer.from(text, "utf16le").swap16();
    case "bytes":
      return Buffer.from(text, "latin1");
    default:
      return encoding satisfies never;
  }
}

/** Bytes that Latin-1 keeps for control characters: a file that has them is in some other encoding. */
const NOT_LATIN1 = /[\u0080-\u009f]/;

/**
 * Why a text cannot be written in an encoding; null when it can. Of a file that is not Unicode the encoding is not
 * known: characters up to U+00FF that are new in it are taken for Latin-1 if the file can be that.
 * @param old what the file held
 */
export function unwritable(text: string, { encoding, text: old }: DecodedText): string | null {
  if (encoding !== "bytes") return null;
  const known = new Set(old);
  const added = [...new Set(text)].filter((letter) => letter > "\u007f" && !known.has(letter));
  const [strange] = NOT_LATIN1.test(old) ? added : added.filter((letter) => letter > "\u00ff");
  return strange === undefined
    ? null
    : `the file is not UTF-8, and how to write '${strange}' in its encoding is not known`;
}

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
