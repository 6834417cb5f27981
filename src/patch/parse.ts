// Reads the text of a patch into hunks; lenient where models are sloppy, exact in what it refuses (apply-patch.md 2).

import type { Chunk, ChunkLine, Hunk, Patch, PatchError } from "./patch";
import { isBlank, trim, trimStart } from "./white-space";

const BEGIN = "*** Begin Patch";
const END = "*** End Patch";
const ENVIRONMENT = "*** Environment ID: ";
const ADD = "*** Add File: ";
const DELETE = "*** Delete File: ";
const UPDATE = "*** Update File: ";
const MOVE = "*** Move to: ";
const END_OF_FILE = "*** End of File";
const HEREDOC_STARTS = ["<<EOF", "<<'EOF'", '<<"EOF"'];
const HEREDOC_LEAST_LINES = 4;

/** Never throws. A patch without hunks parses; who applies it decides what to say. */
export function parsePatch(text: string): Patch | PatchError {
  const trimmed = trim(text);
  const lines = unwrap(trimmed === "" ? [] : trimmed.split(/\r?\n/));
  if (!Array.isArray(lines)) return lines;

  const cursor: Cursor = { lines, next: 1, end: lines.length - 1 };
  let environmentId: string | null = null;
  const preamble = trimStart(peek(cursor) ?? "");
  if (preamble.startsWith(ENVIRONMENT)) {
    environmentId = trim(preamble.slice(ENVIRONMENT.length));
    if (environmentId === "") return invalidPatch("apply_patch environment_id cannot be empty");
    cursor.next++;
  }

  const hunks: Hunk[] = [];
  while (cursor.next < cursor.end) {
    const hunk = readHunk(cursor);
    if (isError(hunk)) return hunk;
    hunks.push(hunk);
  }
  return { type: "patch", hunks, environmentId };
}

/** `next` is an index into `lines`; `end` is that of the `*** End Patch` line. */
type Cursor = { readonly lines: readonly string[]; next: number; readonly end: number };

function peek(cursor: Cursor): string | undefined {
  return cursor.next < cursor.end ? cursor.lines[cursor.next] : undefined;
}

/** The lines of the envelope, taken out of a heredoc if the whole is one. */
function unwrap(lines: string[]): string[] | PatchError {
  const problem = envelopeProblem(lines);
  if (problem === null) return lines;
  const wrapped =
    lines.length >= HEREDOC_LEAST_LINES &&
    HEREDOC_STARTS.includes(lines[0] ?? "") &&
    lines.at(-1)?.endsWith("EOF") === true;
  if (!wrapped) return problem;
  const inner = lines.slice(1, -1);
  return envelopeProblem(inner) ?? inner;
}

function envelopeProblem(lines: readonly string[]): PatchError | null {
  const [first, last] = [lines[0], lines.at(-1)];
  if (first !== undefined && trim(first) !== BEGIN) {
    return invalidPatch(`The first line of the patch must be '${BEGIN}'`);
  }
  if (last === undefined || trim(last) !== END) {
    return invalidPatch(`The last line of the patch must be '${END}'`);
  }
  return null;
}

function readHunk(cursor: Cursor): Hunk | PatchError {
  const line = cursor.next + 1;
  const header = trim(peek(cursor) ?? "");
  cursor.next++;
  if (header.startsWith(ADD)) {
    return { type: "add", path: header.slice(ADD.length), content: readAddedLines(cursor) };
  }
  if (header.startsWith(DELETE)) return { type: "delete", path: header.slice(DELETE.length) };
  if (header.startsWith(UPDATE)) return readUpdate(cursor, header.slice(UPDATE.length), line);
  return invalidHunk(
    line,
    `'${header}' is not a valid hunk header. Valid hunk headers: '${ADD}{path}', '${DELETE}{path}', '${UPDATE}{path}'`,
  );
}

function readAddedLines(cursor: Cursor): string {
  const added: string[] = [];
  for (let line = peek(cursor); line?.startsWith("+"); line = peek(cursor)) {
    added.push(line.slice(1), "\n");
    cursor.next++;
  }
  return added.join("");
}

function readUpdate(cursor: Cursor, path: string, headerLine: number): Hunk | PatchError {
  let movePath: string | null = null;
  const move = peek(cursor);
  if (move?.startsWith(MOVE)) {
    movePath = move.slice(MOVE.length);
    cursor.next++;
  }
  const chunks: Chunk[] = [];
  for (let line = peek(cursor); line !== undefined && !line.startsWith("*"); line = peek(cursor)) {
    if (isBlank(line)) {
      cursor.next++;
      continue;
    }
    const chunk = readChunk(cursor, line, chunks.length === 0);
    if (isError(chunk)) return chunk;
    chunks.push(chunk);
  }
  if (chunks.length === 0) return invalidHunk(headerLine, `Update file hunk for path '${path}' is empty`);
  return { type: "update", path, movePath, chunks };
}

function readChunk(cursor: Cursor, first: string, isFirst: boolean): Chunk | PatchError {
  const firstLine = cursor.next + 1;
  const marked = first === "@@" || first.startsWith("@@ ");
  if (!marked && !isFirst) {
    return invalidHunk(firstLine, `Expected update hunk to start with a @@ context marker, got: '${first}'`);
  }
  if (marked) cursor.next++;
  const context = first.startsWith("@@ ") ? first.slice("@@ ".length) : null;

  const lines: ChunkLine[] = [];
  for (let line = peek(cursor); line !== undefined; line = peek(cursor)) {
    if (line === END_OF_FILE) {
      if (lines.length === 0) break;
      cursor.next++;
      return { context, lines, endOfFile: true };
    }
    const parsed = chunkLine(line);
    if (parsed === null) {
      if (lines.length > 0) break;
      return invalidHunk(
        firstLine + 1,
        `Unexpected line found in update hunk: '${line}'. Every line should start with ' ' (context line), '+' (added line), or '-' (removed line)`,
      );
    }
    lines.push(parsed);
    cursor.next++;
  }
  if (lines.length === 0) return invalidHunk(firstLine + 1, "Update hunk does not contain any lines");
  return { context, lines, endOfFile: false };
}

function chunkLine(line: string): ChunkLine | null {
  if (line === "") return { type: "context", text: "" };
  const text = line.slice(1);
  switch (line[0]) {
    case " ":
      return { type: "context", text };
    case "+":
      return { type: "added", text };
    case "-":
      return { type: "removed", text };
    default:
      return null;
  }
}

function invalidPatch(message: string): PatchError {
  return { type: "invalid_patch", message };
}

function invalidHunk(line: number, message: string): PatchError {
  return { type: "invalid_hunk", line, message };
}

function isError(value: Hunk | Chunk | PatchError): value is PatchError {
  return "message" in value;
}
