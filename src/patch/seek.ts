// Finds a block of lines in a file: exactly if possible, then forgiving white space, then typographic punctuation (apply-patch.md 3).

import { trim, trimEnd } from "./white-space";

/**
 * Looks for `pattern` among the lines at or after index `start`; with `atEnd` only as the very last lines.
 * Returns the index of its first line, or null. An empty pattern is found at `start`.
 */
export type Seek = (pattern: readonly string[], start: number, atEnd: boolean) => number | null;

/** A seeker over `lines`. What a forgiving pass compares is worked out once, when a search first needs that pass. */
export function seekIn(lines: readonly string[]): Seek {
  const seenByPass: (readonly string[])[] = [lines];
  return (pattern, start, atEnd) => {
    if (pattern.length === 0) return start;
    const last = lines.length - pattern.length;
    if (last < 0) return null;
    const from = atEnd ? last : start;
    for (const [pass, normalise] of PASSES.entries()) {
      const seen = (seenByPass[pass] ??= lines.map(normalise));
      const found = firstMatch(seen, pattern.map(normalise), from);
      if (found !== null) return found;
    }
    return null;
  };
}

/** The next pass runs only when the one before found the whole block nowhere. */
const PASSES: readonly ((line: string) => string)[] = [
  (line) => line,
  trimEnd,
  trim,
  (line) => plainPunctuation(trim(line)),
];

function plainPunctuation(line: string): string {
  if (!/[^\0-\x7f]/.test(line)) return line;
  return line
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[\u2018-\u201b]/g, "'")
    .replace(/[\u201c-\u201f]/g, '"')
    .replace(/[\u00a0\u2002-\u200a\u202f\u205f\u3000]/g, " ");
}

/** Knuth, Morris and Pratt over lines: linear however much the file repeats itself. */
function firstMatch(lines: readonly string[], pattern: readonly string[], from: number): number | null {
  const fallback = fallbackTable(pattern);
  let matched = 0;
  for (let index = from; index < lines.length; index++) {
    const line = lines[index];
    while (matched > 0 && line !== pattern[matched]) matched = fallback[matched - 1] ?? 0;
    if (line === pattern[matched]) matched++;
    if (matched === pattern.length) return index + 1 - matched;
  }
  return null;
}

/** For each prefix of the pattern, the length of its longest proper prefix that is also its suffix. */
function fallbackTable(pattern: readonly string[]): readonly number[] {
  const table = [0];
  let length = 0;
  for (let index = 1; index < pattern.length; index++) {
    while (length > 0 && pattern[index] !== pattern[length]) length = table[length - 1] ?? 0;
    if (pattern[index] === pattern[length]) length++;
    table.push(length);
  }
  return table;
}
