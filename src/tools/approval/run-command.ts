// Runs a command that may run; if the sandbox stands in its way and somebody lets it out, once more without (approvals.md 8).

import type { CommandSpec } from "../../exec/command";
import type { ThreadEvent } from "../../protocol/events";
import { looksDenied } from "../../sandbox/denial";
import { exitCodeOf, waitFor, type ProcessSession } from "../commands/process-session";
import type { ToolContext } from "../tool";
import { authorizeRetry, type Authorization, type Wanted } from "./authorize";

export type Run = {
  /** The last process that was started; still running if the time was over first. */
  readonly session: ProcessSession;
  /** For the model, when the user did not let it run outside. */
  readonly declined: string | null;
};

/**
 * The item is shown as started once, whatever happens; who calls completes it.
 * @param waitMs the most to wait for the end of each process
 * @returns null when the turn was interrupted before the command began
 */
export async function* runCommand(
  wanted: Wanted,
  allowed: Authorization & { readonly type: "run" },
  { spec, waitMs }: { readonly spec: Omit<CommandSpec, "confinement">; readonly waitMs: number },
  context: ToolContext,
): AsyncGenerator<ThreadEvent, Run | null> {
  const { callId } = wanted;
  const { confinement } = allowed;
  await context.checkpoint.beforeCommand(spec.argv, confinement);
  if (context.signal.aborted) return null;
  const session = await context.processes.start({ ...spec, confinement }, callId);
  yield { type: "item.started", item: session.startedItem() };
  yield* waitFor(session, callId, waitMs, context.signal);
  if (context.signal.aborted || !wasDenied(session, confinement.type !== "none")) {
    return { session, declined: null };
  }
  const again = yield* authorizeRetry(wanted, allowed, context);
  if (again === null || again.type === "unconfined") return { session, declined: null };
  if (again.type === "refused") return { session, declined: again.text };
  await context.checkpoint.beforeCommand(spec.argv, again.confinement);
  if (context.signal.aborted) return { session, declined: null };
  context.processes.forget(session);
  const second = await context.processes.start({ ...spec, confinement: again.confinement }, callId);
  yield* waitFor(second, callId, waitMs, context.signal);
  return { session: second, declined: null };
}

function wasDenied(session: ProcessSession, sandboxed: boolean): boolean {
  if (session.status === null || session.status.type === "failed") return false;
  return looksDenied(exitCodeOf(session.status), session.completedItem().aggregatedOutput, sandboxed);
}
