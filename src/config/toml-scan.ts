// A lossless TOML scanner: where every header, key and value of a document stands, for error messages and surgical edits.

/** Offsets are UTF-16 indices into the text; `end` is exclusive. */
export type Span = { readonly start: number; readonly end: number };

/** A step of a path: a key of a table, or an index into an array. */
export type PathStep = string | number;

export type TomlNode = Span & {
  readonly kind: "string" | "integer" | "float" | "boolean" | "datetime" | "array" | "table";
  /** Elements of an array. */
  readonly items: readonly TomlNode[];
  /** Pairs of an inline table. */
  readonly entries: readonly TomlEntry[];
};

/** One `key = value`, on a line of its own or inside an inline table. */
export type TomlEntry = {
  /** The key as written: `a."b.c"` is `["a", "b.c"]`. */
  readonly key: readonly string[];
  readonly keySpan: Span;
  readonly value: TomlNode;
};

/** The part of a document ruled by one header; the first section has none and is the root. */
export type TomlSection = {
  /** Where its keys go, with the indices of arrays of tables: `[[a]]`, the second time, is `["a", 1]`. */
  readonly path: readonly PathStep[];
  readonly isArrayElement: boolean;
  /** The whole header with its brackets; undefined for the root. */
  readonly header: Span | undefined;
  readonly entries: readonly TomlEntry[];
  /** From the start of the header's line (or the file) to the next header's line (or the end of the file). */
  readonly body: Span;
};

export type TomlDocument = { readonly text: string; readonly sections: readonly TomlSection[] };

/** The text is not TOML; `offset` is where the reader stumbled. */
export class TomlSyntaxError extends Error {
  override readonly name = "TomlSyntaxError";
  readonly offset: number;
  /** After the last character at fault. */
  readonly end: number;

  constructor(message: string, offset: number, end = offset + 1) {
    super(message);
    this.offset = offset;
    this.end = end;
  }
}

/**
 * Scans a document. Accepts everything that TOML 1.1 allows; what it checks is form, not meaning (duplicate keys, ranges
 * of dates and numbers are the parser's business).
 * @throws TomlSyntaxError with a text like the reference's (config.md 6)
 */
export function scanToml(text: string): TomlDocument {
  const cursor: Cursor = { text, at: text.startsWith("\uFEFF") ? 1 : 0 };
  const sections: TomlSection[] = [];
  const arrayCounts = new Map<string, number>();
  let open = {
    path: [] as readonly PathStep[],
    isArrayElement: false,
    header: undefined as Span | undefined,
  };
  let bodyStart = cursor.at;
  let entries: TomlEntry[] = [];
  for (;;) {
    skipBlankLines(cursor);
    const ended = cursor.at >= text.length;
    if (!ended && text[cursor.at] !== "[") {
      entries.push(scanEntry(cursor));
      endOfLine(cursor);
      continue;
    }
    const boundary = ended ? text.length : lineStart(text, cursor.at);
    sections.push({ ...open, entries, body: { start: bodyStart, end: boundary } });
    if (ended) return { text, sections };
    open = scanHeader(cursor, arrayCounts);
    bodyStart = boundary;
    entries = [];
  }
}

/** Offset of the first character of the line that holds `offset`. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** Offset just behind the line break of the line that holds `offset`, or the end of the text. */
export function nextLine(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  return newline < 0 ? text.length : newline + 1;
}

type Cursor = { readonly text: string; at: number };

const BARE_KEY = /[A-Za-z0-9_-]+/y;
const BLANKS = /[ \t]*/y;
const COMMENT = /#[^\n]*/y;
const BARE_VALUE = /[^\s,#\]}]+(?: \d\d:\d\d[^\s,#\]}]*)?/y;
const DATE_TIME =
  /^(\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)?)?|\d\d:\d\d(:\d\d(\.\d+)?)?)$/;
const INTEGER = /^([+-]?\d[\d_]*|0x[\da-fA-F_]+|0o[0-7_]+|0b[01_]+)$/;
const FLOAT = /^[+-]?(inf|nan|\d[\d_]*(\.\d[\d_]*)?([eE][+-]?\d[\d_]*)?)$/;
const ESCAPE_LENGTHS = new Map([
  ["x", 2],
  ["u", 4],
  ["U", 8],
]);
const SIMPLE_ESCAPES = new Map([
  ["b", "\b"],
  ["t", "\t"],
  ["n", "\n"],
  ["f", "\f"],
  ["r", "\r"],
  ["e", "\x1b"],
  ['"', '"'],
  ["\\", "\\"],
]);

