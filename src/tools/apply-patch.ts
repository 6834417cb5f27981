// apply_patch: checks a patch against the files and the policy, then applies it in a helper inside the sandbox.

import type { Confinement } from "../exec/confinement";
import { selfCommand } from "../exec/self";
import { spawnCommand } from "../exec/spawn";
import type { PatchOutcome } from "../patch/apply";
import { patchInvocation } from "../patch/invocation";
import { parsePatch } from "../patch/parse";
import { errorForModel } from "../patch/patch";
import { readPatchOutcome, type PatchRequest } from "../patch/patch-process";
import { verifyPatch } from "../patch/verify";
import type { ThreadEvent } from "../protocol/events";
import type { FileChangeItem } from "../protocol/items";
import type { ToolCallItem } from "../protocol/response-items";
import { canWrite, writableRoots } from "../sandbox/policy";
import description from "./apply-patch.txt" with { type: "text" };
import grammar from "./apply-patch.lark" with { type: "text" };
import { readArguments, stringArgument } from "./arguments";
import { abortedText, type Tool, type ToolContext, type ToolRun } from "./tool";

/** A patch that takes longer is stuck on something that is not ours, such as a dead network file system. */
const HELPER_DEADLINE_MS = 120_000;
const KILL_GRACE_MS = 50;

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
};

async function* run(call: ToolCallItem, context: ToolContext): ToolRun {
  const input = patchText(call);
  if ("error" in input) return input.error;
  const { text } = yield* patchFiles(input.text, call.call_id, context.cwd, context);
  return text;
}

/** What the model reads. `applied` is false for a patch that was refused before any file was touched. */
type PatchAnswer = { readonly applied: boolean; readonly text: string };

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
    : refused(errorForModel(found));
}

/** `cwd` is what the paths of the patch are relative to. */
async function* patchFiles(
  text: string,
  callId: string,
  cwd: string,
  context: ToolContext,
): AsyncGenerator<ThreadEvent, PatchAnswer> {
  const startedAt = performance.now();
  const patch = parsePatch(text);
  if (patch.type !== "patch") return refused(errorForModel(patch));
  if (patch.environmentId !== null)
    return refused("apply_patch environment selection is unavailable for this turn");
  if (patch.hunks.length === 0) return refused("patch rejected: empty patch");
  const verified = verifyPatch(patch, cwd);
  if (verified.type !== "verified") return refused(errorForModel(verified));
  const refusal = placeRefusal(verified.paths, context);
  if (refusal !== null) return refused(refusal);
  const confinement = context.confine();
  if (confinement.type === "refused")
    return refused(`apply_patch failed: ${confinement.reason} ${confinement.fix}`);

  const item = { type: "file_change", id: callId, changes: verified.changes } as const;
  yield { type: "item.started", item: { ...item, status: "in_progress" } };
  const result = await runHelper({ patch: text, cwd, lineEndings: "keep" }, confinement, context);
  context.turnDiff.record(result.applied);
  const status: FileChangeItem["status"] = result.exitCode === 0 ? "completed" : "failed";
  yield { type: "item.completed", item: { ...item, status, stdout: result.stdout, stderr: result.stderr } };
  if (context.signal.aborted) return refused(abortedText(startedAt));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).replace(/\.0$/, "");
  const answer = `Exit code: ${result.exitCode}\nWall time: ${seconds} seconds\nOutput:\n${result.stdout}${result.stderr}`;
  return { applied: true, text: answer };
}

function refused(text: string): PatchAnswer {
  return { applied: false, text };
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

/** A text for the model when some path may not be written under this policy (sandbox.md 9). */
function placeRefusal(paths: readonly string[], context: ToolContext): string | null {
  const place = { cwd: context.cwd, env: context.environment };
  if (paths.every((path) => canWrite(context.profile, path, place))) return null;
  const readOnly = writableRoots(context.profile, place).length === 0;
  return readOnly
    ? "patch rejected: writing is blocked by read-only sandbox; rejected by user approval settings"
    : "patch rejected: writing outside of the project; rejected by user approval settings";
}

/** One process for the whole patch, fed over stdin, with no environment but what it needs. */
async function runHelper(
  request: PatchRequest,
  confinement: Confinement,
  context: ToolContext,
): Promise<PatchOutcome> {
  await using helper = spawnCommand({
    ...selfCommand(["--codex-run-as-patch-helper"], context.environment),
    cwd: request.cwd,
    confinement,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const kill = () => void helper.terminate(KILL_GRACE_MS);
  const deadline = setTimeout(kill, HELPER_DEADLINE_MS);
  context.signal.addEventListener("abort", kill, { once: true });
  try {
    const output = Promise.all([readAll(helper.stdout), readAll(helper.stderr)]);
    await helper.write(new TextEncoder().encode(JSON.stringify(request)));
    helper.closeStdin();
    const status = await helper.exited;
    const [stdout, stderr] = await output;
    if (status.type === "exited" && status.code === 0) return readPatchOutcome(stdout);
    const reason = status.type === "failed" ? status.message : stderr || "the patch helper was stopped";
    return { exitCode: 1, stdout: "", stderr: `${reason.trimEnd()}\n`, applied: [], failure: null };
  } finally {
    clearTimeout(deadline);
    context.signal.removeEventListener("abort", kill);
  }
}

async function readAll(stream: ReadableStream<Uint8Array> | null): Promise<string> {
  return stream === null ? "" : await new Response(stream).text();
}
