// A turn that runs in a loaded thread, and how it is told: its beginning, its items, its end (app-server.md 7, 8 and 18).

import type { RunOptions } from "../../agent/thread-options";
import type { ThreadEvent } from "../../protocol/events";
import type { UserInput } from "../../protocol/user-input";
import { messageOf } from "../../util/user-error";
import type { Params } from "../app/client";
import {
  completed,
  errorOut,
  notificationsOf,
  rateLimitsOut,
  startedOnce,
  type EventPlace,
  type Notification,
  type OpenItems,
} from "./events";
import type { Item } from "./items";
import type { Part } from "./user-input";

export type TurnKind = "regular" | "review" | "compact" | "shell";

export type UserMessage = { readonly parts: readonly Part[]; readonly clientId: string | undefined };

export type TurnRequest = {
  readonly kind: TurnKind;
  /** What the user said; undefined for a turn that begins without. */
  readonly message: UserMessage | undefined;
  /** Of a review: what it is about, in a few words. */
  readonly hint?: string;
  readonly events: (options: RunOptions) => AsyncGenerator<ThreadEvent, void>;
};

export type Turn = {
  readonly id: string;
  readonly kind: TurnKind;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly abort: AbortController;
  /** Input that was sent into it and is not a message yet. */
  readonly steered: Map<readonly UserInput[], UserMessage>;
  /** To be called when it has ended, before that is told; each resolves when the next may be. */
  readonly waiting: (() => Promise<void>)[];
  /** It takes no more input: its end is about to be told. */
  ending: boolean;
  /** Resolves when its end has been told. */
  readonly over: Promise<void>;
};

export type TurnEnd =
  | { readonly type: "completed" }
  | { readonly type: "interrupted" }
  | { readonly type: "failed"; readonly error: object };

/** What a turn needs of its thread. */
export type Stage = {
  readonly threadId: string;
  readonly open: OpenItems;
  readonly say: (method: string, params: Params) => Promise<void>;
  /** The newest snapshot of the limits; null when there is none. */
  readonly rateLimits: () => unknown;
};

const REVIEW_MESSAGE = "review_rollout_assistant";
const ENDS: readonly ThreadEvent["type"][] = ["turn.completed", "turn.failed", "turn.aborted"];

/** Tells everything of a turn between its beginning and its end. Never rejects: what is thrown is how the turn failed. */
export async function tellTurn(
  turn: Turn,
  { kind, message, hint = "" }: TurnRequest,
  events: AsyncGenerator<ThreadEvent, void>,
  stage: Stage,
): Promise<TurnEnd> {
  const place: EventPlace = { threadId: stage.threadId, turnId: turn.id, open: stage.open };
  const tell = async (all: readonly Notification[]) => {
    await Promise.all(all.map(({ method, params }) => stage.say(method, params)));
  };
  const tellWhole = (item: Item) => tell([...startedOnce(item, place), completed(item, place)]);
  let end: TurnEnd = { type: "interrupted" };
  try {
    if (kind === "review") await tellWhole({ type: "enteredReviewMode", id: turn.id, review: hint });
    if (message !== undefined) await tellWhole(messageItem(message));
    if (kind === "compact") {
      await tell(startedOnce({ type: "contextCompaction", id: crypto.randomUUID() }, place));
    }
    for await (const event of events) {
      if (ENDS.includes(event.type)) turn.ending = true;
      if (event.type === "turn.completed") end = { type: "completed" };
      if (event.type === "turn.failed") {
        end = { type: "failed", error: errorOut(event.message, event.kind, event.httpStatus) };
      }
      if (event.type === "steered") {
        const said = turn.steered.get(event.input);
        turn.steered.delete(event.input);
        if (said !== undefined) await tellWhole(messageItem(said));
      }
      if (kind === "review" && event.type === "item.completed" && event.item.type === "agent_message") {
        const { text } = event.item;
        await tellWhole({ type: "exitedReviewMode", id: turn.id, review: text });
        const item = { ...event.item, id: REVIEW_MESSAGE };
        await tell(notificationsOf({ type: "item.completed", item }, place));
        continue;
      }
      await tell(notificationsOf(event, place));
      if (event.type === "tokens") {
        await stage.say("account/rateLimits/updated", { rateLimits: rateLimitsOut(stage.rateLimits()) });
      }
    }
    if (kind === "shell") end = { type: turn.abort.signal.aborted ? "interrupted" : "completed" };
  } catch (error) {
    end = { type: "failed", error: errorOut(messageOf(error), "other", undefined) };
  }
  await tell(leftOpen(turn, end, place));
  return end;
}

/** As the protocol shows a turn while it is told of: without its items. */
export function turnOut(
  turn: Pick<Turn, "id" | "startedAt">,
  end?: TurnEnd,
): Readonly<Record<string, unknown>> {
  const now = Date.now();
  return {
    id: turn.id,
    items: [],
    itemsView: "notLoaded",
    status: end?.type ?? "inProgress",
    error: end?.type === "failed" ? end.error : null,
    startedAt: Math.floor(turn.startedAt / 1000),
    completedAt: end === undefined ? null : Math.floor(now / 1000),
    durationMs: end === undefined ? null : now - turn.startedAt,
  };
}

/** The same in the answer to the request that began it, when it has not begun. */
export function turnPromised(id: string): Readonly<Record<string, unknown>> {
  return {
    id,
    items: [],
    itemsView: "notLoaded",
    status: "inProgress",
    error: null,
    startedAt: null,
    completedAt: null,
    durationMs: null,
  };
}

export function messageItem({ parts, clientId }: UserMessage): Item {
  return { type: "userMessage", id: crypto.randomUUID(), clientId: clientId ?? null, content: parts };
}

/** What the end of a turn leaves open: what was cut short is forgotten, and a command in the background goes on. */
function leftOpen(turn: Turn, end: TurnEnd, place: EventPlace): readonly Notification[] {
  const told: Notification[] = [];
  for (const [id, { item, turnId, closed }] of place.open) {
    if (turnId !== turn.id || (item.type === "commandExecution" && closed === undefined)) continue;
    if (item.type === "contextCompaction" && end.type === "completed") told.push(completed(item, place));
    place.open.delete(id);
  }
  return told;
}
