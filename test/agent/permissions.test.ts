// What the model is told about its permissions, for every sandbox mode and approval policy.

import { describe, expect, test } from "bun:test";
import { permissionsText } from "../../src/agent/permissions";
import type { ApprovalPolicy, SandboxPolicy } from "../../src/protocol/policy";

const workspaceWrite = {
  type: "workspace-write",
  network_access: false,
  exclude_tmpdir_env_var: false,
  exclude_slash_tmp: false,
} as const satisfies SandboxPolicy;

const granular: ApprovalPolicy = {
  granular: {
    sandbox_approval: true,
    rules: false,
    mcp_elicitations: true,
    skill_approval: false,
    request_permissions: false,
  },
};

const SANDBOXES: readonly SandboxPolicy[] = [
  { type: "read-only" },
  { type: "read-only", network_access: true },
  workspaceWrite,
  { ...workspaceWrite, network_access: true },
  { type: "danger-full-access" },
  { type: "external-sandbox", network_access: "restricted" },
  { type: "external-sandbox", network_access: "enabled" },
];
const APPROVALS: readonly ApprovalPolicy[] = ["untrusted", "on-failure", "on-request", "never", granular];

describe("the permissions section", () => {
  for (const sandbox of SANDBOXES) {
    for (const approval of APPROVALS) {
      const approvalName = typeof approval === "string" ? approval : "granular";
      test(`names ${JSON.stringify(sandbox)} and ${approvalName}, inside its tags`, () => {
        const text = permissionsText(sandbox, approval, ["/repo"], []);
        expect(text).toStartWith("<permissions instructions>\nSandbox mode: `" + sandbox.type + "`.");
        expect(text).toEndWith("\n</permissions instructions>");
        expect(text).toContain(`Approval policy: \`${approvalName}\`.`);
        expect(text.match(/^Network access: (restricted|enabled)/gm)).toHaveLength(1);
        expect(text).not.toContain("\n#");
      });
    }
  }

  test("lists the writable roots in their order, and only where some exist", () => {
    const text = permissionsText(workspaceWrite, "never", ["/repo", "/tmp"], []);
    expect(text).toContain("\nWritable roots: `/repo`, `/tmp`.\n");
    expect(permissionsText({ type: "read-only" }, "never", ["/repo"], [])).not.toContain("/repo");
  });

  test("tells apart a network that is on and one that is off", () => {
    const off = permissionsText(workspaceWrite, "never", [], []);
    const on = permissionsText({ ...workspaceWrite, network_access: true }, "never", [], []);
    expect(off).toContain("Network access: restricted.");
    expect(on).toContain("Network access: enabled.");
  });

  test("invites escalation under on-request inside a sandbox, and nowhere else", () => {
    for (const sandbox of SANDBOXES) {
      for (const approval of APPROVALS) {
        const text = permissionsText(sandbox, approval, [], []);
        const sandboxed = sandbox.type === "read-only" || sandbox.type === "workspace-write";
        const invited = approval === "on-request" && sandboxed;
        expect(text.includes("`require_escalated`")).toBe(invited);
        expect(/do not send `sandbox_permissions`/i.test(text)).toBe(!invited);
      }
    }
  });

  test("says which kinds of question a granular policy lets through", () => {
    const text = permissionsText(workspaceWrite, granular, [], []);
    expect(text).toContain(
      "\nQuestions that reach the user: leaving the sandbox, questions from MCP servers.\n",
    );
    expect(text).toContain(
      "\nQuestions that are refused: commands that a rule wants confirmed, running skills,",
    );
  });

  test("lists approved prefixes as words, once each, in one order", () => {
    const one = permissionsText(
      workspaceWrite,
      "on-request",
      [],
      [["git", "add"], ["cargo"], ["git", "add"]],
    );
    const two = permissionsText(workspaceWrite, "on-request", [], [["cargo"], ["git", "add"]]);
    expect(one).toContain('\n- ["cargo"]\n- ["git","add"]\n');
    expect(two).toBe(one);
    expect(permissionsText(workspaceWrite, "on-request", [], [])).not.toContain("already allowed");
  });

  test("bounds the list of approved prefixes", () => {
    const many = Array.from({ length: 130 }, (_, index) => ["tool", String(index)]);
    const text = permissionsText(workspaceWrite, "on-request", [], many);
    expect(text.match(/^- \["tool"/gm)).toHaveLength(100);
    expect(text).toContain("\n- and 30 more\n");
  });
});
