// What the model reads when a command is not run: refused by policy, declined by the user, or asked for in a wrong way (approvals.md 6, 7.3).

import type { ApprovalPolicy } from "../protocol/policy";
import { quoteWords } from "../util/shell-words";
import type { RuleMatch } from "./match";

export type ShellTool = "exec_command" | "shell_command";

/** The call is rejected, for a reason of `decide`. */
export function refusedText(tool: ShellTool, argv: readonly string[], reason: string): string {
  return tool === "shell_command" ? reason : startFailure(argv, reason);
}

/** The user said no. */
export function declinedText(tool: ShellTool, argv: readonly string[]): string {
  return tool === "shell_command" ? "exec command rejected by user" : startFailure(argv, "rejected by user");
}

/** The reference prints its error structure; the text is kept since it is what models and session files have. */
function startFailure(argv: readonly string[], reason: string): string {
  const message = debugText(`Rejected(${debugText(reason)})`);
  return `exec_command failed for \`${quoteWords(argv)}\`: CreateProcess { message: ${message} }`;
}

/** In double quotes, with the escapes of a Rust string. */
function debugText(text: string): string {
  return `"${[...text].map(debugLetter).join("")}"`;
}

function debugLetter(letter: string): string {
  const named = new Map([
    ['"', '\\"'],
    ["\\", "\\\\"],
    ["\n", "\\n"],
    ["\r", "\\r"],
    ["\t", "\\t"],
  ]).get(letter);
  if (named !== undefined) return named;
  return /\p{Cc}/u.test(letter) ? `\\u{${letter.charCodeAt(0).toString(16)}}` : letter;
}

/** Why a command is forbidden: the longest rule that says so, or the list of dangerous commands. */
export function forbiddenReason(argv: readonly string[], matches: readonly RuleMatch[]): string {
  const command = quoteWords(argv);
  const rule = longest(matches.filter(({ decision }) => decision === "forbidden"));
  if (rule === undefined) return `\`${command}\` rejected: blocked by policy`;
  if (rule.justification !== undefined) return `\`${command}\` rejected: ${rule.justification}`;
  return `\`${command}\` rejected: policy forbids commands starting with \`${quoteWords(rule.matchedPrefix)}\``;
}

/** What the user is told when a rule wants the question; undefined when no rule does. */
export function promptReason(argv: readonly string[], matches: readonly RuleMatch[]): string | undefined {
  const rule = longest(matches.filter(({ decision }) => decision === "prompt"));
  if (rule === undefined) return undefined;
  const because = rule.justification === undefined ? " by policy" : `: ${rule.justification}`;
  return `\`${quoteWords(argv)}\` requires approval${because}`;
}

/** The last of the longest. */
function longest(matches: readonly RuleMatch[]): RuleMatch | undefined {
  return matches.reduce<RuleMatch | undefined>(
    (best, match) => (match.matchedPrefix.length >= (best?.matchedPrefix.length ?? 0) ? match : best),
    undefined,
  );
}

/** Why a question cannot be put, or undefined when it can. `asker`: a rule of the user's, or anything else. */
export function unaskable(policy: ApprovalPolicy, asker: "rule" | "other"): string | undefined {
  if (policy === "never") return "approval required by policy, but AskForApproval is set to Never";
  if (typeof policy === "string") return undefined;
  if (asker === "rule") {
    return policy.granular.rules
      ? undefined
      : "approval required by policy rule, but AskForApproval::Granular.rules is false";
  }
  return policy.granular.sandbox_approval
    ? undefined
    : "approval required by policy, but AskForApproval::Granular.sandbox_approval is false";
}

export type SandboxPermissions = "use_default" | "require_escalated" | "with_additional_permissions";

/** What a call asks for beyond the sandbox. `additional` tells whether `additional_permissions` names anything. */
export type PermissionRequest = {
  readonly permissions: SandboxPermissions;
  readonly additional: "absent" | "empty" | "given";
};

/**
 * The text for a call that may not ask for what it asks, before anything else is looked at; undefined when it may
 * (approvals.md 6).
 * @param additionalEnabled the feature `exec_permission_approvals`
 */
export function permissionRefusal(
  tool: ShellTool,
  { permissions, additional }: PermissionRequest,
  policy: ApprovalPolicy,
  additionalEnabled: boolean,
): string | undefined {
  const wantsAdditional = permissions === "with_additional_permissions";
  if (!additionalEnabled && (wantsAdditional || additional !== "absent")) {
    return "additional permissions are disabled; enable `features.exec_permission_approvals` before using `with_additional_permissions`";
  }
  if (permissions !== "use_default" && policy !== "on-request") {
    const name = policyName(policy);
    const verb = tool === "exec_command" ? "cannot" : "should not";
    return `approval policy is ${name}; reject command — you ${verb} ask for escalated permissions if the approval policy is ${name}`;
  }
  if (!wantsAdditional) {
    return additional === "absent"
      ? undefined
      : "`additional_permissions` requires `sandbox_permissions` set to `with_additional_permissions`";
  }
  switch (additional) {
    case "absent":
      return "missing `additional_permissions`; provide at least one of `network` or `file_system` when using `with_additional_permissions`";
    case "empty":
      return "`additional_permissions` must include at least one requested permission in `network` or `file_system`";
    case "given":
      return undefined;
    default:
      return additional satisfies never;
  }
}

const POLICY_NAMES = {
  untrusted: "UnlessTrusted",
  "on-failure": "OnFailure",
  "on-request": "OnRequest",
  never: "Never",
} as const;

function policyName(policy: ApprovalPolicy): string {
  if (typeof policy === "string") return POLICY_NAMES[policy];
  const { sandbox_approval, rules, skill_approval, request_permissions, mcp_elicitations } = policy.granular;
  return (
    `Granular(GranularApprovalConfig { sandbox_approval: ${sandbox_approval}, rules: ${rules}, ` +
    `skill_approval: ${skill_approval}, request_permissions: ${request_permissions}, ` +
    `mcp_elicitations: ${mcp_elicitations} })`
  );
}
