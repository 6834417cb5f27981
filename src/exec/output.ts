// Keeps the output of a command within a bound: its beginning and its end, and how much there was.

/** The reference keeps this much of a command's output (agent.md 8.1). */
export const OUTPUT_BYTES = 1_048_576;

export type BoundedOutput = {
  readonly write: (chunk: Uint8Array) => void;
  /** Head and tail in one piece; what is not UTF-8 becomes U+FFFD. Nothing marks the gap: see `omittedBytes`. */
  readonly text: () => string;
  /** Of everything that was written. */
  readonly totalBytes: number;
  /** Lines of everything that was written, an unfinished last one included. */
  readonly totalLines: number;
  readonly omittedBytes: number;
};

/** @param limit bytes to keep; the first half for the head, the rest for the tail */
export function boundedOutput(limit: number = OUTPUT_BYTES): BoundedOutput {
  const headLimit = Math.floor(limit / 2);
  const tailLimit = limit - headLimit;
  const head: Uint8Array[] = [];
  const tail: Uint8Array[] = [];
  let headBytes = 0;
  let tailBytes = 0;
  let totalBytes = 0;
  let lineEnds = 0;
  let endsWithLine = true;

  const trimTail = () => {
    while (tailBytes > tailLimit) {
      const first = tail[0];
      if (first === undefined) return;
      const excess = tailBytes - tailLimit;
      if (first.byteLength <= excess) tail.shift();
      else tail[0] = first.subarray(excess);
      tailBytes -= Math.min(first.byteLength, excess);
    }
  };

  return {
    write(chunk) {
      if (chunk.byteLength === 0) return;
      totalBytes += chunk.byteLength;
      lineEnds += countLineEnds(chunk);
      endsWithLine = chunk.at(-1) === LINE_FEED;
      const forHead = chunk.subarray(0, headLimit - headBytes);
      if (forHead.byteLength > 0) head.push(forHead);
      headBytes += forHead.byteLength;
      if (forHead.byteLength === chunk.byteLength) return;
      const rest = chunk.subarray(forHead.byteLength);
      tail.push(rest.byteLength > tailLimit ? rest.slice(-tailLimit) : rest);
      tailBytes += Math.min(rest.byteLength, tailLimit);
      trimTail();
    },
    text() {
      const gap = totalBytes > headBytes + tailBytes;
      if (!gap) return decode([...head, ...tail]);
      return decode([wholeEnd(Buffer.concat(head))]) + decode([wholeStart(Buffer.concat(tail))]);
    },
    get totalBytes() {
      return totalBytes;
    },
    get totalLines() {
      return lineEnds + (endsWithLine ? 0 : 1);
    },
    get omittedBytes() {
      return totalBytes - headBytes - tailBytes;
    },
  };
}

const LINE_FEED = 0x0a;
const UTF8_MAX_BYTES = 4;

function decode(chunks: readonly Uint8Array[]): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(chunks));
}

/** By the byte: `indexOf` would cost a call a line, five times as much where lines are short. */
function countLineEnds(chunk: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < chunk.length; at++) {
    if (chunk[at] === LINE_FEED) count++;
  }
  return count;
}

/** Without the character that the cut went through, at the end. */
function wholeEnd(bytes: Uint8Array): Uint8Array {
  for (let back = 1; back <= Math.min(UTF8_MAX_BYTES, bytes.byteLength); back++) {
    const byte = bytes.at(-back) ?? 0;
    if (byte < 0x80) return bytes;
    if (byte >= 0xc0) return back < lengthOf(byte) ? bytes.subarray(0, -back) : bytes;
  }
  return bytes;
}

/** Without the rest of a character that the cut went through, at the start. */
function wholeStart(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < UTF8_MAX_BYTES - 1 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
  return bytes.subarray(start);
}

function lengthOf(firstByte: number): number {
  if (firstByte >= 0xf0) return 4;
  return firstByte >= 0xe0 ? 3 : 2;
}
