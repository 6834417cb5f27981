// Approvals end to end: each policy in each sandbox, what is asked, where things run, and what an answer settles.

import { describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { AskAnswer } from "../../src/protocol/approvals";
import type { ApprovalPolicy, SandboxMode } from "../../src/protocol/policy";
import { askedTurn, type Asked, type AskedOptions } from "../support/asked-thread";
import { customCall, functionCall } from "../support/responses-server";

type Tool = "exec_command" | "shell_command";

const GRANULAR: ApprovalPolicy = {
  granular: {
    sandbox_approval: true,
    rules: true,
    mcp_elicitations: true,
    skill_approval: true,
    request_permissions: true,
  },
};
const YES: AskAnswer = { type: "approve" };
const NO: AskAnswer = { type: "decline" };
const SESSION: AskAnswer = { type: "approve_for_session" };

function call(tool: Tool, script: string, callId = "c1", more: object = {}) {
  const given = { [tool === "exec_command" ? "cmd" : "command"]: script, login: false, ...more };
  return functionCall(tool, given, callId);
}

/** One command under a policy in a sandbox. */
function one(
  policy: ApprovalPolicy,
  sandbox: SandboxMode,
  script: string,
  more: Partial<AskedOptions> & { readonly tool?: Tool; readonly given?: object } = {},
): Promise<Asked> {
  const { tool = "exec_command", given = {}, ...options } = more;
  return askedTurn({ policy, sandbox, calls: [[call(tool, script, "c1", given)]], ...options });
}

const outside = (it: Asked) => existsSync(join(it.box.workspace, "../outside"));
const reasons = (it: Asked) => it.asked.map((asked) => ("reason" in asked ? asked.reason : null));
const callIds = (it: Asked) => it.asked.map((asked) => ("callId" in asked ? asked.callId : null));
const completed = (it: Asked) =>
  it.events.flatMap((event) =>
    event.type === "item.completed" && event.item.type !== "agent_message" ? [event.item] : [],
  );

/** What happens: how often it asks, and whether the command ran, and where. Every question is answered with yes. */
type Row = readonly [
  policy: ApprovalPolicy,
  asks: number,
  result: "inside" | "outside" | "denied" | "refused",
];

describe.each(["exec_command", "shell_command"] as const)("%s", (tool) => {
  const check = (
    title: string,
    script: string,
    sandbox: SandboxMode,
    rows: readonly Row[],
    given: object = {},
  ) =>
    describe(`${title} in ${sandbox}`, () => {
      for (const [policy, asks, result] of rows) {
        const name = typeof policy === "string" ? policy : "granular";
        test(`${name}: ${asks === 0 ? "no question" : "a question"}, ${result}`, async () => {
          await using it = await one(policy, sandbox, script, { tool, given, answers: [YES, YES, YES] });
          expect(it.asked.length).toBe(asks);
          const text = it.output("c1") ?? "";
          if (result === "refused") {
            expect(text).not.toContain("Output:");
          } else {
            expect(text).toMatch(
              result === "denied" ? /(Exit code:|exited with code) 1\n/ : /(Exit code:|exited with code) 0\n/,
            );
            expect(text.includes("Read-only file system")).toBe(result === "denied");
          }
          expect(outside(it)).toBe(result === "outside");
        });
      }
    });

  check("a command known to be safe", "ls", "read-only", [
    ["untrusted", 0, "inside"],
    ["on-failure", 0, "inside"],
    ["on-request", 0, "inside"],
    ["never", 0, "inside"],
    [GRANULAR, 0, "inside"],
  ]);
  check("an ordinary one", "touch x", "workspace-write", [
    ["untrusted", 1, "inside"],
    ["on-failure", 0, "inside"],
    ["on-request", 0, "inside"],
    ["never", 0, "inside"],
    [GRANULAR, 0, "inside"],
  ]);
  check("a dangerous one", "rm -rf x", "workspace-write", [
    ["untrusted", 1, "inside"],
    ["on-failure", 1, "inside"],
    ["on-request", 1, "inside"],
    ["never", 0, "refused"],
    [GRANULAR, 1, "inside"],
  ]);
  check("a dangerous one", "rm -rf x", "danger-full-access", [
    ["untrusted", 1, "inside"],
    ["on-failure", 1, "inside"],
    ["on-request", 1, "inside"],
    ["never", 0, "inside"],
    [GRANULAR, 1, "inside"],
  ]);
  check("one that the sandbox stops", "touch ../outside", "workspace-write", [
    ["untrusted", 1, "outside"],
    ["on-failure", 1, "outside"],
    ["on-request", 0, "denied"],
    ["never", 0, "denied"],
    [GRANULAR, 1, "outside"],
  ]);
  check(
    "one that asks to leave the sandbox",
    "touch ../outside",
    "workspace-write",
    [
      ["untrusted", 0, "refused"],
      ["on-failure", 0, "refused"],
      ["on-request", 1, "outside"],
      ["never", 0, "refused"],
      [GRANULAR, 0, "refused"],
    ],
    { sandbox_permissions: "require_escalated", justification: "May I?" },
  );
  check("one that reads a here-document", "cat <<E\nx\nE", "read-only", [
    ["untrusted", 1, "inside"],
    ["on-failure", 0, "inside"],
    ["on-request", 0, "inside"],
    ["never", 0, "inside"],
  ]);
});

describe("what is asked", () => {
  test("the justification of the model, the command, and the rule that would be saved", async () => {
    const given = {
      sandbox_permissions: "require_escalated",
      justification: "May I?",
      prefix_rule: ["touch", "../outside"],
    };
    await using it = await one("on-request", "read-only", "touch ../outside y", { given });
    expect(it.asked[0]).toMatchObject({
      type: "command",
      callId: "c1",
      reason: "May I?",
      cwd: it.box.workspace,
      rememberable: true,
      proposal: {
        prefix: ["touch", "../outside"],
        text: 'prefix_rule(pattern=["touch", "../outside"], decision="allow")',
        places: [{ scope: "user", file: join(it.box.codexHome, "rules/default.rules") }],
      },
    });
  });

  test("a retry, in so many words", async () => {
    await using it = await one("on-failure", "read-only", "touch ../outside", { answers: [NO] });
    expect(reasons(it)).toEqual(["command failed; retry without sandbox?"]);
    expect(it.output("c1")).toContain('Rejected(\\"rejected by user\\")');
    expect(completed(it)).toMatchObject([{ type: "command_execution", status: "failed", exitCode: 1 }]);
  });

  test("nothing a second time when an approved command is stopped by the sandbox", async () => {
    await using it = await one("untrusted", "read-only", "touch ../outside", { answers: [YES] });
    expect(it.asked).toHaveLength(1);
    expect(outside(it)).toBe(true);
    const started = it.events.filter(
      (event) => event.type === "item.started" && event.item.type === "command_execution",
    );
    expect(started).toHaveLength(1);
    expect(completed(it)).toMatchObject([{ type: "command_execution", status: "completed", exitCode: 0 }]);
  });

  test("nothing about leaving the sandbox where something must not be read", async () => {
    const settings =
      'default_permissions = "p"\n[permissions.p.filesystem]\n":root" = "read"\n"/etc/ssl" = "deny"\n';
    for (const policy of ["on-failure", "untrusted"] as const) {
      const calls = [[call("shell_command", "touch ../outside")]];
      await using it = await askedTurn({ policy, sandbox: "profile", settings, calls, answers: [YES, YES] });
      expect(it.asked).toHaveLength(policy === "untrusted" ? 1 : 0);
      expect(it.output("c1")).toContain("Read-only file system");
      expect(outside(it)).toBe(false);
    }
  });
});

describe("an answer", () => {
  test("of no is told to the model, and the turn goes on", async () => {
    await using it = await one("untrusted", "read-only", "touch x", { tool: "shell_command", answers: [NO] });
    expect(it.output("c1")).toBe("exec command rejected by user");
    expect(completed(it)).toMatchObject([{ status: "declined", exitCode: -1 }]);
    expect(it.events.at(-1)?.type).toBe("turn.completed");
  });

  test("of cancel ends the turn", async () => {
    await using it = await one("untrusted", "read-only", "touch x", { answers: [{ type: "cancel" }] });
    expect(it.events.at(-1)).toEqual({ type: "turn.aborted", reason: "interrupted" });
    expect(it.server.requests).toHaveLength(1);
  });

  test("for the session covers the same command, in whatever shell, and no other", async () => {
    const calls = [
      [call("exec_command", "touch x")],
      [call("exec_command", "touch x", "c2", { shell: "bash" })],
      [call("exec_command", "touch y", "c3")],
      [call("exec_command", "touch x", "c4", { tty: true })],
      [call("exec_command", "touch x", "c5", { workdir: "/" })],
    ];
    const answers = [SESSION, YES, YES, YES];
    await using it = await askedTurn({ policy: "untrusted", sandbox: "workspace-write", calls, answers });
    expect(callIds(it)).toEqual(["c1", "c3", "c4", "c5"]);
  });

  test("for the session, once given, answers the same question of a call that runs beside it", async () => {
    const calls = [[call("exec_command", "touch x"), call("exec_command", "touch x", "c2")]];
    await using it = await askedTurn({
      policy: "untrusted",
      sandbox: "workspace-write",
      calls,
      answers: [SESSION],
    });
    expect(it.asked).toHaveLength(1);
    expect(it.output("c2")).toContain("exited with code 0");
  });

  test("of always saves a rule, tells the model, and lets such commands run outside from then on", async () => {
    const escalated = { sandbox_permissions: "require_escalated", prefix_rule: ["touch"] };
    const calls = [
      [call("exec_command", "touch x", "c1", escalated)],
      [call("exec_command", "touch ../outside", "c2")],
    ];
    const answers: AskAnswer[] = [{ type: "approve_always", prefix: ["touch"] }];
    await using it = await askedTurn({ policy: "on-request", sandbox: "read-only", calls, answers });
    expect(it.asked).toHaveLength(1);
    expect(outside(it)).toBe(true);
    expect(readFileSync(join(it.box.codexHome, "rules/default.rules"), "utf8")).toBe(
      'prefix_rule(pattern=["touch"], decision="allow")\n',
    );
    expect(it.notices()).toEqual(['Approved command prefix saved:\n- ["touch"]']);
    const kinds = it.server.requests[1]?.body.input.slice(-3).map((item) => item.role ?? item.type);
    expect(kinds).toEqual(["function_call", "function_call_output", "developer"]);
  });

  test("of always for the project saves in its .codex, if it is trusted", async () => {
    const answers: AskAnswer[] = [{ type: "approve_always", prefix: ["touch"], scope: "project" }];
    await using it = await one("untrusted", "workspace-write", "touch x", { answers, trusted: true });
    expect(it.asked[0]).toMatchObject({
      proposal: {
        places: [
          { scope: "user" },
          { scope: "project", file: join(it.box.workspace, ".codex/rules/default.rules") },
        ],
      },
    });
    expect(readFileSync(join(it.box.workspace, ".codex/rules/default.rules"), "utf8")).toContain('["touch"]');
    expect(existsSync(join(it.box.codexHome, "rules"))).toBe(false);
  });

  test("of always for the project goes nowhere by a link of the project", async () => {
    const answers: AskAnswer[] = [{ type: "approve_always", prefix: ["touch"], scope: "project" }];
    const before: AskedOptions["before"] = (box) => {
      mkdirSync(join(box.home, "stolen"));
      mkdirSync(join(box.workspace, ".codex"));
      symlinkSync(join(box.home, "stolen"), join(box.workspace, ".codex/rules"));
    };
    await using it = await one("untrusted", "workspace-write", "touch x", { answers, trusted: true, before });
    expect(existsSync(join(it.box.home, "stolen/default.rules"))).toBe(false);
    expect(it.events.find((event) => event.type === "warning")?.message).toContain("symbolic link");
    expect(it.output("c1")).toContain("exited with code 0");
  });

  test("of always that cannot be saved is told of, and the command runs all the same", async () => {
    const answers: AskAnswer[] = [{ type: "approve_always", prefix: ["touch"] }];
    const before: AskedOptions["before"] = (box) => box.write(join(box.codexHome, "rules"), "a file");
    await using it = await one("untrusted", "workspace-write", "touch x", { answers, before });
    expect(it.events.find((event) => event.type === "warning")?.message).toStartWith(
      "Failed to apply execpolicy amendment: ",
    );
    expect(it.output("c1")).toContain("exited with code 0");
    expect(it.notices()).toEqual([]);
  });

  test("of always never allows a whole interpreter, nor what can destroy work", async () => {
    const banned: AskAnswer[] = [{ type: "approve_always", prefix: ["sh"] }];
    await using it = await one("untrusted", "workspace-write", "touch x", { answers: banned });
    expect(existsSync(join(it.box.codexHome, "rules"))).toBe(false);
    const answers: AskAnswer[] = [{ type: "approve_always", prefix: ["rm"] }];
    await using other = await one("untrusted", "workspace-write", "rm -rf x", { answers });
    expect(other.asked[0]).toMatchObject({ proposal: null });
    expect(existsSync(join(other.box.codexHome, "rules"))).toBe(false);
  });
});

describe("additional permissions", () => {
  const given = (box: { write: string[] }) => ({
    sandbox_permissions: "with_additional_permissions",
    additional_permissions: { file_system: { write: box.write } },
  });

  test("are refused while the feature is off, and when they name nothing", async () => {
    await using off = await one("on-request", "read-only", "ls", { given: given({ write: ["/x"] }) });
    expect(off.output("c1")).toStartWith("additional permissions are disabled;");
    const settings = "features.exec_permission_approvals = true";
    await using empty = await one("on-request", "read-only", "ls", { given: given({ write: [] }), settings });
    expect(empty.output("c1")).toContain("must include at least one requested permission");
  });

  test("open what they name, once approved, and nothing else", async () => {
    const settings = "features.exec_permission_approvals = true";
    const script = "touch ../home/made; touch ../outside";
    await using it = await one("on-request", "read-only", script, {
      given: given({ write: ["../home"] }),
      settings,
      answers: [YES],
    });
    expect(it.asked[0]).toMatchObject({ additionalPermissions: { write: [it.box.home], network: false } });
    expect(existsSync(join(it.box.home, "made"))).toBe(true);
    expect(outside(it)).toBe(false);
  });
});

describe("a patch", () => {
  const patch = (callId: string, ...lines: readonly string[]) =>
    customCall("apply_patch", ["*** Begin Patch", ...lines, "*** End Patch"].join("\n"), callId);
  const add = (path: string, callId = "c1") => patch(callId, `*** Add File: ${path}`, "+x");
  const patched = (
    policy: ApprovalPolicy,
    sandbox: SandboxMode,
    path: string,
    more: Partial<AskedOptions> = {},
  ) => askedTurn({ policy, sandbox, calls: [[add(path)]], answers: [YES, YES], ...more });

  const rows: readonly [SandboxMode, string, ApprovalPolicy, number, boolean][] = [
    ["workspace-write", "in", "untrusted", 1, true],
    ["workspace-write", "in", "on-failure", 0, true],
    ["workspace-write", "in", "on-request", 0, true],
    ["workspace-write", "in", "never", 0, true],
    ["workspace-write", "in", GRANULAR, 0, true],
    ["workspace-write", "../out", "untrusted", 1, true],
    ["workspace-write", "../out", "on-failure", 0, true],
    ["workspace-write", "../out", "on-request", 1, true],
    ["workspace-write", "../out", "never", 0, false],
    ["workspace-write", "../out", GRANULAR, 1, true],
    ["workspace-write", ".git/hooks/x", "on-request", 1, true],
    ["workspace-write", "../new/folder/out", "on-request", 1, true],
    ["read-only", "in", "untrusted", 1, true],
    ["read-only", "in", "on-failure", 0, true],
    ["read-only", "in", "on-request", 1, true],
    ["read-only", "in", "never", 0, false],
    ["danger-full-access", "../out", "untrusted", 1, true],
    ["danger-full-access", "../out", "on-failure", 0, true],
    ["danger-full-access", "../out", "on-request", 0, true],
    ["danger-full-access", "../out", "never", 0, true],
  ];
  for (const [sandbox, path, policy, asks, written] of rows) {
    const name = typeof policy === "string" ? policy : "granular";
    test(`of ${path} in ${sandbox}, ${name}: ${asks} asked, ${written ? "written" : "rejected"}`, async () => {
      await using it = await patched(policy, sandbox, path);
      expect(it.asked.length).toBe(asks);
      expect(existsSync(join(it.box.workspace, path))).toBe(written);
      if (written) expect(it.output("c1")).toStartWith("Exit code: 0\n");
      else expect(it.output("c1")).toStartWith("patch rejected: writing ");
    });
  }

  test("is shown while the model writes it, by the id of its call", async () => {
    await using it = await patched("never", "workspace-write", "in");
    expect(it.events.find((event) => event.type === "patch.preview")).toMatchObject({
      itemId: "c1",
      changes: [{ type: "add", path: "in" }],
    });
  });

  test("that is declined was announced before, and changes nothing", async () => {
    await using it = await patched("untrusted", "workspace-write", "in", { answers: [NO] });
    expect(it.asked[0]).toMatchObject({
      type: "patch",
      reason: null,
      grantRoot: null,
      changes: [{ type: "add", content: "x\n" }],
    });
    expect(it.output("c1")).toBe("patch rejected by user");
    expect(completed(it)).toMatchObject([{ type: "file_change", status: "declined" }]);
    expect(existsSync(join(it.box.workspace, "in"))).toBe(false);
  });

  test("is not asked about again for files that were approved for the session", async () => {
    const update = patch("c2", "*** Update File: in", "@@", "-x", "+y");
    const both = patch("c3", "*** Update File: in", "@@", "-y", "+z", "*** Add File: other", "+o");
    const calls = [[add("in")], [update], [both]];
    const answers = [SESSION, NO];
    await using it = await askedTurn({ policy: "untrusted", sandbox: "workspace-write", calls, answers });
    expect(callIds(it)).toEqual(["c1", "c3"]);
    expect(readFileSync(join(it.box.workspace, "in"), "utf8")).toBe("y\n");
  });

  const linked: AskedOptions["before"] = (box) => {
    box.write(join(box.home, "target"), "x\n");
    symlinkSync(join(box.home, "target"), join(box.workspace, "link"));
  };
  const through = patch(
    "c1",
    ...["*** Add File: first", "+1", "*** Update File: link", "@@", "-x", "+y", "*** Add File: last", "+3"],
  );

  test("that the sandbox stops half-way goes on outside if that is approved", async () => {
    await using it = await askedTurn({
      policy: "on-request",
      sandbox: "workspace-write",
      calls: [[through]],
      answers: [YES],
      before: linked,
    });
    expect(reasons(it)).toEqual(["command failed; retry without sandbox?"]);
    expect(it.output("c1")).toContain("Success. Updated the following files:\nA first\nA last\nM link\n");
    expect(readFileSync(join(it.box.home, "target"), "utf8")).toBe("y\n");
  });

  test("that the sandbox stops says what was changed and what was not", async () => {
    for (const policy of ["never", "on-request"] as const) {
      await using it = await askedTurn({
        policy,
        sandbox: "workspace-write",
        calls: [[through]],
        before: linked,
      });
      expect(it.output("c1")).toMatch(
        /^Exit code: 1\nWall time: .* seconds\nOutput:\nFailed to write file \S+\/link\nReason: .+\nChanged before that:\nA first\nNot changed:\nM link\nA last\n$/,
      );
      expect(readFileSync(join(it.box.home, "target"), "utf8")).toBe("x\n");
      expect(completed(it)).toMatchObject([{ type: "file_change", status: "failed" }]);
    }
  });

  test("keeps the mode of a file that it moves, and the file that is moved onto itself", async () => {
    const before: AskedOptions["before"] = (box) => {
      box.write("run.sh", "echo 1\n");
      chmodSync(join(box.workspace, "run.sh"), 0o755);
    };
    const calls = [
      [patch("c1", "*** Update File: run.sh", "*** Move to: go.sh", "@@", "-echo 1", "+echo 2")],
      [patch("c2", "*** Update File: go.sh", "*** Move to: ./go.sh", "@@", "-echo 2", "+echo 3")],
      [call("exec_command", "./go.sh", "c3")],
    ];
    await using it = await askedTurn({ policy: "never", sandbox: "workspace-write", calls, before });
    expect(it.output("c3")).toEndWith("Output:\n3\n");
    expect(existsSync(join(it.box.workspace, "run.sh"))).toBe(false);
  });
});
