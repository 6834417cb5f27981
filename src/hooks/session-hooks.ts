// The hooks of one session: who asks names the event, and gets the runs as events and their effect as a value (agent.md 15).

import type { ThreadEvent } from "../protocol/events";
import type { Hook, HookEventName, HookRun, SessionStartSource } from "../protocol/hooks";
import { answerOf, type HookEffect } from "./answer";
import { factsOf } from "./events";
import { shortened } from "./long-text";
import { matcherOf } from "./matcher";
import { runHook, type HookExit, type HookPlaceToRun } from "./run";
import { mayRun } from "./trust";

/** What every hook is told of its session. */
export type HookSession = Omit<HookPlaceToRun, "cwd"> & {
  /** Of the turn; absolute. */
  readonly cwd: () => string;
  /** Of the thread at the root. */
  readonly sessionId: string;
  readonly transcriptPath: () => string | null;
  /** Slug. */
  readonly model: () => string;
  readonly permissionMode: () => "default" | "bypassPermissions";
  /** Where texts go that are too long for the model; absolute, need not exist. */
  readonly outputFolder: string;
  /** Hooks that nobody has trusted run too. */
  readonly bypassTrust: boolean;
};

/** The turn in which an event comes; when its signal fires, hooks are killed and have no effect. */
export type HookTurn = { readonly turnId: string; readonly signal: AbortSignal };

/** A call as hooks know it. */
export type HookedCall = {
  /** As matchers and hooks name the tool: `Bash`, `apply_patch`, `mcp__server__tool`, … */
  readonly tool: string;
  /** Other names that matchers may use. */
  readonly aliases?: readonly string[];
  readonly input: unknown;
  readonly callId: string;
};

type Asked<T> = AsyncGenerator<ThreadEvent, T>;

export type SessionHooks = {
  readonly sessionStart: (
    source: SessionStartSource,
    turn: HookTurn,
  ) => Asked<{ readonly contexts: readonly string[]; readonly stopped: boolean }>;
  /** `blocked`: the prompt must not be recorded, and the turn is over. */
  readonly prompt: (
    text: string,
    turn: HookTurn,
  ) => Asked<{ readonly contexts: readonly string[]; readonly blocked: boolean }>;
  /** `refusal`: why the call must not run. `updatedInput`: what it is to run with instead. */
  readonly beforeTool: (
    call: HookedCall,
    turn: HookTurn,
  ) => Asked<{
    readonly contexts: readonly string[];
    readonly refusal?: string;
    readonly updatedInput?: unknown;
  }>;
  /** Undefined: nobody has decided. One that denies wins over all that allow. */
  readonly permission: (
    call: HookedCall,
    turn: HookTurn,
  ) => Asked<{ readonly type: "allow" } | { readonly type: "deny"; readonly reason: string } | undefined>;
  /** @returns `output`: what the model reads in the place of the call's own output */
  readonly afterTool: (
    call: HookedCall,
    response: unknown,
    turn: HookTurn,
  ) => Asked<{ readonly contexts: readonly string[]; readonly output?: string }>;
  readonly compaction: (
    when: "before" | "after",
    trigger: "auto" | "manual",
    turn: HookTurn,
  ) => Asked<{ readonly stopped: boolean }>;
  /**
   * What the turn goes on with; empty when it may end.
   * @param active whether it already goes on because of a hook
   */
  readonly stop: (
    state: { readonly active: boolean; readonly lastMessage: string | null },
    turn: HookTurn,
  ) => Asked<readonly HookPrompt[]>;
};

export type HookPrompt = { readonly runId: string; readonly text: string };

type Ended = { readonly runId: string; readonly effect: HookEffect };

type Occasion = {
  readonly event: HookEventName;
  /** What a matcher is held against. */
  readonly names?: readonly string[];
  readonly callId?: string;
  /** What hooks are told beside what they are told always. */
  readonly fields: Readonly<Record<string, unknown>>;
};

