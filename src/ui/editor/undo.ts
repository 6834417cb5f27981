// Earlier states of the text, a word of typing at a time.

import type { EditText } from "./edits";

/** Older states are forgotten, by number and by how much text they hold together. */
const STATES = 200;
const CHARACTERS = 4_194_304;

export type UndoState = EditText & { readonly isShell: boolean };

export type Undo = {
  /** Before a change: how it is now, and what is about to be put in. Letters typed in a row make one step. */
  readonly note: (state: UndoState, inserted: string) => void;
  /** Something else was done: the next letter begins a step. */
  readonly seal: () => void;
  readonly back: () => UndoState | undefined;
  readonly clear: () => void;
  /** All texts that can come back. */
  readonly contents: () => string;
};

export function createUndo(): Undo {
  let states: UndoState[] = [];
  let size = 0;
  /** Where the cursor is if the last change was a typed letter. */
  let typedUpTo = -1;
  return {
    note(state, inserted) {
      const isLetter = inserted.length > 0 && inserted.length <= 2 && !/\s/.test(inserted);
      const goesOn = isLetter && state.cursor === typedUpTo;
      typedUpTo = isLetter ? state.cursor + inserted.length : -1;
      const last = states.at(-1);
      if (goesOn || (last?.text === state.text && last.cursor === state.cursor)) return;
      states.push(state);
      size += state.text.length;
      while (states.length > STATES || (size > CHARACTERS && states.length > 1)) {
        size -= states.shift()?.text.length ?? 0;
      }
    },
    seal() {
      typedUpTo = -1;
    },
    back() {
      typedUpTo = -1;
      const state = states.pop();
      size -= state?.text.length ?? 0;
      return state;
    },
    clear() {
      states = [];
      size = 0;
      typedUpTo = -1;
    },
    contents: () => states.map((state) => state.text).join(""),
  };
}
