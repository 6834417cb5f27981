// Asks which earlier message is to be edited: the conversation then goes back to before it (tui.md 8).

import { choose } from "../questions/choose";
import { visibleLine } from "../questions/visible";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";

export type EarlierMessageOptions = {
  readonly screen: Screen;
  readonly theme: Theme;
  /** What the user said, oldest first. */
  readonly messages: readonly { readonly text: string; readonly images: readonly string[] }[];
};

/** Longer messages are cut: one line each is enough to know them by. */
const SHOWN_CHARACTERS = 500;

/** How many of the newest messages are to be taken back, the chosen one included; the newest is proposed. */
export async function pickEarlierMessage(options: EarlierMessageOptions): Promise<number | "cancelled"> {
  const { screen, theme, messages } = options;
  return await choose<number>({
    screen,
    theme,
    title: "Edit an earlier message",
    subtitle: "The conversation goes back to before it. Files stay as they are.",
    options: messages.toReversed().map(({ text, images }, index) => {
      const line = visibleLine(text.slice(0, SHOWN_CHARACTERS));
      const pictures = images.map((_, number) => `[Image #${number + 1}]`).join(" ");
      return { value: index + 1, label: [line, pictures].filter(Boolean).join(" ") };
    }),
    searchable: true,
    footer: "Press enter to edit message or esc to cancel",
  });
}
