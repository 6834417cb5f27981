// A turn: context, the user's message, then request after request until the model asks for nothing more (agent.md 13).

import type { Ask } from "../protocol/approvals";
import type { ThreadEvent } from "../protocol/events";
import type { UserInput } from "../protocol/user-input";
import { INVALID_IMAGE } from "../model/failure";
import { addUsage } from "../model/usage";
import { compact, isContextFull } from "./compact";
import { localDate } from "./environment-context";
import { contextUpdates, initialContext, turnContext } from "./context";
import { sample, type SampleOutcome } from "./sample";
import type { ThreadState, TurnStart } from "./thread-state";
import abortedNote from "./turn-aborted.md" with { type: "text" };
import { userMessage } from "./user-message";

export type TurnOptions = {
  readonly ask: Ask;
  readonly signal: AbortSignal;
  /** Makes the signal fire. */
  readonly interrupt: () => void;
};

/** Runs one turn to its end. The last event is `turn.completed`, `turn.failed` or `turn.aborted`; it never throws for those. */
export async function* runTurn(
  thread: ThreadState,
  input: readonly UserInput[],
  options: TurnOptions,
): AsyncGenerator<ThreadEvent, void> {
  const turn: TurnStart = { turnId: Bun.randomUUIDv7(), startedAt: Date.now(), signal: options.signal };
  const contextWindow = thread.model.usableContextWindow;
  thread.log.event("task_started", {
    turn_id: turn.turnId,
    started_at: Math.floor(turn.startedAt / 1000),
    model_context_window: contextWindow,
    collaboration_mode_kind: "default",
  });
  yield { type: "turn.started", turnId: turn.turnId, modelContextWindow: contextWindow };
  const room = isContextFull(thread) ? yield* compact(thread, turn, "pre_turn") : null;
  recordContext(thread, turn);
  await recordUser(thread, input);
  const unable = room === null || room.type === "compacted" ? null : room;
  const ended = unable === null ? yield* runRequests(thread, turn, options) : { outcome: unable };
  yield* finish(thread, turn, ended);
}

/** The first turn gets the whole context, a later one what has changed since. */
function recordContext(thread: ThreadState, turn: TurnStart): void {
  const settings = thread.settings(localDate());
  const context =
    thread.baseline === undefined
      ? initialContext(settings)
      : contextUpdates(thread.baseline, settings, thread.instructions);
  for (const item of context) thread.log.item(item);
  thread.baseline = turnContext(settings, turn.turnId);
  thread.log.turnContext(thread.baseline);
}

type Ending = {
  readonly outcome: SampleOutcome;
  /** Text of the last assistant message of the last response. */
  readonly lastMessage?: string | null;
};

async function* runRequests(
  thread: ThreadState,
  turn: TurnStart,
  options: TurnOptions,
): AsyncGenerator<ThreadEvent, Ending> {
  const context = thread.toolContext({ ...options, turnId: turn.turnId });
  let diff = "";
  for (;;) {
    yield* awaitServers(thread, turn.signal);
    const outcome = yield* sample({ log: thread.log, context, stream: () => thread.stream(turn) });
    const newDiff = context.turnDiff.render();
    if (newDiff !== "" && newDiff !== diff) yield { type: "turn.diff", diff: newDiff };
    diff = newDiff;
    if (outcome.type !== "failed") yield* recordUsage(thread, outcome);
    if (outcome.type === "ended") {
      const steered = await takeSteered(thread);
      if (!outcome.continues && !steered) return { outcome, lastMessage: outcome.lastMessage };
      if (!isContextFull(thread)) continue;
    } else if (!canGoOn(thread, outcome)) {
      return { outcome };
    } else if (outcome.kind !== "context_window_exceeded") {
      continue;
    }
    const room = yield* compact(thread, turn, "mid_turn");
    if (room.type !== "compacted") return { outcome: outcome.type === "failed" ? outcome : room };
  }
}

/** A request needs the tools of every MCP server that can be had; what cannot is told once (mcp.md 3). */
async function* awaitServers({ mcp }: ThreadState, signal: AbortSignal): AsyncGenerator<ThreadEvent, void> {
  await mcp?.settled(signal);
  for (const message of mcp?.takeFailures() ?? []) yield { type: "warning", message };
}

/** A full context can be compacted, once; an image that the server cannot read can be taken out of the last output. */
function canGoOn(
  thread: ThreadState,
  outcome: Exclude<SampleOutcome, { type: "ended" }>,
): outcome is SampleOutcome & { type: "failed" } {
  if (outcome.type === "aborted") return false;
  if (outcome.message === INVALID_IMAGE) return thread.log.dropLastImages("Invalid image");
  if (outcome.kind !== "context_window_exceeded" || thread.log.history.at(-1) === thread.afterCompaction)
    return false;
  return true;
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
  outcome: Exclude<SampleOutcome, { type: "failed" }>,
): Generator<ThreadEvent, void> {
  const last = outcome.usage;
  if (last === undefined) return;
  thread.usage = addUsage(thread.usage, last);
  thread.countedTokens = last.total_tokens;
  const contextWindow = thread.model.usableContextWindow;
  thread.log.tokens(thread.usage, last, contextWindow, thread.rateLimits);
  yield { type: "tokens", total: thread.usage, last, contextWindow };
}

function* finish(thread: ThreadState, turn: TurnStart, ending: Ending): Generator<ThreadEvent, void> {
  const { log } = thread;
  const { outcome, lastMessage = null } = ending;
  const now = Date.now();
  const end = {
    turn_id: turn.turnId,
    completed_at: Math.floor(now / 1000),
    duration_ms: now - turn.startedAt,
  };
  const firstOutput =
    turn.firstOutputAt === undefined ? {} : { time_to_first_token_ms: turn.firstOutputAt - turn.startedAt };
  switch (outcome.type) {
    case "aborted":
      log.item({
        type: "message",
        role: "user",
        content: [{ type: "input_text", text: `<turn_aborted>\n${abortedNote.trim()}\n</turn_aborted>` }],
      });
      log.event("turn_aborted", { ...end, reason: "interrupted" });
      yield { type: "turn.aborted", reason: "interrupted" };
      return;
    case "failed":
      log.event("task_complete", { ...end, last_agent_message: null, ...firstOutput });
      yield { ...outcome, type: "turn.failed" };
      return;
    case "ended":
      log.event("task_complete", { ...end, last_agent_message: lastMessage, ...firstOutput });
      yield { type: "turn.completed", lastAgentMessage: lastMessage, usage: thread.usage };
      return;
    default:
      outcome satisfies never;
  }
}
