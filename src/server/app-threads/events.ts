// The events of a turn as notifications (app-server.md 15); pure, but for what it remembers of items that have begun.

import type { ErrorKind, ThreadEvent, TokenUsage } from "../../protocol/events";
import { isRecord } from "../rpc/message";
import type { Params } from "../app/client";
import { hookRunOut } from "./hooks-out";
import { changesOut, itemOut, type Item } from "./items";

export type Notification = { readonly method: string; readonly params: Params };

/** What has begun in a turn and is not completed, by id. `closed`: it was declined, and whatever else comes of it is not told. */
export type OpenItems = Map<string, { readonly item: Item; readonly turnId: string; readonly closed?: true }>;

export type EventPlace = { readonly threadId: string; readonly turnId: string; readonly open: OpenItems };

/** None for what the protocol does not tell, and for the ends of turns, which are told with their thread's status. */
export function notificationsOf(event: ThreadEvent, place: EventPlace): readonly Notification[] {
  const { threadId, turnId, open } = place;
  const inTurn = (method: string, params: Params): readonly Notification[] => [
    { method, params: { threadId, turnId, ...params } },
  ];
  switch (event.type) {
    case "item.started": {
      const item = itemOut(event.item);
      return item === undefined ? [] : startedOnce(item, place);
    }
    case "item.updated":
      return event.item.type === "plan" ? inTurn("turn/plan/updated", planOf(event.item)) : [];
    case "item.completed": {
      if (event.item.type === "plan") return inTurn("turn/plan/updated", planOf(event.item));
      if (event.item.type === "terminal_interaction") {
        const { input: stdin, execution } = event.item;
        if (execution === undefined) return [];
        const { itemId, processId } = execution;
        const told = { itemId, processId: String(processId), stdin };
        return inTurn("item/commandExecution/terminalInteraction", told);
      }
      const item = itemOut(event.item);
      if (item === undefined) return [];
      const begun = open.get(item.id);
      if (begun?.closed === true) return [];
      const begins = begun === undefined ? startedOnce(emptied(item), place) : [];
      return [...begins, completed(item, { ...place, turnId: begun?.turnId ?? turnId })];
    }
    case "message.delta": {
      const kind = open.get(event.itemId)?.item.type === "plan" ? "plan" : "agentMessage";
      return inTurn(`item/${kind}/delta`, { itemId: event.itemId, delta: event.delta });
    }
    case "reasoning.delta":
      return inTurn("item/reasoning/summaryTextDelta", {
        itemId: event.itemId,
        delta: event.delta,
        summaryIndex: event.summaryIndex,
      });
    case "reasoning.break":
      return inTurn("item/reasoning/summaryPartAdded", {
        itemId: event.itemId,
        summaryIndex: event.summaryIndex,
      });
    case "output.delta":
      return inTurn("item/commandExecution/outputDelta", { itemId: event.itemId, delta: event.chunk });
    case "patch.preview":
      return inTurn("item/fileChange/patchUpdated", {
        itemId: event.itemId,
        changes: changesOut(event.changes),
      });
    case "turn.diff":
      return inTurn("turn/diff/updated", { diff: event.diff });
    case "tokens":
      return inTurn("thread/tokenUsage/updated", { tokenUsage: usageOut(event) });
    case "retry": {
      const message = `Reconnecting... ${event.attempt}/${event.limit}`;
      const codexErrorInfo = { responseStreamDisconnected: { httpStatusCode: null } };
      const error = { message, codexErrorInfo, additionalDetails: event.reason };
      return inTurn("error", { error, willRetry: true });
    }
    case "warning": {
      const message = event.details === undefined ? event.message : `${event.message} (${event.details})`;
      return [{ method: "warning", params: { threadId, message } }];
    }
    case "advice":
      return [{ method: "warning", params: { threadId, message: event.message } }];
    case "deprecated":
      return [{ method: "deprecationNotice", params: { summary: event.summary, details: event.details } }];
    case "compacted": {
      const begun = [...open.values()].find(({ item }) => item.type === "contextCompaction");
      if (begun !== undefined) return [completed(begun.item, place)];
      const item = { type: "contextCompaction", id: crypto.randomUUID() };
      return [...startedOnce(item, place), completed(item, place)];
    }
    case "mcp_server":
      return [
        {
          method: "mcpServer/startupStatus/updated",
          params: { threadId, name: event.name, status: event.status, error: event.message ?? null },
        },
      ];
    case "hook.started":
    case "hook.completed":
      return inTurn(event.type.replace(".", "/"), { run: hookRunOut(event.run) });
    case "goal":
      return inTurn("thread/goal/updated", { goal: event.goal });
    case "patch.refused":
    case "rate_limits": // told after the response, with its tokens
    case "steered":
    case "turn.started":
    case "turn.completed":
    case "turn.failed":
    case "turn.aborted":
    case "error":
      return [];
    default:
      return event satisfies never;
  }
}

