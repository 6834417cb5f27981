// Carries out a patch hunk by hunk, each against the disk as the hunks before it left it (apply-patch.md 4).

import { type Content, contentOf, readContent } from "./content";
import type { LineEndings } from "./file-lines";
import { encodeText } from "./encoding";
import { errorForCommand, type Hunk, type Patch, type UpdateHunk } from "./patch";
import { parsePatch } from "./parse";
import { absolutePath } from "./path";
import { planFile } from "./plan";
import { readBytes } from "./read";
import { successSummary } from "./summary";
import {
  copyMode,
  deleteFile,
  type FileFailure,
  failureText,
  isSameEntry,
  renameFile,
  writeFile,
} from "./write";

/** `cwd` and `home` are absolute. */
export type ApplyOptions = {
  readonly cwd: string;
  readonly home: string;
  readonly lineEndings: LineEndings;
  /** Index of the hunk to begin with; default 0. */
  readonly firstHunk?: number;
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
    if (index < (options.firstHunk ?? 0)) continue;
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
      const bytes = Buffer.from(hunk.content);
      const failed = writeFile(path, bytes, old.type === "bytes" ? old.bytes : null);
      if (failed !== null) return fileFailure(failed);
      applied.push({ type: "add", path, before, after: contentOf(bytes, before?.executable ?? false) });
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
  const planned = planFile(old.bytes, hunk.chunks, path, lineEndings);
  if (planned.type === "unreadable") return unreadable(path, planned.reason);
  if (planned.type !== "planned") return { message: errorForCommand(planned), reason: null, intact: true };
  const bytes = encodeText(planned.text, planned.encoding);
  const before = contentOf(old.bytes, old.executable);
  const movePath = hunk.movePath === null ? path : absolutePath(hunk.movePath, cwd, home);

  if (hunk.movePath === null || (lineEndings === "keep" && movePath === path)) {
    const failed = writeFile(path, bytes, old.bytes);
    if (failed !== null) return fileFailure(failed);
    applied.push({ type: "update", path, before, after: contentOf(bytes, old.executable) });
    return null;
  }

  const target = readBytes(movePath);
  const overwritten = target.type === "bytes" ? contentOf(target.bytes, target.executable) : null;
  const failed = writeFile(movePath, bytes, target.type === "bytes" ? target.bytes : null);
  if (failed !== null) return fileFailure(failed);
  if (lineEndings === "keep") copyMode(old.mode, movePath);
  const executable = lineEndings === "keep" ? old.executable : (overwritten?.executable ?? false);
  const after = contentOf(bytes, executable);
  const left =
    lineEndings === "keep" && isSameEntry(path, movePath)
      ? renameFile(path, movePath)
      : deleteFile(path, "remove_original");
  if (left !== null) {
    applied.push({ type: "add", path: movePath, before: overwritten, after });
    return fileFailure(left);
  }
  applied.push({ type: "move", path, movePath, before, after, overwritten });
  return null;
}

function unreadable(path: string, reason: string): Failure {
  return { message: `Failed to read file to update ${path}: ${reason}`, reason, intact: true };
}

function fileFailure(failure: FileFailure): Failure {
  return { message: failureText(failure), reason: failure.reason, intact: failure.intact };
}
