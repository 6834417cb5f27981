// A turn while it runs: what is known of it, and what its events say about how it goes.

import type { ThreadEvent } from "../protocol/events";
import type { TurnKind, TurnRequest } from "./app";
import { startClock, type Clock } from "./live/clock";
import type { Draft } from "./composer/draft";

export type RunningTurn = {
  readonly kind: TurnKind;
  readonly draft: Draft | undefined;
  /** Messages of the user that the history held before. */
  readonly messagesBefore: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly stop: () => void;
  /** The user stopped it, with a key or in a dialog. */
  stopped: "no" | "by_key" | "in_dialog";
  /** When it was asked to stop, in milliseconds of `performance.now()`. */
  stoppedAt: number;
  /** Anything came of it. */
  produced: boolean;
  /** What the model proposed in plan mode. */
  plan: string | undefined;
  /** The answer at its end; null when it said nothing, undefined when it did not complete. */
  answer: string | null | undefined;
};

export function beginTurn({ kind, draft }: TurnRequest, messagesBefore: number): RunningTurn {
  const controller = new AbortController();
  return {
    kind,
    draft,
    messagesBefore,
    clock: startClock(),
    signal: controller.signal,
    stop() {
      this.stoppedAt = performance.now();
      controller.abort();
    },
    stopped: "no",
    stoppedAt: Infinity,
    produced: false,
    plan: undefined,
    answer: undefined,
  };
}

export function observe(turn: RunningTurn, event: ThreadEvent): void {
  switch (event.type) {
    case "item.completed":
      if (event.item.type === "proposed_plan") turn.plan = event.item.text;
      turn.produced = true;
      return;
    case "item.started":
    case "item.updated":
    case "message.delta":
    case "reasoning.delta":
    case "steered":
      turn.produced = true;
      return;
    case "turn.completed":
      turn.answer = event.lastAgentMessage;
      return;
    default:
  }
}
