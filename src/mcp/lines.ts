// Cuts a byte stream into lines of text, as the stdio transport frames its messages (mcp.md 4).

const LINE_FEED = 0x0a;

/**
 * Yields lines without their ends; a last one without an end is dropped, since it was cut off.
 * @param maxBytes longest line
 * @throws Error for a longer one
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<string, void> {
  let pieces: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      pieces.push(chunk.subarray(from, end));
      yield Buffer.concat(pieces).toString("utf8");
      pieces = [];
      held = 0;
      from = end + 1;
    }
    if (from === chunk.byteLength) continue;
    held += chunk.byteLength - from;
    if (held > maxBytes) throw new Error(`a line of more than ${maxBytes} bytes`);
    pieces.push(chunk.slice(from));
  }
}