function match(cursor: Cursor, pattern: RegExp): string {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0] ?? "";
  cursor.at += found.length;
  return found;
}

function peek(cursor: Cursor): string {
  return cursor.text[cursor.at] ?? "";
}

/** True at the end of a line or of the text. A lone CR is not one. */
function atLineEnd(cursor: Cursor): boolean {
  return cursor.at >= cursor.text.length || /^\r?\n/.test(cursor.text.slice(cursor.at, cursor.at + 2));
}

function skipBlankLines(cursor: Cursor): void {
  for (;;) {
    match(cursor, BLANKS);
    if (peek(cursor) === "#") match(cursor, COMMENT);
    if (cursor.at >= cursor.text.length) return;
    if (!atLineEnd(cursor)) return;
    cursor.at = nextLine(cursor.text, cursor.at);
  }
}

function endOfLine(cursor: Cursor): void {
  match(cursor, BLANKS);
  if (peek(cursor) === "#") match(cursor, COMMENT);
  if (!atLineEnd(cursor)) {
    throw new TomlSyntaxError("unexpected key or value, expected newline, `#`", cursor.at);
  }
}

function scanHeader(
  cursor: Cursor,
  arrayCounts: Map<string, number>,
): { path: readonly PathStep[]; isArrayElement: boolean; header: Span } {
  const start = cursor.at;
  const isArrayElement = cursor.text.startsWith("[[", start);
  cursor.at += isArrayElement ? 2 : 1;
  const { key } = scanKey(cursor);
  const close = isArrayElement ? "]]" : "]";
  if (!cursor.text.startsWith(close, cursor.at)) {
    throw new TomlSyntaxError(
      `unclosed ${isArrayElement ? "array " : ""}table, expected \`${close}\``,
      cursor.at,
    );
  }
  cursor.at += close.length;
  const header = { start, end: cursor.at };
  endOfLine(cursor);
  const path: PathStep[] = [];
  for (const [depth, step] of key.entries()) {
    path.push(step);
    const id = JSON.stringify(path);
    const count = arrayCounts.get(id);
    if (isArrayElement && depth === key.length - 1) {
      arrayCounts.set(id, (count ?? 0) + 1);
      path.push(count ?? 0);
    } else if (count !== undefined) {
      path.push(count - 1);
    }
  }
  return { path, isArrayElement, header };
}

function scanEntry(cursor: Cursor): TomlEntry {
  const { key, span } = scanKey(cursor);
  if (peek(cursor) !== "=") throw new TomlSyntaxError("key with no value, expected `=`", cursor.at);
  cursor.at++;
  match(cursor, BLANKS);
  return { key, keySpan: span, value: scanValue(cursor) };
}

function scanKey(cursor: Cursor): { key: string[]; span: Span } {
  const key: string[] = [];
  match(cursor, BLANKS);
  const start = cursor.at;
  for (;;) {
    const quote = peek(cursor);
    if (quote === '"' || quote === "'") {
      key.push(scanString(cursor, quote));
    } else {
      const bare = match(cursor, BARE_KEY);
      if (bare === "") {
        const text = "unquoted keys cannot be empty, expected letters, numbers, `-`, `_`";
        throw new TomlSyntaxError(text, cursor.at);
      }
      key.push(bare);
    }
    const end = cursor.at;
    match(cursor, BLANKS);
    if (peek(cursor) !== ".") return { key, span: { start, end } };
    cursor.at++;
    match(cursor, BLANKS);
  }
}

function scanValue(cursor: Cursor): TomlNode {
  const start = cursor.at;
  const first = peek(cursor);
  const leaf = (kind: TomlNode["kind"]): TomlNode => ({
    kind,
    start,
    end: cursor.at,
    items: [],
    entries: [],
  });
  if (first === '"' || first === "'") {
    const quote = cursor.text.startsWith(first.repeat(3), start) ? first.repeat(3) : first;
    scanString(cursor, quote);
    return leaf("string");
  }
  if (first === "[") return scanArray(cursor);
  if (first === "{") return scanInlineTable(cursor);
  const bare = match(cursor, BARE_VALUE);
  if (bare === "true" || bare === "false") return leaf("boolean");
  if (INTEGER.test(bare)) return leaf("integer");
  if (FLOAT.test(bare)) return leaf("float");
  if (DATE_TIME.test(bare)) return leaf("datetime");
  if (/^[+-]?\d/.test(bare)) throw new TomlSyntaxError(`invalid number or date \`${bare}\``, start);
  throw new TomlSyntaxError("string values must be quoted, expected literal string", start);
}