export function sessionHooks(hooks: readonly Hook[], session: HookSession): SessionHooks {
  const short = (text: string) => shortened(text, session.outputFolder);
  const contextsOf = (ended: readonly Ended[]) =>
    ended.flatMap(({ effect }) => (effect.context === undefined ? [] : [short(effect.context)]));
  const hasStopped = (ended: readonly Ended[]) => ended.some(({ effect }) => effect.stop);

  /** All that match begin at once; their ends are told in the order in which they are configured. */
  async function* run(occasion: Occasion, turn: HookTurn): Asked<readonly Ended[]> {
    const { event, names = [], callId } = occasion;
    const matching = hooks.filter(
      (hook) => hook.event === event && mayRun(hook, session.bypassTrust) && matcherOf(hook.matcher)(names),
    );
    if (matching.length === 0 || turn.signal.aborted) return [];
    const input = JSON.stringify(inputOf(occasion, session, turn));
    const place = { ...session, cwd: session.cwd() };
    const started = matching.map((hook) => {
      const run = runOf(hook, callId);
      return { run, end: timed(run, runHook(hook, input, place, turn.signal)) };
    });
    for (const { run } of started) yield { type: "hook.started", run };
    const ended: Ended[] = [];
    for (const { run, end } of started) {
      const { exit, durationMs } = await end;
      const { status, entries, effect } = answerOf(event, exit);
      yield { type: "hook.completed", run: { ...run, status, entries, durationMs } };
      ended.push({ runId: run.id, effect });
    }
    return turn.signal.aborted ? [] : ended;
  }

  return {
    async *sessionStart(source, turn) {
      const ended = yield* run({ event: "SessionStart", names: [source], fields: { source } }, turn);
      return { contexts: contextsOf(ended), stopped: hasStopped(ended) };
    },
    async *prompt(text, turn) {
      const ended = yield* run({ event: "UserPromptSubmit", fields: { prompt: text } }, turn);
      const blocked = ended.some(({ effect }) => effect.stop === true || effect.block !== undefined);
      return { contexts: contextsOf(ended), blocked };
    },
    async *beforeTool(call, turn) {
      const ended = yield* run(toolOccasion("PreToolUse", call, { tool_use_id: call.callId }), turn);
      const refusal = ended.find(({ effect }) => effect.block !== undefined)?.effect.block;
      const update = ended.findLast(({ effect }) => effect.updatedInput !== undefined)?.effect;
      return {
        contexts: contextsOf(ended),
        ...(refusal !== undefined && { refusal }),
        ...(update !== undefined && { updatedInput: update.updatedInput }),
      };
    },
    async *permission(call, turn) {
      const ended = yield* run(toolOccasion("PermissionRequest", call, {}), turn);
      const denied = ended.find(({ effect }) => effect.block !== undefined)?.effect.block;
      if (denied !== undefined) return { type: "deny", reason: denied };
      return ended.some(({ effect }) => effect.allow) ? { type: "allow" } : undefined;
    },
    async *afterTool(call, response, turn) {
      const told = { tool_response: response, tool_use_id: call.callId };
      const ended = yield* run(toolOccasion("PostToolUse", call, told), turn);
      const outputs = ended.flatMap(({ effect }) => (effect.block === undefined ? [] : [effect.block]));
      return {
        contexts: contextsOf(ended),
        ...(outputs.length > 0 && { output: short(outputs.join("\n\n")) }),
      };
    },
    async *compaction(when, trigger, turn) {
      const event = when === "before" ? "PreCompact" : "PostCompact";
      const ended = yield* run({ event, names: [trigger], fields: { trigger } }, turn);
      return { stopped: hasStopped(ended) };
    },
    async *stop({ active, lastMessage }, turn) {
      const fields = { stop_hook_active: active, last_assistant_message: lastMessage };
      const ended = yield* run({ event: "Stop", fields }, turn);
      if (hasStopped(ended)) return [];
      return ended.flatMap(({ runId, effect }) =>
        effect.block === undefined ? [] : [{ runId, text: short(effect.block) }],
      );
    },
  };
}

/** How long it took, however long others are waited for before it. */
async function timed({ startedAt }: HookRun, exit: Promise<HookExit>) {
  return { exit: await exit, durationMs: Date.now() - startedAt };
}

function toolOccasion(
  event: HookEventName,
  { tool, aliases = [], input, callId }: HookedCall,
  more: Readonly<Record<string, unknown>>,
): Occasion {
  return {
    event,
    names: [tool, ...aliases],
    callId,
    fields: { tool_name: tool, tool_input: input, ...more },
  };
}

/** In the order of the established CLI. The beginning of a session belongs to no turn, a compaction asks for no permission. */
function inputOf({ event, fields }: Occasion, session: HookSession, { turnId }: HookTurn) {
  const compaction = event === "PreCompact" || event === "PostCompact";
  return {
    session_id: session.sessionId,
    ...(event !== "SessionStart" && { turn_id: turnId }),
    transcript_path: session.transcriptPath(),
    cwd: session.cwd(),
    hook_event_name: event,
    model: session.model(),
    ...(!compaction && { permission_mode: session.permissionMode() }),
    ...fields,
  };
}

function runOf({ event, order, file, source, statusMessage }: Hook, callId: string | undefined): HookRun {
  const name = factsOf(event).snake.replaceAll("_", "-");
  return {
    id: [name, order, file, ...(callId === undefined ? [] : [callId])].join(":"),
    ...{ event, file, source, order },
    statusMessage: statusMessage ?? null,
    startedAt: Date.now(),
    durationMs: null,
    status: "running",
    entries: [],
  };
}
