// Carries out a patch hunk by hunk, each against the disk as the hunks before it left it (apply-patch.md 4).

import { type Content, contentOf, readContent } from "./content";
import type { LineEndings } from "./file-lines";
import { errorForCommand, type Hunk, type Patch, type UpdateHunk } from "./patch";
import { parsePatch } from "./parse";
import { absolutePath } from "./path";
import { planUpdate } from "./plan";
import { readBytes } from "./read";
import { successSummary } from "./summary";
import { decodeUtf8 } from "./utf8";
import { deleteFile, type FileFailure, failureText, writeFile } from "./write";

/** `cwd` and `home` are absolute. */
export type ApplyOptions = {
  readonly cwd: string;
  readonly home: string;
  readonly lineEndings: LineEndings;
};

/** One change that is on disk. Paths are absolute; `before` is null when there was no readable file. */
export type AppliedChange =
  | { readonly type: "add"; readonly path: string; readonly before: Content | null; readonly after: Content }
  | { readonly type: "delete"; readonly path: string; readonly before: Content | null }
  | { readonly type: "update"; readonly path: string; readonly before: Content; readonly after: Content }
  | {
      readonly type: "move";
      readonly path: string;
      readonly movePath: string;
      readonly before: Content;
      readonly after: Content;
      /** What the destination held. */
      readonly overwritten: Content | null;
    };

/** `stdout` and `stderr` are what the stand-alone command prints, final newline included. */
export type PatchOutcome = {
  readonly exitCode: 0 | 1;
  readonly stdout: string;
  readonly stderr: string;
  /** In the order in which they were made; after a failure, all that stays changed. */
  readonly applied: readonly AppliedChange[];
  readonly failure: HunkFailure | null;
};

export type HunkFailure = {
  /** Index of the hunk that failed; those after it were not tried. */
  readonly hunk: number;
  readonly message: string;
  /** The operating system's reason, when there is one. */
  readonly reason: string | null;
  /** False when the file named in the message may be damaged. */
  readonly intact: boolean;
};

/** Parses a patch and applies it. */
export function applyPatchText(text: string, options: ApplyOptions): PatchOutcome {
  const patch = parsePatch(text);
  return patch.type === "patch" ? applyPatch(patch, options) : failedOutcome(errorForCommand(patch), []);
}

/** Stops at the first failure and rolls nothing back. Never throws for what patch or disk are like. */
export function applyPatch(patch: Patch, options: ApplyOptions): PatchOutcome {
  if (patch.hunks.length === 0) return failedOutcome("No files were modified.", []);
  const applied: AppliedChange[] = [];
  for (const [index, hunk] of patch.hunks.entries()) {
    const failure = applyHunk(hunk, options, applied);
    if (failure !== null) return failedOutcome(failure.message, applied, { hunk: index, ...failure });
  }
  return { exitCode: 0, stdout: successSummary(patch.hunks), stderr: "", applied, failure: null };
}

export function failedOutcome(
  message: string,
  applied: readonly AppliedChange[],
  failure: HunkFailure | null = null,
): PatchOutcome {
  return { exitCode: 1, stdout: "", stderr: `${message}\n`, applied, failure };
}

type Failure = Omit<HunkFailure, "hunk">;

/** Adds what it changed to `applied`, also when it fails half-way. */
function applyHunk(hunk: Hunk, options: ApplyOptions, applied: AppliedChange[]): Failure | null {
  const path = absolutePath(hunk.path, options.cwd, options.home);
  switch (hunk.type) {
    case "add": {
      const old = readBytes(path);
      const before = old.type === "bytes" ? contentOf(old.bytes, old.executable) : null;
      const failed = writeFile(path, hunk.content, old.type === "bytes" ? old.bytes : null);
      if (failed !== null) return fileFailure(failed);
      applied.push({ type: "add", path, before, after: written(hunk.content, before?.executable ?? false) });
      return null;
    }
    case "delete": {
      const before = readContent(path);
      const failed = deleteFile(path, "delete");
      if (failed !== null) return fileFailure(failed);
      applied.push({ type: "delete", path, before });
      return null;
    }
    case "update":
      return applyUpdate(hunk, path, options, applied);
    default:
      return hunk satisfies never;
  }
}

function applyUpdate(
  hunk: UpdateHunk,
  path: string,
  { cwd, home, lineEndings }: ApplyOptions,
  applied: AppliedChange[],
): Failure | null {
  const old = readBytes(path);
  if (old.type === "unreadable") return unreadable(path, old.reason);
  const decoded = decodeUtf8(old.bytes);
  if (decoded.type === "invalid") return unreadable(path, decoded.reason);
  const planned = planUpdate(decoded.text, hunk.chunks, path, lineEndings);
  if (planned.type !== "planned") {
    return { message: errorForCommand(planned), reason: null, intact: true };
  }
  const before = contentOf(old.bytes, old.executable);

  if (hunk.movePath === null) {
    const failed = writeFile(path, planned.text, old.bytes);
    if (failed !== null) return fileFailure(failed);
    applied.push({ type: "update", path, before, after: written(planned.text, old.executable) });
    return null;
  }

  const movePath = absolutePath(hunk.movePath, cwd, home);
  const target = readBytes(movePath);
  const overwritten = target.type === "bytes" ? contentOf(target.bytes, target.executable) : null;
  const failed = writeFile(movePath, planned.text, target.type === "bytes" ? target.bytes : null);
  if (failed !== null) return fileFailure(failed);
  const after = written(planned.text, overwritten?.executable ?? false);
  const left = deleteFile(path, "remove_original");
  if (left !== null) {
    applied.push({ type: "add", path: movePath, before: overwritten, after });
    return fileFailure(left);
  }
  applied.push({ type: "move", path, movePath, before, after, overwritten });
  return null;
}

function written(text: string, executable: boolean): Content {
  return contentOf(Buffer.from(text), executable);
}

function unreadable(path: string, reason: string): Failure {
  return { message: `Failed to read file to update ${path}: ${reason}`, reason, intact: true };
}

function fileFailure(failure: FileFailure): Failure {
  return { message: failureText(failure), reason: failure.reason, intact: failure.intact };
}
