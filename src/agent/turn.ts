// A turn: context, the user's message, then request after request until the model asks for nothing more (agent.md 13).

import type { Ask } from "../protocol/approvals";
import type { ThreadEvent } from "../protocol/events";
import type { UserInput } from "../protocol/user-input";
import { INVALID_IMAGE } from "../model/failure";
import { addUsage } from "../model/usage";
import { developerMessage, userMessage as contextMessage } from "../rollout/user-messages";
import type { ToolContext } from "../tools/tool";
import { skillTexts } from "../tools/skills/mention";
import { compact, isContextFull, type CompactOutcome } from "./compact";
import { contextUpdates, initialContext, localDate, turnContext } from "./context";
import { abortedMessage } from "./past";
import { sample, type SampleOutcome } from "./sample";
import type { ThreadState, TurnStart } from "./thread-state";
import { admitted, holdTurn, sessionBegins } from "./turn-hooks";
import { userMessage } from "./user-message";

export type TurnOptions = {
  readonly ask: Ask;
  readonly signal: AbortSignal;
  /** Makes the signal fire. */
  readonly interrupt: () => void;
};

/**
 * Runs one turn to its end. The last event is `turn.completed`, `turn.failed` or `turn.aborted`; it never throws for those.
 * @param input what the user says; `goal`: nothing, the thread goes on towards its goal
 */
export async function* runTurn(
  thread: ThreadState,
  input: readonly UserInput[] | "goal",
  options: TurnOptions,
): AsyncGenerator<ThreadEvent, void> {
  const turn = yield* begin(thread, options);
  const room = yield* makeRoom(thread, turn);
  recordContext(thread, turn);
  recordAsides(thread);
  const unable = room === null || room.type === "compacted" ? null : room;
  if (unable !== null && input !== "goal") await recordUser(thread, input);
  const begun =
    unable === null &&
    (yield* sessionBegins(thread, turn)) &&
    (input === "goal" ? await recordGoal(thread) : yield* takeInput(thread, turn, input));
  const ended: Ending = begun
    ? yield* runRequests(thread, turn, options)
    : { outcome: outcomeOf(unable ?? { type: turn.signal.aborted ? "aborted" : "stopped" }) };
  if (begun && ended.outcome.type === "ended") thread.notify(turn.turnId, ended.lastMessage ?? null);
  // A hook that lets no turn begin would be asked without end.
  const isHalted = input === "goal" && !begun && ended.outcome.type === "ended";
  yield* await endPursuit(thread, turn, isHalted ? HALTED : ended.outcome);
  yield* finish(thread, turn, ended);
}

const HALTED = { type: "failed", kind: "other", message: "" } as const;

const NOTHING_ASKED = { type: "ended", continues: false, usage: undefined, lastMessage: null } as const;

/** Of a turn that cannot go on: what a hook has stopped ends like any other. */
function outcomeOf(unable: Exclude<CompactOutcome, { type: "compacted" }>): SampleOutcome {
  return unable.type === "stopped" ? NOTHING_ASKED : unable;
}

/** A turn in which nothing happens but that the history becomes a summary, because the user wants it so. */
export async function* runCompaction(
  thread: ThreadState,
  options: TurnOptions,
): AsyncGenerator<ThreadEvent, void> {
  const turn = yield* begin(thread, options);
  const empty = thread.log.history.length === 0;
  const room = empty ? null : yield* compact(thread, turn, { phase: "pre_turn", trigger: "manual" });
  const unable = room === null || room.type === "compacted" ? null : room;
  yield* finish(thread, turn, { outcome: unable === null ? NOTHING_ASKED : outcomeOf(unable) });
}

function* begin(thread: ThreadState, { signal }: TurnOptions): Generator<ThreadEvent, TurnStart> {
  const turn: TurnStart = { turnId: Bun.randomUUIDv7(), startedAt: Date.now(), signal };
  const contextWindow = thread.model.usableContextWindow;
  thread.log.event("task_started", {
    turn_id: turn.turnId,
    started_at: Math.floor(turn.startedAt / 1000),
    model_context_window: contextWindow,
    collaboration_mode_kind: thread.settings.current().collaborationMode,
  });
  thread.steered.length = 0; // what the turn before did not take is the front end's to send again
  yield { type: "turn.started", turnId: turn.turnId, modelContextWindow: contextWindow };
  return turn;
}

/** A model with a smaller window gets a history that the one before it has summarised (agent.md 12). */
async function* makeRoom(
  thread: ThreadState,
  turn: TurnStart,
): AsyncGenerator<ThreadEvent, CompactOutcome | null> {
  if (!isContextFull(thread)) return null;
  const before = thread.baseline?.model;
  const previous = before === undefined ? thread.model : thread.settings.modelNamed(before);
  const shrinks = previous.contextWindow > thread.model.contextWindow;
  return yield* compact(thread, turn, {
    phase: "pre_turn",
    trigger: "auto",
    ...(shrinks && { model: previous }),
  });
}

/** The first turn gets the whole context, a later one what has changed since. */
function recordContext(thread: ThreadState, turn: TurnStart): void {
  const settings = thread.turnSettings(localDate());
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
  let asked = false;
  const ask: Ask = (request, signal) => {
    asked = true;
    return options.ask(request, signal);
  };
  const context = thread.toolContext({
    ...options,
    ask,
    turnId: turn.turnId,
    turnStartedAt: turn.startedAt,
    userWasAsked: () => asked,
  });
  try {
    return yield* requestAfterRequest(thread, turn, context);
  } finally {
    context.checkpoint.end();
  }
}

