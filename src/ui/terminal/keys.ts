// Turns the bytes of a terminal into events: keys, pastes, focus, and its answers to our questions.

import {
  codedKey,
  FINAL_LETTERS,
  modifiersOf,
  NO_MODIFIERS,
  TILDE_NUMBERS,
  type Modifiers,
} from "./key-codes";

export type KeyEvent = {
  readonly type: "key";
  /**
   * `enter`, `escape`, `tab`, `backspace`, `delete`, `insert`, `up`, `down`, `left`, `right`, `home`, `end`, `page-up`,
   * `page-down`, `f1` to `f12`, or the character itself; `space` is " ". With ctrl or alt letters are lower case.
   */
  readonly key: string;
  /** What the key inserts; "" for all others, and for every combination with ctrl or alt. */
  readonly text: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  /** When its bytes came, in milliseconds of `performance.now()`: keys of one read share it. */
  readonly at: number;
};

export type InputEvent =
  | KeyEvent
  /** Bracketed paste; line ends are `\n`. */
  | { readonly type: "paste"; readonly text: string; readonly at: number }
  | { readonly type: "focus"; readonly focused: boolean }
  | { readonly type: "resize"; readonly columns: number; readonly rows: number }
  /** The terminal has gone; nothing follows. */
  | { readonly type: "end" };

/** What a terminal says when asked. */
export type TerminalAnswer =
  /** Of OSC 11: red, green, blue, 0 to 255. */
  | { readonly type: "background"; readonly colour: readonly [number, number, number] }
  /** It speaks the kitty keyboard protocol. */
  | { readonly type: "kitty" }
  /** Device attributes, which every terminal knows and which we ask for last. */
  | { readonly type: "attributes" };

export type KeyReader = {
  /** Takes bytes as they come, cut anywhere. `at`: when they came, in milliseconds. */
  readonly feed: (bytes: Uint8Array, at: number) => readonly InputEvent[];
  /** Nothing came for a while: what looked like the beginning of a sequence was the Escape key. */
  readonly flush: (at: number) => readonly InputEvent[];
  /** Whether `flush` would give something. */
  readonly pending: () => boolean;
};

