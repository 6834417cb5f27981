// Takes a byte stream of server-sent events apart (WHATWG HTML 9.2.6): only the data of each event matters here.

/** An event longer than this is skipped like any other that makes no sense. */
const EVENT_CHARS = 64 * 1_048_576;

export type SseDecoder = {
  /** The data of every event that these bytes complete. */
  readonly push: (bytes: Uint8Array) => string[];
  /** The data of an event that the end of the stream left without its blank line. */
  readonly end: () => string[];
};

/**
 * Understands LF, CRLF and CR, several `data:` lines, comments, a byte order mark, and characters split between chunks.
 * Each character is looked at once, so that a large event in many chunks costs no more than its size.
 */
export function sseDecoder(): SseDecoder {
  const decoder = new TextDecoder();
  /** The line so far, and its length, which counts on when the text is no longer kept. */
  let line = "";
  let length = 0;
  /** The event so far. */
  let data: string | null = null;
  let size = 0;
  let endedWithCr = false;

  const extendLine = (text: string): void => {
    length += text.length;
    size += text.length;
    if (size <= EVENT_CHARS) line += text;
    else line = "";
  };

  const endLine = (found: string[]): void => {
    if (length === 0) {
      if (data !== null && size <= EVENT_CHARS) found.push(data);
      data = null;
      size = 0;
      return;
    }
    const value = dataOf(line);
    if (value !== null) data = data === null ? value : `${data}\n${value}`;
    line = "";
    length = 0;
  };

  const read = (input: string): string[] => {
    if (input === "") return [];
    const found: string[] = [];
    let text = endedWithCr && input.startsWith("\n") ? input.slice(1) : input;
    endedWithCr = input.endsWith("\r");
    if (text.includes("\r")) text = text.replace(/\r\n?/g, "\n");
    let from = 0;
    for (let to = text.indexOf("\n"); to >= 0; to = text.indexOf("\n", from)) {
      extendLine(text.slice(from, to));
      endLine(found);
      from = to + 1;
    }
    extendLine(text.slice(from));
    return found;
  };

  return {
    push: (bytes) => read(decoder.decode(bytes, { stream: true })),
    end: () => [...read(decoder.decode()), ...(length === 0 ? [] : read("\n")), ...read("\n")],
  };
}

function dataOf(line: string): string | null {
  if (!line.startsWith("data")) return null;
  if (line.length === 4) return "";
  if (line[4] !== ":") return null;
  return line.slice(line[5] === " " ? 6 : 5);
}
