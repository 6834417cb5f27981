// What the escape sequences of keys stand for: the tables of xterm, of the kitty protocol and of modifyOtherKeys.

/** Final letters of `CSI 1 ; modifiers X` and of `SS3 X`. */
export const FINAL_LETTERS: ReadonlyMap<string, string> = new Map([
  ["A", "up"],
  ["B", "down"],
  ["C", "right"],
  ["D", "left"],
  ["F", "end"],
  ["H", "home"],
  ["M", "enter"],
  ["P", "f1"],
  ["Q", "f2"],
  ["R", "f3"],
  ["S", "f4"],
]);

/** Numbers of `CSI n ; modifiers ~`. */
export const TILDE_NUMBERS: ReadonlyMap<number, string> = new Map([
  [1, "home"],
  [2, "insert"],
  [3, "delete"],
  [4, "end"],
  [5, "page-up"],
  [6, "page-down"],
  [7, "home"],
  [8, "end"],
  [11, "f1"],
  [12, "f2"],
  [13, "f3"],
  [14, "f4"],
  [15, "f5"],
  [17, "f6"],
  [18, "f7"],
  [19, "f8"],
  [20, "f9"],
  [21, "f10"],
  [23, "f11"],
  [24, "f12"],
]);

/** Code points of `CSI code ; modifiers u` that are keys and not characters. */
const NAMED_CODES: ReadonlyMap<number, string> = new Map([
  [8, "backspace"],
  [9, "tab"],
  [13, "enter"],
  [27, "escape"],
  [127, "backspace"],
  [57414, "enter"],
  [57417, "left"],
  [57418, "right"],
  [57419, "up"],
  [57420, "down"],
  [57421, "page-up"],
  [57422, "page-down"],
  [57423, "home"],
  [57424, "end"],
  [57425, "insert"],
  [57426, "delete"],
]);

/** The keypad's characters, from code 57399 on. */
const KEYPAD = "0123456789./*-+";
const KEYPAD_FIRST = 57_399;
const KEYPAD_EQUALS = 57_415;
/** Where the kitty protocol puts keys that have no character. */
const PRIVATE_FIRST = 57_344;
const PRIVATE_LAST = 63_743;
const LAST_CODE_POINT = 0x10_ffff;

export type CodedKey =
  | { readonly type: "named"; readonly name: string }
  | { readonly type: "character"; readonly text: string }
  /** A modifier by itself, a media key: nothing to us. */
  | { readonly type: "nothing" };

/** What a number of the kitty protocol or of modifyOtherKeys means. */
export function codedKey(code: number): CodedKey {
  const name = NAMED_CODES.get(code);
  if (name !== undefined) return { type: "named", name };
  if (code === KEYPAD_EQUALS) return { type: "character", text: "=" };
  const keypad = KEYPAD[code - KEYPAD_FIRST];
  if (keypad !== undefined) return { type: "character", text: keypad };
  if (code >= PRIVATE_FIRST && code <= PRIVATE_LAST) return { type: "nothing" };
  if (code < 32 || code > LAST_CODE_POINT) return { type: "nothing" };
  return { type: "character", text: String.fromCodePoint(code) };
}

export type Modifiers = { readonly shift: boolean; readonly alt: boolean; readonly ctrl: boolean };

export const NO_MODIFIERS: Modifiers = { shift: false, alt: false, ctrl: false };

/** The modifier parameter: one more than a sum of 1 shift, 2 alt, 4 ctrl, 8 super, 32 meta. */
export function modifiersOf(parameter: number): Modifiers {
  const bits = Number.isInteger(parameter) && parameter > 0 ? parameter - 1 : 0;
  return { shift: (bits & 1) !== 0, alt: (bits & 34) !== 0, ctrl: (bits & 4) !== 0 };
}
