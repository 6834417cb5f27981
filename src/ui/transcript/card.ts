// Draws a frame around a few lines, as wide as they are or as the terminal lets it be (tui.md 1.4, 6.5).

import { cells, cutText } from "../text/wrap";
import type { Layout } from "./layout";

/** Styled lines, one cell from the frame at either side; what does not fit is cut (tui.md 12). */
export function framed(lines: readonly string[], layout: Layout): string[] {
  const { theme } = layout;
  const room = frameRoom(layout);
  const width = Math.min(room, Math.max(0, ...lines.map(cells)));
  const edge = "─".repeat(width + 2);
  const side = theme.dim("│");
  return [
    theme.dim(`╭${edge}╮`),
    ...lines.map((line) => {
      const shown = cutText(line, width);
      return `${side} ${shown}${" ".repeat(Math.max(0, width - cells(shown)))} ${side}`;
    }),
    theme.dim(`╰${edge}╯`),
  ];
}

/** The cells that a framed line may take. */
export function frameRoom({ columns }: Layout): number {
  return Math.max(1, columns() - 4);
}

/** `>_ OpenAI Codex (v0.139.0)`. */
export function productLine(version: string, { theme }: Layout): string {
  return `${theme.dim(">_ ")}${theme.bold("OpenAI Codex")} ${theme.dim(`(v${version})`)}`;
}
