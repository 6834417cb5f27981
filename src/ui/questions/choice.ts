// What a question with options is made of.

import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";

export type Choice<T> = {
  readonly value: T;
  readonly label: string;
  /** What it means, in a column of its own. */
  readonly hint?: string;
  /** Letters, or `esc`, that choose it at once; the first is shown behind the label. */
  readonly key?: string | readonly string[];
  /** Further letters that choose it at once and are not shown. */
  readonly hiddenKeys?: readonly string[];
  /** Why it cannot be chosen; shown in place of the hint. */
  readonly disabled?: string;
  /** Further words that a search finds it by. */
  readonly words?: string;
};

export type ChooseOptions<T> = {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly title: string;
  readonly subtitle?: string;
  /** Between the title and the options; laid out for a width in cells, styles allowed. */
  readonly body?: (columns: number) => readonly string[];
  readonly options: readonly Choice<T>[];
  readonly initial?: T;
  /** Letters narrow the list down, and neither letters nor digits choose. */
  readonly searchable?: boolean;
  readonly footer?: string;
  /** Letters that are the same as Ctrl-C, in a list without a search. */
  readonly quitKeys?: readonly string[];
  /** When it fires the prompt disappears. */
  readonly signal?: AbortSignal | undefined;
};

/** Where a question of the turn is put; when the signal fires it disappears. */
export type Asking = {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly signal: AbortSignal;
  /** Of the session; a command that runs elsewhere says so. */
  readonly cwd?: string | undefined;
};

export const CONFIRM_FOOTER = "Press enter to confirm or esc to cancel";
export const BACK_FOOTER = "Press enter to confirm or esc to go back";

/** The keys of a choice. */
export function keysOf({
  key,
  hiddenKeys = [],
}: Pick<Choice<unknown>, "key" | "hiddenKeys">): readonly string[] {
  return [...(typeof key === "string" ? [key] : (key ?? [])), ...hiddenKeys];
}

/** The label with the key that is shown behind it. */
export function labelOf({ label, key }: Pick<Choice<unknown>, "label" | "key">): string {
  const shown = typeof key === "string" ? key : key?.[0];
  return shown === undefined ? label : `${label} (${shown})`;
}
