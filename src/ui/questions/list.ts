// A list to choose from: which options match the search, where the cursor stands, what a key picks. Pure.

import type { KeyEvent } from "../terminal/keys";
import { keysOf, type Choice } from "./choice";

export type List<T> = {
  readonly options: readonly Choice<T>[];
  /** Indexes into `options` of those that match the search. */
  readonly shown: readonly number[];
  /** Index into `shown`; 0 when nothing is shown. */
  readonly cursor: number;
};

/** Options that a list moves on by PageUp and PageDown. */
const PAGE = 8;

/** The cursor begins at the option `initial`, else at the first that can be chosen. */
export function listOf<T>(options: readonly Choice<T>[], initial?: T): List<T> {
  const shown = options.map((_, index) => index);
  const wanted = initial === undefined ? -1 : options.findIndex(({ value }) => value === initial);
  return settled({ options, shown, cursor: Math.max(0, wanted) }, 1);
}

/** The option under the cursor; undefined when nothing matches the search. */
export function current<T>(list: List<T>): Choice<T> | undefined {
  return list.options[list.shown[list.cursor] ?? -1];
}

/** Shows only the options in which every word of the query occurs, in whatever case. */
export function searched<T>(list: List<T>, query: string): List<T> {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = list.options.flatMap((option, index) => {
    const text = `${option.label} ${option.hint ?? ""} ${option.words ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word)) ? [index] : [];
  });
  if (Bun.deepEquals(shown, list.shown)) return list;
  return settled({ ...list, shown, cursor: 0 }, 1);
}

/** The option that a key chooses at once: its letter, or its number. `esc` stands for the Esc key. */
export function pickedBy<T>(list: List<T>, key: KeyEvent): Choice<T> | undefined {
  const name = key.key === "escape" ? "esc" : key.text.toLowerCase();
  if (name === "") return undefined;
  const option = list.options.find((one) => keysOf(one).includes(name));
  const numbered = /^[1-9]$/.test(name) ? list.options[Number(name) - 1] : undefined;
  const picked = option ?? numbered;
  return picked?.disabled === undefined ? picked : undefined;
}

/**
 * The list after a key that moves the cursor, else undefined. Up from the first option leads to the last and back.
 * @param typing letters belong to a text field
 */
export function moved<T>(list: List<T>, key: KeyEvent, typing: boolean): List<T> | undefined {
  const name = key.ctrl ? `ctrl-${key.key}` : key.key;
  switch (name) {
    case "up":
    case "ctrl-p":
    case "ctrl-k":
      return step(list, -1);
    case "down":
    case "ctrl-n":
    case "ctrl-j":
      return step(list, 1);
    case "k":
      return typing ? undefined : step(list, -1);
    case "j":
      return typing ? undefined : step(list, 1);
    case "page-up":
    case "ctrl-b":
      return jump(list, Math.max(0, list.cursor - PAGE), 1);
    case "page-down":
    case "ctrl-f":
      return jump(list, Math.min(last(list), list.cursor + PAGE), -1);
    case "home":
      return jump(list, 0, 1);
    case "end":
      return jump(list, last(list), -1);
    default:
      return undefined;
  }
}

function last<T>(list: List<T>): number {
  return Math.max(0, list.shown.length - 1);
}

function step<T>(list: List<T>, by: 1 | -1): List<T> {
  const count = list.shown.length;
  return count === 0 ? list : jump(list, (list.cursor + by + count) % count, by);
}

function jump<T>(list: List<T>, cursor: number, onward: 1 | -1): List<T> {
  return settled({ ...list, cursor }, onward);
}

/** Passes over options that cannot be chosen; where there is no other, stays. */
function settled<T>(list: List<T>, onward: 1 | -1): List<T> {
  const count = list.shown.length;
  for (let offset = 0; offset < count; offset++) {
    const cursor = (((list.cursor + offset * onward) % count) + count) % count;
    if (list.options[list.shown[cursor] ?? -1]?.disabled === undefined) return { ...list, cursor };
  }
  return list;
}
