// What a call answers that asks to leave the sandbox where nobody can be asked (approvals.md 6).

import type { ApprovalPolicy } from "../protocol/policy";
import { stringArgument, type Arguments } from "./arguments";
import type { ToolContext } from "./tool";

const POLICY_NAMES = {
  untrusted: "UnlessTrusted",
  "on-failure": "OnFailure",
  "on-request": "OnRequest",
  never: "Never",
} as const;

/** The text for the model, or null when the call keeps to the sandbox. The two shell tools word it differently. */
export function escalationRefusal(
  given: Arguments,
  context: Pick<ToolContext, "approvalPolicy">,
  verb: "cannot" | "should not",
): string | null {
  if ((stringArgument(given, "sandbox_permissions") ?? "use_default") === "use_default") return null;
  const policy = policyName(context.approvalPolicy);
  return `approval policy is ${policy}; reject command — you ${verb} ask for escalated permissions if the approval policy is ${policy}`;
}

function policyName(policy: ApprovalPolicy): string {
  if (typeof policy === "string") return POLICY_NAMES[policy];
  const { sandbox_approval, rules, skill_approval, request_permissions, mcp_elicitations } = policy.granular;
  return `Granular(GranularApprovalConfig { sandbox_approval: ${sandbox_approval}, rules: ${rules}, skill_approval: ${skill_approval}, request_permissions: ${request_permissions}, mcp_elicitations: ${mcp_elicitations} })`;
}
