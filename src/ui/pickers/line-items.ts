// Asks which items the status line or the terminal title shows, and in which order (tui.md 10).

import type { Config } from "../../config/config";
import { editConfigFile } from "../../config/edit";
import { tryLock } from "../../exec/libc";
import { chooseMany } from "../questions/choose-many";
import type { Screen } from "../terminal/screen";
import type { Theme } from "../terminal/theme";
import { cutText } from "../text/wrap";

export type LineItemsOptions = {
  readonly screen: Screen;
  readonly theme: Theme;
  /** What is chosen for. */
  readonly line: "status_line" | "terminal_title";
  /** All there are. */
  readonly items: readonly { readonly id: string; readonly description: string }[];
  /** Ids of those shown now, in their order. */
  readonly shown: readonly string[];
  /** The line with these items, as it would look now. */
  readonly preview: (ids: readonly string[]) => string;
};

const TEXTS = {
  status_line: { title: "Configure Status Line", subtitle: "Choose what the line below the composer shows." },
  terminal_title: {
    title: "Configure Terminal Title",
    subtitle: "Choose what the title of the window shows.",
  },
} as const;

/** Space shows or hides an item, Left and Right move it, Enter ends; `cancelled` leaves all as it was. */
export async function pickLineItems(options: LineItemsOptions): Promise<readonly string[] | "cancelled"> {
  const { screen, theme, line, items, shown, preview } = options;
  const chosen = shown.flatMap((id) => items.find((item) => item.id === id) ?? []);
  const others = items.filter(({ id }) => !shown.includes(id));
  return await chooseMany<string>({
    screen,
    theme,
    ...TEXTS[line],
    options: [...chosen, ...others].map(({ id, description }) => ({
      value: id,
      label: id,
      hint: description,
    })),
    checked: chosen.map(({ id }) => id),
    orderable: true,
    searchable: true,
    preview: (ids, columns) => [`  ${cutText(preview(ids), Math.max(1, columns - 2))}`],
    footer: "Press space to toggle, ←/→ to move, enter to save or esc to cancel",
  });
}

/** @throws UserError when the file cannot be changed */
export function saveLineItems(
  config: Pick<Config, "activeConfigPath">,
  line: LineItemsOptions["line"],
  ids: readonly string[],
): void {
  editConfigFile(config.activeConfigPath, [{ type: "set", path: ["tui", line], value: ids }], { tryLock });
}
