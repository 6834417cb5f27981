// What the end of a hook means for its event: which effect it has, and what is to be told of it (agent.md 15).

import type { HookEntry, HookEventName, HookStatus } from "../protocol/hooks";
import { factsOf } from "./events";
import { looksLikeJson, readOutput, type HookOutput } from "./output";
import type { HookExit } from "./run";

export type HookAnswer = {
  readonly status: HookStatus;
  readonly entries: readonly HookEntry[];
  readonly effect: HookEffect;
};

/** Nothing at all where a hook failed. */
export type HookEffect = {
  /** For the model, beside everything else. */
  readonly context?: string;
  /** Why the prompt, the call or the permission is refused, what takes the place of an output, what the turn goes on with. */
  readonly block?: string;
  /** `continue: false` */
  readonly stop?: true;
  /** What takes the place of a tool's input. */
  readonly updatedInput?: unknown;
  readonly allow?: true;
};

const STOPPED_AFTER_TOOL = "PostToolUse hook stopped execution";
const DENIED = "PermissionRequest hook denied approval";
/** Of what a failed hook wrote to stderr, in characters. */
const SHOWN_ERROR_CHARS = 500;

export function answerOf(event: HookEventName, exit: HookExit): HookAnswer {
  if (exit.type === "failed") return failed(exit.reason);
  const stderr = exit.stderr.trim();
  if (exit.code === 2) return blockedByExit(event, stderr);
  if (exit.code !== 0) return failed(withDetail(`hook exited with code ${exit.code}`, stderr));
  const text = exit.stdout.trim();
  if (text === "") return NOTHING;
  if (!looksLikeJson(text)) return plainText(event, text);
  const read = exit.isCut ? { problem: "it is too long" } : readOutput(event, text);
  if ("problem" in read) {
    return failed(`hook returned invalid ${factsOf(event).spoken} JSON output: ${read.problem}`);
  }
  const answer = meaning(event, read.ok);
  const { systemMessage } = read.ok;
  if (systemMessage === undefined) return answer;
  return { ...answer, entries: [{ kind: "warning", text: systemMessage }, ...answer.entries] };
}

const NOTHING: HookAnswer = { status: "completed", entries: [], effect: {} };

function failed(text: string): HookAnswer {
  return { status: "failed", entries: [{ kind: "error", text }], effect: {} };
}

function withDetail(text: string, detail: string): string {
  return detail === "" ? text : `${text}: ${detail.slice(0, SHOWN_ERROR_CHARS)}`;
}

function withContext(context: string | undefined, answer: HookAnswer): HookAnswer {
  if (context === undefined || context.trim() === "") return answer;
  return {
    ...answer,
    entries: [{ kind: "context", text: context }, ...answer.entries],
    effect: { ...answer.effect, context },
  };
}

function blocked(reason: string): HookAnswer {
  return {
    status: "blocked",
    entries: [{ kind: "feedback", text: reason }],
    effect: { block: reason },
  };
}

function stopped(reason: string | undefined): HookAnswer {
  return {
    status: "stopped",
    entries: reason === undefined ? [] : [{ kind: "stop", text: reason }],
    effect: { stop: true },
  };
}

/** Exit code 2, with the reason on stderr. */
function blockedByExit(event: HookEventName, reason: string): HookAnswer {
  const missing = (what: string) =>
    failed(`${event} hook exited with code 2 but did not write ${what} to stderr`);
  switch (event) {
    case "PreToolUse":
    case "UserPromptSubmit":
      return reason === "" ? missing("a blocking reason") : blocked(reason);
    case "PermissionRequest":
      return reason === "" ? missing("a denial reason") : blocked(reason);
    case "Stop":
    case "SubagentStop":
      return reason === "" ? missing("a continuation prompt") : blocked(reason);
    case "PostToolUse":
      return reason === "" ? missing("feedback") : { ...blocked(reason), status: "completed" };
    case "SessionStart":
    case "SubagentStart":
    case "PreCompact":
    case "PostCompact":
      return failed(withDetail("hook exited with code 2", reason));
    default:
      return event satisfies never;
  }
}

function plainText(event: HookEventName, text: string): HookAnswer {
  switch (event) {
    case "SessionStart":
    case "SubagentStart":
    case "UserPromptSubmit":
      return withContext(text, NOTHING);
    case "Stop":
    case "SubagentStop":
      return failed(`hook returned invalid ${factsOf(event).spoken} JSON output: it is not JSON`);
    case "PreToolUse":
    case "PermissionRequest":
    case "PostToolUse":
    case "PreCompact":
    case "PostCompact":
      return NOTHING;
    default:
      return event satisfies never;
  }
}

