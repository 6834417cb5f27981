// The list under the composer while a command, a file or a skill is being named (tui.md 2, 3).

import type { Skill } from "../../protocol/thread";
import { completionAt, type Completion } from "./completion";
import { fuzzyFilter } from "./fuzzy";
import { commandsMatching, type SlashCommand } from "./slash";

/** Rows that are shown at a time. */
export const POPUP_ROWS = 8;

export type Choice =
  | { readonly type: "command"; readonly command: SlashCommand }
  | { readonly type: "file"; readonly path: string }
  | { readonly type: "skill"; readonly skill: Skill };

export type PopupView = {
  readonly choices: readonly Choice[];
  readonly selected: number;
  /** Stands in for the choices while there are none. */
  readonly note: string | undefined;
};

export type Popup = {
  /** Follows the text; returns what to look for among the files when that has changed. */
  readonly follow: (text: string, cursor: number, isShell: boolean) => string | undefined;
  /** Takes what was found; answers to an older question are dropped. */
  readonly fileResults: (query: string, paths: readonly string[]) => void;
  /** Moves the selection, round at the ends. */
  readonly move: (by: number) => void;
  /** Closes until another word is begun. */
  readonly dismiss: () => void;
  /** What is selected, and the word that it is for; undefined when there is nothing to choose from. */
  readonly selection: () => { readonly choice: Choice; readonly word: Completion } | undefined;
  /** Undefined while closed. */
  readonly view: () => PopupView | undefined;
};

export function createPopup(commands: () => readonly SlashCommand[], skills: () => readonly Skill[]): Popup {
  let word: Completion | undefined;
  let choices: readonly Choice[] = [];
  let selected = 0;
  let dismissed: Completion | undefined;
  /** The query whose results are shown; undefined before the first have come. */
  let answered: string | undefined;

  const choicesFor = (next: Completion): readonly Choice[] => {
    switch (next.type) {
      case "command":
        return commandsMatching(commands(), next.query).map((command) => ({ type: "command", command }));
      case "skill": {
        const enabled = skills().filter((skill) => skill.enabled);
        return fuzzyFilter(enabled, next.query, ({ name }) => name).map((skill) => ({
          type: "skill",
          skill,
        }));
      }
      case "file":
        return next.query === "" || word?.type !== "file" ? [] : choices;
      default:
        return next.type satisfies never;
    }
  };
  const noteFor = ({ query }: Completion): string => {
    if (query === "") return "keep typing to search for files";
    return answered === query ? "no matches" : "searching…";
  };
  const isOpen = () => word !== undefined && (word.type === "file" || choices.length > 0);

  return {
    follow(text, cursor, isShell) {
      const next = completionAt(text, cursor, isShell);
      const isSame = next?.start === word?.start && next?.type === word?.type && next?.query === word?.query;
      if (next === undefined || next.start !== dismissed?.start || next.type !== dismissed.type) {
        dismissed = undefined;
      }
      if (next === undefined || dismissed !== undefined) {
        word = undefined;
        choices = [];
        answered = undefined;
        return undefined;
      }
      if (!isSame) {
        choices = choicesFor(next);
        selected = 0;
      }
      word = next;
      return !isSame && next.type === "file" && next.query !== "" ? next.query : undefined;
    },
    fileResults(query, paths) {
      if (word?.type !== "file" || word.query !== query) return;
      const chosen = choices[selected];
      // What was moved to stays selected when better paths turn up above it.
      const isMoved = answered === query && selected > 0 && chosen?.type === "file";
      answered = query;
      choices = paths.map((path) => ({ type: "file", path }));
      selected = isMoved ? Math.max(0, paths.indexOf(chosen.path)) : 0;
    },
    move(by) {
      if (choices.length > 0) selected = (selected + by + choices.length) % choices.length;
    },
    dismiss() {
      dismissed = word;
      word = undefined;
      choices = [];
    },
    selection() {
      const choice = choices[selected];
      return word === undefined || choice === undefined ? undefined : { choice, word };
    },
    view: () =>
      word === undefined || !isOpen()
        ? undefined
        : { choices, selected, note: choices.length === 0 ? noteFor(word) : undefined },
  };
}