/** Nothing for an item that has begun already, as one does that was asked about. */
export function startedOnce(item: Item, { threadId, turnId, open }: EventPlace): readonly Notification[] {
  if (open.has(item.id)) return [];
  open.set(item.id, { item, turnId });
  return [{ method: "item/started", params: { item, threadId, turnId, startedAtMs: Date.now() } }];
}

export function completed(item: Item, { threadId, turnId, open }: EventPlace): Notification {
  open.delete(item.id);
  return { method: "item/completed", params: { item, threadId, turnId, completedAtMs: Date.now() } };
}

export function usageOut({
  total,
  last,
  contextWindow,
}: {
  readonly total: TokenUsage;
  readonly last: TokenUsage;
  readonly contextWindow: number | null;
}): object {
  return { total: countsOf(total), last: countsOf(last), modelContextWindow: contextWindow };
}

/** A snapshot of limits as the session file has it; one without anything in it when there is none. */
export function rateLimitsOut(limits: unknown): Params {
  const given = isRecord(limits) ? limits : {};
  const windowOf = (name: string) => {
    const window = given[name];
    if (!isRecord(window)) return null;
    const { used_percent, window_minutes = null, resets_at = null } = window;
    return {
      usedPercent: Math.round(typeof used_percent === "number" ? used_percent : 0),
      windowDurationMins: window_minutes,
      resetsAt: resets_at,
    };
  };
  const { credits } = given;
  return {
    limitId: given["limit_id"] ?? "codex",
    limitName: given["limit_name"] ?? null,
    primary: windowOf("primary"),
    secondary: windowOf("secondary"),
    credits: isRecord(credits)
      ? {
          hasCredits: credits["has_credits"] === true,
          unlimited: credits["unlimited"] === true,
          balance: credits["balance"] ?? null,
        }
      : null,
    individualLimit: null,
    planType: given["plan_type"] ?? null,
    rateLimitReachedType: given["rate_limit_reached_type"] ?? null,
  };
}

/** Why a turn failed. */
export function errorOut(message: string, kind: ErrorKind, httpStatus: number | undefined): object {
  const camel = kind.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const codexErrorInfo = WITH_STATUS.has(kind) ? { [camel]: { httpStatusCode: httpStatus ?? null } } : camel;
  return { message, codexErrorInfo, additionalDetails: null };
}

const WITH_STATUS: ReadonlySet<ErrorKind> = new Set([
  "http_connection_failed",
  "response_stream_connection_failed",
  "response_stream_disconnected",
  "response_too_many_failed_attempts",
] as const);

function countsOf(usage: TokenUsage): object {
  return {
    totalTokens: usage.total_tokens,
    inputTokens: usage.input_tokens,
    cachedInputTokens: usage.cached_input_tokens,
    outputTokens: usage.output_tokens,
    reasoningOutputTokens: usage.reasoning_output_tokens,
  };
}

function planOf(plan: {
  readonly explanation: string | null;
  readonly steps: readonly { readonly step: string; readonly status: string }[];
}): Params {
  const steps = plan.steps.map(({ step, status }) => ({
    step,
    status: status === "in_progress" ? "inProgress" : status,
  }));
  return { explanation: plan.explanation, plan: steps };
}

/** An item that comes whole, as it would have begun. */
function emptied(item: Item): Item {
  switch (item.type) {
    case "agentMessage":
    case "plan":
      return { ...item, text: "" };
    case "reasoning":
      return { ...item, summary: [], content: [] };
    case "commandExecution":
      return { ...item, status: "inProgress", aggregatedOutput: null, exitCode: null, durationMs: null };
    default:
      return item;
  }
}
