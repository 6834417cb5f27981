// Reads TOML text into plain data, and points at places in it: path, line, column, the line itself and a caret (config.md 6).

import { parse, TomlError } from "smol-toml";
import { UserError } from "../util/user-error";
import type { TomlTable } from "./config";
import { lineStart, type PathStep, scanToml, type Span, TomlSyntaxError } from "./toml-scan";
import type { TomlDocument, TomlEntry, TomlNode, TomlSection } from "./toml-scan";

/** Longest piece of a source line that a message shows, in characters. */
const EXCERPT_CHARS = 160;

/** The config cannot be used. `detail` is the text alone, for commands that put their own words in front (cli.md 12.3). */
export class ConfigTomlError extends UserError {
  readonly detail: string;

  /** @param detail starts with `<file>:<line>:` if it begins with a position, and then stands on a line of its own */
  constructor(detail: string, options: { positioned: boolean }) {
    super(`Error loading config.toml:${options.positioned ? "\n" : " "}${detail}`, { prefixed: false });
    this.detail = detail;
  }
}

/**
 * Parses a document. Whole numbers are numbers even beyond 2^53, dates are strings as written in RFC 3339.
 * @throws TomlSyntaxError whose offset points at the fault
 */
export function parseToml(text: string): TomlTable {
  try {
    const table: unknown = plain(
      parse(text.replace(/^\uFEFF/, " "), { integersAsBigInt: "asNeeded", useLegacyDate: true }),
    );
    return isTable(table) ? table : {};
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw syntaxFault(text, error);
  }
}

/**
 * Parses a file's text.
 * @throws ConfigTomlError that shows the file, the place and the line
 */
export function parseTomlFile(text: string, file: string): TomlTable {
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlSyntaxError)) throw error;
    throw new ConfigTomlError(syntaxMessage(error, text, file), { positioned: true });
  }
}

/** `<file>:<line>:<column>: <what is wrong>` with the line and a caret. */
export function syntaxMessage(error: TomlSyntaxError, text: string, file: string): string {
  return `${position(text, error.offset, file)}: ${error.message}\n${excerpt(text, { start: error.offset, end: error.end })}`;
}

/** `<file>:<line>:<column>`, both from 1, the column in characters. */
export function position(text: string, offset: number, file: string): string {
  const line = text.slice(0, offset).split("\n").length;
  return `${file}:${line}:${[...text.slice(lineStart(text, offset), offset)].length + 1}`;
}

/** Three lines: an empty gutter, the source line with its number, and carets under the span (cut at the line's end). */
export function excerpt(text: string, span: Span): string {
  const start = lineStart(text, span.start);
  const newline = text.indexOf("\n", span.start);
  const end = newline < 0 ? text.length : newline;
  const number = String(text.slice(0, start).split("\n").length);
  const skipped = Math.max(start, span.start - EXCERPT_CHARS / 2);
  const line = text.slice(skipped, Math.min(end, skipped + EXCERPT_CHARS)).trimEnd();
  const before = text.slice(skipped, span.start);
  const marked = text.slice(span.start, Math.min(span.end, skipped + line.length));
  const carets = "^".repeat(Math.max(1, Bun.stringWidth(marked)));
  const gutter = " ".repeat(number.length);
  return `${gutter} |\n${number} | ${line}\n${gutter} | ${blankCopy(before)}${carets}`;
}

