// What the model thinks: its latest title for the status line, and the summary as it is kept in the transcript.

import type { Reasoning } from "../../protocol/items";
import { plainText } from "../text/control-sequences";
import { markdownLines } from "../text/markdown-stream";
import { oneLine, type Layout } from "./layout";

/** How much of a part is looked at for its title. */
const TITLE_CHARS = 400;
const TITLE = /^\s*\*\*(.+?)\*\*/s;

/** Follows the deltas; the first bold words of a part are its title. */
export class ReasoningHeader {
  #part = "";
  #title: string | undefined;

  /** The newest one. */
  get title(): string | undefined {
    return this.#title;
  }

  add(delta: string): void {
    if (this.#part.length > TITLE_CHARS) return;
    this.#part += delta;
    const title = TITLE.exec(this.#part)?.[1];
    if (title !== undefined) this.#title = oneLine(title);
  }

  nextPart(): void {
    this.#part = "";
  }

  clear(): void {
    this.#part = "";
    this.#title = undefined;
  }
}

/** Dim and italic, without titles; empty when it is not to be shown. */
export function reasoningLines(
  item: Reasoning,
  layout: Layout & { readonly hideReasoning: boolean; readonly showRawReasoning: boolean },
): string[] {
  if (layout.hideReasoning) return [];
  const parts = layout.showRawReasoning && item.raw.length > 0 ? item.raw : item.summary;
  const text = parts
    .map((part) => plainText(part).replace(TITLE, "").trim())
    .filter((part) => part !== "")
    .join("\n\n");
  if (text === "") return [];
  const { theme } = layout;
  const lines = markdownLines(text, { ...layout, columns: () => layout.columns() - 2 });
  return lines.map((line, index) => {
    if (line === "") return line;
    return `${index === 0 ? `${theme.dim("•")} ` : "  "}${theme.dim(theme.italic(line))}`;
  });
}
