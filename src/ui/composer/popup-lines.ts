// The rows of the popup: names in one column, what they are in another, the selected one marked.

import { cellWidth, cutToWidth, shown } from "../editor/graphemes";
import type { Theme } from "../terminal/theme";
import { POPUP_ROWS, type Choice, type PopupView } from "./popup";

/** The names never take more than this part of a row. */
const NAME_SHARE = 0.5;

/** At most `height` lines, and at most `POPUP_ROWS` choices around the selected one. */
export function popupLines(
  view: PopupView,
  { columns, height, theme }: { readonly columns: number; readonly height: number; readonly theme: Theme },
): readonly string[] {
  if (view.note !== undefined) return [theme.dim(cutToWidth(`  ${view.note}`, columns))];
  const count = Math.max(1, Math.min(POPUP_ROWS, height));
  const first = Math.max(0, view.selected - count + 1);
  const all = view.choices.map(labelOf);
  const rows = all.slice(first, first + count);
  const widest = Math.max(...all.map(({ name }) => cellWidth(name)));
  const hasHints = rows.some(({ hint }) => hint !== "");
  const width = hasHints ? Math.min(widest, Math.floor(columns * NAME_SHARE)) : Math.max(0, columns - 2);
  const lines = rows.map(({ name, hint }, index) => {
    const label = cutToWidth(name, width);
    const gap = " ".repeat(hasHints ? Math.max(0, width - cellWidth(label)) + 2 : 0);
    const rest = hasHints ? cutToWidth(hint, Math.max(0, columns - width - 4)) : "";
    const isSelected = first + index === view.selected;
    const text = cutToWidth(`  ${label}${gap}${rest}`, columns);
    if (isSelected) return theme.selected(text);
    return text.slice(0, 2 + label.length) + theme.dim(text.slice(2 + label.length));
  });
  const [choice] = view.choices;
  if (choice?.type !== "skill" || lines.length >= height) return lines;
  return [...lines, theme.dim(cutToWidth("  Press enter to insert or esc to close", columns))];
}

function labelOf(choice: Choice): { readonly name: string; readonly hint: string } {
  switch (choice.type) {
    case "command":
      return { name: `/${choice.command.name}`, hint: line(choice.command.description) };
    case "file":
      return { name: line(choice.path), hint: "" };
    case "skill":
      return { name: line(choice.skill.name), hint: `[Skill] ${line(choice.skill.description)}` };
    default:
      return choice satisfies never;
  }
}

/** Names of files and words of others cannot move the cursor. */
function line(text: string): string {
  return shown(text.replaceAll("\n", " "));
}
