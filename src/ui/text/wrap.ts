// Breaks styled text into lines of a terminal: words stay whole where they fit, styles end with a line and begin anew on the next.

/** Fewer cells than this are not laid out for; such lines are cut by the terminal. */
const MIN_COLUMNS = 4;

/**
 * Lines of at most `columns` cells. `\n` ends a line. Spaces at the start of a line stay, those at a break go. Every
 * line is complete in itself: what a line opens (SGR, links) it closes.
 */
export function wrapText(text: string, columns: number): string[] {
  const width = Math.max(MIN_COLUMNS, columns);
  return text.split("\n").flatMap((line) => wrapLine(line, width));
}

/** The lines of `text`, the first behind `first`, the others behind `rest`; all within `columns` cells. */
export function wrapBehind(text: string, columns: number, first: string, rest: string = first): string[] {
  const width = columns - Math.max(cells(first), cells(rest));
  return wrapText(text, width).map((line, index) => (index === 0 ? first : rest) + line);
}

/** One line of at most `columns` cells; `…` stands for what was cut. */
export function cutText(line: string, columns: number): string {
  if (cells(line) <= columns) return line;
  const room = Math.max(1, columns);
  const cut = Bun.sliceAnsi(line, 0, room, "…");
  // A wide character at the edge is taken whole.
  return cells(cut) <= room ? cut : Bun.sliceAnsi(line, 0, room - 1, "…");
}

/** Cut in the middle, for paths: both ends say more than what is between them. */
export function cutMiddle(line: string, columns: number): string {
  const width = cells(line);
  if (width <= columns) return line;
  const tail = Math.max(0, Math.ceil((columns - 1) / 2));
  const head = Math.max(0, columns - 1 - tail);
  return `${Bun.sliceAnsi(line, 0, head)}…${Bun.sliceAnsi(line, width - tail)}`;
}

/**
 * The cells that a text without newlines takes; sequences take none. An emoji that is joined from several counts as all of
 * them: many terminals show it so, and too much room does less harm than too little.
 */
export function cells(text: string): number {
  if (ASCII.test(text)) return text.length;
  return Bun.stringWidth(JOINS.test(text) ? text.replaceAll("\u200d", "").replace(SKIN_TONES, "漢") : text);
}

const ASCII = /^[ -~]*$/;
const JOINS = /\u200d|[\u{1f3fb}-\u{1f3ff}]/u;
const SKIN_TONES = /[\u{1f3fb}-\u{1f3ff}]/gu;
/** A style, a link, spaces, or anything else up to one of these. */
const PIECES = /\x1b\[[0-9;:]*m|\x1b\]8;[^\x07\x1b]*(?:\x1b\\|\x07)| +|[^ \x1b]+|\x1b/g;

type Word = { pieces: string[]; width: number };

function wrapLine(line: string, columns: number): string[] {
  if (ASCII.test(line)) return line.length <= columns ? [line] : wrapAscii(line, columns);
  return pageLines(line, columns);
}

function pageLines(line: string, columns: number): string[] {
  const page = new Page(columns);
  let word: Word = { pieces: [], width: 0 };
  for (const [piece] of line.matchAll(PIECES)) {
    if (piece.startsWith(" ")) {
      page.add(word);
      word = { pieces: [], width: 0 };
      page.space(piece.length);
    } else {
      word.pieces.push(piece);
      if (!piece.startsWith("\x1b")) word.width += cells(piece);
    }
  }
  page.add(word);
  return page.end();
}

/** The same as the page does, for what most lines are made of. */
function wrapAscii(line: string, columns: number): string[] {
  const lines: string[] = [];
  let start = 0;
  while (line.length - start > columns) {
    const space = line.lastIndexOf(" ", start + columns);
    const indented = lines.length === 0 && line.slice(0, Math.max(space, 0)).trim() === "";
    if (space <= start || indented) {
      lines.push(...pageLines(line.slice(start), columns));
      return lines;
    }
    let end = space;
    while (end > start && line[end - 1] === " ") end--;
    lines.push(line.slice(start, end));
    start = space;
    while (line[start] === " ") start++;
    if (start === line.length) return lines;
  }
  lines.push(line.slice(start));
  return lines;
}

