// The talk with the sandboxed process that applies a session's patch: one JSON request in, one JSON result out.

import { isAbsolute } from "node:path";
import { messageOf } from "../util/user-error";
import { applyPatchText, failedOutcome, type PatchOutcome } from "./apply";
import type { LineEndings } from "./file-lines";
import { homeFolder } from "../util/home-folder";

/** `cwd` is absolute; `home`, when absent, is that of the process's user. */
export type PatchRequest = {
  readonly patch: string;
  readonly cwd: string;
  readonly lineEndings: LineEndings;
  readonly home?: string;
  /** Index of the hunk to begin with, when those before it have been applied. */
  readonly firstHunk?: number;
};

/** What the process does: takes the bytes of a `PatchRequest`, applies it, returns one line of JSON. Never throws. */
export function runPatchHelper(request: Uint8Array): string {
  return `${JSON.stringify(outcomeOf(request))}\n`;
}

/** What its starter makes of the output. Output that is not a result is a failure of which nothing more is known. */
export function readPatchOutcome(output: string): PatchOutcome {
  try {
    const value: unknown = JSON.parse(output);
    if (typeof value === "object" && value !== null && "exitCode" in value && "applied" in value) {
      return value as PatchOutcome; // Written whole by `runPatchHelper` of this same executable.
    }
  } catch (error) {
    return failedOutcome(`The patch helper gave no result: ${messageOf(error)}`, []);
  }
  return failedOutcome("The patch helper gave no result", []);
}

function outcomeOf(bytes: Uint8Array): PatchOutcome {
  try {
    const { patch, ...options } = readRequest(bytes);
    return applyPatchText(patch, options);
  } catch (error) {
    return failedOutcome(`Failed to understand the patch request: ${messageOf(error)}`, []);
  }
}

function readRequest(bytes: Uint8Array): Required<PatchRequest> {
  const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  if (typeof value !== "object" || value === null) throw new Error("it is not an object");
  const { patch, cwd, lineEndings, home = homeFolder(), firstHunk = 0 } = value as Record<string, unknown>; // Each is checked below.
  if (typeof patch !== "string") throw new Error("`patch` is not a string");
  if (typeof cwd !== "string" || !isAbsolute(cwd)) throw new Error("`cwd` is not an absolute path");
  if (lineEndings !== "keep" && lineEndings !== "patch") throw new Error("`lineEndings` is unknown");
  if (typeof home !== "string") throw new Error("`home` is not a string");
  if (typeof firstHunk !== "number") throw new Error("`firstHunk` is not a number");
  return { patch, cwd, lineEndings, home, firstHunk };
}
