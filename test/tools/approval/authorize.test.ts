// Whether a command of the model may run and where, with somebody there to be asked.

import { describe, expect, test } from "bun:test";
import type { Confinement } from "../../../src/exec/confinement";
import type { AskAnswer, AskRequest } from "../../../src/protocol/approvals";
import type { ApprovalPolicy, PermissionProfile } from "../../../src/protocol/policy";
import { NO_RULES, type RuleSet } from "../../../src/rules/match";
import { parseRules } from "../../../src/rules/parse";
import { authorize, type Authorization } from "../../../src/tools/approval/authorize";
import { sessionApprovals } from "../../../src/tools/approval/session";

const READ_ONLY: PermissionProfile = {
  type: "managed",
  network: "restricted",
  file_system: {
    type: "restricted",
    entries: [{ path: { type: "special", value: { kind: "root" } }, access: "read" }],
  },
};
/** Stands for whatever confinement the profile leads to. */
const CONFINED: Confinement = {
  type: "namespaces",
  pipes: "closed",
  network: "none",
  tree: "open",
  mounts: [],
  filter: new Uint8Array(),
};

type Situation = {
  readonly policy?: ApprovalPolicy;
  readonly rules?: RuleSet;
  readonly given?: Readonly<Record<string, unknown>>;
  readonly answer?: AskAnswer;
  readonly tool?: "exec_command" | "shell_command";
};

async function authorized(
  script: string,
  { policy = "on-request", rules = NO_RULES, given = {}, answer, tool = "exec_command" }: Situation,
): Promise<{ result: Authorization; asked: readonly AskRequest[] }> {
  const asked: AskRequest[] = [];
  const wanted = { tool, argv: ["/bin/sh", "-c", script], cwd: "/w", callId: "c1", given };
  const running = authorize(wanted, {
    approvalPolicy: policy,
    approvals: sessionApprovals(rules, []),
    profile: READ_ONLY,
    confine: () => CONFINED,
    ask: (request) => {
      asked.push(request);
      return Promise.resolve(answer ?? { type: "decline" });
    },
    interrupt: () => {},
    hooks: undefined,
    turnId: "t1",
    signal: new AbortController().signal,
  });
  let step = await running.next();
  while (step.done !== true) step = await running.next();
  return { result: step.value, asked };
}

function rulesOf(text: string): RuleSet {
  const parsed = parseRules(text, "x.rules");
  if (parsed.type === "invalid") throw new Error(parsed.problem.message);
  return parsed.rules;
}

const place = ({ result }: { result: Authorization }) =>
  result.type === "run" ? result.confinement.type : result.type;

describe("without a question", () => {
  test("a command runs in the sandbox, or outside when rules allow all of it", async () => {
    expect(place(await authorized("ls", {}))).toBe("namespaces");
    const rules = rulesOf('prefix_rule(["ls"])');
    expect(place(await authorized("ls /", { rules }))).toBe("none");
    expect(place(await authorized("ls / && touch x", { rules }))).toBe("namespaces");
  });

  test("a forbidden one is refused, in the words of its tool", async () => {
    const rules = rulesOf('prefix_rule(["nono"], "forbidden", justification = "because")');
    const { result, asked } = await authorized("nono", { rules, tool: "shell_command" });
    expect(result).toEqual({ type: "refused", text: "`/bin/sh -c nono` rejected: because" });
    expect(asked).toEqual([]);
  });
});

describe("with a question", () => {
  const ESCALATED = { given: { sandbox_permissions: "require_escalated", justification: "May I?" } };

  test("the person is told the command, the folder and the reason", async () => {
    const { asked } = await authorized("touch x", ESCALATED);
    expect(asked).toMatchObject([
      {
        type: "command",
        callId: "c1",
        command: ["/bin/sh", "-c", "touch x"],
        cwd: "/w",
        reason: "May I?",
      },
    ]);
  });

  test("an escalated command that is approved runs outside", async () => {
    for (const type of ["approve", "approve_for_session"] as const) {
      expect(place(await authorized("touch x", { ...ESCALATED, answer: { type } }))).toBe("none");
    }
  });

  test("an untrusted command that is approved stays in the sandbox", async () => {
    const answer = { type: "approve" } as const;
    expect(place(await authorized("touch x", { policy: "untrusted", answer }))).toBe("namespaces");
  });

  test("one that is declined is refused", async () => {
    for (const type of ["decline", "cancel"] as const) {
      const { result } = await authorized("touch x", { ...ESCALATED, answer: { type } });
      expect(result).toEqual({
        type: "refused",
        text: 'exec_command failed for `/bin/sh -c \'touch x\'`: CreateProcess { message: "Rejected(\\"rejected by user\\")" }',
      });
    }
  });
});
