// The patch rules of apply-patch.md 3 once more, as slow and plain as they are written, to check the real ones against.

import type { Chunk } from "../../src/patch/patch";

const WHITE_SPACE = "[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*";
const trimEnd = (line: string) => line.replace(new RegExp(`${WHITE_SPACE}$`), "");
const trim = (line: string) => trimEnd(line).replace(new RegExp(`^${WHITE_SPACE}`), "");
const plain = (line: string) =>
  [...trim(line)]
    .map((c) => {
      if ("‐‑‒–—―−".includes(c)) return "-";
      if ("‘’‚‛".includes(c)) return "'";
      if ("“”„‟".includes(c)) return '"';
      return /[\u00a0\u2002-\u200a\u202f\u205f\u3000]/.test(c) ? " " : c;
    })
    .join("");

function seek(file: string[], pattern: string[], start: number, eof: boolean): number {
  if (pattern.length === 0) return start;
  if (pattern.length > file.length) return -1;
  for (const same of [(line: string) => line, trimEnd, trim, plain]) {
    for (let i = eof ? file.length - pattern.length : start; i <= file.length - pattern.length; i++) {
      if (pattern.every((line, offset) => same(line) === same(file[i + offset] ?? ""))) return i;
    }
  }
  return -1;
}

/** The new text; null when a chunk is not found; "overlap" where the rules would let one chunk undo another. */
export function naiveUpdate(text: string, chunks: readonly Chunk[]): string | null {
  const file = text.split("\n");
  if (file.at(-1) === "") file.pop();
  const replacements: { at: number; length: number; lines: string[] }[] = [];
  let cursor = 0;
  for (const chunk of chunks) {
    if (chunk.context !== null) {
      const found = seek(file, [chunk.context], cursor, false);
      if (found < 0) return null;
      cursor = found + 1;
    }
    const old = chunk.lines.filter((l) => l.type !== "added").map((l) => l.text);
    const lines = chunk.lines.filter((l) => l.type !== "removed").map((l) => l.text);
    if (old.length === 0) {
      replacements.push({ at: file.at(-1) === "" ? file.length - 1 : file.length, length: 0, lines });
      continue;
    }
    let found = seek(file, old, cursor, chunk.endOfFile);
    if (found < 0 && old.at(-1) === "") {
      old.pop();
      if (lines.at(-1) === "") lines.pop();
      found = seek(file, old, cursor, chunk.endOfFile);
    }
    if (found < 0) return null;
    replacements.push({ at: found, length: old.length, lines });
    cursor = found + old.length;
  }
  const sorted = replacements.toSorted((a, b) => a.at - b.at);
  if (sorted.some((r, i) => i > 0 && r.at < (sorted[i - 1]?.at ?? 0) + (sorted[i - 1]?.length ?? 0))) {
    return "overlap";
  }
  for (const { at, length, lines } of sorted.toReversed()) file.splice(at, length, ...lines);
  if (file.at(-1) !== "") file.push("");
  return file.join("\n");
}
