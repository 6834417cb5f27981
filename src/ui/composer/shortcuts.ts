// The panel of keyboard shortcuts that `?` opens, with the keys as they are bound (tui.md 4).

import { cellWidth, cutToWidth } from "../editor/graphemes";
import { chordLabel, type Chord } from "../keymap/chord";
import type { AppAction } from "../keymap/default-keys";
import type { Keymap } from "../keymap/keymap";
import type { Theme } from "../terminal/theme";

/** Cells of the two columns, the margin included. */
const COLUMN = 45;
const RIGHT_COLUMN = 33;

export type ShortcutSituation = {
  readonly running: boolean;
  readonly distinguishesKeys: boolean;
  /** Ctrl-V belongs to the terminal there. */
  readonly isWsl: boolean;
  /** There is a command for changing shortcuts. */
  readonly hasKeymapCommand: boolean;
};

/** In two columns where there is room, in one otherwise. What is unbound is left out. */
export function shortcutLines(
  keymap: Keymap,
  columns: number,
  theme: Theme,
  situation: ShortcutSituation,
): readonly string[] {
  const entries = shortcuts(keymap, situation);
  const isWide = columns >= COLUMN + RIGHT_COLUMN;
  const lines: string[] = [];
  for (let n = 0; n < entries.length; n += isWide ? 2 : 1) {
    const left = `  ${entries[n] ?? ""}`;
    const right = isWide ? entries[n + 1] : undefined;
    const gap = " ".repeat(Math.max(1, COLUMN - cellWidth(left)));
    lines.push(right === undefined ? left : left + gap + right);
  }
  const where = situation.hasKeymapCommand ? "with /keymap" : "under [tui.keymap] in config.toml";
  return [...lines, "", `  customize shortcuts ${where}`].map((text) => theme.dim(cutToWidth(text, columns)));
}

function shortcuts(keymap: Keymap, situation: ShortcutSituation): readonly string[] {
  const { running, distinguishesKeys, isWsl } = situation;
  const entry = (chord: Chord | undefined, what: string) =>
    chord === undefined ? [] : [`${chordLabel(chord)} ${what}`];
  const app = (action: AppAction, what: string) => entry(keymap.keysFor("app", action)[0], what);
  const newlines = keymap.keysFor("editor", "insert_newline");
  const newline = distinguishesKeys && newlines.includes("shift-enter") ? "shift-enter" : newlines[0];
  return [
    "/ for commands",
    "! for shell commands",
    ...entry(newline, "for newline"),
    ...app("composer.queue", running ? "to queue message" : "to submit message"),
    "@ for file paths",
    ...entry(isWsl ? "ctrl-alt-v" : "ctrl-v", "to paste images"),
    ...app("open_external_editor", "to edit in external editor"),
    "esc esc to edit previous message",
    ...app("composer.history_search_previous", "search history"),
    ...entry("ctrl-c", running ? "to interrupt" : "to exit"),
    ...app("chat.decrease_reasoning_effort", "reasoning down"),
    ...app("chat.increase_reasoning_effort", "reasoning up"),
    ...entry("shift-tab", "to change mode"),
    ...app("open_transcript", "to view transcript"),
  ];
}
