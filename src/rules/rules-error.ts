// Tells what is wrong in a `.rules` file and where: the full report with the line and a mark, and the form of one line (approvals.md 12.1, 12.4).

import type { Span } from "./starlark-tree";

/** A call that was under way: where it was made, and in which function. */
export type Frame = { readonly at: Span; readonly inside: string };

/** Thrown while a file is read; `parseRules` turns it into a `RulesProblem`. */
export class StarlarkError extends Error {
  override readonly name = "StarlarkError";
  readonly at: Span;
  /** Outermost first; filled while the error passes through the calls. */
  readonly frames: Frame[] = [];

  constructor(message: string, at: Span) {
    super(message);
    this.at = at;
  }
}

export type RulesProblem = {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  readonly message: string;
  /** Several lines: calls under way, message, place, and the line with a mark below. Ends without a newline. */
  readonly report: string;
};

/** `PATH:LINE: error: MESSAGE (problem is on or around line LINE)`. */
export function problemLine({ file, line, message }: RulesProblem): string {
  return `${file}:${line}: error: ${message} (problem is on or around line ${line})`;
}

export function problemOf(error: StarlarkError, file: string, text: string): RulesProblem {
  const place = placeOf(text, error.at.pos);
  const trace = error.frames.flatMap(({ at, inside }) => {
    const call = placeOf(text, at.pos);
    return [`  * ${file}:${call.line}, in ${inside}`, `      ${call.text.trim()}`];
  });
  const margin = " ".repeat(String(place.line).length);
  const mark = "^".repeat(markLength(place, error.at));
  const report = [
    ...(trace.length === 0 ? [] : ["Traceback (most recent call last):", ...trace]),
    `error: ${error.message}`,
    `${margin}--> ${file}:${place.line}:${place.column}`,
    `${margin} |`,
    `${place.line} | ${place.text}`,
    `${margin} | ${place.text.slice(0, place.column - 1).replace(/[^\t]/g, " ")}${mark}`,
    `${margin} |`,
  ].join("\n");
  return { file, line: place.line, column: place.column, message: error.message, report };
}

type Place = { readonly line: number; readonly column: number; readonly text: string };

function placeOf(text: string, pos: number): Place {
  const start = text.lastIndexOf("\n", pos - 1) + 1;
  const end = text.indexOf("\n", start);
  return {
    line: text.slice(0, start).split("\n").length,
    column: pos - start + 1,
    text: text.slice(start, end === -1 ? undefined : end).replace(/\r$/, ""),
  };
}

/** What lies on the first line only. */
function markLength({ column, text }: Place, { pos, end }: Span): number {
  return Math.max(1, Math.min(end - pos, text.length - column + 1));
}
