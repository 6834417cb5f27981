// What a turn does to the goal that it pursues: it is charged for each response, and a turn that fails ends the pursuit.

import type { ErrorKind, TokenUsage } from "../../protocol/events";
import type { Goal } from "../../protocol/goal";
import type { ResponseItem } from "../../protocol/response-items";
import { isPursued, type GoalBook } from "./book";
import { changed, charged } from "./ledger";
import { continueMessage, spentMessage } from "./messages";

/** What a goal is now, where it has changed, and what the model is to be told of that before its next request. */
export type Charge = { readonly goal: Goal; readonly told: ResponseItem | undefined };

/**
 * After a response and its calls.
 * @param startedAt of the turn, in milliseconds since the epoch
 * @param usage undefined when the server did not count
 */
export function chargeResponse(
  book: GoalBook,
  startedAt: number,
  usage: TokenUsage | undefined,
): Charge | undefined {
  const counts = book.takeResponse();
  const before = book.goal();
  if (before === null || !counts) return undefined;
  const tokens = usage === undefined ? 0 : chargeable(usage);
  const seconds = book.takeSeconds(startedAt);
  if (tokens === 0 && seconds === 0) return undefined;
  const goal = charged(before, tokens, seconds);
  const isSpent = before.status === "active" && goal.status === "budgetLimited";
  return { goal, told: isSpent ? spentMessage(goal) : undefined };
}

/**
 * What becomes of it by a turn that did not come to its own end.
 * @param failure undefined for one that was interrupted, whose goal stays active
 */
export function endTurn(book: GoalBook, startedAt: number, failure: ErrorKind | undefined): Goal | undefined {
  const goal = book.goal();
  if (!isPursued(goal)) return undefined;
  const counted = charged(goal, 0, book.takeSeconds(startedAt));
  if (failure === undefined) return counted;
  return changed(counted, { status: failure === "usage_limit_exceeded" ? "usageLimited" : "blocked" });
}

/** What opens a turn that nobody has asked for; undefined when there is nothing to pursue. */
export function opening(book: GoalBook): ResponseItem | undefined {
  const goal = book.goal();
  return goal?.status === "active" ? continueMessage(goal) : undefined;
}

/** What the server had to read anew, and what the model wrote. */
function chargeable({ input_tokens, cached_input_tokens, output_tokens }: TokenUsage): number {
  return Math.max(0, input_tokens - cached_input_tokens) + output_tokens;
}
