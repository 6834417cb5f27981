// The texts that tell which files a patch has changed, and after a failure which not (apply-patch.md 6).

import type { Hunk, Patch } from "./patch";

/** Added, then modified, then deleted files, each group in patch order and spelled as in the patch. */
export function successSummary(hunks: readonly Hunk[]): string {
  const lines = [
    ...hunks.filter((hunk) => hunk.type === "add").map((hunk) => `A ${hunk.path}`),
    ...hunks.filter((hunk) => hunk.type === "update").map((hunk) => `M ${hunk.movePath ?? hunk.path}`),
    ...hunks.filter((hunk) => hunk.type === "delete").map((hunk) => `D ${hunk.path}`),
  ];
  return `Success. Updated the following files:\n${lines.join("\n")}\n`;
}

/** The part of a `PatchOutcome` that tells how far it came. */
type Ending = {
  readonly exitCode: number;
  readonly stderr: string;
  /** One entry for each change that was made. */
  readonly applied: readonly unknown[];
  readonly failure: {
    readonly hunk: number;
    readonly reason: string | null;
    readonly intact: boolean;
  } | null;
};

/** Lines to follow the error; empty after a success. Paths are spelled as in the patch. */
export function failureReport(patch: Patch, { exitCode, failure, stderr, applied }: Ending): string {
  if (exitCode === 0) return "";
  if (failure === null) return "It is not known which of the files were changed.\n";
  const failed = patch.hunks[failure.hunk];
  const done = patch.hunks.slice(0, failure.hunk);
  const copied =
    failed?.type === "update" && failed.movePath !== null && applied.length > done.length
      ? [`Written, but the original is still there: ${failed.movePath}`]
      : [];
  const reason =
    failure.reason !== null && !stderr.includes(failure.reason) ? [`Reason: ${failure.reason}`] : [];
  const damaged = failure.intact || failed === undefined ? [] : [`May be damaged: ${targetOf(failed)}`];
  const untouched = patch.hunks.slice(failure.hunk + (failure.intact ? 0 : 1));
  const changed =
    done.length === 0 && copied.length === 0 && failure.intact
      ? ["No file was changed."]
      : [
          ...listed("Changed before that:", done),
          ...copied,
          ...damaged,
          ...listed("Not changed:", untouched),
        ];
  return [...reason, ...changed].map((line) => `${line}\n`).join("");
}

function listed(heading: string, hunks: readonly Hunk[]): readonly string[] {
  return hunks.length === 0
    ? []
    : [heading, ...hunks.map((hunk) => `${LETTERS[hunk.type]} ${targetOf(hunk)}`)];
}

const LETTERS = { add: "A", update: "M", delete: "D" } as const;

function targetOf(hunk: Hunk): string {
  return hunk.type === "update" ? (hunk.movePath ?? hunk.path) : hunk.path;
}
