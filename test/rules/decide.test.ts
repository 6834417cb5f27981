// The decision table: every row of approvals.md 2, 6 to 9 for every policy and class of sandbox, and what is ours.

import { describe, expect, test } from "bun:test";
import type { ApprovalPolicy, PermissionProfile } from "../../src/protocol/policy";
import {
  decide,
  decidePatch,
  deniesReads,
  sandboxClass,
  type Decision,
  type DecisionInput,
  type PatchDecision,
  type SandboxClass,
} from "../../src/rules/decide";
import { NO_RULES, type RuleSet } from "../../src/rules/match";
import { parseRules } from "../../src/rules/parse";
import {
  declinedText,
  permissionRefusal,
  refusedText,
  type PermissionRequest,
  type ShellTool,
} from "../../src/rules/refusal";
import table from "../fixtures/rules-decisions.json";

const GRANULAR = {
  sandbox_approval: true,
  rules: true,
  mcp_elicitations: true,
  skill_approval: false,
  request_permissions: false,
};
const POLICIES: ReadonlyMap<string, ApprovalPolicy> = new Map<string, ApprovalPolicy>([
  ["untrusted", "untrusted"],
  ["on-failure", "on-failure"],
  ["on-request", "on-request"],
  ["never", "never"],
  ["granular", { granular: GRANULAR }],
  ["granular without sandbox_approval", { granular: { ...GRANULAR, sandbox_approval: false } }],
  ["granular without rules", { granular: { ...GRANULAR, rules: false } }],
]);

type Row = {
  readonly script: string;
  readonly rules?: string;
  readonly permissions?: string;
  readonly deniesReads?: boolean;
  readonly justification?: string;
  readonly prefixRule?: readonly string[];
};

/** By policy; a policy that is not named is not possible there. */
type Cells = Readonly<Record<string, string>>;

describe("what becomes of a command", () => {
  for (const row of table.outcomes) {
    test(`${row.section}: ${row.case}`, () => {
      for (const [sandbox, cells] of cellsOf(row.expect)) {
        for (const [policy, expected] of Object.entries(cells)) {
          const found = inWords(decide(inputOf(row, policy, sandbox)));
          const shown = expected === "refuse" ? found.replace(/:.*/s, "") : found;
          expect(`${sandbox}, ${policy}: ${shown}`).toBe(`${sandbox}, ${policy}: ${expected}`);
        }
      }
    });
  }
});

describe("what is asked, and what happens after a denial", () => {
  for (const row of table.questions) {
    test(`${row.section}: ${row.case}`, () => {
      const sandbox = row.sandbox === undefined ? "restricted" : classNamed(row.sandbox);
      expect(decide(inputOf(row, row.policy, sandbox))).toEqual(row.expect as Decision); // The fixture's notation.
    });
  }
});

describe("what a call may not ask for", () => {
  for (const { tool, policy, permissions, additional, feature, text } of table.permissions) {
    test(`${tool}, ${policy}: ${permissions}, additional ${additional}, feature ${feature}`, () => {
      const request = { permissions, additional } as PermissionRequest; // The fixture holds only such words.
      const found = permissionRefusal(tool as ShellTool, request, policyNamed(policy), feature);
      expect(found ?? null).toBe(text);
    });
  }
});

describe("what the model reads", () => {
  for (const { tool, argv, reason, text } of table.texts) {
    test(`${tool}: ${reason ?? "declined"}`, () => {
      const name = tool as ShellTool; // The fixture names only these two.
      expect(reason === null ? declinedText(name, argv) : refusedText(name, argv, reason)).toBe(text);
    });
  }
});

describe("what becomes of a patch", () => {
  for (const row of table.patches) {
    test(`9 rows ${row.row}`, () => {
      for (const [sandbox, cells] of cellsOf(row.expect)) {
        for (const [policy, expected] of Object.entries(cells)) {
          const { writable, readOnly, enforced } = row;
          const approvalPolicy = policyNamed(policy);
          const found = decidePatch({ approvalPolicy, sandbox, writable, readOnly, enforced });
          expect(`${sandbox}, ${policy}: ${patchInWords(found)}`).toBe(`${sandbox}, ${policy}: ${expected}`);
        }
      }
    });
  }
});