function meaning(event: HookEventName, output: HookOutput): HookAnswer {
  const context = output.hookSpecificOutput?.additionalContext;
  switch (event) {
    case "PreToolUse":
      return beforeTool(output);
    case "PermissionRequest":
      return permission(output);
    case "PostToolUse":
      return afterTool(output);
    case "SessionStart":
    case "SubagentStart":
      return withContext(context, output.continue === false ? stopped(output.stopReason) : NOTHING);
    case "PreCompact":
    case "PostCompact":
      return output.continue === false ? stopped(output.stopReason) : NOTHING;
    case "UserPromptSubmit":
    case "Stop":
    case "SubagentStop":
      if (output.continue === false) return withContext(context, stopped(output.stopReason));
      return decided(event, output, context);
    default:
      return event satisfies never;
  }
}

function decided(event: HookEventName, output: HookOutput, context: string | undefined): HookAnswer {
  if (output.decision !== "block") return withContext(context, NOTHING);
  if (isBlank(output.reason))
    return failed(`${event} hook returned decision:block without a non-empty reason`);
  return withContext(context, blocked(output.reason));
}

function beforeTool(output: HookOutput): HookAnswer {
  const { permissionDecision, permissionDecisionReason, updatedInput, additionalContext } =
    output.hookSpecificOutput ?? {};
  const wrong = (what: string) => failed(`PreToolUse hook returned ${what}`);
  const unsupported = unsupportedIn(output) ?? (output.stopReason === undefined ? undefined : "stopReason");
  if (unsupported !== undefined) return wrong(`unsupported ${unsupported}`);
  if (updatedInput !== undefined && permissionDecision !== "allow")
    return wrong("updatedInput without permissionDecision:allow");
  switch (permissionDecision) {
    case "deny":
      if (isBlank(permissionDecisionReason))
        return wrong("permissionDecision:deny without a non-empty permissionDecisionReason");
      return withContext(additionalContext, blocked(permissionDecisionReason));
    case "allow":
      if (updatedInput === undefined) return wrong("unsupported permissionDecision:allow");
      return withContext(additionalContext, { ...NOTHING, effect: { updatedInput } });
    case undefined:
      break;
    default:
      return wrong(`unsupported permissionDecision:${permissionDecision}`);
  }
  if (output.decision === "approve") return wrong("unsupported decision:approve");
  if (output.decision === undefined && output.reason !== undefined) return wrong("reason without decision");
  return decided("PreToolUse", output, additionalContext);
}

function afterTool(output: HookOutput): HookAnswer {
  const { additionalContext, updatedMCPToolOutput } = output.hookSpecificOutput ?? {};
  const wrong = (what: string) => failed(`PostToolUse hook returned ${what}`);
  if (updatedMCPToolOutput !== undefined) return wrong("unsupported updatedMCPToolOutput");
  if (output.suppressOutput === true) return wrong("unsupported suppressOutput");
  if (output.continue === false) {
    const told = output.stopReason ?? STOPPED_AFTER_TOOL;
    const instead = isBlank(output.reason) ? told : output.reason;
    return withContext(additionalContext, { ...stopped(told), effect: { block: instead } });
  }
  if (output.decision === undefined && output.reason !== undefined) return wrong("reason without decision");
  return decided("PostToolUse", output, additionalContext);
}

function permission(output: HookOutput): HookAnswer {
  const wrong = (what: string) => failed(`PermissionRequest hook returned unsupported ${what}`);
  const decision = output.hookSpecificOutput?.decision;
  const unsupported =
    unsupportedIn(output) ??
    (decision?.updatedInput === undefined ? undefined : "updatedInput") ??
    (decision?.updatedPermissions === undefined ? undefined : "updatedPermissions") ??
    (decision?.interrupt === true ? "interrupt:true" : undefined);
  if (unsupported !== undefined) return wrong(unsupported);
  switch (decision?.behavior) {
    case "allow":
      return { ...NOTHING, effect: { allow: true } };
    case "deny":
      return blocked(isBlank(decision.message) ? DENIED : decision.message);
    default:
      return NOTHING;
  }
}

function unsupportedIn(output: HookOutput): string | undefined {
  if (output.continue === false) return "continue:false";
  return output.suppressOutput === true ? "suppressOutput" : undefined;
}

function isBlank(text: string | undefined): text is undefined {
  return text === undefined || text.trim() === "";
}
