// Says keys in the words of readline, whose line editor is behind every text field.

import type { Key } from "node:readline";
import type { PromptKey } from "./lent-keys";

export type ReadlineKey = { readonly text: string | undefined; readonly key: Key };

/** A key, `clear` for an empty field, or a text to be inserted; line breaks become blanks. Keys without use are left out. */
export function readlineKeys(key: PromptKey | string): ReadlineKey[] {
  if (key === "clear") return [control("e"), control("u")];
  if (typeof key === "string") return inserted(key);
  if (key.type === "paste") return inserted(key.text);
  if (key.text !== "") return inserted(key.text);
  if (!(key.ctrl || key.alt ? EDITING_LETTERS : EDITING_KEYS).includes(key.key)) return [];
  // Ctrl-D would close readline's interface when nothing has been typed.
  if (key.ctrl && key.key === "d") return [{ text: undefined, key: { name: "delete" } }];
  return [{ text: undefined, key: { name: key.key, ctrl: key.ctrl, meta: key.alt } }];
}

const EDITING_KEYS: readonly string[] = ["left", "right", "home", "end", "backspace", "delete"];
const EDITING_LETTERS: readonly string[] = [..."abdefhkuwy", "left", "right", "backspace", "delete"];

function control(letter: string): ReadlineKey {
  return { text: undefined, key: { name: letter, ctrl: true } };
}

function inserted(text: string): ReadlineKey[] {
  const line = text.replace(/\s*[\r\n]+\s*/g, " ").replace(/[\p{Cc}]/gu, "");
  // The library takes a text "escape" for the key of that name.
  const parts = line === "escape" ? ["e", "scape"] : [line];
  return parts.filter((part) => part !== "").map((text) => ({ text, key: {} }));
}
