// Works out what the chunks of an update make of one file, in the encoding that it has; touches nothing (apply-patch.md 3).

import { decodeText, decodeUtf8, unwritable, type DecodedText, type Encoding } from "./encoding";
import { type FileLines, fileLines, type LineEndings } from "./file-lines";
import type { Chunk, PatchError } from "./patch";
import { type Seek, seekIn } from "./seek";

export type PlannedFile =
  | { readonly type: "planned"; readonly before: string; readonly text: string; readonly encoding: Encoding }
  /** The file cannot be taken for text. */
  | { readonly type: "unreadable"; readonly reason: string };

/**
 * Keeping line endings, any encoding that has ASCII in it will do, and what is not touched keeps its bytes; else the
 * file must be UTF-8.
 * @param path only named in errors
 */
export function planFile(
  old: Uint8Array,
  chunks: readonly Chunk[],
  path: string,
  lineEndings: LineEndings,
): PlannedFile | PatchError {
  const decoded = lineEndings === "keep" ? decodeText(old) : utf8Only(old);
  if (decoded.type === "unreadable") return decoded;
  const planned = planUpdate(decoded.text, chunks, path, lineEndings);
  if (planned.type !== "planned") return explained(planned, decoded);
  const reason = unwritable(planned.text, decoded);
  if (reason !== null) return notApplicable(`Failed to update ${path}: ${reason}`);
  return { type: "planned", before: decoded.text, text: planned.text, encoding: decoded.encoding };
}

export type PlannedText = { readonly type: "planned"; readonly text: string };

/** `path` is only named in errors. All chunks must be found, each after the one before it, or nothing is planned. */
export function planUpdate(
  oldText: string,
  chunks: readonly Chunk[],
  path: string,
  lineEndings: LineEndings,
): PlannedText | PatchError {
  const file = fileLines(oldText, lineEndings);
  const edits = findEdits(file, chunks, path, lineEndings);
  return Array.isArray(edits) ? { type: "planned", text: rewrite(file, edits) } : edits;
}

/** Lines `start` to `end` (excluded) of the file become `text`, whose lines are ended. */
type Edit = {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly appends: boolean;
};

/** What a chunk looks for and what it puts there. `oldIndex` points into `old` when the line is context. */
type Sides = {
  readonly old: readonly string[];
  readonly new: readonly { readonly text: string; readonly oldIndex: number | null }[];
};

/** Edits in the order of the chunks. */
function findEdits(
  file: FileLines,
  chunks: readonly Chunk[],
  path: string,
  lineEndings: LineEndings,
): Edit[] | PatchError {
  const seek = seekIn(file.lines);
  const edits: Edit[] = [];
  let cursor = 0;
  for (const chunk of chunks) {
    if (chunk.context !== null) {
      const found = seek([chunk.context], cursor, false);
      if (found === null) return notApplicable(`Failed to find context '${chunk.context}' in ${path}`);
      cursor = found + 1;
    }
    const sides = sidesOf(chunk);
    if (sides.old.length === 0) {
      const text = newText(file, sides, file.appendAt, lineEndings);
      edits.push({ start: file.appendAt, end: file.appendAt, text, appends: true });
      continue;
    }
    const place = findPlace(seek, sides, cursor, chunk.endOfFile);
    if (place === null || (chunk.endOfFile && undoesEarlier(place.start, place.sides, edits))) {
      return notApplicable(`Failed to find expected lines in ${path}:\n${sides.old.join("\n")}`);
    }
    const text = newText(file, place.sides, place.start, lineEndings);
    cursor = place.start + place.sides.old.length;
    edits.push({ start: place.start, end: cursor, text, appends: false });
  }
  return edits;
}

/** The end-of-file marker overrules the cursor, so that such a chunk may meet lines which an earlier one has replaced. */
function undoesEarlier(start: number, { old }: Sides, edits: readonly Edit[]): boolean {
  return edits.some((edit) => !edit.appends && edit.start < start + old.length && start < edit.end);
}

/** A trailing empty old line that the file does not have is let go, with the empty new line that answers to it. */
function findPlace(
  seek: Seek,
  sides: Sides,
  cursor: number,
  atEnd: boolean,
): { start: number; sides: Sides } | null {
  const start = seek(sides.old, cursor, atEnd);
  if (start !== null) return { start, sides };
  if (sides.old.at(-1) !== "") return null;
  const shorter: Sides = {
    old: sides.old.slice(0, -1),
    new: sides.new.at(-1)?.text === "" ? sides.new.slice(0, -1) : sides.new,
  };
  const retried = seek(shorter.old, cursor, atEnd);
  return retried === null ? null : { start: retried, sides: shorter };
}

function sidesOf(chunk: Chunk): Sides {
  const old: string[] = [];
  const added: Sides["new"][number][] = [];
  for (const { type, text } of chunk.lines) {
    if (type !== "removed") added.push({ text, oldIndex: type === "context" ? old.length : null });
    if (type !== "added") old.push(text);
  }
  return { old, new: added };
}

function newText(file: FileLines, sides: Sides, start: number, lineEndings: LineEndings): string {
  return sides.new
    .map(({ text, oldIndex }) =>
      lineEndings === "keep" && oldIndex !== null && oldIndex < sides.old.length
        ? file.original(start + oldIndex, start + oldIndex + 1)
        : text + file.newline,
    )
    .join("");
}

/** Of edits at the same line the earlier chunk's comes first; what is appended comes after a replacement that reaches beyond its place. */
function rewrite(file: FileLines, edits: readonly Edit[]): string {
  const pieces: string[] = [];
  let done = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    if (edit.start > done) pieces.push(file.original(done, edit.start));
    pieces.push(edit.text);
    done = Math.max(done, edit.end);
  }
  if (done < file.lines.length) pieces.push(file.original(done, file.lines.length));
  return file.whole(pieces.join(""));
}

function notApplicable(message: string): PatchError {
  return { type: "not_applicable", message };
}

function utf8Only(bytes: Uint8Array): DecodedText | (PlannedFile & { readonly type: "unreadable" }) {
  const decoded = decodeUtf8(bytes);
  return decoded.type === "invalid"
    ? { type: "unreadable", reason: decoded.reason }
    : { type: "text", text: decoded.text, encoding: "utf-8" };
}

/** A chunk that is not found may be there in another encoding. */
function explained(error: PatchError, { encoding }: DecodedText): PatchError {
  if (encoding !== "bytes" || error.type !== "not_applicable") return error;
  const note = "(the file is not UTF-8: only its ASCII lines can be named in a patch)";
  return { ...error, message: `${error.message}\n${note}` };
}
