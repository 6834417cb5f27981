// Whether a shell command of the model may run, and where: rules, policy and, if need be, the person in front (approvals.md 2).

import type { Confinement } from "../exec/confinement";
import type { CommandExecution } from "../protocol/items";
import { decide, deniesReads, sandboxClass } from "../rules/decide";
import {
  declinedText,
  permissionRefusal,
  refusedText,
  type SandboxPermissions,
  type ShellTool,
} from "../rules/refusal";
import { stringArgument, stringsArgument, type Arguments } from "./arguments";
import type { ToolContext } from "./tool";

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
  | { readonly type: "run"; readonly confinement: Confinement }
  /** It may not run; `text` is for the model. */
  | { readonly type: "refused"; readonly text: string }
  /** It may, but cannot be confined as it must be; `text` tells why and what to do. */
  | { readonly type: "unconfined"; readonly text: string };

/** The text for a call that asks for more than may be asked for, to be answered before anything else; else undefined. */
export function refusedRequest(tool: ShellTool, given: Arguments, context: ToolContext): string | undefined {
  const { approvalPolicy, config } = context;
  const additional = (given["additional_permissions"] ?? null) === null ? "absent" : "given";
  const enabled = config.features.get("exec_permission_approvals") === true;
  return permissionRefusal(tool, { permissions: permissionsOf(given), additional }, approvalPolicy, enabled);
}

/** What the decision depends on. */
export type Authority = Pick<
  ToolContext,
  "approvalPolicy" | "rules" | "profile" | "confine" | "ask" | "signal"
>;

/** Asks at most one question. */
export async function authorize(wanted: Wanted, context: Authority): Promise<Authorization> {
  const { tool, argv, cwd, callId, given } = wanted;
  const decision = decide({
    argv,
    rules: context.rules,
    approvalPolicy: context.approvalPolicy,
    sandbox: sandboxClass(context.profile),
    deniesReads: deniesReads(context.profile),
    permissions: permissionsOf(given),
    justification: stringArgument(given, "justification"),
    prefixRule: stringsArgument(given, "prefix_rule"),
    platform: process.platform,
    unenforced: false, // where there is no sandbox, `confine` refuses what needs one
  });
  if (decision.type === "refuse") return { type: "refused", text: refusedText(tool, argv, decision.reason) };
  if (decision.type === "ask") {
    const { reason, proposedPrefix } = decision;
    const question = { type: "command", callId, command: argv, cwd, reason, proposedPrefix } as const;
    const answer = await context.ask(question, context.signal);
    if (answer.type === "decline" || answer.type === "cancel") {
      return { type: "refused", text: declinedText(tool, argv) };
    }
  }
  const confinement: ReturnType<ToolContext["confine"]> = decision.outside
    ? { type: "none" }
    : context.confine();
  if (confinement.type !== "refused") return { type: "run", confinement };
  return { type: "unconfined", text: `${confinement.reason} ${confinement.fix}` };
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

/** The schema has let nothing else pass. */
function permissionsOf(given: Arguments): SandboxPermissions {
  const asked = stringArgument(given, "sandbox_permissions");
  return (asked ?? "use_default") as SandboxPermissions;
}
