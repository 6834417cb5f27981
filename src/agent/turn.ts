// A turn: context, the user's message, then request after request until the model asks for nothing more (agent.md 13).

import type { Ask } from "../protocol/approvals";
import type { ThreadEvent } from "../protocol/events";
import type { UserInput } from "../protocol/user-input";
import { NO_USAGE, addUsage } from "../model/usage";
import { localDate } from "./environment-context";
import { contextUpdates, initialContext, turnContext } from "./context";
import { sample, type SampleOutcome } from "./sample";
import type { ThreadState } from "./thread-state";
import abortedNote from "./turn-aborted.md" with { type: "text" };
import { userMessage } from "./user-message";

export type TurnOptions = { readonly ask: Ask; readonly signal: AbortSignal };

/** Runs one turn to its end. The last event is `turn.completed`, `turn.failed` or `turn.aborted`; it never throws for those. */
export async function* runTurn(
  thread: ThreadState,
  input: readonly UserInput[],
  options: TurnOptions,
): AsyncGenerator<ThreadEvent, void> {
  const { log } = thread;
  const turnId = Bun.randomUUIDv7();
  const startedAt = Date.now();
  const settings = thread.settings(localDate());
  log.event("task_started", {
    turn_id: turnId,
    started_at: Math.floor(startedAt / 1000),
    model_context_window: thread.model.usableContextWindow,
    collaboration_mode_kind: "default",
  });
  const context =
    thread.baseline === undefined
      ? initialContext(settings)
      : contextUpdates(thread.baseline, settings, thread.instructions);
  for (const item of context) log.item(item);
  thread.baseline = turnContext(settings, turnId);
  log.turnContext(thread.baseline);
  yield { type: "turn.started", turnId, modelContextWindow: thread.model.usableContextWindow };

  await recordUser(thread, input);
  const toolContext = thread.toolContext({ turnId, ask: options.ask, signal: options.signal });
  let outcome: SampleOutcome;
  let lastMessage: string | null = null;
  let diff = "";
  let steered: boolean;
  do {
    outcome = yield* sample({
      log,
      context: toolContext,
      stream: () => thread.stream({ turnId, startedAt, signal: options.signal }),
    });
    if (outcome.type === "ended") {
      lastMessage = outcome.lastMessage;
      yield* recordUsage(thread, outcome);
    }
    const newDiff = toolContext.turnDiff.render();
    if (newDiff !== "" && newDiff !== diff) yield { type: "turn.diff", diff: newDiff };
    diff = newDiff;
    steered = outcome.type === "ended" && (await takeSteered(thread));
  } while (outcome.type === "ended" && (outcome.continues || steered));

  yield* finish(thread, { turnId, startedAt, outcome, lastMessage });
}

/** Input that arrived while the turn ran becomes user messages before the next request. */
async function takeSteered(thread: ThreadState): Promise<boolean> {
  const steered = thread.steered.splice(0);
  for (const input of steered) await recordUser(thread, input);
  return steered.length > 0;
}

async function recordUser(thread: ThreadState, input: readonly UserInput[]): Promise<void> {
  thread.log.user(
    await userMessage(input, thread.model.supportsImageDetailOriginal ? "original" : "high"),
    input,
  );
}

/** Totals run over the whole thread, resumes included (agent.md 12). */
function* recordUsage(
  thread: ThreadState,
  outcome: SampleOutcome & { type: "ended" },
): Generator<ThreadEvent, void> {
  const last = outcome.usage ?? NO_USAGE;
  thread.usage = addUsage(thread.usage, last);
  const contextWindow = thread.model.usableContextWindow;
  thread.log.tokens(thread.usage, last, contextWindow, thread.rateLimits);
  yield { type: "tokens", total: thread.usage, last, contextWindow };
}

type Ending = {
  readonly turnId: string;
  readonly startedAt: number;
  readonly outcome: SampleOutcome;
  readonly lastMessage: string | null;
};

function* finish(thread: ThreadState, ending: Ending): Generator<ThreadEvent, void> {
  const { log } = thread;
  const { outcome, turnId } = ending;
  const now = Date.now();
  const times = { completed_at: Math.floor(now / 1000), duration_ms: now - ending.startedAt };
  switch (outcome.type) {
    case "aborted":
      log.item({
        type: "message",
        role: "user",
        content: [{ type: "input_text", text: `<turn_aborted>\n${abortedNote.trim()}\n</turn_aborted>` }],
      });
      log.event("turn_aborted", { turn_id: turnId, reason: "interrupted", ...times });
      yield { type: "turn.aborted", reason: "interrupted" };
      return;
    case "failed":
      log.event("task_complete", { turn_id: turnId, last_agent_message: null, ...times });
      yield { ...outcome, type: "turn.failed" };
      return;
    case "ended":
      log.event("task_complete", { turn_id: turnId, last_agent_message: ending.lastMessage, ...times });
      yield { type: "turn.completed", lastAgentMessage: ending.lastMessage, usage: thread.usage };
      return;
    default:
      outcome satisfies never;
  }
}
