// Whether a patch that fits may be applied, and where: policy, writable roots and, if need be, the person in front (approvals.md 9).

import { dirname } from "node:path";
import type { Confinement } from "../../exec/confinement";
import type { HookedCall } from "../../hooks/session-hooks";
import type { PatchOutcome } from "../../patch/apply";
import type { VerifiedPatch } from "../../patch/verify";
import type { ThreadEvent } from "../../protocol/events";
import { decidePatch, deniesReads, RETRY_REASON, sandboxClass, type PatchDecision } from "../../rules/decide";
import { unaskable } from "../../rules/refusal";
import type { Refusal } from "../../sandbox/confine";
import { looksDenied } from "../../sandbox/denial";
import { canWrite, writableRoots } from "../../sandbox/policy";
import { existingFolder } from "../checkpoint/file-state";
import type { ToolContext } from "../tool";
import { isUnenforced } from "./authorize";
import { widenedProfile } from "./permission-request";
import { question } from "./question";

const REJECTED = "patch rejected by user";

export type AllowedPatch = {
  readonly type: "run";
  readonly confinement: Confinement;
  /** Whether the user may be asked to let it out of the sandbox. */
  readonly mayLeave: boolean;
};

/**
 * Asks nothing. Where commands cannot be confined as they must be, patches cannot either.
 * @param paths all that is written or removed; absolute
 */
export function patchDecision(paths: readonly string[], context: ToolContext): PatchDecision {
  const { profile, approvalPolicy } = context;
  const confinement = context.confine(profile);
  const enforced = !isUnenforced(context);
  if (enforced && confinement.type === "refused") return { type: "refuse", reason: unconfined(confinement) };
  return decidePatch({
    approvalPolicy,
    sandbox: sandboxClass(profile),
    writable: unwritable(paths, context).length === 0,
    readOnly: writableRoots(profile, placeOf(context)).length === 0,
    enforced,
  });
}

/**
 * Asks at most one question, unless "for this session" was answered for every path. What may not be written otherwise
 * is opened for this patch alone, so that one which was approved need not leave the sandbox.
 */
export async function* authorizePatch(
  { paths, changes }: VerifiedPatch,
  decision: Exclude<PatchDecision, { type: "refuse" }>,
  call: HookedCall,
  context: ToolContext,
): AsyncGenerator<ThreadEvent, AllowedPatch | { readonly type: "refused"; readonly text: string }> {
  if (decision.type === "ask") {
    const release = await context.approvals.turnToAsk();
    try {
      const { callId } = call;
      const request = { type: "patch", callId, changes, reason: null, grantRoot: null } as const;
      const answer = yield* question(request, { keys: paths.map(cacheKey), call }, context);
      if (answer.type === "declined") return { type: "refused", text: answer.reason ?? REJECTED };
    } finally {
      release();
    }
  }
  const folders = unwritable(paths, context).map((path) => existingFolder(dirname(path)));
  const opened = { network: false, read: [], write: [...new Set(folders)] };
  const confinement = isUnenforced(context)
    ? ({ type: "none" } as const)
    : context.confine(widenedProfile(context.profile, opened));
  if (confinement.type === "refused") return { type: "refused", text: unconfined(confinement) };
  return { type: "run", confinement, mayLeave: mayLeave(context) };
}

/** Whether the sandbox is what stopped it, and that can be mended by asking (approvals.md 8). */
export function wasDenied(outcome: PatchOutcome, { confinement, mayLeave }: AllowedPatch): boolean {
  if (outcome.exitCode === 0 || outcome.failure === null || !mayLeave) return false;
  const said = `${outcome.stderr}\n${outcome.failure.reason ?? ""}`;
  return looksDenied(outcome.exitCode, said, confinement.type !== "none");
}

/** Always asks: what was approved, or allowed without a question, was a patch that stays in the sandbox. */
export async function* mayRetryPatch(
  { changes }: VerifiedPatch,
  call: HookedCall,
  context: ToolContext,
): AsyncGenerator<ThreadEvent, boolean> {
  const release = await context.approvals.turnToAsk();
  try {
    const { callId } = call;
    const request = { type: "patch", callId, changes, reason: RETRY_REASON, grantRoot: null } as const;
    return (yield* question(request, { keys: [], call }, context)).type === "approved";
  } finally {
    release();
  }
}

function unconfined({ reason, fix }: Refusal): string {
  return `apply_patch failed: ${reason} ${fix}`;
}

function mayLeave({ approvalPolicy, profile }: ToolContext): boolean {
  return !deniesReads(profile) && unaskable(approvalPolicy, "other") === undefined;
}

function unwritable(paths: readonly string[], context: ToolContext): readonly string[] {
  const place = placeOf(context);
  return paths.filter((path) => !canWrite(context.profile, path, place));
}

function placeOf({ cwd, environment }: ToolContext) {
  return { cwd, env: environment };
}

function cacheKey(path: string): string {
  return JSON.stringify(["patch", path]);
}
