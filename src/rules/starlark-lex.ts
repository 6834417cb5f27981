// Cuts the text of a `.rules` file into Starlark tokens, and hands them to the parser one by one.

import { StarlarkError } from "./rules-error";
import type { Span } from "./starlark-tree";

export type Token = Span &
  /** A reserved word, an operator or a bracket; `text` says which. */
  (
    | { readonly type: "symbol"; readonly text: string }
    | { readonly type: "name"; readonly text: string }
    | { readonly type: "int"; readonly value: number }
    | { readonly type: "string"; readonly value: string }
    | { readonly type: "fstring"; readonly parts: readonly (string | EmbeddedText)[] }
    | { readonly type: "newline" | "indent" | "dedent" | "end" }
  );

/** An expression within an f-string: its text and where that stands in the file. */
export type EmbeddedText = { readonly text: string; readonly offset: number };

const KEYWORDS = new Set(
  "and break continue def elif else for if in lambda load not or pass return True False None".split(" "),
);
/** Words that Starlark keeps for Python's sake. */
const RESERVED = new Set(
  "as assert async await class del except finally from global import is nonlocal raise try while with yield".split(
    " ",
  ),
);
const SYMBOL = /\/\/=|<<=|>>=|\*\*|\/\/|<<|>>|[=!<>+\-*/%&|^]=|->|[()[\]{},:.;=<>+\-*/%&|^~@]/y;
const OPENING = "([{";
const CLOSING = ")]}";

/** @throws StarlarkError for what is no token */
export function tokenize(text: string, offset = 0): readonly Token[] {
  const tokens: Token[] = [];
  const indents = [0];
  let brackets = 0;
  let at = 0;
  let lineStart = true;
  const span = (pos: number, end: number): Span => ({ pos: pos + offset, end: end + offset });
  const fail = (message: string, pos: number, end: number): never => {
    throw new StarlarkError(`Parse error: ${message}`, span(pos, end));
  };

  while (at < text.length) {
    if (lineStart && brackets === 0) {
      const indent = lengthOf(/[ \t]*/y, text, at);
      const next = text[at + indent] ?? "\n";
      if (text.slice(at, at + indent).includes("\t") && !"\n\r#".includes(next)) {
        fail("tabs are not allowed", at, at + indent);
      }
      lineStart = false;
      if (!"\n\r#".includes(next)) setIndent(indent, at);
      at += indent;
      continue;
    }
    const start = at;
    const letter = text[at] ?? "";
    if (letter === "\n") {
      at++;
      if (brackets > 0) continue;
      if (tokens.length > 0 && !isBreak(tokens.at(-1))) tokens.push({ type: "newline", ...span(start, at) });
      lineStart = true;
    } else if (" \t\r".includes(letter)) {
      at++;
    } else if (letter === "#") {
      at += lengthOf(/[^\n]*/y, text, at);
    } else if (letter === "\\" && /^\\\r?\n/.test(text.slice(at, at + 3))) {
      at += text[at + 1] === "\r" ? 3 : 2;
    } else if (/["']/.test(letter) || /^(rb?|br?|fr?|rf)["']/i.test(text.slice(at, at + 3))) {
      at = readString(start);
    } else if (/[A-Za-z_]/.test(letter)) {
      at += lengthOf(/\w+/y, text, at);
      const word = text.slice(start, at);
      if (RESERVED.has(word)) fail(`cannot use reserved keyword \`${word}\``, start, at);
      tokens.push({ type: KEYWORDS.has(word) ? "symbol" : "name", text: word, ...span(start, at) });
    } else if (/[0-9]/.test(letter)) {
      at = readNumber(start);
    } else {
      at += lengthOf(SYMBOL, text, at);
      if (at === start)
        fail(`invalid input \`${String.fromCodePoint(text.codePointAt(at) ?? 0)}\``, at, at + 1);
      const symbol = text.slice(start, at);
      if (OPENING.includes(symbol)) brackets++;
      if (CLOSING.includes(symbol)) brackets = Math.max(0, brackets - 1);
      tokens.push({ type: "symbol", text: symbol, ...span(start, at) });
    }
  }
  const lastEnd = tokens.at(-1)?.end ?? offset;
  const last = { pos: lastEnd, end: lastEnd };
  if (tokens.length > 0 && !isBreak(tokens.at(-1))) tokens.push({ type: "newline", ...last });
  for (const _ of indents.slice(1)) tokens.push({ type: "dedent", ...last });
  tokens.push({ type: "end", ...last });
  return tokens;

  function setIndent(indent: number, pos: number): void {
    if (indent > (indents.at(-1) ?? 0)) {
      indents.push(indent);
      tokens.push({ type: "indent", ...span(pos, pos + indent) });
    }
    while (indent < (indents.at(-1) ?? 0)) {
      indents.pop();
      tokens.push({ type: "dedent", ...span(pos, pos + indent) });
    }
    if (indent !== indents.at(-1)) fail("incorrect indentation", pos, pos + indent);
  }

  function readNumber(start: number): number {
    const end = start + lengthOf(/[0-9][\w.]*/y, text, start);
    const word = text.slice(start, end);
    if (!/^(0|[1-9][0-9]*|0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+)$/.test(word)) {
      fail(`cannot parse \`${word}\` as a whole number`, start, end);
    }
    const value = Number(word);
    if (!Number.isSafeInteger(value)) fail(`the number \`${word}\` is too large`, start, end);
    tokens.push({ type: "int", value, ...span(start, end) });
    return end;
  }

  function readString(start: number): number {
    const prefix = text.slice(start, start + lengthOf(/[a-zA-Z]*/y, text, start)).toLowerCase();
    if (prefix.includes("b")) fail("bytes are not supported", start, start + prefix.length);
    const open = start + prefix.length;
    const quote = text.startsWith((text[open] ?? "").repeat(3), open)
      ? text.slice(open, open + 3)
      : (text[open] ?? "");
    const from = open + quote.length;
    const end = closingQuote(text, from, quote);
    if (end === undefined) return fail("unfinished string literal", start, lineEnd(text, start));
    const raw = text.slice(from, end);
    const place = span(start, end + quote.length);
    const decode = (piece: string) => (prefix.includes("r") ? piece : unescape(piece));
    if (prefix.includes("f")) {
      tokens.push({ type: "fstring", parts: embeddedParts(raw, from + offset, decode, place), ...place });
    } else {
      tokens.push({ type: "string", value: decode(raw), ...place });
    }
    return end + quote.length;
  }
}

function isBreak(token: Token | undefined): boolean {
  return token?.type === "newline" || token?.type === "indent" || token?.type === "dedent";
}

function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}