async function* requestAfterRequest(
  thread: ThreadState,
  turn: TurnStart,
  context: ToolContext,
): AsyncGenerator<ThreadEvent, Ending> {
  let diff = "";
  let held = false;
  for (;;) {
    yield* awaitServers(thread, turn.signal);
    recordAsides(thread);
    const outcome = yield* sample({ log: thread.log, context, stream: () => thread.stream(turn) });
    const newDiff = context.turnDiff.render();
    if (newDiff !== diff) yield { type: "turn.diff", diff: newDiff };
    diff = newDiff;
    if (outcome.type !== "failed") {
      yield* recordUsage(thread, outcome);
      yield* await chargeGoal(thread, turn, outcome);
    }
    if (outcome.type === "ended") {
      const { lastMessage } = outcome;
      const steered = yield* takeSteered(thread, turn);
      if (!outcome.continues && !steered) {
        held = yield* holdTurn(thread, turn, { active: held, lastMessage });
        const late = !held && (yield* takeSteered(thread, turn));
        if (turn.signal.aborted) return { outcome: { type: "aborted" } };
        if (!held && !late) return { outcome, lastMessage };
      }
      if (!isContextFull(thread)) continue;
    } else if (!canGoOn(thread, outcome)) {
      return { outcome };
    } else if (outcome.kind !== "context_window_exceeded") {
      continue;
    }
    const room = yield* compact(thread, turn, { phase: "mid_turn", trigger: "auto" });
    if (room.type !== "compacted") return { outcome: outcome.type === "failed" ? outcome : outcomeOf(room) };
    if (thread.goals?.goal()?.status === "active") await recordGoal(thread); // what was said of it is gone
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
async function* takeSteered(thread: ThreadState, turn: TurnStart): AsyncGenerator<ThreadEvent, boolean> {
  let taken = false;
  for (const input of thread.steered.splice(0)) {
    taken = (yield* takeInput(thread, turn, input)) || taken;
    yield { type: "steered", input };
  }
  return taken;
}

/** False when a hook does not let it through, or was interrupted: then nothing of it is recorded. */
async function* takeInput(
  thread: ThreadState,
  turn: TurnStart,
  input: readonly UserInput[],
): AsyncGenerator<ThreadEvent, boolean> {
  const contexts = yield* admitted(thread, turn, input);
  if (contexts === null) return false;
  await recordUser(thread, input, contexts);
  return true;
}

/** @param contexts what hooks have to say about it */
async function recordUser(
  thread: ThreadState,
  input: readonly UserInput[],
  contexts: readonly string[] = [],
): Promise<void> {
  thread.log.user(
    await userMessage(input, thread.model.supportsImageDetailOriginal ? "original" : "high"),
    input,
  );
  for (const text of contexts) thread.log.item(developerMessage(text));
  for (const text of skillTexts(input, thread.skills)) thread.log.item(contextMessage(text));
}

function recordAsides(thread: ThreadState): void {
  for (const item of thread.asides.splice(0)) thread.log.item(item);
}

/** Totals run over the whole thread, resumes included (agent.md 12). */
function* recordUsage(
  thread: ThreadState,
  outcome: Exclude<SampleOutcome, { type: "failed" }>,
): Generator<ThreadEvent, void> {
  const last = outcome.usage;
  if (last === undefined) return;
  thread.usage = addUsage(thread.usage, last);
  thread.lastUsage = last;
  thread.countedTokens = last.total_tokens;
  const contextWindow = thread.model.usableContextWindow;
  thread.log.tokens(thread.usage, last, contextWindow, thread.rateLimits);
  yield { type: "tokens", total: thread.usage, last, contextWindow };
}

/** What belongs to goals is loaded only where there is one. */
const goalWork = () => import("../tools/goals/work");

async function chargeGoal(
  { goals, asides }: ThreadState,
  turn: TurnStart,
  outcome: Exclude<SampleOutcome, { type: "failed" }>,
): Promise<readonly ThreadEvent[]> {
  if (goals === undefined || goals.goal() === null) return [];
  const charge = (await goalWork()).chargeResponse(goals, turn.startedAt, outcome.usage);
  if (charge === undefined) return [];
  if (charge.told !== undefined && outcome.type === "ended" && outcome.continues) asides.push(charge.told);
  return [goals.told(charge.goal, turn.turnId)];
}

/** Of a turn that did not come to its own end. */
async function endPursuit(
  { goals }: ThreadState,
  turn: TurnStart,
  outcome: SampleOutcome,
): Promise<readonly ThreadEvent[]> {
  if (outcome.type === "ended" || goals === undefined || goals.goal() === null) return [];
  const failure = outcome.type === "failed" ? outcome.kind : undefined;
  const goal = (await goalWork()).endTurn(goals, turn.startedAt, failure);
  return goal === undefined ? [] : [goals.told(goal, turn.turnId)];
}

/** False when there is no goal to pursue. */
async function recordGoal({ goals, log }: ThreadState): Promise<boolean> {
  const item = goals && (await goalWork()).opening(goals);
  if (item !== undefined) log.item(item);
  return item !== undefined;
}

function* finish(thread: ThreadState, turn: TurnStart, ending: Ending): Generator<ThreadEvent, void> {
  const { log } = thread;
  const { outcome, lastMessage = null } = ending;
  recordAsides(thread);
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
      log.item(abortedMessage());
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
