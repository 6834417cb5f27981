// Characters as a person sees them: where they begin, how many cells they take, and where words are.

/** Cells of a tab, wherever it stands. */
const TAB = "    ";
/** Code units looked at around an offset; no character that people write is longer. */
const WINDOW = 512;

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: "grapheme" });
/** Texts of which every code unit is one character of one cell. */
export const ASCII = /^[\x20-\x7e]*$/;

/** One character: its offset in the text and its code units. */
export type Grapheme = { readonly at: number; readonly text: string };

/** The characters between two offsets that are themselves between characters. */
export function* graphemes(text: string, from = 0, to = text.length): Generator<Grapheme, void> {
  const part = text.slice(from, to);
  if (ASCII.test(part)) {
    for (let at = 0; at < part.length; at++) yield { at: from + at, text: part.charAt(at) };
    return;
  }
  for (const { index, segment } of SEGMENTER.segment(part)) yield { at: from + index, text: segment };
}

/** The offset before the character that ends at `at`. */
export function previousBreak(text: string, at: number): number {
  const from = windowStart(text, at);
  let last = Math.max(0, at - 1);
  for (const grapheme of graphemes(text, from, at)) last = grapheme.at;
  return last;
}

/** The offset after the character that begins at `at`. */
export function nextBreak(text: string, at: number): number {
  const [first] = graphemes(text, at, Math.min(text.length, at + WINDOW)).take(1);
  return first === undefined ? text.length : at + first.text.length;
}

/** The nearest offset at or before `at` that is not inside a character. */
export function onBreak(text: string, at: number): number {
  if (at <= 0) return 0;
  if (at >= text.length) return text.length;
  let last = windowStart(text, at);
  for (const grapheme of graphemes(text, last, Math.min(text.length, at + WINDOW))) {
    if (grapheme.at > at) break;
    last = grapheme.at;
  }
  return last;
}

/** Where the word before `at` begins: blanks are passed over, then letters or then signs. */
export function previousWord(text: string, at: number): number {
  let start = at;
  while (kindAt(text, before(text, start)) === "blank") start = before(text, start);
  const kind = kindAt(text, before(text, start));
  if (kind === "attachment") return start - 1;
  while (start > 0 && kindAt(text, before(text, start)) === kind) start = before(text, start);
  return onBreak(text, start);
}

/** Where the word after `at` ends. */
export function nextWord(text: string, at: number): number {
  let end = at;
  while (kindAt(text, end) === "blank") end += 1;
  const kind = kindAt(text, end);
  if (kind === "attachment") return end + 1;
  while (end < text.length && kindAt(text, end) === kind)
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  const whole = onBreak(text, end);
  return whole < end ? nextBreak(text, whole) : whole;
}

/** How a character is shown: tabs as blanks, what would move the cursor as a picture of itself. */
export function shown(grapheme: string): string {
  if (grapheme === "\t") return TAB;
  return grapheme.replace(/[\0-\x1f\x7f-\x9f]/g, (control) => {
    const code = control.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? "\u2421" : "\ufffd";
  });
}

/** Cells that a text takes which is already fit to be shown. */
export function cellWidth(text: string): number {
  return ASCII.test(text) ? text.length : Bun.stringWidth(text);
}

/** As much of a text as fits, with `…` where something was left out. */
export function cutToWidth(text: string, width: number): string {
  if (cellWidth(text) <= width) return text;
  if (width < 1) return "";
  let used = 0;
  for (const grapheme of graphemes(text)) {
    used += cellWidth(grapheme.text);
    if (used > width - 1) return `${text.slice(0, grapheme.at)}…`;
  }
  return text;
}

type Kind = "blank" | "word" | "sign" | "attachment" | "none";

/** The code point that begins at an offset. */
function kindAt(text: string, at: number): Kind {
  const point = text.codePointAt(at);
  if (point === undefined) return "none";
  if (point >= 0xdc00 && point <= 0xdfff) return "attachment";
  const character = String.fromCodePoint(point);
  if (/\s/.test(character)) return "blank";
  return /[\p{L}\p{N}\p{M}_]/u.test(character) ? "word" : "sign";
}

/** The offset of the code point that ends at an offset; -1 at the start. */
function before(text: string, at: number): number {
  const isPair = /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(Math.max(0, at - 2), at));
  return at - (isPair ? 2 : 1);
}

/** A safe place to begin reading characters before `at`: after a line end or a plain letter, where there is one. */
function windowStart(text: string, at: number): number {
  const from = Math.max(0, at - WINDOW);
  const line = text.lastIndexOf("\n", at - 2) + 1;
  if (line >= from) return line;
  for (let place = from; place < at - 1; place++) {
    if (/[\x20-\x7e]/.test(text.charAt(place)) && /[\x20-\x7e]/.test(text.charAt(place + 1))) return place;
  }
  return from;
}
