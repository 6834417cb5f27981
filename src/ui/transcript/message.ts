// One message of the model, or a plan it proposes, while it streams: Markdown behind a bullet.

import { markdownStream, type MarkdownStream } from "../text/markdown-stream";
import type { Layout } from "./layout";

/** The most that is shown of a block that is not finished: its end. */
const LIVE_LINES = 8;
const INDENT = "  ";

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
