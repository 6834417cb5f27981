// What the composer asks of the session around it, and what it is told and given.

import type { Skill } from "../../protocol/thread";
import type { Draft } from "./draft";
import type { Keymap } from "../keymap/keymap";
import type { PromptHistory } from "./recall";
import type { SlashCommand } from "./slash";

/** `name` is the command's own, never an alias; `input` is what follows it, with its attachments. */
export type CommandAction = {
  readonly type: "command";
  readonly name: string;
  readonly args: string;
  readonly display: string;
  readonly input: Draft;
};

export type ComposerAction =
  /** Enter: send it; while a turn runs, into that turn. */
  | { readonly type: "submit"; readonly input: Draft }
  /** Tab while a turn runs: send it afterwards, or run the command that it is. */
  | { readonly type: "queue"; readonly input: Draft; readonly command: CommandAction | undefined }
  | CommandAction
  | { readonly type: "unknown_command"; readonly name: string }
  | { readonly type: "shell"; readonly command: string }
  | { readonly type: "interrupt" }
  /** Ctrl-C, where it has nothing to clear or to stop. */
  | { readonly type: "quit" }
  /** Ctrl-D without a text: an end, unless something is being done. */
  | { readonly type: "leave" }
  | { readonly type: "edit_previous" }
  | { readonly type: "edit_queued" }
  /** Open `draft().text` in an editor and hand what comes back to `edited`. */
  | { readonly type: "editor" }
  /** Read an image from the clipboard and hand its file to `attachImage`. */
  | { readonly type: "paste_image" }
  | { readonly type: "transcript" }
  | { readonly type: "copy" }
  | { readonly type: "mode" }
  | { readonly type: "effort"; readonly by: 1 | -1 }
  | { readonly type: "clear_screen" }
  | { readonly type: "suspend" }
  | { readonly type: "notice"; readonly level: "info" | "error"; readonly text: string }
  /** Answer with `fileResults`. */
  | { readonly type: "search_files"; readonly query: string };

export type ComposerSources = {
  /** In the order of the popup. */
  readonly commands: readonly SlashCommand[];
  readonly skills: () => readonly Skill[];
  readonly history: PromptHistory;
  readonly keymap: Keymap;
  /** The image file that a pasted or chosen text names, absolute; undefined when it is no readable image. */
  readonly imagePath: (text: string) => string | undefined;
  /** False with `disable_paste_burst`. */
  readonly pasteBurst: boolean;
  /** Which of the hints of an empty composer comes first; any number. */
  readonly firstHint: number;
  /** Windows Subsystem for Linux, where Ctrl-V belongs to the terminal. */
  readonly isWsl: boolean;
  /** Starts in vim's normal mode (`tui.vim_mode_default`). */
  readonly vim: boolean;
};

export type Situation = {
  /** Esc and Ctrl-C stop something: a turn, the user's own commands, the wait for MCP servers. */
  readonly running: boolean;
  /** Lines that the composer may take; 24 unless said otherwise. */
  readonly rows?: number;
  /** Styled line for the place below the text while the composer itself has nothing to say there. */
  readonly footer?: string;
  /** Styled text for the right edge of a hint of the composer's own, where there is room. */
  readonly right?: string;
  /** Shift-Enter can be told from Enter. */
  readonly distinguishesKeys?: boolean;
};