function closingQuote(text: string, from: number, quote: string): number | undefined {
  for (let at = from; at < text.length; at++) {
    if (text.startsWith(quote, at)) return at;
    if (text[at] === "\\") at++;
    else if (text[at] === "\n" && quote.length === 1) return undefined;
  }
  return undefined;
}

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v", "0": "\0" },
  ...{ "\\": "\\", "'": "'", '"': '"', "\n": "", "\r\n": "" },
};

/** An escape that means nothing stays as it is written. */
function unescape(text: string): string {
  return text.replace(
    /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r?\n|[^])/g,
    (whole, code: string) => {
      const point = /^[xuU]./.test(code) ? Number.parseInt(code.slice(1), 16) : undefined;
      if (point !== undefined && point <= 0x10ffff) return String.fromCodePoint(point);
      return ESCAPES[code] ?? whole;
    },
  );
}

function embeddedParts(
  raw: string,
  offset: number,
  decode: (piece: string) => string,
  place: Span,
): readonly (string | EmbeddedText)[] {
  const parts: (string | EmbeddedText)[] = [];
  let text = "";
  for (let at = 0; at < raw.length; at++) {
    const letter = raw[at] ?? "";
    if ((letter === "{" || letter === "}") && raw[at + 1] === letter) {
      text += letter;
      at++;
    } else if (letter === "{") {
      const end = raw.indexOf("}", at);
      const expression = end === -1 ? "" : raw.slice(at + 1, end);
      if (expression.trim() === "")
        throw new StarlarkError("Parse error: bad f-string: expected an expression and `}`", place);
      parts.push(decode(text), { text: expression, offset: offset + at + 1 });
      text = "";
      at = end;
    } else if (letter === "}") {
      throw new StarlarkError("Parse error: bad f-string: `}` without `{`", place);
    } else {
      text += letter === "\\" ? letter + (raw[++at] ?? "") : letter;
    }
  }
  return [...parts, decode(text)];
}

/** Where the parser is. */
export type Cursor = {
  readonly tokens: readonly Token[];
  /** Index of the next token. */
  at: number;
  /** Brackets and blocks that are open. */
  nesting: number;
  /** Functions and loops around this place. */
  functions: number;
  loops: number;
};

/** Brackets within brackets, blocks within blocks. */
const MAX_NESTING = 64;

export function cursorOver(tokens: readonly Token[]): Cursor {
  return { tokens, at: 0, nesting: 0, functions: 0, loops: 0 };
}

export function atEnd(cursor: Cursor): boolean {
  return peek(cursor).type === "end";
}

export function peek(cursor: Cursor): Token {
  const token = cursor.tokens[cursor.at] ?? cursor.tokens.at(-1);
  return token ?? { type: "end", pos: 0, end: 0 };
}

export function next(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.at++;
  return token;
}

export function isNext(cursor: Cursor, symbol: string): boolean {
  const token = peek(cursor);
  return token.type === "symbol" && token.text === symbol;
}

export function accept(cursor: Cursor, symbol: string): boolean {
  const found = isNext(cursor, symbol);
  if (found) cursor.at++;
  return found;
}

export function expect(cursor: Cursor, symbol: string): void {
  if (!accept(cursor, symbol))
    unexpected(cursor, /\w/.test(symbol) ? `keyword '${symbol}'` : `symbol '${symbol}'`);
}

export function identifier(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.type !== "name") return unexpected(cursor, "identifier");
  next(cursor);
  return token.text;
}

/** From a token or expression to the last token read. */
export function since(cursor: Cursor, start: Span): Span {
  return { pos: start.pos, end: cursor.tokens[cursor.at - 1]?.end ?? start.end };
}

export function unexpected(cursor: Cursor, expected: string): never {
  const token = peek(cursor);
  return fail(`Parse error: unexpected ${describe(token)}, expected ${expected}`, token);
}

export function fail(message: string, at: Span): never {
  throw new StarlarkError(message, at);
}

/** Runs a part of the parser one level further in. */
export function nested<T>(cursor: Cursor, parse: () => T): T {
  if (++cursor.nesting > MAX_NESTING) fail("Parse error: nested too deeply", peek(cursor));
  const value = parse();
  cursor.nesting--;
  return value;
}

function describe(token: Token): string {
  switch (token.type) {
    case "symbol":
      return /\w/.test(token.text) ? `keyword '${token.text}'` : `symbol '${token.text}'`;
    case "name":
      return `identifier '${token.text}'`;
    case "int":
      return `integer literal '${token.value}'`;
    case "string":
      return `string literal ${JSON.stringify(token.value)}`;
    case "fstring":
      return "f-string";
    case "newline":
      return "new line";
    case "indent":
      return "new indentation block";
    case "dedent":
      return "end of the indentation block";
    case "end":
      return "end of file";
    default:
      return token satisfies never;
  }
}
