// Whether a shell command of the model may run, and where: rules, policy and, if need be, the person in front (approvals.md 2).

import type { Confinement } from "../../exec/confinement";
import type { HookedCall } from "../../hooks/session-hooks";
import type { AdditionalPermissions } from "../../protocol/approvals";
import type { ThreadEvent } from "../../protocol/events";
import type { CommandExecution } from "../../protocol/items";
import { isDestructive } from "../../rules/dangerous";
import {
  decide,
  deniesReads,
  RETRY_REASON,
  sandboxClass,
  type AfterDenial,
  type Decision,
} from "../../rules/decide";
import { declinedText, refusedText, type ShellTool } from "../../rules/refusal";
import { canonicalCommand } from "../../rules/shell";
import { booleanArgument, stringArgument, stringsArgument, type Arguments } from "../arguments";
import { askedCommand } from "../commands/hook-view";
import type { ToolContext } from "../tool";
import { additionalPermissions, permissionsOf, widenedProfile } from "./permission-request";
import { question, type Answer, type Asking } from "./question";

/** A command that is about to be run. */
export type Wanted = {
  readonly tool: ShellTool;
  /** Shell wrapper included. */
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly callId: string;
  /** Of the call: what it asks for beyond the sandbox, and why. */
  readonly given: Arguments;
};

export type Authorization =
  | {
      readonly type: "run";
      readonly confinement: Confinement;
      /** What to do if the sandbox stops it. */
      readonly afterDenial: AfterDenial;
      /** What "always" would save if the user is asked then. */
      readonly proposedPrefix: readonly string[] | null;
    }
  /** It may not run; `text` is for the model. */
  | { readonly type: "refused"; readonly text: string }
  /** It may, but cannot be confined as it must be; `text` tells why and what to do. */
  | { readonly type: "unconfined"; readonly text: string };

/** What the decision depends on. */
export type Authority = Asking & Pick<ToolContext, "approvalPolicy" | "profile" | "confine">;

/** Asks at most one question. Questions of calls that run at the same time wait for each other. */
export async function* authorize(
  wanted: Wanted,
  context: Authority,
): AsyncGenerator<ThreadEvent, Authorization> {
  const first = decisionFor(wanted, context);
  if (first.type !== "ask") return settled(first, wanted, context);
  const release = await context.approvals.turnToAsk();
  try {
    const decision = decisionFor(wanted, context);
    if (decision.type !== "ask") return settled(decision, wanted, context);
    const keys = decision.rememberable ? [cacheKey(wanted)] : [];
    const { reason, proposedPrefix } = decision;
    const asked = request(wanted, reason, proposedPrefix, keys, context);
    const answer = yield* question(asked, { keys, call: callOf(wanted) }, context);
    if (answer.type === "declined") return { type: "refused", text: declined(wanted, answer) };
    return settled({ ...decision, type: "run" }, wanted, context);
  } finally {
    release();
  }
}

/**
 * Whether a command that the sandbox has stopped may run once more without it (approvals.md 8): null when the failure
 * stands, else where it runs, or the text for the model when the user said no.
 */
export async function* authorizeRetry(
  wanted: Wanted,
  before: Authorization & { readonly type: "run" },
  context: Authority,
): AsyncGenerator<ThreadEvent, Authorization | null> {
  const outside = { ...before, confinement: { type: "none" }, afterDenial: "fail" } as const;
  if (before.afterDenial === "fail") return null;
  if (before.afterDenial === "retry") return outside;
  const release = await context.approvals.turnToAsk();
  try {
    const keys = isDestructive(wanted.argv) ? [] : [cacheKey(wanted)];
    const asked = request(wanted, RETRY_REASON, before.proposedPrefix, keys, context);
    const answer = yield* question(asked, { keys, call: callOf(wanted) }, context);
    return answer.type === "approved" ? outside : { type: "refused", text: declined(wanted, answer) };
  } finally {
    release();
  }
}

/** A command that never ran, as front ends show it. */
export function declinedItem({ argv, cwd, callId }: Wanted, text: string): CommandExecution {
  return {
    type: "command_execution",
    id: callId,
    command: argv,
    cwd,
    aggregatedOutput: text,
    exitCode: -1,
    durationMs: 0,
    status: "declined",
  };
}

/** Windows, with its sandbox switched off: whoever is asked knows that nothing holds the command back. */
export function isUnenforced({ profile, confine }: Pick<Authority, "profile" | "confine">): boolean {
  if (process.platform !== "win32" || deniesReads(profile)) return false;
  const confinement = confine(profile);
  return confinement.type === "refused" && confinement.isOff === true;
}

/** As the user's hooks see it. */
function callOf({ given, callId }: Wanted): HookedCall {
  return askedCommand(given, callId);
}

/** By the person in front, or by a hook that says why. */
function declined({ tool, argv }: Wanted, { reason }: Answer & { readonly type: "declined" }): string {
  return reason === undefined ? declinedText(tool, argv) : refusedText(tool, argv, reason);
}

function decisionFor({ argv, given }: Wanted, context: Authority): Decision {
  return decide({
    argv,
    rules: context.approvals.rules(),
    approvalPolicy: context.approvalPolicy,
    sandbox: sandboxClass(context.profile),
    deniesReads: deniesReads(context.profile),
    permissions: permissionsOf(given),
    justification: stringArgument(given, "justification"),
    prefixRule: stringsArgument(given, "prefix_rule"),
    platform: process.platform,
    unenforced: isUnenforced(context),
  });
}

type Settled =
  | Extract<Decision, { readonly type: "refuse" }>
  | (Pick<Extract<Decision, { readonly type: "run" }>, "outside" | "afterDenial" | "proposedPrefix"> & {
      readonly type: "run";
    });

function settled(decision: Settled, { tool, argv, cwd, given }: Wanted, context: Authority): Authorization {
  if (decision.type === "refuse") return { type: "refused", text: refusedText(tool, argv, decision.reason) };
  const { outside, afterDenial, proposedPrefix } = decision;
  const more = additionalPermissions(given, cwd);
  const profile = more === null ? context.profile : widenedProfile(context.profile, more);
  const free = outside || isUnenforced(context);
  const confinement = free ? ({ type: "none" } as const) : context.confine(profile);
  if (confinement.type === "refused") {
    return { type: "unconfined", text: `${confinement.reason} ${confinement.fix}` };
  }
  return { type: "run", confinement, afterDenial, proposedPrefix };
}

function request(
  { argv, cwd, callId, given }: Wanted,
  reason: string | null,
  proposedPrefix: readonly string[] | null,
  keys: readonly string[],
  { approvals }: Authority,
) {
  return {
    type: "command",
    callId,
    command: argv,
    cwd,
    reason,
    proposal: approvals.proposal(proposedPrefix),
    rememberable: keys.length > 0,
    additionalPermissions: additionalPermissions(given, cwd),
  } as const;
}

/** The same command in the same place, asking for the same (approvals.md 7.4). */
function cacheKey({ tool, argv, cwd, given }: Wanted): string {
  const more: AdditionalPermissions | null = additionalPermissions(given, cwd);
  const tty = tool === "exec_command" ? [booleanArgument(given, "tty") === true] : [];
  return JSON.stringify([canonicalCommand(argv), cwd, permissionsOf(given), more, ...tty]);
}