export function isTable(value: unknown): value is TomlTable {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path of keys; undefined when there is none. Never looks at inherited properties. */
export function valueAt(table: unknown, path: readonly PathStep[]): unknown {
  return path.reduce<unknown>((value, step) => {
    if (Array.isArray(value)) return typeof step === "number" ? value[step] : undefined;
    return isTable(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, table);
}

export type Found = {
  readonly section: TomlSection;
  readonly entry: TomlEntry | undefined;
  readonly span: Span;
  readonly node: TomlNode | undefined;
};

/**
 * Where the value at a path stands: its key's entry, or the header that opens the table.
 * For a path that is not there, the nearest parent that is. Undefined if not even the first step is there.
 */
export function locate(document: TomlDocument, path: readonly PathStep[]): Found | undefined {
  for (let length = path.length; length > 0; length--) {
    const found = locateExactly(document, path.slice(0, length));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** As `locate`, but undefined unless the whole path is there. */
export function locateExactly(document: TomlDocument, path: readonly PathStep[]): Found | undefined {
  let inHeader: Found | undefined;
  for (const section of document.sections) {
    if (section.header !== undefined && startsWith(section.path, path) && inHeader === undefined) {
      inHeader = { section, entry: undefined, span: section.header, node: undefined };
    }
    if (!startsWith(path, section.path)) continue;
    const found = locateInEntries(section.entries, path.slice(section.path.length));
    if (found !== undefined) return { section, ...found };
  }
  return inHeader;
}

function locateInEntries(
  entries: readonly TomlEntry[],
  path: readonly PathStep[],
): Omit<Found, "section"> | undefined {
  for (const entry of entries) {
    if (path.length > 0 && startsWith(entry.key, path)) {
      const whole = entry.key.length === path.length;
      return { entry, span: whole ? entry.value : entry.keySpan, node: whole ? entry.value : undefined };
    }
    if (!startsWith(path, entry.key)) continue;
    const inner = locateInNode(entry.value, path.slice(entry.key.length));
    if (inner !== undefined) return { entry: inner.entry ?? entry, span: inner.span, node: inner.node };
  }
  return undefined;
}

function locateInNode(node: TomlNode, path: readonly PathStep[]): Omit<Found, "section"> | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return { entry: undefined, span: node, node };
  if (typeof first === "string") return locateInEntries(node.entries, path);
  const item = node.items[first];
  return item === undefined ? undefined : locateInNode(item, rest);
}

function startsWith(path: readonly PathStep[], prefix: readonly PathStep[]): boolean {
  return prefix.length <= path.length && prefix.every((step, index) => step === path[index]);
}

/** Blanks as wide as the text on a terminal; tabs stay, because their width is the terminal's choice. */
function blankCopy(text: string): string {
  return text
    .split("\t")
    .map((piece) => " ".repeat(Bun.stringWidth(piece)))
    .join("\t");
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** Our scanner's words and place if it stumbles too, else a key that is there twice, else the parser's words. */
function syntaxFault(text: string, error: TomlError): TomlSyntaxError {
  try {
    const repeated = repeatedKey(scanToml(text));
    if (repeated !== undefined) return repeated;
  } catch (fault) {
    if (fault instanceof TomlSyntaxError) return fault;
    throw fault;
  }
  const words = error.message.split("\n")[0]?.replace("Invalid TOML document: ", "") ?? "";
  const lines = text.split("\n").slice(0, error.line - 1);
  const offset = lines.reduce((sum, line) => sum + line.length + 1, 0) + error.column - 1;
  return new TomlSyntaxError(words, Math.min(offset, text.length));
}

function repeatedKey(document: TomlDocument): TomlSyntaxError | undefined {
  const leaves = new Map<string, TomlNode["kind"]>();
  const headers = new Set<string>();
  for (const section of document.sections) {
    const id = JSON.stringify(section.path);
    if (section.header !== undefined) {
      const offset = section.header.start + (section.isArrayElement ? 2 : 1);
      if (headers.has(id) || leaves.has(id)) return new TomlSyntaxError("duplicate key", offset);
      headers.add(id);
    }
    for (const entry of section.entries) {
      const path = [...section.path, ...entry.key];
      for (let length = section.path.length + 1; length < path.length; length++) {
        const kind = leaves.get(JSON.stringify(path.slice(0, length)));
        if (kind === undefined) continue;
        const text = `cannot extend value of type ${kind} with a dotted key`;
        return new TomlSyntaxError(text, entry.keySpan.start);
      }
      const whole = JSON.stringify(path);
      if (leaves.has(whole) || headers.has(whole)) {
        return new TomlSyntaxError("duplicate key", entry.keySpan.start, entry.keySpan.end);
      }
      leaves.set(whole, entry.value.kind);
    }
  }
  return undefined;
}
