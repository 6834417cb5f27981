// The last line of the screen while nobody needs it for something else (tui.md 7.2).

import { lineTexts, type LineData } from "./line-items";
import type { Theme } from "../terminal/theme";
import { cutText } from "../text/wrap";

export const DEFAULT_STATUS_LINE: readonly string[] = ["model-with-reasoning", "current-dir"];

/** @param right what stands at the right edge where there is room, such as the mode */
export function footerLine(
  ids: readonly string[],
  data: LineData,
  { columns, theme, right }: { readonly columns: number; readonly theme: Theme; readonly right: string },
): string {
  const left = `  ${cutText(lineTexts(ids, data).join(" · "), columns - 3)}`;
  const gap = columns - Bun.stringWidth(left) - Bun.stringWidth(right) - 1;
  return theme.dim(left) + (right !== "" && gap > 1 ? " ".repeat(gap) + right : "");
}
