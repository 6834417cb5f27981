// What a form is shown with.

import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";
import type { FormState } from "./form";

export type FormOptions = {
  readonly screen: Screen;
  readonly theme: Theme;
  readonly signal: AbortSignal;
  /** Above the page: who asks, and why. */
  readonly head: (columns: number) => readonly string[];
  /** The line that counts the pages. */
  readonly counter: (state: FormState) => string;
  readonly footer: (state: FormState) => string;
};
