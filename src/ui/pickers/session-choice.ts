// What the session picker is asked, and what it answers.

import type { Config } from "../../config/config";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";

export type SessionPickerOptions = {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly config: Config;
  readonly action: "resume" | "fork";
  /** Begins with the sessions of all folders. */
  readonly everywhere: boolean;
  /** Sessions of `codex exec` and of other programs too. */
  readonly includeNonInteractive: boolean;
  /** What Esc does: a new session at the start, back to the conversation later. */
  readonly escape: "new" | "back";
};

export type PickedSession =
  /** `path`: a `.jsonl` file. */
  | { readonly type: "session"; readonly path: string; readonly id: string }
  /** Esc. */
  | { readonly type: "none" }
  /** Ctrl-C, or the terminal has gone. */
  | { readonly type: "quit" };
