// Hooks before and after tools: what they see of a call, and how they refuse it, change it, or put something in the place of its output.

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { outputOf, scripted, type ExecRun, type ScriptedOptions } from "../support/exec-run";
import { installHooks, KEEP, refuses, says, specific, told, type HookSet } from "../support/hooks";
import {
  customCall,
  done,
  functionCall,
  message,
  respond,
  type RecordedRequest,
  type Script,
  type SseEvent,
} from "../support/responses-server";

const DONE = respond(message("done"));
const SERVER = join(import.meta.dir, "..", "support", "mcp-server.ts");
const PATCH = "*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch";

const pre = (fields: object) => says(specific("PreToolUse", { ...fields }));
const allow = (updatedInput: unknown) => pre({ permissionDecision: "allow", updatedInput });
const shell = (cmd: string, id = "c1", more: object = {}) =>
  functionCall("exec_command", { cmd, ...more }, id);
const ran = (output: string) => output.slice(output.indexOf("Output:\n") + 8);

/** One response with calls, and one that ends the turn. */
async function turn(
  hooks: HookSet,
  calls: readonly (readonly SseEvent[])[] | Script,
  options: ScriptedOptions & { readonly args?: readonly string[] } = {},
) {
  const script = typeof calls === "function" ? calls : [respond(...(calls as readonly SseEvent[][])), DONE];
  const run = await scripted(script, options);
  installHooks(run.box, hooks);
  const { stderr, exitCode } = await run.box.codex([
    "exec",
    "-s",
    "workspace-write",
    ...(options.args ?? []),
    "go",
  ]);
  expect(exitCode).toBe(0);
  return Object.assign(run, {
    shown: stderr,
    output: (id: string) => outputOf(run.server.requests.at(-1), id),
  });
}

/** Kinds, and texts of developer messages, from the first call on. */
function order(request: RecordedRequest | undefined): readonly string[] {
  const input = request?.body.input ?? [];
  const first = input.findIndex(({ call_id: id }) => id !== undefined);
  return input.slice(first).map(({ type, call_id: id, content }) => content?.[0]?.text ?? `${type} ${id}`);
}

describe("what hooks see", () => {
  test("of a command: Bash, its text, and afterwards its output alone", async () => {
    await using it = await turn({ PreToolUse: KEEP, PostToolUse: KEEP }, [shell("echo hi; exit 3")]);
    const call = { tool_name: "Bash", tool_input: { command: "echo hi; exit 3" }, tool_use_id: "c1" };
    const [before, after] = told(it.box);
    expect(before).toMatchObject({ hook_event_name: "PreToolUse", ...call });
    expect(before).not.toHaveProperty("tool_response");
    expect(after).toMatchObject({ hook_event_name: "PostToolUse", ...call, tool_response: "hi\n" });
  });

  test("of shell_command, of a patch, and of other functions", async () => {
    await using it = await turn({ PreToolUse: KEEP, PostToolUse: KEEP }, [
      functionCall("shell_command", { command: "echo sc", login: false }, "c1"),
      customCall("apply_patch", PATCH, "c2"),
      functionCall("update_plan", { plan: [{ step: "a", status: "pending" }] }, "c3"),
    ]);
    const seen = told(it.box)
      .filter((input) => input["hook_event_name"] === "PostToolUse")
      .map((input) => [input["tool_name"], input["tool_input"], input["tool_response"]]);
    const patched = expect.stringContaining("Success. Updated the following files:\nA a.txt\n");
    expect(seen).toContainEqual(["Bash", { command: "echo sc" }, "sc\n"]);
    expect(seen).toContainEqual(["apply_patch", { command: PATCH }, patched]);
    expect(seen).toContainEqual([
      "update_plan",
      { plan: [{ step: "a", status: "pending" }] },
      "Plan updated",
    ]);
    expect(seen).toHaveLength(3);
  });

  test("is nothing after a call that failed, and nothing at all of one that cannot be read", async () => {
    await using it = await turn({ PreToolUse: KEEP, PostToolUse: KEEP }, [
      functionCall("view_image", { path: "nope.png" }, "c1"),
      functionCall("exec_command", "{broken", "c2"),
      functionCall("no_such_tool", {}, "c3"),
      customCall("apply_patch", "*** Begin Patch\n*** Update File: nope\n@@\n-a\n+b\n*** End Patch", "c4"),
    ]);
    expect(
      told(it.box)
        .map((input) => `${String(input["hook_event_name"])} ${String(input["tool_name"])}`)
        .sort(),
    ).toEqual(["PreToolUse apply_patch", "PreToolUse view_image"]);
  });

  test("of a command that ends in the background: its end, when the model is told of it", async () => {
    const script: Script = (request, index) => {
      if (index === 0) return respond(shell("sleep 0.5; echo late", "c1", { yield_time_ms: 250 }));
      if (index > 1) return DONE;
      const session = Number(/session ID (\d+)/.exec(request.text)?.[1]);
      return respond(functionCall("write_stdin", { session_id: session, chars: "" }, "c2"));
    };
    await using it = await turn({ PreToolUse: KEEP, PostToolUse: [KEEP, refuses("seen")] }, script);
    expect(told(it.box)).toMatchObject([
      { hook_event_name: "PreToolUse", tool_use_id: "c1" },
      { hook_event_name: "PostToolUse", tool_use_id: "c1", tool_response: "late\n" },
    ]);
    expect(it.output("c2")).toBe("seen");
  });

  test("of an MCP tool: a flat name, its arguments, and what the server answered", async () => {
    const table = `\n[mcp_servers.srv]\ncommand = ${JSON.stringify(process.execPath)}\nargs = ["${SERVER}", "good"]\n`;
    const mcp = (tool: string, args: object, id: string): SseEvent[] => [
      done({
        type: "function_call",
        name: tool,
        namespace: "mcp__srv",
        arguments: JSON.stringify(args),
        call_id: id,
      }),
    ];
    await using it = await turn(
      { PreToolUse: { matcher: "mcp__srv__.*", command: KEEP }, PostToolUse: KEEP },
      [mcp("echo_it", { text: "x" }, "c1"), mcp("soft_fail", {}, "c2")],
      { provider: table },
    );
    const names = told(it.box).map((input) => [input["hook_event_name"], input["tool_name"]]);
    expect(names).toContainEqual(["PreToolUse", "mcp__srv__echo_it"]);
    expect(names).toContainEqual(["PreToolUse", "mcp__srv__soft_fail"]);
    expect(names.filter(([event]) => event === "PostToolUse")).toHaveLength(1);
    expect(told(it.box)).toContainEqual(
      expect.objectContaining({
        tool_input: { text: "x" },
        tool_response: { content: [{ type: "text", text: "ECHO x" }] },
      }),
    );
  });
});

