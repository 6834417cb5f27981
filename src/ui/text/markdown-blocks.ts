// Finds the blocks of Markdown line by line and lays them out: paragraphs, headings, list items, quotes, code, tables.

import { expandTabs } from "./control-sequences";
import { highlighter, type Highlighter } from "./highlight";
import { copyOf, type Block as BlockOf, type Prefix } from "./markdown-block";
import { inlineMarkdown, type InlineOptions } from "./inline-markdown";
import { delimiterRow, splitRow, tableLayout } from "./table";
import {
  balanced,
  beginsBlock,
  FENCE,
  leadingCells,
  MARKER,
  quoted,
  RULE,
  withoutIndent,
} from "./markdown-lines";
import { cells, wrapBehind, wrapText } from "./wrap";

export type BlockOptions = InlineOptions & { readonly columns: () => number };

/** What is held back of a paragraph, to see how it ends. */
const PARAGRAPH_CHARS = 2000;
/** Rows that decide about the widths of a table; later ones are laid out as they come. */
const TABLE_ROWS = 100;
/** Quotes in quotes; deeper ones are text. */
const MAX_QUOTES = 6;
/** Cells to the next stop of a tab. */
const CODE_TAB = 4;

type Block = BlockOf<BlockReader>;

/** Takes lines without control characters and returns lines to print. */
export class BlockReader {
  readonly #options: BlockOptions;
  readonly #depth: number;
  #block: Block | undefined;
  /** The line before was blank. */
  #blank = false;
  #printed = false;
  /** A blank line is to be printed before the first line of the block. */
  #gap = false;
  /** Cells up to the text of the list item that we are in; 0 outside lists. */
  #item = 0;

  constructor(options: BlockOptions, depth = 0) {
    this.#options = options;
    this.#depth = depth;
  }

  line(line: string): string[] {
    return this.#take(line, true);
  }

  /** The beginning of a line whose rest is still to come. */
  part(text: string): string[] {
    return this.#take(text, false);
  }

  finish(): string[] {
    const lines = this.#end();
    this.#item = 0;
    return lines;
  }

  #copy(): BlockReader {
    const copy = new BlockReader(this.#options, this.#depth);
    copy.#block = copyOf(this.#block, (inner) => inner.#copy());
    copy.#blank = this.#blank;
    copy.#printed = this.#printed;
    copy.#gap = this.#gap;
    copy.#item = this.#item;
    return copy;
  }

  /** What `line(partial)` and `finish` would return, without doing it. */
  open(partial: string): readonly string[] {
    const copy = this.#copy();
    return [...(partial === "" ? [] : copy.line(partial)), ...copy.finish()];
  }

  #take(tabbed: string, whole: boolean): string[] {
    const line = expandTabs(tabbed, CODE_TAB);
    const block = this.#block;
    if (block?.type === "code") return this.#inCode(block, line, whole);
    if (block?.type === "quote") {
      const inner = block.begun === "part" ? line : quoted(line);
      if (inner !== undefined) return this.#inQuote(block, inner, whole);
    }
    if (block?.type === "paragraph" && block.cut) return this.#more(block, line, whole);
    if (line.trim() === "") {
      const lines = this.#end();
      this.#blank = true;
      return lines;
    }
    if (block?.type === "table" && line.includes("|")) return this.#inTable(block, line);
    if (block?.type === "paragraph") {
      const lines = this.#afterParagraph(block, line, whole);
      if (lines !== undefined) return lines;
    }
    return [...this.#end(), ...this.#begin(line, whole)];
  }

