// Puts one question to the person in front and carries out the answer: remembers it, saves a rule, or ends the turn (approvals.md 7.2).

import type { AskAnswer, AskRequest, RuleScope } from "../../protocol/approvals";
import type { ThreadEvent } from "../../protocol/events";
import { savedPrefixText } from "../../rules/append";
import { isBannedPrefix } from "../../rules/propose";
import type { ToolContext } from "../tool";

export type Asking = Pick<ToolContext, "approvals" | "ask" | "interrupt" | "signal">;

/**
 * To be called within `approvals.turnToAsk`. An interrupt while the question is open counts as `cancel`.
 * @param keys what an answer "for this session" is remembered under; none when it must not be
 */
export async function* question(
  request: AskRequest,
  keys: readonly string[],
  context: Asking,
): AsyncGenerator<ThreadEvent, "approved" | "declined"> {
  const answer = await answerOrInterrupt(request, context);
  switch (answer.type) {
    case "approve":
      return "approved";
    case "approve_for_session":
      context.approvals.remember(keys);
      return "approved";
    case "approve_always":
      if (request.type === "command" && request.proposal !== null) {
        yield* save(answer.prefix, answer.scope ?? "user", context);
      }
      return "approved";
    case "decline":
    case "answers":
      return "declined";
    case "cancel":
      context.interrupt();
      return "declined";
    default:
      return answer satisfies never;
  }
}

/** A rule that cannot be saved is told of; the command runs all the same. */
async function* save(
  prefix: readonly string[],
  scope: RuleScope,
  { approvals }: Asking,
): AsyncGenerator<ThreadEvent, void> {
  const problem =
    prefix.length === 0 || isBannedPrefix(prefix)
      ? `a rule for \`${prefix.join(" ")}\` would allow everything`
      : await approvals.allow(prefix, scope);
  if (problem === null) approvals.notify(savedPrefixText(prefix));
  else yield { type: "warning", message: `Failed to apply execpolicy amendment: ${problem}` };
}

/** An interrupt counts as `cancel`. */
export async function answerOrInterrupt(
  request: AskRequest,
  { ask, signal }: Pick<Asking, "ask" | "signal">,
): Promise<AskAnswer> {
  const interrupted = Promise.withResolvers<AskAnswer>();
  const cancel = () => interrupted.resolve({ type: "cancel" });
  signal.addEventListener("abort", cancel, { once: true });
  try {
    if (signal.aborted) return { type: "cancel" };
    return await Promise.race([ask(request, signal), interrupted.promise]);
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}
