// The keys and pastes that come through a lent terminal.

import { emitKeypressEvents, type Key } from "node:readline";
import type { Readable } from "node:stream";
import type { KeyEvent } from "../terminal/keys";

export type PromptKey = KeyEvent | { readonly type: "paste"; readonly text: string };

/** How long the rest of an escape sequence is waited for before it counts as the Esc key. */
const ESCAPE_MS = 50;

/** What readline calls otherwise than we do. */
const NAMES: Readonly<Record<string, string>> = {
  return: "enter",
  pageup: "page-up",
  pagedown: "page-down",
  space: " ",
};

/**
 * Reports keys until the returned function is called; `onEnd` when the terminal has gone. Everything between the marks
 * of a bracketed paste is one paste, so that no letter of it counts as a key.
 */
export function lentKeys(input: Readable, onKey: (key: PromptKey) => void, onEnd: () => void): () => void {
  let paste: string[] | undefined;
  const take = (text: string | undefined, key: Key) => {
    if (key.name === "paste-start") paste = [];
    else if (key.name === "paste-end") {
      onKey({ type: "paste", text: (paste ?? []).join("") });
      paste = undefined;
    } else if (paste !== undefined) paste.push(key.name === "return" ? "\n" : (text ?? ""));
    else onKey(keyEvent(text, key));
  };
  setRawMode(input, true);
  // The second argument is typed as an interface of readline; of that only this field is looked at.
  emitKeypressEvents(input, { escapeCodeTimeout: ESCAPE_MS } as never);
  input.on("keypress", take);
  input.on("end", onEnd);
  input.resume();
  return () => {
    input.off("keypress", take);
    input.off("end", onEnd);
    input.pause();
    setRawMode(input, false);
  };
}

function keyEvent(text: string | undefined, key: Key): KeyEvent {
  const ctrl = key.ctrl === true;
  const alt = key.meta === true && key.name !== "escape";
  const isText = !ctrl && !alt && text !== undefined && text >= " " && text !== "\x7f";
  const name = key.name === undefined ? "" : (NAMES[key.name] ?? key.name);
  return {
    type: "key",
    key: isText ? text : name,
    text: isText ? text : "",
    ctrl,
    alt,
    shift: key.shift === true,
    at: performance.now(),
  };
}

function setRawMode(input: Readable, raw: boolean): void {
  const terminal = input as Readable & { isTTY?: boolean; setRawMode?: (raw: boolean) => void }; // fields of terminals
  if (terminal.isTTY === true) terminal.setRawMode?.(raw);
}
