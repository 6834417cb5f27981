// Sees the text of a file as lines, in one of two ways: as the patch format always did, or keeping what a patch does not spell.

/**
 * `patch`: only LF ends a line and whatever a chunk touches is written as spelled in the patch (apply-patch.md 3 and 5).
 * `keep`: the file's own line endings, BOM, final blank lines and context lines survive (newer.md).
 */
export type LineEndings = "keep" | "patch";

export type FileLines = {
  /** What chunks are matched against: no line endings, and in keep mode no BOM. */
  readonly lines: readonly string[];
  /** Ends the lines that a chunk writes. */
  readonly newline: string;
  /** The index before which text without old lines goes. */
  readonly appendAt: number;
  /** The file's own text of the lines `from` to `to` (excluded), endings included; an unended last line is ended. */
  readonly original: (from: number, to: number) => string;
  /** Makes the text of the file out of its new lines, each of them ended. */
  readonly whole: (text: string) => string;
};

const BOM = "\ufeff";

export function fileLines(text: string, lineEndings: LineEndings): FileLines {
  return lineEndings === "keep" ? keptLines(text) : patchedLines(text);
}

function patchedLines(text: string): FileLines {
  const starts = lineStarts(text, "\n");
  const lines = linesAt(text, starts, "\n");
  return {
    lines,
    newline: "\n",
    appendAt: lines.at(-1) === "" ? lines.length - 1 : lines.length,
    original: originalText(text, starts, "\n", "\n"),
    // The last line, when empty, stands for the end of the line before it.
    whole: (joined) => (joined === "\n" || joined.endsWith("\n\n") ? joined.slice(0, -1) : joined),
  };
}

function keptLines(text: string): FileLines {
  const bom = text.startsWith(BOM) ? BOM : "";
  const body = text.slice(bom.length);
  const separator = !body.includes("\n") && body.includes("\r") ? "\r" : "\n";
  const starts = lineStarts(body, separator);
  const spelled = linesAt(body, starts, separator);
  const ended = body.endsWith(separator) ? spelled.length : spelled.length - 1;
  const lines = spelled.map((line, index) =>
    index < ended && line.endsWith("\r") ? line.slice(0, -1) : line,
  );
  const newline = separator === "\r" ? "\r" : commonEnding(spelled.slice(0, ended));
  return {
    lines,
    newline,
    appendAt: lines.length,
    original: originalText(body, starts, separator, newline),
    whole: (joined) => (joined === "" ? "" : bom + joined),
  };
}

/** CRLF or LF, whichever ends more of these lines; the first line's when they are even. */
function commonEnding(lines: readonly string[]): string {
  const crlf = lines.filter((line) => line.endsWith("\r")).length;
  const lf = lines.length - crlf;
  if (crlf === lf) return lines[0]?.endsWith("\r") === true ? "\r\n" : "\n";
  return crlf > lf ? "\r\n" : "\n";
}

/** Where each line starts; the text's length comes last, so that line `i` lies between entries `i` and `i + 1`. */
function lineStarts(text: string, separator: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf(separator); at !== -1; at = text.indexOf(separator, at + 1)) starts.push(at + 1);
  if (starts.at(-1) !== text.length) starts.push(text.length);
  return starts;
}

function linesAt(text: string, starts: readonly number[], separator: string): readonly string[] {
  const lines = text.split(separator);
  lines.length = starts.length - 1;
  return lines;
}

function originalText(
  text: string,
  starts: readonly number[],
  separator: string,
  newline: string,
): FileLines["original"] {
  const unended = !text.endsWith(separator);
  return (from, to) => {
    const piece = text.slice(starts[from], starts[to]);
    return unended && from < to && to === starts.length - 1 ? piece + newline : piece;
  };
}
