// What a person does at the terminal, as events: keys, pastes, focus, size.

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
