// apply_patch: checks a patch against the files and the policy, then applies it in a helper inside the sandbox.

import type { PatchOutcome } from "../patch/apply";
import { patchInvocation } from "../patch/invocation";
import { parsePatch } from "../patch/parse";
import { errorForModel } from "../patch/patch";
import type { PatchRequest } from "../patch/patch-process";
import { readBytes } from "../patch/read";
import { failureReport } from "../patch/summary";
import { verifyPatch, type VerifiedPatch } from "../patch/verify";
import { HIDDEN, readable } from "../sandbox/policy";
import type { HookedCall } from "../hooks/session-hooks";
import type { ThreadEvent } from "../protocol/events";
import type { FileChangeItem } from "../protocol/items";
import type { ToolCallItem } from "../protocol/response-items";
import description from "./apply-patch.txt" with { type: "text" };
import grammar from "./apply-patch.lark" with { type: "text" };
import {
  authorizePatch,
  mayRetryPatch,
  patchDecision,
  wasDenied,
  type AllowedPatch,
} from "./approval/authorize-patch";
import { readArguments, stringArgument } from "./arguments";
import { hookedPatch, NO_COMMAND } from "./commands/hook-view";
import { commandIn } from "./hooked-call";
import { runPatchHelper } from "./patch-helper";
import { abortedText, type HookView, type Tool, type ToolContext, type ToolRun } from "./tool";

export const applyPatch: Tool = {
  name: "apply_patch",
  parallel: false,
  advertise: (model) =>
    !model.hasApplyPatch
      ? null
      : {
          type: "custom",
          name: "apply_patch",
          description: description.trim(),
          format: { type: "grammar", syntax: "lark", definition: grammar },
        },
  run,
  hookView,
};

async function* run(call: ToolCallItem, context: ToolContext): ToolRun {
  const input = patchText(call);
  if ("error" in input) return (yield* notBegun(call.call_id, input.error)).text;
  const { text, succeeded } = yield* patchFiles(input.text, call.call_id, context.cwd, context);
  return succeeded ? { output: text, response: text } : text;
}

/** As a tool that files are written with: a matcher may also say `Write` or `Edit` (agent.md 15). */
function hookView(call: ToolCallItem): HookView | null {
  const input = patchText(call);
  if ("error" in input) return null;
  return {
    ...hookedPatch(input.text),
    withInput(changed) {
      const command = commandIn(changed);
      if (command === undefined) return { error: NO_COMMAND };
      return call.type === "custom_tool_call"
        ? { ...call, input: command }
        : { ...call, arguments: JSON.stringify({ input: command }) };
    },
  };
}

/** What the model reads. `applied` is false for a patch that was refused before any file was touched. */
type PatchAnswer = { readonly applied: boolean; readonly succeeded: boolean; readonly text: string };

/** What a shell command that is nothing but a patch answers; null for an ordinary command (apply-patch.md 9). */
export async function* interceptPatch(
  argv: readonly string[],
  cwd: string,
  callId: string,
  context: ToolContext,
): AsyncGenerator<ThreadEvent, PatchAnswer | null> {
  const found = patchInvocation(argv, cwd);
  if (found.type === "none") return null;
  return found.type === "invocation"
    ? yield* patchFiles(found.text, callId, found.cwd, context)
    : yield* notBegun(callId, errorForModel(found));
}

/** `cwd` is what the paths of the patch are relative to. */
async function* patchFiles(
  text: string,
  callId: string,
  cwd: string,
  context: ToolContext,
): AsyncGenerator<ThreadEvent, PatchAnswer> {
  const startedAt = performance.now();
  if (context.collaborationMode === "plan")
    return yield* notBegun(callId, "apply_patch is unavailable in Plan mode");
  const patch = parsePatch(text);
  if (patch.type !== "patch") return yield* notBegun(callId, errorForModel(patch));
  if (patch.environmentId !== null)
    return yield* notBegun(callId, "apply_patch environment selection is unavailable for this turn");
  if (patch.hunks.length === 0) return yield* notBegun(callId, "patch rejected: empty patch");
  const verified = verifyPatch(patch, cwd, { read: readerFor(context) });
  if (verified.type !== "verified") return yield* notBegun(callId, errorForModel(verified));
  const decision = patchDecision(verified.paths, context);
  if (decision.type === "refuse") return yield* notBegun(callId, decision.reason);

  const item = { type: "file_change", id: callId, changes: verified.changes } as const;
  yield { type: "item.started", item: { ...item, status: "in_progress" } };
  const call = { ...hookedPatch(text), callId };
  const allowed = yield* authorizePatch(verified, decision, call, context);
  if (allowed.type !== "run") {
    yield { type: "item.completed", item: { ...item, status: "declined" } };
    return refused(allowed.text);
  }
  context.checkpoint.beforePatch(verified.paths);
  const result = yield* applied(
    { patch: text, cwd, lineEndings: "keep" },
    verified,
    { allowed, call },
    context,
  );
  context.turnDiff.record(result.applied);
  const status: FileChangeItem["status"] = result.exitCode === 0 ? "completed" : "failed";
  const stderr = result.stderr + failureReport(patch, result);
  yield { type: "item.completed", item: { ...item, status, stdout: result.stdout, stderr } };
  if (context.signal.aborted && result.exitCode !== 0) return refused(abortedText(startedAt));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).replace(/\.0$/, "");
  const answer = `Exit code: ${result.exitCode}\nWall time: ${seconds} seconds\nOutput:\n${result.stdout}${stderr}`;
  return { applied: true, succeeded: result.exitCode === 0, text: answer };
}

/** A patch is checked outside the sandbox: what commands may not read is not read for it either. */
function readerFor({ profile, cwd, environment: env }: ToolContext): typeof readBytes {
  const mayRead = readable(profile, { cwd, env });
  return (path) => (mayRead(path) ? readBytes(path) : { type: "unreadable", reason: HIDDEN });
}

/** In the sandbox; and, if that stands in the way and the user agrees, the rest of the patch outside. */
async function* applied(
  request: PatchRequest,
  verified: VerifiedPatch,
  { allowed, call }: { readonly allowed: AllowedPatch; readonly call: HookedCall },
  context: ToolContext,
): AsyncGenerator<ThreadEvent, PatchOutcome> {
  const first = await runPatchHelper(request, allowed.confinement, context);
  if (context.signal.aborted || !wasDenied(first, allowed)) return first;
  const retry = yield* mayRetryPatch(verified, call, context);
  if (!retry) return first;
  const rest = { ...request, firstHunk: first.failure?.hunk ?? 0 };
  const second = await runPatchHelper(rest, { type: "none" }, context);
  return { ...second, applied: [...first.applied, ...second.applied] };
}

/** No item has been shown yet, so that a person would not learn of it. */
function* notBegun(itemId: string, reason: string): Generator<ThreadEvent, PatchAnswer> {
  yield { type: "patch.refused", itemId, reason };
  return refused(reason);
}

function refused(text: string): PatchAnswer {
  return { applied: false, succeeded: false, text };
}

/** Freeform input, or the JSON form `{"input": "…"}` that some models and gateways send. */
function patchText(call: ToolCallItem): { text: string } | { error: string } {
  if (call.type === "custom_tool_call") return { text: call.input };
  const read = readArguments(call.arguments, {
    properties: { input: { type: "string" } },
    required: ["input"],
  });
  return "error" in read ? read : { text: stringArgument(read.ok, "input") ?? "" };
}