class Page {
  readonly #columns: number;
  readonly #lines: string[] = [];
  readonly #open = new Map<string, string>();
  #line = "";
  #width = 0;
  #spaces = 0;

  constructor(columns: number) {
    this.#columns = columns;
  }

  space(count: number): void {
    this.#spaces += count;
  }

  add(word: Word): void {
    if (word.width > 0) this.#makeRoom(word);
    for (const piece of word.pieces) {
      if (piece.startsWith("\x1b")) this.#style(piece);
      else this.#put(piece);
    }
  }

  end(): string[] {
    if (this.#width + this.#spaces <= this.#columns) this.#line += " ".repeat(this.#spaces);
    this.#break();
    return this.#lines;
  }

  #makeRoom(word: Word): void {
    const needed = word.pieces.some((piece) => WIDE.test(piece)) ? Math.min(2, word.width) : word.width;
    const fits = this.#width + this.#spaces + needed <= this.#columns;
    const indented = this.#width === 0 && this.#lines.length === 0;
    if (fits || (indented && this.#spaces < this.#columns / 2)) {
      this.#line += " ".repeat(this.#spaces);
      this.#width += this.#spaces;
    } else if (this.#width > 0) {
      this.#break();
    }
    this.#spaces = 0;
  }

  #put(text: string): void {
    const width = cells(text);
    if (this.#width + width <= this.#columns) {
      this.#line += text;
      this.#width += width;
      return;
    }
    for (const { segment } of GRAPHEMES.segment(text)) {
      const segmentWidth = cells(segment);
      if (this.#width + segmentWidth > this.#columns && this.#width > 0) this.#break();
      this.#line += segment;
      this.#width += segmentWidth;
    }
  }

  #style(sequence: string): void {
    this.#line += sequence;
    track(sequence, this.#open);
  }

  #break(): void {
    const open = [...this.#open];
    const closing = open.map(([close]) => close).reverse();
    this.#lines.push(this.#line + closing.join(""));
    this.#line = open.map(([, sequence]) => sequence).join("");
    this.#width = 0;
  }
}

/** Scripts that are written without spaces, and break anywhere. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]|[\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const GRAPHEMES = new Intl.Segmenter();
const LINK_END = "\x1b]8;;\x1b\\";

/** Keeps `open` up to date: what ends each style that is on, and what began it. */
function track(sequence: string, open: Map<string, string>): void {
  if (sequence.startsWith("\x1b]8;")) {
    open.delete(LINK_END);
    if (!/^\x1b\]8;[^;]*;(\x1b|\x07)/.test(sequence)) open.set(LINK_END, sequence);
    return;
  }
  const codes = sequence.slice(2, -1).split(";");
  for (let at = 0; at < codes.length; at++) {
    const code = Number((codes[at] ?? "").split(":")[0]);
    const operands =
      (code === 38 || code === 48) && !codes[at]?.includes(":") ? (codes[at + 1] === "2" ? 4 : 2) : 0;
    const whole = `\x1b[${codes.slice(at, at + operands + 1).join(";")}m`;
    at += operands;
    const end = endOf(code);
    if (code === 0)
      for (const close of [...open.keys()].filter((key) => key !== LINK_END)) open.delete(close);
    else if (end === code) open.delete(`\x1b[${end}m`);
    else if (end !== undefined) {
      const close = `\x1b[${end}m`;
      const both = end === 22 && open.has(close) ? (open.get(close) ?? "") : "";
      open.delete(close);
      open.set(close, both + whole);
    }
  }
}

/** The code that ends a style; of such a code itself, the same. */
function endOf(code: number): number | undefined {
  if ((code >= 22 && code <= 29) || code === 39 || code === 49 || code === 59) return code;
  if (code === 1 || code === 2) return 22;
  if (code >= 3 && code <= 9) return code === 6 ? 25 : code + 20;
  if (code === 21) return 24;
  if ((code >= 30 && code <= 38) || (code >= 90 && code <= 97)) return 39;
  if ((code >= 40 && code <= 48) || (code >= 100 && code <= 107)) return 49;
  if (code === 53) return 55;
  return code === 58 ? 59 : undefined;
}
