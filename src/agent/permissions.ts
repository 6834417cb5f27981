// Renders the `<permissions instructions>` section: what the model may do here, and what it may ask for (agent.md 3).

import type { ApprovalPolicy, GranularApproval, SandboxPolicy } from "../protocol/policy";
import approvalTexts from "./permissions-approvals.md" with { type: "text" };
import sandboxTexts from "./permissions-sandbox.md" with { type: "text" };

/** More prefixes than this would cost more context than they save questions. */
const MAX_PREFIXES = 100;

/**
 * The section for one set of permissions, as one line of text per fact, without a final newline. The same arguments
 * give the same bytes, whatever the order of the prefixes, so that a repeated section can be recognised (agent.md 7).
 *
 * @param writableRoots absolute paths, in the order of sandbox.md 1.3; only named for workspace-write
 * @param approvedPrefixes command prefixes that an `allow` rule covers, as words
 */
export function permissionsText(
  sandbox: SandboxPolicy,
  approval: ApprovalPolicy,
  writableRoots: readonly string[],
  approvedPrefixes: readonly (readonly string[])[],
): string {
  const paragraphs = [
    section(sandboxTexts, sandbox.type),
    ...(sandbox.type === "workspace-write" ? [rootsLine(writableRoots)] : []),
    section(sandboxTexts, networkSection(sandbox)),
    section(approvalTexts, approvalSection(sandbox, approval)),
    ...(typeof approval === "object" ? [granularLines(approval.granular)] : []),
    ...(approvedPrefixes.length > 0 ? [prefixLines(approvedPrefixes)] : []),
  ];
  return `<permissions instructions>\n${paragraphs.join("\n")}\n</permissions instructions>`;
}

function networkSection(sandbox: SandboxPolicy): string {
  switch (sandbox.type) {
    case "danger-full-access":
      return "network enabled";
    case "external-sandbox":
      return sandbox.network_access === "enabled" ? "network enabled" : "network external";
    case "read-only":
    case "workspace-write":
      return sandbox.network_access === true ? "network enabled" : "network restricted";
    default:
      return sandbox satisfies never;
  }
}

function approvalSection(sandbox: SandboxPolicy, approval: ApprovalPolicy): string {
  if (typeof approval === "object") return "granular";
  const sandboxed = sandbox.type === "read-only" || sandbox.type === "workspace-write";
  const escalates = approval === "on-request" || approval === "on-failure";
  return escalates && !sandboxed ? `${approval} without a sandbox` : approval;
}

function rootsLine(roots: readonly string[]): string {
  return `Writable roots: ${roots.length === 0 ? "none" : roots.map((root) => `\`${root}\``).join(", ")}.`;
}

const GRANULAR_KINDS: readonly (readonly [keyof GranularApproval, string])[] = [
  ["sandbox_approval", "leaving the sandbox"],
  ["rules", "commands that a rule wants confirmed"],
  ["mcp_elicitations", "questions from MCP servers"],
  ["skill_approval", "running skills"],
  ["request_permissions", "requests for further permissions"],
];

function granularLines(granular: GranularApproval): string {
  const names = (asked: boolean) =>
    GRANULAR_KINDS.filter(([kind]) => granular[kind] === asked)
      .map(([, name]) => name)
      .join(", ") || "none";
  return `Questions that reach the user: ${names(true)}.\nQuestions that are refused: ${names(false)}.`;
}

function prefixLines(prefixes: readonly (readonly string[])[]): string {
  const lines = [...new Set(prefixes.map((prefix) => `- ${JSON.stringify(prefix)}`))].sort();
  const omitted = lines.length - MAX_PREFIXES;
  return [
    section(approvalTexts, "approved prefixes"),
    ...lines.slice(0, MAX_PREFIXES),
    ...(omitted > 0 ? [`- and ${omitted} more`] : []),
  ].join("\n");
}

/** The text below the heading `# <name>`. Throws when there is none: the texts are part of the program. */
function section(texts: string, name: string): string {
  const found = texts.split(/^# /m).find((part) => part.startsWith(`${name}\n`));
  if (found === undefined) throw new Error(`the permission texts have no section "${name}"`);
  return found.slice(name.length).trim();
}