function scanArray(cursor: Cursor): TomlNode {
  const start = cursor.at++;
  const items: TomlNode[] = [];
  for (;;) {
    skipBlankLines(cursor);
    if (peek(cursor) === "]") break;
    if (peek(cursor) === ",") throw new TomlSyntaxError("extra comma in array, expected value", cursor.at);
    if (peek(cursor) === "") throw unclosed(cursor, "unclosed array, expected `]`");
    items.push(scanValue(cursor));
    skipBlankLines(cursor);
    if (peek(cursor) === ",") cursor.at++;
    else if (peek(cursor) !== "]") throw unclosed(cursor, "unclosed array, expected `]`");
  }
  cursor.at++;
  return { kind: "array", start, end: cursor.at, items, entries: [] };
}

function scanInlineTable(cursor: Cursor): TomlNode {
  const start = cursor.at++;
  const entries: TomlEntry[] = [];
  for (;;) {
    skipBlankLines(cursor);
    if (peek(cursor) === "}") break;
    if (peek(cursor) === "") throw unclosed(cursor, "unclosed inline table, expected `}`");
    entries.push(scanEntry(cursor));
    skipBlankLines(cursor);
    if (peek(cursor) === ",") cursor.at++;
    else if (peek(cursor) !== "}") throw unclosed(cursor, "unclosed inline table, expected `}`");
  }
  cursor.at++;
  return { kind: "table", start, end: cursor.at, items: [], entries };
}

/** The mark goes behind the last thing that was read, not behind the blank lines that follow it. */
function unclosed(cursor: Cursor, message: string): TomlSyntaxError {
  return new TomlSyntaxError(message, cursor.text.slice(0, cursor.at).trimEnd().length);
}

/** Reads a string whose opening quote (one or three characters) is at the cursor; returns its value. */
function scanString(cursor: Cursor, quote: string): string {
  const { text } = cursor;
  const isLiteral = quote.startsWith("'");
  const isMultiLine = quote.length === 3;
  cursor.at += quote.length;
  let value = "";
  for (;;) {
    const char = peek(cursor);
    if (char === "" || (!isMultiLine && atLineEnd(cursor))) {
      const kind = `${isMultiLine ? "multi-line " : ""}${isLiteral ? "literal" : "basic"} string`;
      const offset = isMultiLine ? text.trimEnd().length : cursor.at;
      throw new TomlSyntaxError(`invalid ${kind}, expected \`${quote[0]}\``, offset);
    }
    if (text.startsWith(quote, cursor.at)) {
      cursor.at += quote.length;
      // Up to two more quotes belong to the text of a multi-line string.
      for (let extra = 0; isMultiLine && extra < 2 && peek(cursor) === quote[0]; extra++) cursor.at++;
      return value;
    }
    if (char === "\\" && !isLiteral) value += scanEscape(cursor, isMultiLine);
    else {
      value += char;
      cursor.at++;
    }
  }
}

function scanEscape(cursor: Cursor, isMultiLine: boolean): string {
  cursor.at++;
  const letter = peek(cursor);
  const simple = SIMPLE_ESCAPES.get(letter);
  if (simple !== undefined) {
    cursor.at++;
    return simple;
  }
  const length = ESCAPE_LENGTHS.get(letter);
  if (length !== undefined) {
    const digits = /^[0-9a-fA-F]*/.exec(cursor.text.slice(cursor.at + 1, cursor.at + 1 + length))?.[0] ?? "";
    cursor.at += 1 + digits.length;
    const code = Number.parseInt(digits, 16);
    if (digits.length < length || code > 0x10ffff) {
      throw new TomlSyntaxError(
        "too few unicode value digits, expected unicode hexadecimal value",
        cursor.at,
      );
    }
    return String.fromCodePoint(code);
  }
  if (isMultiLine && /^[ \t]*\r?\n/.test(cursor.text.slice(cursor.at, nextLine(cursor.text, cursor.at)))) {
    skipBlankSpace(cursor);
    return "";
  }
  const allowed = ["b", "e", "f", "n", "r", "\\", '"', "x", "u", "U"].map((name) => `\`${name}\``).join(", ");
  throw new TomlSyntaxError(`missing escaped value, expected ${allowed}`, cursor.at);
}

function skipBlankSpace(cursor: Cursor): void {
  while (/[ \t\r\n]/.test(peek(cursor))) cursor.at++;
}
