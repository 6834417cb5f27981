// Renders Markdown while it arrives: a block is laid out once, when its last line is known, and never again.

import { plainText } from "./control-sequences";
import { BlockReader, type BlockOptions } from "./markdown-blocks";
import { cells, wrapText } from "./wrap";

/** A line without an end is cut after this many characters, so that neither memory nor time depends on its length. */
const LINE_CHARS = 2000;

export type MarkdownStream = {
  /** Takes in what has arrived and returns the lines that are finished by it. The same text gives the same lines, however it is cut. */
  readonly write: (delta: string) => string[];
  /** The rest, when nothing more will come. */
  readonly finish: () => string[];
  /** How the unfinished block looks so far, below the lines already returned. Cheap to call again when nothing has come. */
  readonly open: () => readonly string[];
};

/** The lines are at most `columns()` cells wide, which is asked whenever a block is laid out. */
export function markdownStream(options: BlockOptions): MarkdownStream {
  const reader = new BlockReader(options);
  /** What is nested too deep for the width does not fit; it is broken once more. */
  const fitted = (lines: string[]): string[] => {
    const columns = options.columns();
    if (lines.every((line) => cells(line) <= columns)) return lines;
    return lines.flatMap((line) => (cells(line) <= columns ? [line] : wrapText(line, columns)));
  };
  let partial = "";
  let opened: readonly string[] | undefined;

  /** Whole lines go to the reader, and the beginning of a line that is too long. */
  const drain = (from: number): string[] => {
    const lines: string[] = [];
    let start = 0;
    let end = partial.indexOf("\n", from);
    for (;;) {
      const length = (end === -1 ? partial.length : end) - start;
      if (length > LINE_CHARS) {
        const cut = cutPlace(partial, start);
        lines.push(...reader.part(plainText(partial.slice(start, cut))));
        start = cut;
      } else if (end !== -1) {
        lines.push(...reader.line(plainText(partial.slice(start, end).replace(/\r$/, ""))));
        start = end + 1;
        end = partial.indexOf("\n", start);
      } else {
        break;
      }
    }
    if (start > 0) partial = partial.slice(start);
    return lines;
  };

  return {
    write(delta) {
      if (delta === "") return [];
      const from = partial.length;
      partial += delta;
      opened = undefined;
      return partial.length > LINE_CHARS || delta.includes("\n") ? fitted(drain(from)) : [];
    },
    finish() {
      opened = undefined;
      const rest = plainText(partial);
      partial = "";
      return fitted([...(rest === "" ? [] : reader.line(rest)), ...reader.finish()]);
    },
    open() {
      opened ??= fitted([...reader.open(plainText(partial))]);
      return opened;
    },
  };
}

/** All of a text at once. */
export function markdownLines(text: string, options: BlockOptions): string[] {
  const stream = markdownStream(options);
  return [...stream.write(text), ...stream.finish()];
}

/** After the last space of the part, if there is one; depends on nothing but the line. */
function cutPlace(text: string, start: number): number {
  const limit = start + LINE_CHARS;
  const space = text.lastIndexOf(" ", limit - 1);
  if (space > start) return space + 1;
  const code = text.charCodeAt(limit - 1);
  return code >= 0xd800 && code < 0xdc00 ? limit - 1 : limit;
}
