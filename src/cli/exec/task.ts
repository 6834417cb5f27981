// What a non-interactive run is asked to do: a prompt in a new session or an earlier one, or a review (cli.md 4).

import type { ReviewTarget } from "../../protocol/review";
import { UserError } from "../../util/user-error";
import type { Invocation, Level } from "../grammar/spec";

export type ExecTask =
  /** `argument` is the positional: undefined when there is none, `-` for stdin. */
  | { readonly type: "prompt"; readonly argument: string | undefined }
  | ResumeTask
  | { readonly type: "review"; readonly target: ReviewTarget };

export type ResumeTask = {
  readonly type: "resume";
  /** Id or name; undefined when none was given. Counts for nothing with `last`. */
  readonly session: string | undefined;
  readonly last: boolean;
  /** Sessions of other folders count too. */
  readonly everywhere: boolean;
  /** As for `prompt`; the one before the word `resume` where there is none after it. */
  readonly argument: string | undefined;
};

/** Pure. The command line is that of `exec`, `exec resume`, `exec review` or `review`. */
export function execTask(invocation: Invocation): ExecTask {
  const [, first, second] = invocation.levels;
  const level = second ?? first;
  const outerPrompt = first === undefined ? undefined : wordOf(first, "PROMPT");
  if (level?.command === "resume") return resumeTask(level, outerPrompt);
  if (level?.command === "review") return { type: "review", target: reviewTarget(level) };
  return { type: "prompt", argument: outerPrompt };
}

/** With `--last` there is no session to name, so a single word is the prompt (cli.md 4.2). */
function resumeTask(level: Level, outerPrompt: string | undefined): ResumeTask {
  const session = wordOf(level, "SESSION_ID");
  const prompt = wordOf(level, "PROMPT");
  const last = level.switches.has("last");
  const everywhere = level.switches.has("all");
  if (last && prompt === undefined) {
    return { type: "resume", session: undefined, last, everywhere, argument: session ?? outerPrompt };
  }
  return { type: "resume", session, last, everywhere, argument: prompt ?? outerPrompt };
}

/** The grammar has seen to it that there is at most one. */
function reviewTarget(level: Level): ReviewTarget {
  const base = valueOf(level, "base");
  const sha = valueOf(level, "commit");
  const instructions = wordOf(level, "PROMPT");
  if (level.switches.has("uncommitted")) return { type: "uncommittedChanges" };
  if (base !== undefined) return { type: "baseBranch", branch: base };
  if (sha !== undefined) return { type: "commit", sha, title: valueOf(level, "title") ?? null };
  if (instructions !== undefined) return { type: "custom", instructions };
  throw new UserError("Specify --uncommitted, --base, --commit, or provide custom review instructions");
}

function wordOf(level: Level, name: string): string | undefined {
  return level.words.get(name)?.at(-1);
}

function valueOf(level: Level, name: string): string | undefined {
  return level.values.get(name)?.at(-1);
}
