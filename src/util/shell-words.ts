// Words of a command line as one text, and back, by the rules of a POSIX shell (exec.md 5.2).

/**
 * Words are quoted only when they need it, in single quotes where possible: `/bin/bash -lc 'echo one; exit 3'`,
 * `/bin/bash -lc ls`. A word that fits in no single kind of quote is put together from pieces: `"it's"'$HOME'`.
 */
export function quoteWords(argv: readonly string[]): string {
  return argv.map(quoteWord).join(" ");
}

/** The words of a text, quotes and backslashes taken out; nothing is expanded. Undefined when a quote is not closed. */
export function splitWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  const token = /\s+|#[^\n]*|((?:[^\s\\'"]|\\[^]|'[^']*'|"(?:[^"\\]|\\[^])*")+)/y;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) return undefined;
    const [, word] = match;
    if (word !== undefined) words.push(word.replace(QUOTED, unquote));
  }
  return words;
}

const QUOTED = /\\([^])|'([^']*)'|"((?:[^"\\]|\\[^])*)"/g;

function unquote(_: string, escaped?: string, single?: string, double?: string): string {
  if (escaped !== undefined) return escaped === "\n" ? "" : escaped;
  if (single !== undefined) return single;
  return (double ?? "").replace(/\\([$`"\\\n])/g, (_, letter: string) => (letter === "\n" ? "" : letter));
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