/** After this much silence an ESC is a key by itself. */
export const ESCAPE_MS = 30;
/** A sequence longer than this is none. */
const SEQUENCE_CHARS = 4096;
/** Of a longer paste the rest is dropped; what accepts pastes has a lower limit and says so. */
const PASTE_CHARS = 4_194_304;
/** Within a paste the next piece comes sooner. */
export const PASTE_SILENCE_MS = 200;
const PASTE_END = "\x1b[201~";
/** Ctrl-C in each way to say it. By itself, after some silence, it is a key also within a paste: the end of that may have been lost. */
const INTERRUPT = /^(?:\x03|\x1b\[99;5u|\x1b\[27;5;99~)$/;

export function createKeyReader(onAnswer: (answer: TerminalAnswer) => void): KeyReader {
  const decoder = new TextDecoder();
  let rest = "";
  /** Parts of a paste whose end has not come; undefined outside of one. */
  let paste: Paste | undefined;
  let lastAt = 0;

  const read = (at: number, complete: boolean): readonly InputEvent[] => {
    const events: InputEvent[] = [];
    while (rest !== "") {
      if (paste !== undefined) {
        const done = takePaste(paste, rest);
        rest = done.rest;
        if (!done.ended) break;
        events.push({ type: "paste", text: paste.text.replace(/\r\n?/g, "\n"), at });
        paste = undefined;
        continue;
      }
      const token = nextToken(rest, complete);
      if (token === undefined) break;
      rest = rest.slice(token.length);
      if (token.type === "paste_start") paste = { text: "" };
      else if (token.type === "answer") onAnswer(token.answer);
      else if (token.type === "focus") events.push({ type: "focus", focused: token.focused });
      else if (token.type === "key") events.push({ ...token.key, at });
    }
    return events;
  };

  return {
    feed: (bytes, at) => {
      const text = decoder.decode(bytes, { stream: true });
      const isLost = paste !== undefined && at - lastAt > PASTE_SILENCE_MS && INTERRUPT.test(text);
      rest += isLost ? PASTE_END + text : text;
      lastAt = at;
      return read(at, false);
    },
    flush: (at) => (paste === undefined ? read(at, true) : []),
    pending: () => rest !== "" && rest.length <= 3 && paste === undefined,
  };
}

type Paste = { text: string };

/** Keeps what may be the beginning of the end mark. */
function takePaste(paste: Paste, input: string): { readonly ended: boolean; readonly rest: string } {
  const end = input.indexOf(PASTE_END);
  const kept = end < 0 ? input.length - partOfEnd(input) : end;
  paste.text += input.slice(0, Math.min(kept, PASTE_CHARS - paste.text.length));
  return end < 0
    ? { ended: false, rest: input.slice(kept) }
    : { ended: true, rest: input.slice(end + PASTE_END.length) };
}

/** How many characters at the end of `input` could be the beginning of the end mark. */
function partOfEnd(input: string): number {
  for (let length = Math.min(PASTE_END.length - 1, input.length); length > 0; length--) {
    if (input.endsWith(PASTE_END.slice(0, length))) return length;
  }
  return 0;
}

type KeyWithoutTime = Omit<KeyEvent, "at">;

type Token = { readonly length: number } & (
  | { readonly type: "key"; readonly key: KeyWithoutTime }
  | { readonly type: "focus"; readonly focused: boolean }
  | { readonly type: "answer"; readonly answer: TerminalAnswer }
  | { readonly type: "paste_start" }
  /** Read, and means nothing to us. */
  | { readonly type: "nothing" }
);

/** Undefined when `input` may be cut in the middle of a sequence; with `complete` it is not. */
function nextToken(input: string, complete: boolean): Token | undefined {
  if (!input.startsWith("\x1b")) return plainToken(input);
  const second = input[1];
  if (second === undefined) return complete ? escapeToken() : undefined;
  if (second === "[") return csiToken(input, complete);
  if (second === "O") return ss3Token(input, complete);
  if (second === "]" || second === "P" || second === "_" || second === "^")
    return stringToken(input, complete);
  if (second === "\x1b") {
    // Escape twice, or Alt with a key that sends a sequence itself.
    const inner = nextToken(input.slice(1), complete);
    if (inner === undefined) return undefined;
    if (inner.type !== "key" || inner.key.key === "escape") return escapeToken();
    return { type: "key", length: inner.length + 1, key: { ...inner.key, alt: true, text: "" } };
  }
  const plain = plainToken(input.slice(1));
  if (plain.type !== "key") return plain;
  return { ...plain, length: plain.length + 1, key: withModifiers(plain.key, { ...plain.key, alt: true }) };
}

function escapeToken(): Token {
  return { type: "key", length: 1, key: named("escape", NO_MODIFIERS) };
}

/** A character, or a control character, which stands for a key or for ctrl with a letter. */
function plainToken(input: string): Token {
  const code = input.codePointAt(0) ?? 0;
  const length = code > 0xffff ? 2 : 1;
  if (code >= 0x80 && code < 0xa0) return { type: "nothing", length };
  if (code >= 32 && code !== 127) {
    const text = input.slice(0, length);
    return { type: "key", length, key: { type: "key", key: text, text, ...NO_MODIFIERS } };
  }
  return { type: "key", length, key: controlKey(code) };
}

function controlKey(code: number): KeyWithoutTime {
  if (code === 13) return named("enter", NO_MODIFIERS);
  if (code === 9) return named("tab", NO_MODIFIERS);
  if (code === 127) return named("backspace", NO_MODIFIERS);
  if (code === 0) return named(" ", { ...NO_MODIFIERS, ctrl: true });
  return named(String.fromCharCode(code + 64).toLowerCase(), { ...NO_MODIFIERS, ctrl: true });
}

function named(key: string, modifiers: Modifiers): KeyWithoutTime {
  return { type: "key", key, text: "", ...modifiers };
}

/** Ctrl and alt take away what a key inserts, and the case of its letter. */
function withModifiers(key: KeyWithoutTime, modifiers: Modifiers): KeyWithoutTime {
  const { shift, alt, ctrl } = modifiers;
  if (!alt && !ctrl) return { ...key, shift, alt, ctrl };
  const upper = key.text.length > 0 && key.key !== key.key.toLowerCase();
  return {
    ...key,
    key: key.text === "" ? key.key : key.key.toLowerCase(),
    text: "",
    shift: shift || upper,
    alt,
    ctrl,
  };
}

const CSI = /^\x1b\[([0-?]*)([ -/]*)([@-~])/;
const PART_OF_CSI = /^\x1b\[[0-?]*[ -/]*$/;

function csiToken(input: string, complete: boolean): Token | undefined {
  const match = CSI.exec(input);
  if (match === null) {
    if (mayGoOn(input, PART_OF_CSI, complete)) return undefined;
    // Alt-[ with something else behind it.
    return { type: "key", length: 2, key: named("[", { ...NO_MODIFIERS, alt: true }) };
  }
  const [sequence, parameters = "", , final = ""] = match;
  const { length } = sequence;
  if (sequence === "\x1b[200~") return { type: "paste_start", length };
  if (sequence === "\x1b[I" || sequence === "\x1b[O")
    return { type: "focus", length, focused: final === "I" };
  if (parameters.startsWith("?")) {
    if (final === "u") return { type: "answer", length, answer: { type: "kitty" } };
    if (final === "c") return { type: "answer", length, answer: { type: "attributes" } };
    return { type: "nothing", length };
  }
  const key = csiKey(parameters, final);
  return key === undefined ? { type: "nothing", length } : { type: "key", length, key };
}

/** Whoever has sent more than the two characters of a key with alt is sending a sequence, however slowly. */
function mayGoOn(input: string, part: RegExp, complete: boolean): boolean {
  return (!complete || input.length > 2) && input.length < SEQUENCE_CHARS && part.test(input);
}

/** Undefined for what is no key, and for keys that are let go. */
function csiKey(parameters: string, final: string): KeyWithoutTime | undefined {
  const fields = parameters.split(";").map((field) => field.split(":").map(Number));
  const [first = 0] = fields[0] ?? [];
  const [modifierParameter = 1, kind = 1] = fields[1] ?? [];
  const modifiers = modifiersOf(modifierParameter);
  if (kind === 3) return undefined;
  if (final === "Z") return named("tab", { ...modifiers, shift: true });
  if (final === "u") return codeKey(first, modifiers, fields[0]?.[1]);
  if (final === "~" && first === 27) return codeKey(fields[2]?.[0] ?? 0, modifiers, undefined);
  const name = final === "~" ? TILDE_NUMBERS.get(first) : FINAL_LETTERS.get(final);
  return name === undefined ? undefined : named(name, modifiers);
}

/** @param shifted what the key is with shift, where the terminal says so */
function codeKey(
  code: number,
  modifiers: Modifiers,
  shifted: number | undefined,
): KeyWithoutTime | undefined {
  const coded = codedKey(modifiers.shift && shifted ? shifted : code);
  if (coded.type === "nothing") return undefined;
  if (coded.type === "named") return named(coded.name, modifiers);
  return withModifiers({ type: "key", key: coded.text, text: coded.text, ...NO_MODIFIERS }, modifiers);
}

function ss3Token(input: string, complete: boolean): Token | undefined {
  const letter = input[2];
  if (letter === undefined && !complete) return undefined;
  const name = FINAL_LETTERS.get(letter ?? "");
  if (name === undefined)
    return { type: "key", length: 2, key: named("o", { shift: true, alt: true, ctrl: false }) };
  return { type: "key", length: 3, key: named(name, NO_MODIFIERS) };
}

const STRING = /^\x1b[\]P_^]([^\x07\x1b]*)(?:\x07|\x1b\\)/;
const PART_OF_STRING = /^\x1b[\]P_^][^\x07\x1b]*\x1b?$/;

/** An answer such as `OSC 11 ; rgb:1e1e/1e1e/1e1e ST`; or Alt with the character that begins one. */
function stringToken(input: string, complete: boolean): Token | undefined {
  const match = STRING.exec(input);
  if (match === null) {
    if (mayGoOn(input, PART_OF_STRING, complete)) return undefined;
    const letter = (input[1] ?? "").toLowerCase();
    return { type: "key", length: 2, key: named(letter, { shift: letter === "p", alt: true, ctrl: false }) };
  }
  const { length } = match[0];
  const colour = /^11;rgba?:([0-9a-f]+)\/([0-9a-f]+)\/([0-9a-f]+)/i.exec(match[1] ?? "");
  if (colour === null) return { type: "nothing", length };
  const [red = 0, green = 0, blue = 0] = colour.slice(1).map(channel);
  return { type: "answer", length, answer: { type: "background", colour: [red, green, blue] } };
}

/** One to four hexadecimal digits, scaled to 0 to 255. */
function channel(digits: string): number {
  return Math.round((Number.parseInt(digits, 16) / (16 ** digits.length - 1)) * 255);
}
