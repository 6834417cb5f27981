// Turns whatever was thrown at the top of the program into the text on stderr and the exit code (cli.md 1.1).

import { UserError, messageOf } from "../util/user-error";

/** A chain longer than this is cut: it is a loop or of no use to a reader. */
const MAX_CAUSES = 16;

export type ErrorReport = { readonly text: string; readonly exitCode: number };

/**
 * `Error: <message>`, then the causes: one, indented; several, numbered. `stack` adds the JavaScript stack of an
 * unexpected error, for people who asked for diagnostics.
 */
export function describeError(thrown: unknown, options: { readonly stack: boolean }): ErrorReport {
  const exitCode = thrown instanceof UserError ? thrown.exitCode : 1;
  const prefix = thrown instanceof UserError && !thrown.prefixed ? "" : "Error: ";
  const unexpected = thrown instanceof Error && !(thrown instanceof UserError);
  const stack = options.stack && unexpected ? `\n\n${thrown.stack}` : "";
  return { text: `${prefix}${messageOf(thrown)}${causedBy(causesOf(thrown))}${stack}\n`, exitCode };
}

function causesOf(thrown: unknown): readonly string[] {
  const causes: string[] = [];
  let current = thrown;
  while (current instanceof Error && current.cause !== undefined && causes.length < MAX_CAUSES) {
    current = current.cause;
    causes.push(messageOf(current));
  }
  return causes;
}

function causedBy(causes: readonly string[]): string {
  if (causes.length === 0) return "";
  const lines = causes.length === 1 ? causes : causes.map((cause, index) => `${index}: ${cause}`);
  return `\n\nCaused by:\n${lines.map((line) => `    ${line}`).join("\n")}`;
}
