// Puts one question to the person in front and carries out the answer: remembers it, saves a rule, or ends the turn (approvals.md 7.2).

import type { HookedCall } from "../../hooks/session-hooks";
import type { AskAnswer, AskRequest, RuleScope } from "../../protocol/approvals";
import type { ThreadEvent } from "../../protocol/events";
import { savedPrefixText } from "../../rules/append";
import { isBannedPrefix } from "../../rules/propose";
import type { ToolContext } from "../tool";

export type Asking = Pick<ToolContext, "approvals" | "ask" | "hooks" | "interrupt" | "signal" | "turnId">;

/** `reason` is that of a hook. */
export type Answer = { readonly type: "approved" } | { readonly type: "declined"; readonly reason?: string };

const APPROVED = { type: "approved" } as const;
const DECLINED = { type: "declined" } as const;

/**
 * To be called within `approvals.turnToAsk`. The user's hooks answer first, then what was answered for this session, then
 * the person (approvals.md 7.5). An interrupt while the question is open counts as `cancel`.
 * @param about the call as hooks see it, and what an answer "for this session" is remembered under: nothing when it must not be
 */
export async function* question(
  request: AskRequest,
  { keys, call }: { readonly keys: readonly string[]; readonly call: HookedCall },
  context: Asking,
): AsyncGenerator<ThreadEvent, Answer> {
  const decided = yield* decidedByHooks(call, context);
  if (decided !== undefined) return decided;
  if (context.approvals.covers(keys)) return APPROVED;
  const answer = await answerOrInterrupt(request, context);
  switch (answer.type) {
    case "approve":
      return APPROVED;
    case "approve_for_session":
      context.approvals.remember(keys);
      return APPROVED;
    case "approve_always":
      if (request.type === "command" && request.proposal !== null) {
        yield* save(answer.prefix, answer.scope ?? "user", context);
      }
      return APPROVED;
    case "decline":
    case "answers":
      return DECLINED;
    case "cancel":
      context.interrupt();
      return DECLINED;
    default:
      return answer satisfies never;
  }
}

/** Undefined where nobody has decided. */
export async function* decidedByHooks(
  call: HookedCall,
  { hooks, turnId, signal }: Pick<Asking, "hooks" | "turnId" | "signal">,
): AsyncGenerator<ThreadEvent, Answer | undefined> {
  const decided = hooks === undefined ? undefined : yield* hooks.permission(call, { turnId, signal });
  if (decided === undefined) return undefined;
  return decided.type === "allow" ? APPROVED : { type: "declined", reason: decided.reason };
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