describe("PreToolUse", () => {
  const refusals: readonly (readonly [string, string])[] = [
    ["permissionDecision: deny", pre({ permissionDecision: "deny", permissionDecisionReason: "nope" })],
    ["decision: block", says({ decision: "block", reason: "nope" })],
    ["exit code 2", refuses("nope")],
  ];
  for (const [how, command] of refusals) {
    test(`with ${how} the command does not run, and the model reads why`, async () => {
      await using it = await turn({ PreToolUse: command }, [shell("touch ran")]);
      expect(existsSync(join(it.box.workspace, "ran"))).toBe(false);
      expect(it.output("c1")).toBe("Command blocked by PreToolUse hook: nope. Command: touch ran");
      expect(it.shown).toContain("hook: PreToolUse\nhook: PreToolUse Blocked\n  nope\n");
      expect(it.shown).not.toContain("exec\n");
    });
  }

  test("names the patch, or the tool", async () => {
    await using it = await turn({ PreToolUse: refuses("no") }, [
      customCall("apply_patch", PATCH, "c1"),
      functionCall("update_plan", { plan: [] }, "c2"),
    ]);
    expect(it.output("c1")).toBe(`Command blocked by PreToolUse hook: no. Command: ${PATCH}`);
    expect(it.output("c2")).toBe("Tool call blocked by PreToolUse hook: no. Tool: update_plan");
  });

  test("a patch is matched as apply_patch, Write and Edit, and a command as Bash alone", async () => {
    const on = (matcher: string) => ({ matcher, command: says("") });
    for (const [matcher, matches] of [
      ["Edit", 1],
      ["Write|Bash", 2],
      ["apply_patch", 1],
      ["exec_command", 0],
    ] as const) {
      await using it = await turn({ PreToolUse: on(matcher) }, [
        customCall("apply_patch", PATCH, "c1"),
        shell("true", "c2"),
      ]);
      expect(it.shown.split("hook: PreToolUse\n")).toHaveLength(matches + 1);
    }
  });

  test("with allow and updatedInput something else runs; the history keeps what the model asked for", async () => {
    await using it = await turn({ PreToolUse: allow({ command: "echo new" }), PostToolUse: KEEP }, [
      shell("echo old"),
    ]);
    expect(ran(it.output("c1"))).toBe("new\n");
    const call = it.server.requests.at(-1)?.body.input.find(({ type }) => type === "function_call");
    expect(call?.["arguments"]).toBe('{"cmd":"echo old"}');
    expect(told(it.box)).toMatchObject([{ tool_input: { command: "echo new" } }]);
  });

  test("a patch and other inputs can be changed too", async () => {
    await using patch = await turn({ PreToolUse: allow({ command: PATCH.replace("a.txt", "b.txt") }) }, [
      customCall("apply_patch", PATCH, "c1"),
    ]);
    expect(readFileSync(join(patch.box.workspace, "b.txt"), "utf8")).toBe("x\n");
    expect(existsSync(join(patch.box.workspace, "a.txt"))).toBe(false);
    await using plan = await turn({ PreToolUse: allow({ plan: [{ step: "better", status: "pending" }] }) }, [
      functionCall("update_plan", { plan: [] }, "c1"),
    ]);
    expect(plan.shown).toContain("• better\n");
  });

  test("an input without a command is told to the model", async () => {
    await using it = await turn({ PreToolUse: allow({ cmd: "echo new" }) }, [shell("touch ran")]);
    expect(it.output("c1")).toBe("hook returned updatedInput without string field `command`");
    expect(existsSync(join(it.box.workspace, "ran"))).toBe(false);
  });

  test("context stands before the output of its call, also of one that is refused", async () => {
    const hooks = {
      PreToolUse: [pre({ additionalContext: "careful" })],
      PostToolUse: says(specific("PostToolUse", { additionalContext: "well" })),
    };
    await using it = await turn(hooks, [
      shell("true", "c1"),
      functionCall("update_plan", { plan: [] }, "c2"),
    ]);
    expect(order(it.server.requests.at(-1))).toEqual([
      "function_call c1",
      "function_call c2",
      ...["careful", "well", "function_call_output c1"],
      ...["careful", "well", "function_call_output c2"],
    ]);
    const deny = { permissionDecision: "deny", permissionDecisionReason: "no", additionalContext: "why" };
    await using refused = await turn({ PreToolUse: pre(deny) }, [shell("true")]);
    expect(order(refused.server.requests.at(-1))).toEqual([
      "function_call c1",
      "why",
      "function_call_output c1",
    ]);
  });

  test("a hook that fails does not keep the command from running", async () => {
    await using it = await turn({ PreToolUse: "echo oops >&2; exit 7" }, [shell("echo hi")]);
    expect(ran(it.output("c1"))).toBe("hi\n");
    expect(it.shown).toContain("hook: PreToolUse Failed\n  hook exited with code 7: oops\n");
  });
});

