// A review: a reviewer in a thread of its own looks at a change, and its findings become a message of the thread that asked (agent.md 14).

import type { ThreadEvent } from "../protocol/events";
import type { MessageItem } from "../protocol/response-items";
import type { ReviewOutput, ReviewTarget } from "../protocol/review";
import { userMessage } from "../rollout/user-messages";
import doneText from "./review-done.md" with { type: "text" };
import interruptedText from "./review-interrupted.md" with { type: "text" };
import rubric from "./review-rubric.md" with { type: "text" };
import { parseReview, renderReview, reviewHint, reviewPrompt } from "./review-text";
import type { RunOptions, Thread, ThreadOptions } from "./thread-options";
import type { ThreadState } from "./thread-state";

const INTERRUPTED = "Review was interrupted. Please re-run /review and wait for it to complete.";

/** The options of the reviewer's thread: its own instructions and model, nobody to ask, and no way to the web. */
export function reviewerOptions(options: ThreadOptions, parent: { readonly id: string }): ThreadOptions {
  const { config } = options;
  return {
    ...options,
    config: {
      ...config,
      model: config.toml.review_model ?? config.model,
      approvalPolicy: "never",
      toml: { ...config.toml, web_search: "disabled" },
    },
    source: { subagent: "review" },
    resume: undefined,
    outputSchema: undefined,
    onItem: undefined,
    instructions: rubric.trim(),
    parent: { kind: "review", threadId: parent.id, sessionId: options.parent?.sessionId ?? parent.id },
  };
}

/**
 * One turn of `thread`. What the reviewer does is shown as if the thread did it; of what it says, only the result. Its
 * tokens are counted in its own session file.
 */
export async function* runReview(
  thread: ThreadState,
  target: ReviewTarget,
  options: RunOptions & { readonly openReviewer: () => Promise<Thread> },
): AsyncGenerator<ThreadEvent, void> {
  const { log } = thread;
  const turnId = Bun.randomUUIDv7();
  const startedAt = Date.now();
  const contextWindow = thread.model.usableContextWindow;
  const prompt = reviewPrompt(target);
  log.event("task_started", {
    turn_id: turnId,
    started_at: Math.floor(startedAt / 1000),
    model_context_window: contextWindow,
    collaboration_mode_kind: "default",
  });
  log.event("entered_review_mode", { target, user_facing_hint: reviewHint(target) });
  log.event("user_message", { message: prompt, images: [], local_images: [], text_elements: [] });
  yield { type: "turn.started", turnId, modelContextWindow: contextWindow };

  const ending = yield* watchReviewer(prompt, options);
  const now = Date.now();
  const end = { turn_id: turnId, completed_at: Math.floor(now / 1000), duration_ms: now - startedAt };
  switch (ending.type) {
    case "turn.completed": {
      const review = parseReview(ending.lastAgentMessage ?? "");
      const text = renderReview(review);
      recordResult(
        thread,
        doneText.trim().replace("{results}", () => text),
        review,
        text,
      );
      log.event("task_complete", { ...end, last_agent_message: text });
      yield shownMessage(text);
      yield { type: "turn.completed", lastAgentMessage: text, usage: thread.usage };
      return;
    }
    case "turn.failed":
      recordResult(thread, interruptedText.trim(), null, INTERRUPTED);
      log.event("task_complete", { ...end, last_agent_message: null });
      yield {
        type: "error",
        message: ending.message,
        ...(ending.httpStatus !== undefined && { httpStatus: ending.httpStatus }),
      };
      yield shownMessage(INTERRUPTED);
      yield ending;
      return;
    case "turn.aborted":
      recordResult(thread, interruptedText.trim(), null, INTERRUPTED);
      log.event("turn_aborted", { ...end, reason: ending.reason });
      yield ending;
      return;
    default:
      ending satisfies never;
  }
}

type TurnEnding = Extract<ThreadEvent, { type: "turn.completed" | "turn.failed" | "turn.aborted" }>;

/** Returns the end of the reviewer's turn, when its thread is closed. */
async function* watchReviewer(
  prompt: string,
  options: RunOptions & { readonly openReviewer: () => Promise<Thread> },
): AsyncGenerator<ThreadEvent, TurnEnding> {
  let ending: TurnEnding = { type: "turn.aborted", reason: "interrupted" };
  await using reviewer = await options.openReviewer();
  for await (const event of reviewer.run([{ type: "text", text: prompt }], options)) {
    switch (event.type) {
      case "turn.completed":
      case "turn.failed":
      case "turn.aborted":
        ending = event;
        break;
      case "turn.started":
      case "message.delta":
      case "tokens":
        break;
      case "item.started":
      case "item.updated":
      case "item.completed":
        if (event.item.type !== "agent_message") yield event;
        break;
      default:
        yield event;
    }
  }
  return ending;
}

/** What the model of the asking thread will read, and what its user reads. */
function recordResult(
  thread: ThreadState,
  forModel: string,
  review: ReviewOutput | null,
  text: string,
): void {
  const message: MessageItem = {
    type: "message",
    role: "assistant",
    content: [{ type: "output_text", text }],
  };
  thread.log.item(userMessage(forModel));
  thread.log.event("exited_review_mode", { review_output: review });
  thread.log.assistant(message, text);
}

function shownMessage(text: string): ThreadEvent {
  return {
    type: "item.completed",
    item: { type: "agent_message", id: Bun.randomUUIDv7(), text, phase: null },
  };
}
