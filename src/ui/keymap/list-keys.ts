// Lists and questions know their usual keys; this turns the keys that somebody has bound instead into those (tui.md 4).

import type { KeyEvent } from "../terminal/keys";
import { chordOf, parseChord, type Chord } from "./chord";
import { DEFAULT_KEYS } from "./default-keys";
import type { Keymap, KeymapSettings } from "./keymap";

/**
 * The key that a list should see instead of the one that was pressed; undefined when it is bound to nothing any more.
 * @param typing letters belong to a text field, and so does what only a question means
 */
export type ListKeys = (key: KeyEvent, typing: boolean) => KeyEvent | undefined;

const CONTEXTS = ["list", "approval"] as const;

/** Undefined when all keys are the usual ones. */
export function createListKeys(keymap: Keymap, settings: KeymapSettings = {}): ListKeys | undefined {
  /** By chord: the usual key, or undefined for one that was taken away. */
  const changes = new Map<Chord, { readonly usual: Chord | undefined; readonly context: string }>();
  for (const context of CONTEXTS) {
    const configured = Object.keys(settings[context] ?? {});
    const actions = Object.entries<readonly string[]>(DEFAULT_KEYS[context]);
    for (const [action, defaults] of actions.filter(([name]) => configured.includes(name))) {
      for (const key of defaults) changes.set(parseChord(key), { usual: undefined, context });
      const [usual] = defaults.map(parseChord);
      // `action` is a key of the table of this context.
      const chords = keymap.keysFor(context, action as never);
      for (const chord of chords) changes.set(chord, { usual, context });
    }
  }
  if (changes.size === 0) return undefined;
  return (key, typing) => {
    const change = changes.get(chordOf(key));
    if (change === undefined || (typing && (key.text !== "" || change.context !== "list"))) return key;
    return change.usual === undefined ? undefined : pressed(change.usual, key.at);
  };
}

function pressed(chord: Chord, at: number): KeyEvent {
  const parts = /^((?:ctrl-|alt-|shift-)*)(.+)$/.exec(chord);
  const [modifiers, key] = [parts?.[1] ?? "", parts?.[2] ?? chord];
  const has = (name: string) => modifiers.includes(`${name}-`);
  const isText = key.length === 1 && !has("ctrl") && !has("alt");
  return {
    type: "key",
    key,
    text: isText ? key : "",
    ctrl: has("ctrl"),
    alt: has("alt"),
    shift: has("shift"),
    at,
  };
}