describe("the class of a profile", () => {
  const root = { type: "special", value: { kind: "root" } } as const;
  const managed = (entries: readonly { path: typeof root; access: "read" | "write" | "deny" }[]) =>
    ({ type: "managed", file_system: { type: "restricted", entries }, network: "restricted" }) as const;
  const profiles: readonly (readonly [string, PermissionProfile, SandboxClass])[] = [
    ["full access", { type: "disabled" }, "disabled"],
    ["an outer sandbox", { type: "external", network: "enabled" }, "external"],
    [
      "files unrestricted",
      { type: "managed", file_system: { type: "unrestricted" }, network: "restricted" },
      "unrestricted",
    ],
    ["read-only", managed([{ path: root, access: "read" }]), "restricted"],
    ["all writable", managed([{ path: root, access: "write" }]), "unrestricted"],
    [
      "all writable but one",
      managed([
        { path: root, access: "write" },
        { path: root, access: "deny" },
      ]),
      "restricted",
    ],
  ];
  for (const [name, profile, expected] of profiles) {
    test(`${name}: ${expected}`, () => expect(sandboxClass(profile)).toBe(expected));
  }

  test("only a denied path hides something", () => {
    expect(deniesReads(managed([{ path: root, access: "read" }]))).toBe(false);
    expect(deniesReads(managed([{ path: root, access: "deny" }]))).toBe(true);
  });
});

test("the same input gives the same decision, and is not changed", () => {
  const input = inputOf(
    { script: "make test && touch x", rules: 'prefix_rule(["make"])' },
    "untrusted",
    "restricted",
  );
  const before = JSON.stringify(input);
  expect(decide(input)).toEqual(decide(input));
  expect(JSON.stringify(input)).toBe(before);
});

test("on Windows without a sandbox only reading commands run unasked", () => {
  const windows = (words: readonly string[], approvalPolicy: ApprovalPolicy) =>
    decide({
      ...inputOf({ script: "" }, "on-request", "restricted"),
      argv: words,
      approvalPolicy,
      platform: "win32",
      unenforced: true,
    }).type;
  expect(windows(["powershell.exe", "-Command", "Get-ChildItem | Select-String x"], "on-request")).toBe(
    "run",
  );
  expect(windows(["powershell.exe", "-Command", "New-Item x"], "on-request")).toBe("ask");
  expect(windows(["powershell.exe", "-Command", "New-Item x"], "never")).toBe("refuse");
});

function inputOf(row: Row, policy: string, sandbox: SandboxClass): DecisionInput {
  return {
    argv: ["/bin/bash", "-lc", row.script],
    rules: row.rules === undefined ? NO_RULES : rulesOf(row.rules),
    approvalPolicy: policyNamed(policy),
    sandbox,
    deniesReads: row.deniesReads === true,
    permissions: (row.permissions ?? "use_default") as DecisionInput["permissions"], // The fixture holds only such words.
    justification: row.justification,
    prefixRule: row.prefixRule,
    platform: "linux",
    unenforced: false,
  };
}

function rulesOf(text: string): RuleSet {
  const parsed = parseRules(text, "test.rules");
  if (parsed.type === "invalid") throw new Error(parsed.problem.message);
  return parsed.rules;
}

function policyNamed(name: string): ApprovalPolicy {
  const policy = POLICIES.get(name);
  if (policy === undefined) throw new Error(`no policy is called ${name}`);
  return policy;
}

function classNamed(name: string): SandboxClass {
  if (name === "restricted" || name === "unrestricted" || name === "disabled" || name === "external")
    return name;
  throw new Error(`no class of sandboxes is called ${name}`);
}

function cellsOf(
  expected: Readonly<Record<string, Cells | undefined>>,
): readonly (readonly [SandboxClass, Cells])[] {
  return Object.entries(expected).map(([name, cells]) => [classNamed(name), cells ?? {}] as const);
}

function inWords(decision: Decision): string {
  switch (decision.type) {
    case "run":
      return decision.outside ? "run outside" : "run";
    case "ask":
      return decision.outside ? "ask, then outside" : "ask";
    case "refuse":
      return `refuse: ${decision.reason}`;
    default:
      return decision satisfies never;
  }
}

function patchInWords(decision: PatchDecision): string {
  if (decision.type === "refuse") return `refuse: ${decision.reason}`;
  return decision.type === "run" && decision.outside ? "run outside" : decision.type;
}
