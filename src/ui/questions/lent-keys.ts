// The keys and pastes that come through a lent terminal.

import { emitKeypressEvents, type Key } from "node:readline";
import type { Readable } from "node:stream";
import { PASTE_SILENCE_MS, type KeyEvent } from "../terminal/keys";

export type PromptKey = KeyEvent | { readonly type: "paste"; readonly text: string };

/** How long the rest of an escape sequence is waited for before it counts as the Esc key. */
const ESCAPE_MS = 50;

/** Of a longer paste the rest is dropped. */
const PASTE_CHARS = 65_536;

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
  let paste: Paste | undefined;
  const take = (text: string | undefined, key: Key) => {
    if (paste !== undefined && isInterrupt(key, paste)) paste = undefined;
    if (key.name === "paste-start") paste = { text: "", at: performance.now() };
    else if (key.name === "paste-end") {
      onKey({ type: "paste", text: paste?.text ?? "" });
      paste = undefined;
    } else if (paste !== undefined) paste = longer(paste, key.name === "return" ? "\n" : (text ?? ""));
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

/** `at`: when the last of it came, in milliseconds. */
type Paste = { readonly text: string; readonly at: number };

function longer({ text }: Paste, more: string): Paste {
  return { text: text.length < PASTE_CHARS ? text + more : text, at: performance.now() };
}

/** Ctrl-C after some silence is a key, also within a paste: the end of that may have been lost. */
function isInterrupt(key: Key, paste: Paste): boolean {
  return key.ctrl === true && key.name === "c" && performance.now() - paste.at > PASTE_SILENCE_MS;
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
