// Writes an argv as one line that a POSIX shell reads back as the same words (exec.md 5.2).

/**
 * Words are quoted only when they need it, in single quotes where possible: `/bin/bash -lc 'echo one; exit 3'`,
 * `/bin/bash -lc ls`. A word that fits in no single kind of quote is put together from pieces: `"it's"'$HOME'`.
 */
export function shellQuote(argv: readonly string[]): string {
  return argv.map(quoteWord).join(" ");
}

type Style = "bare" | "single" | "double";

/** Preferred first. */
const STYLES: readonly Style[] = ["bare", "single", "double"];

/**
 * What each style can hold. A caret counts as history expansion for some shells unless it directly follows an opening
 * single quote, so no style holds one further in.
 */
const HOLDS: Readonly<Record<Style, RegExp>> = {
  bare: /^[A-Za-z0-9+\-./:@\]_]$/,
  single: /^[^'\\^]$/u,
  double: /^[^`$!^]$/u,
};

function quoteWord(word: string): string {
  if (word === "") return "''";
  if (/^[A-Za-z0-9+\-./:@\]_]+$/.test(word)) return word;
  let quoted = "";
  let piece = "";
  let possible: readonly Style[] = [];
  for (const letter of word) {
    const still = possible.filter((style) => HOLDS[style].test(letter));
    if (piece !== "" && still.length === 0) {
      quoted += enclose(piece, possible);
      piece = "";
    }
    if (piece === "")
      possible = letter === "^" ? ["single"] : STYLES.filter((style) => HOLDS[style].test(letter));
    else possible = still;
    piece += letter;
  }
  return quoted + enclose(piece, possible);
}

function enclose(piece: string, possible: readonly Style[]): string {
  switch (possible[0]) {
    case "bare":
      return piece;
    case "double":
      return `"${piece.replace(/["\\]/g, "\\$&")}"`;
    default:
      return `'${piece}'`;
  }
}
