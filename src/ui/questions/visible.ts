// Shows all of a text that a person is to agree to: nothing in it acts on the terminal, and nothing hides.

const TAB = "  ";
const FIRST_CONTROL_PICTURE = 0x2400;
const DELETE = 0x7f;
/** Characters that change the order of others or take no room. */
const INVISIBLE =
  /[\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu;

/**
 * Control characters become their pictures (`␛`), invisible ones their numbers (`<U+202E>`). Line breaks stay. Unlike
 * in output, where such things are left out, in a command each of them counts.
 */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replaceAll("\r\n", "\n")
    .replaceAll("\t", TAB)
    .replace(/(?!\n)\p{Cc}/gu, picture)
    .replace(INVISIBLE, numbered);
}

/** The same on one line. */
export function visibleLine(text: string): string {
  return visible(text.replace(/\s*[\r\n]+\s*/g, " ")).trim();
}

function picture(control: string): string {
  const code = control.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(FIRST_CONTROL_PICTURE + code);
  return code === DELETE ? "␡" : numbered(control);
}

function numbered(character: string): string {
  return `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`;
}