describe("PostToolUse", () => {
  const replacing: readonly (readonly [string, string, string])[] = [
    ["decision: block", says({ decision: "block", reason: "look again" }), "look again"],
    ["exit code 2", refuses("look again"), "look again"],
    ["continue: false", says({ continue: false }), "PostToolUse hook stopped execution"],
    ["continue: false and a stopReason", says({ continue: false, stopReason: "halt" }), "halt"],
    ["continue: false and a reason", says({ continue: false, stopReason: "halt", reason: "rea" }), "rea"],
  ];
  for (const [how, command, output] of replacing) {
    test(`with ${how} the model reads that in the place of the output, and goes on`, async () => {
      await using it = await turn({ PostToolUse: command }, [shell("echo hi > made")]);
      expect(it.output("c1")).toBe(output);
      expect(existsSync(join(it.box.workspace, "made"))).toBe(true);
    });
  }

  test("what several say is joined in their order", async () => {
    const hooks = [`sleep 0.2; ${refuses("one")}`, says({ decision: "block", reason: "two" }), says("plain")];
    await using it = await turn({ PostToolUse: hooks }, [shell("true")]);
    expect(it.output("c1")).toBe("one\n\ntwo");
  });
});

test("calls that run beside each other have their hooks beside each other", async () => {
  // Each of the two waits for the other.
  const meet = `cat > "$HOME/$$"; n=0; while [ $(ls "$HOME" | wc -l) -lt 2 ] && [ $n -lt 100 ]; do sleep 0.05; n=$((n+1)); done; [ $n -lt 100 ] || { echo alone >&2; exit 2; }`;
  await using it = await turn({ PreToolUse: meet }, [shell("echo one", "c1"), shell("echo two", "c2")]);
  expect([ran(it.output("c1")), ran(it.output("c2"))]).toEqual(["one\n", "two\n"]);
});

test("without hooks of its event nothing is said of hooks", async () => {
  await using it: ExecRun & { shown: string } = await turn(
    { Stop: { command: "true", matcher: "x" } },
    [shell("true")],
    {
      args: ["--disable", "hooks"],
    },
  );
  expect(it.shown).not.toContain("hook");
});
