// What the model says and thinks: a message while it streams, the title of its thoughts, their summary (tui.md 7).

import type { Reasoning } from "../../protocol/items";
import { plainText } from "../text/control-sequences";
import { markdownLines, markdownStream, type MarkdownStream } from "../text/markdown-stream";
import { oneLine, type Layout } from "./layout";

/** The most that is shown of a block that is not finished: its end. */
const LIVE_LINES = 8;
const INDENT = "  ";
/** How much of a part is looked at for its title. */
const TITLE_CHARS = 400;
const TITLE = /^\s*\*\*(.+?)\*\*/s;

/** A message, or a plan that is proposed: Markdown behind a bullet. */
export class MessageCell {
  readonly id: string;
  /** Whether something of it has been printed. */
  begun = false;
  /** Characters taken in. */
  received = 0;
  readonly #stream: MarkdownStream;
  readonly #title: string;
  readonly #bullet: string;
  /** The bullet has been given out. */
  #marked = false;

  constructor(id: string, isPlan: boolean, layout: Layout) {
    this.id = id;
    this.#stream = markdownStream({ ...layout, columns: () => layout.columns() - INDENT.length });
    const { theme } = layout;
    this.#title = isPlan ? `${theme.dim("•")} ${theme.plan(theme.bold("Proposed Plan"))}` : "";
    this.#bullet = `${theme.dim("•")} `;
  }

  write(delta: string): string[] {
    this.received += delta.length;
    const lines = this.#stream.write(delta);
    return lines.length === 0 ? lines : this.#behind(lines);
  }

  finish(): string[] {
    const lines = this.#stream.finish();
    return lines.length === 0 ? lines : this.#behind(lines);
  }

  /** The unfinished end of it, after `rule` when nothing of the message has been printed. */
  live(rule: readonly string[]): string[] {
    const open = this.#stream.open();
    if (open.length === 0) return [];
    const marked = this.#marked;
    const lines = this.#behind(open);
    this.#marked = marked;
    const shown = lines.length > LIVE_LINES ? lines.slice(-LIVE_LINES) : lines;
    return this.begun || rule.length === 0 ? shown : [...rule, "", ...shown];
  }

  #behind(lines: readonly string[]): string[] {
    const titled = this.#title !== "" && !this.#marked ? [this.#title, ""] : [];
    const shown = lines.map((line) => {
      if (line === "") return line;
      const first = !this.#marked && this.#title === "";
      this.#marked = true;
      return (first ? this.#bullet : INDENT) + line;
    });
    return [...titled, ...shown];
  }
}

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
