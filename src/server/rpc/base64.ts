// Reads base64 strictly, and says in the words of the reference where it is wrong.

export type Decoded =
  | { readonly type: "bytes"; readonly bytes: Uint8Array }
  | { readonly type: "invalid"; readonly reason: string };

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PAD = 61;

/** The standard alphabet, padded, without line breaks, and with no bits left over at the end. */
export function decodeBase64(text: string): Decoded {
  const reason = fault(text);
  return reason === undefined
    ? { type: "bytes", bytes: Buffer.from(text, "base64") }
    : { type: "invalid", reason };
}

function fault(text: string): string | undefined {
  const at = text.search(/[^A-Za-z0-9+/]/);
  const end = at === -1 ? text.length : at;
  if (at !== -1) {
    const rest = text.slice(at);
    const misplaced = !/^=+$/.test(rest) || end % 4 < 2;
    if (misplaced) return `Invalid symbol ${Buffer.from(rest.slice(0, 2))[0] ?? PAD}, offset ${at}.`;
  }
  if (end % 4 === 1) return `Invalid input length: ${end}`;
  if (text.length % 4 !== 0 || text.length - end > 2) return "Invalid padding";
  const unused = [0, 0, 15, 3][end % 4] ?? 0; // bits of the last symbol that no byte takes
  const last = text.charAt(end - 1);
  if ((ALPHABET.indexOf(last) & unused) !== 0 && end > 0) {
    return `Invalid last symbol ${last.charCodeAt(0)}, offset ${end - 1}.`;
  }
  return undefined;
}
