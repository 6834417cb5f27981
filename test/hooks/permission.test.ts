// Hooks that answer in the place of the person: for commands, patches and MCP tools, before what was answered earlier.

import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ThreadEvent } from "../../src/protocol/events";
import { askedTurn, type AskedOptions } from "../support/asked-thread";
import { installHooks, KEEP, refuses, says, specific, told, type HookSet } from "../support/hooks";
import { customCall, done, functionCall, type SseEvent } from "../support/responses-server";

const SERVER = join(import.meta.dir, "..", "support", "mcp-server.ts");
const decides = (decision: object) => says(specific("PermissionRequest", { decision }));
const ALLOW = decides({ behavior: "allow" });
const PATCH = "*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch";

function command(cmd: string, callId = "c1"): readonly SseEvent[] {
  const outside = { sandbox_permissions: "require_escalated", justification: "it must" };
  return functionCall("exec_command", { cmd, login: false, ...outside }, callId);
}

function asked(hooks: HookSet, calls: AskedOptions["calls"], more: Partial<AskedOptions> = {}) {
  return askedTurn({
    policy: "on-request",
    sandbox: "workspace-write",
    calls,
    before: (box) => installHooks(box, hooks),
    ...more,
  });
}

const rejected = (reason: string) => `Rejected(\\"${reason}\\")`;

describe("a command", () => {
  test("that a hook allows runs without a question, where it wants to", async () => {
    await using it = await asked({ PermissionRequest: ALLOW }, [[command('echo out > "$HOME/made"')]]);
    expect(it.asked).toEqual([]);
    expect(existsSync(join(it.box.home, "made"))).toBe(true);
  });

  const refusals: readonly (readonly [string, string, string])[] = [
    ["deny and a message", decides({ behavior: "deny", message: "not that" }), "not that"],
    ["deny", decides({ behavior: "deny" }), "PermissionRequest hook denied approval"],
    ["exit code 2", refuses("not that"), "not that"],
  ];
  for (const [how, hook, reason] of refusals) {
    test(`that a hook refuses with ${how} does not run, and the model reads why`, async () => {
      await using it = await asked({ PermissionRequest: [ALLOW, hook] }, [[command("touch ran")]]);
      expect(it.asked).toEqual([]);
      expect(it.output("c1")).toContain(rejected(reason));
      expect(existsSync(join(it.box.workspace, "ran"))).toBe(false);
    });
  }

  test("is asked about when no hook decides, and hooks see what it is about", async () => {
    const undecided = [
      KEEP,
      says("text"),
      says({ continue: false }),
      says(specific("PermissionRequest", { decision: { behavior: "allow", updatedInput: {} } })),
    ];
    await using it = await asked({ PermissionRequest: undecided }, [[command("true")]]);
    expect(it.asked).toMatchObject([{ type: "command", reason: "it must" }]);
    const [input] = told(it.box);
    expect(input).toMatchObject({
      hook_event_name: "PermissionRequest",
      permission_mode: "default",
      tool_name: "Bash",
      tool_input: { command: "true", description: "it must" },
    });
    expect(input).not.toHaveProperty("tool_use_id");
    const failed = it.events.flatMap((event: ThreadEvent) =>
      event.type === "hook.completed" && event.run.status === "failed" ? event.run.entries : [],
    );
    expect(failed.map(({ text }) => text)).toEqual([
      "PermissionRequest hook returned unsupported continue:false",
      "PermissionRequest hook returned unsupported updatedInput",
    ]);
  });

  test("that needs no question is not brought before hooks", async () => {
    await using it = await asked({ PermissionRequest: KEEP }, [
      [functionCall("exec_command", { cmd: "true", login: false }, "c1")],
    ]);
    expect(told(it.box)).toEqual([]);
  });

  test("that was allowed for the session is still brought before hooks", async () => {
    await using it = await asked(
      { PermissionRequest: KEEP },
      [[command("true", "c1")], [command("true", "c2")]],
      { answers: [{ type: "approve_for_session" }] },
    );
    expect(it.asked).toHaveLength(1);
    expect(told(it.box)).toHaveLength(2);
  });

  test("that was changed by a hook is shown as it would run", async () => {
    const update = specific("PreToolUse", {
      permissionDecision: "allow",
      updatedInput: { command: "echo changed" },
    });
    await using it = await asked({ PreToolUse: says(update), PermissionRequest: KEEP }, [
      [command("echo first")],
    ]);
    expect(told(it.box)).toMatchObject([{ tool_input: { command: "echo changed" } }]);
    expect(it.asked).toMatchObject([{ command: ["/bin/bash", "-c", "echo changed"] }]);
  });
});

test("a patch is decided on by hooks too", async () => {
  const calls = [[customCall("apply_patch", PATCH, "c1")]];
  await using allowed = await asked({ PermissionRequest: ALLOW }, calls, { policy: "untrusted" });
  expect(existsSync(join(allowed.box.workspace, "a.txt"))).toBe(true);
  await using denied = await asked({ PermissionRequest: [KEEP, refuses("no patches")] }, calls, {
    policy: "untrusted",
  });
  expect(denied.output("c1")).toBe("no patches");
  expect(told(denied.box)).toMatchObject([{ tool_name: "apply_patch", tool_input: { command: PATCH } }]);
  expect([...allowed.asked, ...denied.asked]).toEqual([]);
});

describe("an MCP tool", () => {
  const settings = `\n[mcp_servers.srv]\ncommand = ${JSON.stringify(process.execPath)}\nargs = ["${SERVER}", "good"]\n`;
  const plain = (callId: string) =>
    done({
      type: "function_call",
      name: "plain",
      namespace: "mcp__srv",
      arguments: '{"a":1}',
      call_id: callId,
    });
  const call = plain("c1");

  test("is decided on by hooks too", async () => {
    await using allowed = await asked({ PermissionRequest: [KEEP, ALLOW] }, [[[call]]], { settings });
    expect(allowed.output("c1")).toContain("plain ran");
    expect(told(allowed.box)).toMatchObject([{ tool_name: "mcp__srv__plain", tool_input: { a: 1 } }]);
    await using denied = await asked({ PermissionRequest: refuses("not this one") }, [[[call]]], {
      settings,
    });
    expect(denied.output("c1")).toContain('[{"type":"text","text":"not this one"}]');
    expect([...allowed.asked, ...denied.asked]).toEqual([]);
  });

  test("that was allowed for the session is not brought before hooks again", async () => {
    await using it = await asked({ PermissionRequest: KEEP }, [[[call]], [[plain("c2")]]], {
      settings,
      answers: [{ type: "approve_for_session" }],
    });
    expect(it.output("c2")).toContain("plain ran");
    expect(it.asked).toHaveLength(1);
    expect(told(it.box)).toHaveLength(1);
  });
});
