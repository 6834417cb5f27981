// Tells what is wrong in a `.rules` file and where: the full report with the line and a mark, and the form of one line (approvals.md 12.1, 12.4).

import { UserError } from "../util/user-error";
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

/** An example of a rule does not hold. */
export class ExampleError extends StarlarkError {}

export type RulesProblem = {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  /** `error: ` and the reason; of an example that does not hold, the reason alone. */
  readonly message: string;
  /** The calls that were under way, one line each with the line of the file below; empty when there were none. */
  readonly trace: readonly string[];
  /** The place, and the line with a mark below it. */
  readonly excerpt: readonly string[];
};

/** `PATH:LINE: MESSAGE (problem is on or around line LINE)`. */
export function problemLine({ file, line, message }: RulesProblem): string {
  return `${file}:${line}: ${message} (problem is on or around line ${line})`;
}

/** Trace, message and excerpt, as many lines, the way `codex execpolicy check` prints them. */
export function problemReport({ message, trace, excerpt }: RulesProblem): string {
  const wrapper = message.startsWith("error: ") ? "starlark error: " : "";
  const calls = trace.length === 0 ? [] : ["Traceback (most recent call last):", ...trace];
  return wrapper + [...calls, message, ...excerpt].join("\n");
}

/** What to show before a session when its rules cannot be read: one line, then the excerpt. */
export function rulesError(problem: RulesProblem): UserError {
  const text = ["Error loading rules:", problemLine(problem), ...problem.excerpt].join("\n");
  return new UserError(text, { prefixed: false });
}

export function problemOf(error: StarlarkError, file: string, text: string): RulesProblem {
  const place = placeOf(text, error.at.pos);
  const isExample = error instanceof ExampleError;
  const trace = error.frames.flatMap(({ at, inside }) => {
    const call = placeOf(text, at.pos);
    return [`  * ${file}:${call.line}, in ${inside}`, `      ${call.text.trim()}`];
  });
  return {
    file,
    line: place.line,
    column: place.column,
    message: isExample ? error.message : `error: ${error.message}`,
    trace,
    excerpt: excerptOf(place, error.at, file),
  };
}

function excerptOf(place: Place, at: Span, file: string): readonly string[] {
  const margin = " ".repeat(String(place.line).length);
  const indent = place.text.slice(0, place.column - 1).replace(/[^\t]/g, " ");
  return [
    `${margin}--> ${file}:${place.line}:${place.column}`,
    `${margin} |`,
    `${place.line} | ${place.text}`,
    `${margin} | ${indent}${"^".repeat(markLength(place, at))}`,
    `${margin} |`,
  ];
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
