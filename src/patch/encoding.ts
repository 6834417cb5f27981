// Turns the bytes of a file into text and back without loss: UTF-8, UTF-16 with a BOM, and whatever else has ASCII in it.

import { decodeUtf8 } from "./utf8";

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
