// Surgical edits of config files: a key is set or removed, and every other byte stays as it was (config.md 17).

import { closeSync, mkdirSync, openSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { linkTarget, replaceFile } from "../util/replace-file";
import { osErrorText } from "../util/os-error";
import { messageOf, UserError } from "../util/user-error";
import type { TomlTable } from "./config";
import { withValue } from "./overrides";
import { lineStart, nextLine, scanToml, TomlSyntaxError } from "./toml-scan";
import type { TomlDocument, TomlEntry, TomlNode, TomlSection } from "./toml-scan";
import { isTable, locateExactly, parseToml, syntaxMessage } from "./toml-text";

/** Values are strings, booleans, numbers, arrays and tables of them. A table replaces the whole table that is there. */
export type ConfigEdit =
  | { readonly type: "set"; readonly path: readonly string[]; readonly value: unknown }
  | { readonly type: "delete"; readonly path: readonly string[] };

/** Edits, or what they come to for the file as it is then: what depends on other keys must not go by an older reading. */
export type ConfigEdits = readonly ConfigEdit[] | ((current: TomlTable) => readonly ConfigEdit[]);

/** What of the system an edit needs: `tryLock` is that of exec/, which this folder does not import. */
export type EditSystem = {
  readonly tryLock: (fd: number) => "locked" | "held_elsewhere" | "unsupported";
};

/** An edit takes milliseconds. Whoever holds the lock longer is stuck, or this file system has no locks. */
const LOCK_WAIT_MS = 2000;
const LOCK_RETRY_MS = 5;
/** Permissions of an edited file: it may hold tokens. */
const FILE_MODE = 0o600;
/** The permission bits that let somebody write. */
const ANY_WRITE = 0o222;

/**
 * Edits a config file in place: symbolic links stay, the file's mode becomes 0600, a missing file is created, and
 * nothing is written when nothing changes. Programs that edit at the same moment do so one after the other, under a lock
 * on the folder, which leaves nothing behind.
 * @throws UserError when the file is not TOML, is read-only or cannot be written; it then is as it was
 */
export function editConfigFile(path: string, wanted: ConfigEdits, system: EditSystem): void {
  using _lock = lockedFolder(dirname(linkTarget(path)), system);
  const found = statSync(path, { throwIfNoEntry: false });
  const before = found === undefined ? "" : readFileSync(path, "utf8");
  const { edits, after } = editedText(path, before, wanted);
  if (after === before) return;
  if (found !== undefined && (found.mode & ANY_WRITE) === 0)
    throw cannotWrite(path, "it is read-only", edits);
  try {
    replaceFile(path, after, FILE_MODE);
  } catch (error) {
    throw cannotWrite(path, osErrorText(error), edits);
  }
}

/** Writes `[projects."<key>"] trust_level = "trusted"`. Rejects with a UserError when the file cannot be changed. */
export async function recordTrust(configPath: string, key: string, system: EditSystem): Promise<void> {
  const path = ["projects", key, "trust_level"];
  editConfigFile(configPath, [{ type: "set", path, value: "trusted" }], system);
}

/** Held until disposal. Where there can be no lock, or nobody lets go of it, the edit is made all the same. */
function lockedFolder(folder: string, { tryLock }: EditSystem): Disposable {
  const fd = openFolder(folder);
  if (fd === undefined) return { [Symbol.dispose]: () => {} };
  const until = performance.now() + LOCK_WAIT_MS;
  while (tryLock(fd) === "held_elsewhere" && performance.now() < until) Bun.sleepSync(LOCK_RETRY_MS);
  return { [Symbol.dispose]: () => closeSync(fd) };
}

/** Made if missing. Undefined where that cannot be, and on Windows, which opens no folders so. */
function openFolder(folder: string): number | undefined {
  try {
    mkdirSync(folder, { recursive: true });
    return openSync(folder, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

/**
 * The text with the edits made, in order. New keys go to the end of their table, new tables to the end of the file.
 * The result is parsed again and compared with what was asked for.
 * @throws TomlSyntaxError if the text is not TOML
 * @throws Error if an edit cannot be made, for instance below a key that holds no table
 */
export function editToml(text: string, edits: readonly ConfigEdit[]): string {
  let wanted = parseToml(text);
  let edited = text;
  for (const edit of edits) {
    const { path } = edit;
    const name = path.map(writeKey).join(".");
    if (path.length === 0) throw new Error("an edit needs a key");
    const removed = removeTable(edited, path);
    if (edit.type === "delete") edited = removed ?? removeEntry(edited, path);
    else edited = setValue(isTable(edit.value) ? (removed ?? edited) : edited, path, edit.value);
    wanted = edit.type === "delete" ? withoutKey(wanted, path) : withValue(wanted, path, edit.value);
    const result = parseOrUndefined(edited);
    if (result === undefined || !Bun.deepEquals(pruned(result), pruned(wanted))) {
      throw new Error(`\`${name}\` cannot be ${edit.type === "set" ? "set" : "removed"} in this file`);
    }
  }
  return edited;
}

/** A value as TOML 1.0, tables inline. */
export function writeValue(value: unknown): string {
  if (typeof value === "string") return writeString(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map(writeValue).join(", ")}]`;
  if (!isTable(value)) throw new TypeError(`no TOML form for ${String(value)}`);
  const pairs = Object.entries(value).map(([key, inner]) => `${writeKey(key)} = ${writeValue(inner)}`);
  return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
}

/** A key, quoted where it must be. */
export function writeKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : writeString(key);
}

function writeString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll("\x7f", "\\u007f");
}

function editedText(
  path: string,
  before: string,
  wanted: ConfigEdits,
): { readonly edits: readonly ConfigEdit[]; readonly after: string } {
  let edits: readonly ConfigEdit[] = typeof wanted === "function" ? [] : wanted;
  try {
    if (typeof wanted === "function") edits = wanted(parseToml(before));
    return { edits, after: editToml(before, edits) };
  } catch (error) {
    if (error instanceof TomlSyntaxError) {
      const place = syntaxMessage(error, before, path);
      throw new UserError(`${path} was not changed because it is not valid TOML:\n${place}`, {
        cause: error,
      });
    }
    throw cannotWrite(path, messageOf(error), edits);
  }
}

function cannotWrite(path: string, reason: string, edits: readonly ConfigEdit[]): UserError {
  const lines = edits.map((edit) => {
    const key = edit.path.map(writeKey).join(".");
    return edit.type === "set" ? `  ${key} = ${writeValue(edit.value)}` : `  (without) ${key}`;
  });
  return new UserError(
    `cannot change ${path}: ${reason}. To change it yourself, write:\n${lines.join("\n")}`,
  );
}

function parseOrUndefined(text: string): TomlTable | undefined {
  try {
    return parseToml(text);
  } catch (error) {
    if (error instanceof TomlSyntaxError) return undefined;
    throw error;
  }
}

function setValue(text: string, path: readonly string[], value: unknown): string {
  const document = scanToml(text);
  const found = locateExactly(document, path);
  if (found?.node !== undefined) return splice(text, found.node.start, found.node.end, writeValue(value));
  for (let length = path.length - 1; length >= 0; length--) {
    const parent = path.slice(0, length);
    const line = `${path.slice(length).map(writeKey).join(".")} = ${writeValue(value)}`;
    const holder = length === 0 ? undefined : locateExactly(document, parent);
    if (holder?.node?.kind === "table") return insertInline(text, holder.node, line);
    if (holder?.node !== undefined) break;
    const isWhole = length === path.length - 1;
    const section = document.sections.find((one) => !one.isArrayElement && samePath(one.path, parent));
    const wantsHeader = isTable(value) || !isWhole;
    if (section !== undefined && !wantsHeader) return insertLine(text, section, line);
    if (holder?.entry !== undefined) return insertDotted(text, holder.section, parent, path, value);
  }
  return appendTable(text, path, value);
}

function samePath(a: readonly (string | number)[], b: readonly (string | number)[]): boolean {
  return a.length === b.length && a.every((step, index) => step === b[index]);
}

function splice(text: string, start: number, end: number, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(end);
}

function lineBreak(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? "\n";
}

/** Puts a line of its own before an offset that begins a line, or at the end of the text. */
function spliceLine(text: string, offset: number, line: string): string {
  const newline = lineBreak(text);
  const isAfterText = offset > 0 && text[offset - 1] !== "\n" && text[offset - 1] !== "\uFEFF";
  return splice(text, offset, offset, `${isAfterText ? newline : ""}${line}${newline}`);
}

/** Behind the last key of the section, else behind its header, else (the root without keys) above the first header. */
function insertLine(text: string, section: TomlSection, line: string): string {
  const last = section.entries.at(-1);
  const anchor = last?.value.end ?? section.header?.end;
  if (anchor !== undefined) return spliceLine(text, nextLine(text, anchor), line);
  const { start, end } = section.body;
  const blank = /^[\s\S]*\n[ \t]*\r?\n/.exec(text.slice(start, end))?.[0];
  const at = end === text.length ? end : start + (blank?.length ?? 0);
  return spliceLine(text, at, at === text.length ? line : `${line}${lineBreak(text)}`);
}

/** `a.b = 1` gets `a.c = 2` on a line below. */
function insertDotted(
  text: string,
  section: TomlSection,
  parent: readonly string[],
  path: readonly string[],
  value: unknown,
): string {
  const depth = section.path.length;
  const inside = parent.slice(depth);
  const last = section.entries.findLast((entry) => inside.every((step, index) => step === entry.key[index]));
  const line = `${path.slice(depth).map(writeKey).join(".")} = ${writeValue(value)}`;
  return last === undefined ? text : spliceLine(text, nextLine(text, last.value.end), line);
}

function insertInline(text: string, table: TomlNode, pair: string): string {
  const last = table.entries.at(-1);
  const isBlank = text.slice(table.start + 1, table.end - 1).trim() === "";
  if (isBlank) return splice(text, table.start, table.end, `{ ${pair} }`);
  if (last === undefined) return splice(text, table.start + 1, table.start + 1, ` ${pair}`);
  return splice(text, last.value.end, last.value.end, `, ${pair}`);
}

function appendTable(text: string, path: readonly string[], value: unknown): string {
  const newline = lineBreak(text);
  const isWhole = isTable(value);
  const header = isWhole ? path : path.slice(0, -1);
  const body = isWhole ? value : { [path.at(-1) ?? ""]: value };
  const lines = header.length === 0 && !isWhole ? [] : tableLines(header, body);
  const gap = text === "" || /\n\r?\n$/.test(text) ? "" : text.endsWith("\n") ? newline : newline + newline;
  return text + gap + lines.map((line) => line + newline).join("");
}

/** `[header]`, its plain values, then a table of its own for each table in it. */
function tableLines(header: readonly string[], table: TomlTable): readonly string[] {
  const plain = Object.entries(table).filter(([, value]) => !isTable(value));
  const inner = Object.entries(table).filter((pair): pair is [string, TomlTable] => isTable(pair[1]));
  const own = [
    `[${header.map(writeKey).join(".")}]`,
    ...plain.map(([key, value]) => `${writeKey(key)} = ${writeValue(value)}`),
  ];
  const isNeeded = plain.length > 0 || inner.length === 0;
  const nested = inner.flatMap(([key, value], index) => [
    ...(isNeeded || index > 0 ? [""] : []),
    ...tableLines([...header, key], value),
  ]);
  return [...(isNeeded ? own : []), ...nested];
}

/** Removes a table that has headers, or dotted keys, of its own; undefined if the path is not such a table. */
function removeTable(text: string, path: readonly string[]): string | undefined {
  const document = scanToml(text);
  const within = (candidate: readonly (string | number)[]) =>
    candidate.length >= path.length && path.every((step, index) => step === candidate[index]);
  const cuts: { start: number; end: number }[] = [];
  for (const section of document.sections) {
    if (section.header !== undefined && within(section.path)) {
      const last = section.entries.at(-1)?.value.end ?? section.header.end;
      cuts.push({ start: lineStart(text, section.header.start), end: skipBlank(text, nextLine(text, last)) });
      continue;
    }
    for (const entry of section.entries) {
      const whole = [...section.path, ...entry.key];
      if (whole.length > path.length && within(whole)) cuts.push(entryLines(text, entry));
    }
  }
  if (cuts.length === 0) return undefined;
  return cuts.reduceRight((rest, cut) => splice(rest, cut.start, cut.end, ""), text);
}

function skipBlank(text: string, offset: number): number {
  return offset + (/^([ \t]*\r?\n)*/.exec(text.slice(offset))?.[0].length ?? 0);
}

function entryLines(text: string, entry: TomlEntry): { start: number; end: number } {
  return { start: lineStart(text, entry.keySpan.start), end: nextLine(text, entry.value.end) };
}

function removeEntry(text: string, path: readonly string[]): string {
  const document = scanToml(text);
  const found = locateExactly(document, path);
  if (found?.entry === undefined) return text;
  const { entry } = found;
  const siblings = inlineSiblings(document, entry);
  if (siblings === undefined) {
    const { start, end } = entryLines(text, entry);
    return splice(text, start, end, "");
  }
  const index = siblings.indexOf(entry);
  const before = siblings[index - 1];
  const after = siblings[index + 1];
  if (after !== undefined) return splice(text, entry.keySpan.start, after.keySpan.start, "");
  return splice(text, before?.value.end ?? entry.keySpan.start, entry.value.end, "");
}

/** The entries of the inline table that holds an entry; undefined when it stands on lines of its own. */
function inlineSiblings(document: TomlDocument, entry: TomlEntry): readonly TomlEntry[] | undefined {
  const search = (node: TomlNode): readonly TomlEntry[] | undefined => {
    if (node.entries.includes(entry)) return node.entries;
    return [...node.items, ...node.entries.map((inner) => inner.value)].map(search).find((list) => list);
  };
  return document.sections
    .flatMap((section) => section.entries)
    .map((one) => search(one.value))
    .find((list) => list !== undefined);
}

function withoutKey(table: TomlTable, path: readonly string[]): TomlTable {
  const [key, ...rest] = path;
  if (key === undefined || !Object.hasOwn(table, key)) return table;
  const { [key]: value, ...others } = table;
  if (rest.length === 0) return others;
  return isTable(value) ? { ...table, [key]: withoutKey(value, rest) } : table;
}

/** Without empty tables, because removing the last dotted key also removes its table. */
function pruned(table: TomlTable): TomlTable {
  const entries = Object.entries(table).map(([key, value]): [string, unknown] => [
    key,
    isTable(value) ? pruned(value) : value,
  ]);
  return Object.fromEntries(entries.filter(([, value]) => !isTable(value) || Object.keys(value).length > 0));
}
