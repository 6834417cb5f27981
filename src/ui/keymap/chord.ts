// Names of keys and key combinations: as configuration writes them, as events say them, as people read them.

import type { KeyEvent } from "../terminal/keys";

/** `ctrl-`, `alt-`, `shift-` in this order, then a key in lower case: `ctrl-alt-v`, `page-up`, `?`, `shift-a`. */
export type Chord = string;

/** Other names of keys, in configuration and in events. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ["return", "enter"],
  ["esc", "escape"],
  ["del", "delete"],
  ["pgup", "page-up"],
  ["pageup", "page-up"],
  ["pgdn", "page-down"],
  ["pagedown", "page-down"],
  ["minus", "-"],
  [" ", "space"],
  ["backtab", "tab"],
]);

/** What was pressed. With letters Shift counts, with signs it does not: `?` needs it on some keyboards only. */
export function chordOf(event: KeyEvent): Chord {
  const isCapital = /^\p{Lu}$/u.test(event.key);
  return chord(event.key, event.ctrl, event.alt, event.shift || isCapital || event.key === "backtab");
}

/**
 * A binding of `tui.keymap`, such as `"control-option-V"`. What is no key at all gives a chord that is never pressed;
 * configuration is checked when it is loaded.
 */
export function parseChord(text: string): Chord {
  const modifiers = new Set<string>();
  let rest = text.toLowerCase();
  for (;;) {
    const [prefix, name = ""] = /^(ctrl|control|alt|option|shift)-(?=.)/.exec(rest) ?? [];
    if (prefix === undefined) break;
    modifiers.add(name);
    rest = rest.slice(prefix.length);
  }
  const has = (...names: string[]) => names.some((name) => modifiers.has(name));
  return chord(rest, has("ctrl", "control"), has("alt", "option"), has("shift"));
}

/** `ctrl + j`, as people read it. */
export function chordLabel(text: Chord): string {
  const parts = /^((?:ctrl-|alt-|shift-)*)(.+)$/.exec(text);
  const key = parts?.[2] ?? text;
  const modifiers = (parts?.[1] ?? "").split("-").filter((name) => name !== "");
  return [...modifiers, KEY_LABELS.get(key) ?? key].join(" + ");
}

const KEY_LABELS: ReadonlyMap<string, string> = new Map([
  ["escape", "esc"],
  ["up", "↑"],
  ["down", "↓"],
  ["left", "←"],
  ["right", "→"],
  ["page-up", "pgup"],
  ["page-down", "pgdn"],
]);

function chord(name: string, ctrl: boolean, alt: boolean, shift: boolean): Chord {
  const lower = name.toLowerCase();
  const key = SYNONYMS.get(lower) ?? lower;
  const isSign = [...key].length === 1 && !/\p{L}/u.test(key);
  return `${ctrl ? "ctrl-" : ""}${alt ? "alt-" : ""}${shift && !isSign ? "shift-" : ""}${key}`;
}
