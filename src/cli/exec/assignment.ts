// Turns a task into something to run in front of a thread: the prompt read, the review's target complete (exec.md 1, step 9).

import { reviewHint } from "../../agent/review-text";
import type { RunOptions, Thread } from "../../agent/thread-options";
import type { ThreadEvent } from "../../protocol/events";
import type { ReviewTarget } from "../../protocol/review";
import { resolveNextPrompt, resolvePrompt, resolveReviewPrompt, type PromptSource } from "./prompt";
import type { ExecTask } from "./task";

export type Assignment = {
  /** What the user is shown to have asked for. */
  readonly shown: string;
  readonly start: (thread: Thread, options: RunOptions) => AsyncGenerator<ThreadEvent, void>;
};

/**
 * Reads stdin where the task needs it.
 * @param images paths as given: they come first, and are relative to the process's directory, not to `-C` (exec.md 2.1)
 * @throws UserError when there is no prompt
 */
export async function readAssignment(
  task: ExecTask,
  images: readonly string[],
  source: Omit<PromptSource, "argument">,
): Promise<Assignment> {
  switch (task.type) {
    case "prompt":
      return promptAssignment(await resolvePrompt({ ...source, argument: task.argument }), images);
    case "resume":
      return promptAssignment(await resolveNextPrompt({ ...source, argument: task.argument }), images);
    case "review": {
      const target = await completeTarget(task.target, source);
      return { shown: reviewHint(target), start: (thread, options) => thread.review(target, options) };
    }
    default:
      return task satisfies never;
  }
}

function promptAssignment(text: string, images: readonly string[]): Assignment {
  const input = [
    ...images.map((path) => ({ type: "local_image", path }) as const),
    { type: "text", text } as const,
  ];
  return { shown: text, start: (thread, options) => thread.run(input, options) };
}

async function completeTarget(
  target: ReviewTarget,
  source: Omit<PromptSource, "argument">,
): Promise<ReviewTarget> {
  if (target.type !== "custom") return target;
  const instructions = await resolveReviewPrompt({ ...source, argument: target.instructions });
  return { type: "custom", instructions };
}