  /** Undefined when the line begins another block. */
  #afterParagraph(block: Block & { type: "paragraph" }, line: string, whole: boolean): string[] | undefined {
    const aligns = delimiterRow(line);
    if (aligns !== undefined && block.styled === "" && !block.source.includes("\n")) {
      if (splitRow(block.source).length === aligns.length && block.source.includes("|")) {
        const { first } = block.prefix;
        this.#block = {
          type: "table",
          head: block.source,
          aligns,
          indent: first,
          rows: [],
          layout: undefined,
        };
        return [];
      }
    }
    const underline = /^ {0,3}(=+|-+) *$/.exec(line);
    if (underline !== null && block.prefix.first === "") {
      this.#block = undefined;
      const mark = underline[1]?.startsWith("=") ? "#" : "##";
      return this.#emit(this.#heading(`${mark} ${block.source.replaceAll("\n", " ")}`));
    }
    if (beginsBlock(line, this.#item > 0)) return undefined;
    const begins = block.source === "" && block.styled === "";
    block.source += (begins ? "" : "\n") + line.trim();
    return whole ? this.#paragraphSoFar(block) : this.#cut(block, line);
  }

  #begin(line: string, whole: boolean): string[] {
    const indent = leadingCells(line);
    if (indent === 0 && !MARKER.test(line)) this.#item = 0;
    const margin = " ".repeat(this.#margin(indent));
    const text = line.trimStart();
    const fence = FENCE.exec(text);
    if (fence !== null && whole) {
      this.#leaveGap();
      const [, mark = "", language = ""] = fence;
      const colour = highlighter(language, this.#options.theme);
      this.#block = { type: "code", fence: mark, indent: margin, colour, begun: "" };
      return [];
    }
    if (/^#{1,6}(\s|$)/.test(text) && whole) return this.#alone(this.#heading(text, margin));
    if (RULE.test(text) && whole) {
      const width = Math.max(3, this.#options.columns() - margin.length);
      return this.#alone([margin + this.#options.theme.dim("─".repeat(width))]);
    }
    if (text.startsWith(">") && this.#depth < MAX_QUOTES) {
      const inner = new BlockReader(
        { ...this.#options, columns: () => this.#options.columns() - margin.length - 2 },
        this.#depth + 1,
      );
      const block: Block = { type: "quote", inner, indent: margin, begun: "" };
      this.#block = block;
      this.#leaveGap();
      return this.#inQuote(block, quoted(text) ?? "", whole);
    }
    const marker = MARKER.exec(text);
    if (marker !== null && (indent < 4 || this.#item > 0)) return this.#listItem(text, marker, indent, whole);
    if (indent >= 4 && this.#item === 0 && whole) {
      this.#leaveGap(this.#blank);
      return this.#emit(this.#codeLine(withoutIndent(line, 4), "    ", (code) => code));
    }
    this.#leaveGap();
    return this.#paragraph(text, { first: margin, rest: margin }, whole);
  }

  #listItem(text: string, marker: RegExpExecArray, indent: number, whole: boolean): string[] {
    const [mark, sign = "", number] = marker;
    const shownMark = number === undefined ? "- " : `${sign} `;
    const place = Math.max(0, Math.min(indent, Math.floor(this.#options.columns() / 2) - mark.length));
    this.#leaveGap(this.#item === 0 || this.#blank);
    this.#item = place + mark.length;
    const prefix = { first: " ".repeat(place) + shownMark, rest: " ".repeat(place + shownMark.length) };
    return this.#paragraph(text.slice(mark.length), prefix, whole);
  }

  #paragraph(text: string, prefix: Prefix, whole: boolean): string[] {
    const block: Block = { type: "paragraph", source: text.trim(), prefix, styled: "", cut: false };
    this.#block = block;
    return whole ? [] : this.#cut(block, text);
  }

  /** A line break is one in the terminal too, so what stands before it can be printed when it gets too much. */
  #paragraphSoFar(block: Block & { type: "paragraph" }): string[] {
    const { source } = block;
    if (source.length < PARAGRAPH_CHARS || (!balanced(source) && source.length < 2 * PARAGRAPH_CHARS))
      return [];
    const lines = this.#emit(this.#layOut(block));
    block.prefix = { first: block.prefix.rest, rest: block.prefix.rest };
    block.source = "";
    block.styled = "";
    return lines;
  }

  /** Prints all but the last line, which the rest of the text goes on. */
  #cut(block: Block & { type: "paragraph" }, text: string): string[] {
    const lines = wrapText(this.#styled(block), this.#room(block.prefix));
    const last = lines.pop() ?? "";
    const printed = behind(block.prefix, lines);
    if (lines.length > 0) block.prefix = { first: block.prefix.rest, rest: block.prefix.rest };
    block.source = "";
    block.styled = last + (text.endsWith(" ") ? " " : "");
    block.cut = true;
    return this.#emit(printed);
  }

  #more(block: Block & { type: "paragraph" }, text: string, whole: boolean): string[] {
    block.source = text.trimEnd();
    block.cut = !whole;
    if (!whole) return this.#cut(block, text);
    block.styled = this.#styled(block);
    block.source = "";
    return [];
  }

  #inCode(block: Block & { type: "code" }, line: string, whole: boolean): string[] {
    const closes = block.begun === "" && whole && line.trim().startsWith(block.fence);
    if (closes && /^(`+|~+)$/.test(line.trim())) {
      this.#block = undefined;
      return [];
    }
    block.begun = whole ? "" : "part";
    return this.#emit(this.#codeLine(withoutIndent(line, block.indent.length), block.indent, block.colour));
  }

  #inQuote(block: Block & { type: "quote" }, inner: string, whole: boolean): string[] {
    block.begun = whole ? "" : "part";
    return this.#quoteLines(block, whole ? block.inner.line(inner) : block.inner.part(inner));
  }

  #inTable(block: Block & { type: "table" }, line: string): string[] {
    block.rows.push(line);
    if (block.layout === undefined && block.rows.length < TABLE_ROWS) return [];
    return this.#tableRows(block);
  }

  #tableRows(block: Block & { type: "table" }): string[] {
    const style = (row: string) => splitRow(row).map((cell) => inlineMarkdown(cell, this.#options));
    const rows = block.rows.map(style);
    block.rows = [];
    const begins = block.layout === undefined;
    const columns = this.#options.columns() - cells(block.indent);
    block.layout ??= tableLayout(style(block.head), block.aligns, rows, {
      columns,
      theme: this.#options.theme,
    });
    const { head, row } = block.layout;
    const lines = [...(begins ? head() : []), ...rows.flatMap((each) => row(each))];
    return this.#emit(lines.map((line) => block.indent + line));
  }

  #end(): string[] {
    const block = this.#block;
    this.#block = undefined;
    switch (block?.type) {
      case undefined:
        return [];
      case "paragraph":
        return block.source === "" && block.styled === "" ? [] : this.#emit(this.#layOut(block));
      case "code":
        return [];
      case "quote":
        return this.#quoteLines(block, block.inner.finish());
      case "table":
        return block.rows.length === 0 && block.layout !== undefined ? [] : this.#tableRows(block);
      default:
        return block satisfies never;
    }
  }

  #layOut(block: Block & { type: "paragraph" }): string[] {
    return behind(block.prefix, wrapText(this.#styled(block), this.#room(block.prefix)));
  }

  #styled(block: Block & { type: "paragraph" }): string {
    const { styled, source } = block;
    const lineBreak = source.startsWith("\n") ? "\n" : "";
    return styled + lineBreak + inlineMarkdown(source.slice(lineBreak.length), this.#options);
  }

  #room({ first, rest }: Prefix): number {
    return this.#options.columns() - Math.max(first.length, rest.length);
  }

  #heading(text: string, margin = ""): string[] {
    const { theme } = this.#options;
    const level = /^#+/.exec(text)?.[0].length ?? 1;
    const words = inlineMarkdown(
      text
        .slice(level)
        .replace(/\s+#+\s*$/, "")
        .trim(),
      this.#options,
    );
    const styled = `${"#".repeat(level)} ${words}`;
    const heading = level < 3 ? theme.heading(styled) : theme.italic(styled);
    return wrapBehind(heading, this.#options.columns(), margin, margin);
  }

  #codeLine(line: string, indent: string, colour: Highlighter): string[] {
    const columns = this.#options.columns();
    return wrapBehind(colour(line), columns, indent, indent);
  }

  #quoteLines(block: Block & { type: "quote" }, lines: readonly string[]): string[] {
    return this.#emit(
      lines.map((line) => `${block.indent}${this.#options.theme.dim(line === "" ? ">" : "> ")}${line}`),
    );
  }

  /** Text of a list item is indented as the item is; what is indented without a reason is not. */
  #margin(indent: number): number {
    return indent === 0 ? 0 : Math.min(indent, this.#item);
  }

  /** Between two blocks stands a blank line, unless they are items of a list that has none. */
  #leaveGap(wanted = true): void {
    this.#gap = this.#printed && wanted;
    this.#blank = false;
  }

  /** A block of one line. */
  #alone(lines: string[]): string[] {
    this.#leaveGap();
    return this.#emit(lines);
  }

  #emit(lines: string[]): string[] {
    if (lines.length === 0) return lines;
    const gap = this.#gap;
    this.#gap = false;
    this.#printed = true;
    return gap ? ["", ...lines] : lines;
  }
}

function behind({ first, rest }: Prefix, lines: readonly string[]): string[] {
  return lines.map((line, index) => {
    const whole = (index === 0 ? first : rest) + line;
    return line === "" ? whole.trimEnd() : whole;
  });
}
