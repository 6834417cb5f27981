// Turns end to end: the compiled executable, a scripted model, real commands in the real sandbox.

import { describe, expect, test } from "bun:test";
import { linkSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { itemsOf, outputOf, rolloutLines, scripted } from "../support/exec-run";
import { customCall, functionCall, message, reasoning, respond } from "../support/responses-server";

const DONE = respond(message("done"));

function exec(cmd: string, callId: string, more: object = {}) {
  return functionCall("exec_command", { cmd, ...more }, callId);
}

describe("a turn", () => {
  test("with one message prints four lines", async () => {
    await using run = await scripted([respond(message("hello there"))]);
    const { events, exitCode, stderr } = await run.exec(["hi"]);
    expect(stderr).not.toContain("Error");
    expect(exitCode).toBe(0);
    expect(events).toEqual([
      { type: "thread.started", thread_id: expect.any(String) },
      { type: "turn.started" },
      { type: "item.completed", item: { id: "item_0", type: "agent_message", text: "hello there" } },
      {
        type: "turn.completed",
        usage: {
          input_tokens: 80,
          cached_input_tokens: 20,
          cache_write_input_tokens: 0,
          output_tokens: 20,
          reasoning_output_tokens: 5,
        },
      },
    ]);
    const [request] = run.server.requests;
    expect(request?.body.input.map((item) => item.role)).toEqual(["developer", "user", "user"]);
    expect(request?.body.input.at(-1)?.content).toEqual([{ type: "input_text", text: "hi" }]);
  });

  test("runs a command and sends its output back", async () => {
    await using run = await scripted([respond(exec("echo one; echo two >&2; exit 3", "c1")), DONE]);
    const { events, exitCode } = await run.exec(["go"]);
    expect(exitCode).toBe(0);
    expect(outputOf(run.server.requests[1], "c1")).toMatch(
      /^Chunk ID: [0-9a-f]{6}\nWall time: \d+\.\d{4} seconds\nProcess exited with code 3\nOriginal token count: 2\nOutput:\none\ntwo\n$/,
    );
    const command = expect.stringMatching(/^\/\S+sh -lc 'echo one; echo two >&2; exit 3'$/);
    expect(itemsOf(events, "item.started")[0]).toEqual({
      id: "item_0",
      type: "command_execution",
      command,
      aggregated_output: "",
      exit_code: null,
      status: "in_progress",
    });
    expect(itemsOf(events, "item.completed")[0]).toEqual({
      id: "item_0",
      type: "command_execution",
      command,
      aggregated_output: "one\ntwo\n",
      exit_code: 3,
      status: "failed",
    });
  });

  test("runs parallel calls at the same time and records their outputs in call order", async () => {
    const meet = (own: string, other: string) =>
      `touch ${own}; i=0; while [ ! -e ${other} ] && [ $i -lt 100 ]; do sleep 0.05; i=$((i+1)); done; [ -e ${other} ] && echo ${own} met ${other}`;
    await using run = await scripted([respond(exec(meet("a", "b"), "c1"), exec(meet("b", "a"), "c2")), DONE]);
    await run.exec(["go"]);
    const input = run.server.requests[1]?.body.input ?? [];
    expect(input.slice(-4).map((item) => [item.type, item.call_id])).toEqual([
      ["function_call", "c1"],
      ["function_call", "c2"],
      ["function_call_output", "c1"],
      ["function_call_output", "c2"],
    ]);
    expect(outputOf(run.server.requests[1], "c1")).toContain("a met b");
    expect(outputOf(run.server.requests[1], "c2")).toContain("b met a");
  });

  test("sends a growing history whose beginning never changes", async () => {
    await using run = await scripted([
      respond(reasoning("thinking", "ENC"), exec("echo 1", "c1")),
      respond(exec("echo 2", "c2")),
      DONE,
    ]);
    await run.exec(["go"]);
    const bodies = run.server.requests.map((request) => request.body);
    expect(bodies).toHaveLength(3);
    for (const [index, body] of bodies.slice(1).entries()) {
      const before = bodies[index];
      expect(JSON.stringify(body.input.slice(0, before?.input.length))).toBe(JSON.stringify(before?.input));
      expect(body.instructions).toBe(before?.instructions ?? "");
      expect(JSON.stringify(body.tools)).toBe(JSON.stringify(before?.tools));
      expect(body.prompt_cache_key).toBe(before?.prompt_cache_key);
    }
  });

  test("leaves a session file with what was shown, in the order of the reference", async () => {
    await using run = await scripted([respond(exec("echo hi", "c1")), DONE]);
    await run.exec(["hello"]);
    const lines = rolloutLines(run.box.codexHome);
    const shape = lines.map((line) =>
      line.type === "event_msg" || line.type === "response_item"
        ? `${line.type}:${String(line.payload.type)}`
        : line.type,
    );
    expect(shape).toEqual([
      "session_meta",
      "event_msg:task_started",
      "response_item:message",
      "response_item:message",
      "turn_context",
      "response_item:message",
      "event_msg:user_message",
      "response_item:function_call",
      "response_item:function_call_output",
      "event_msg:token_count",
      "event_msg:agent_message",
      "response_item:message",
      "event_msg:token_count",
      "event_msg:task_complete",
    ]);
    expect(lines[0]?.payload).toMatchObject({
      source: "exec",
      originator: "codex_exec",
      cwd: run.box.workspace,
    });
  });

  test("answers an unknown tool, bad arguments and a missing field, and goes on", async () => {
    await using run = await scripted([
      respond(
        functionCall("nope", {}, "c1"),
        functionCall("exec_command", "{bad", "c2"),
        functionCall("exec_command", {}, "c3"),
      ),
      DONE,
    ]);
    expect((await run.exec(["go"])).exitCode).toBe(0);
    expect(outputOf(run.server.requests[1], "c1")).toBe("unsupported call: nope");
    expect(outputOf(run.server.requests[1], "c2")).toStartWith("failed to parse function arguments: ");
    expect(outputOf(run.server.requests[1], "c3")).toBe(
      "failed to parse function arguments: missing field `cmd` at line 1 column 2",
    );
  });

  test("keeps a long command running, answers polls, and kills it at the end", async () => {
    const marker = `codex-test-${process.pid}-${Date.now()}`;
    await using run = await scripted((request, index) => {
      if (index === 0) {
        return respond(
          exec(`echo started; exec sh -c 'sleep 600; : ${marker}'`, "c1", { yield_time_ms: 250 }),
        );
      }
      if (index === 1) {
        const id = /session ID (\d+)/.exec(outputOf(request, "c1"))?.[1];
        return respond(functionCall("write_stdin", { session_id: Number(id), chars: "x" }, "c2"));
      }
      return DONE;
    });
    const { events, exitCode } = await run.exec(["go"]);
    expect(exitCode).toBe(0);
    expect(outputOf(run.server.requests[1], "c1")).toMatch(
      /Process running with session ID \d{4,5}\n[^]*started\n$/,
    );
    expect(outputOf(run.server.requests[2], "c2")).toContain("stdin is closed for this session");
    expect(itemsOf(events, "item.completed").filter((item) => item.type === "command_execution")).toEqual([]);
    expect(await processesWith(marker)).toEqual([]);
  });

  test("shows a plan as a todo list that is completed at the end", async () => {
    const plan = (status: string) => ({
      explanation: "why",
      plan: [
        { step: "s1", status },
        { step: "s2", status: "pending" },
      ],
    });
    await using run = await scripted([
      respond(functionCall("update_plan", plan("in_progress"), "c1")),
      respond(functionCall("update_plan", plan("completed"), "c2")),
      DONE,
    ]);
    const { events } = await run.exec(["go"]);
    const todo = events.filter(
      (event) => (event.item as { type?: string } | undefined)?.type === "todo_list",
    );
    expect(todo.map((event) => event.type)).toEqual(["item.started", "item.updated", "item.completed"]);
    expect(todo[2]?.item).toMatchObject({
      items: [
        { text: "s1", completed: true },
        { text: "s2", completed: false },
      ],
    });
    expect(outputOf(run.server.requests[1], "c1")).toBe("Plan updated");
  });
});

describe("a patch", () => {
  const patch = (body: string) => `*** Begin Patch\n${body}\n*** End Patch`;

  test("is applied in the sandbox and keeps the file's line endings", async () => {
    await using run = await scripted(
      [
        respond(
          customCall(
            "apply_patch",
            patch("*** Update File: f.txt\n@@\n one\n-two\n+2\n*** Add File: d/new.txt\n+n"),
            "c1",
          ),
        ),
        DONE,
      ],
      { files: { "f.txt": "one\r\ntwo\r\n" } },
    );
    const { events } = await run.exec(["go"]);
    expect(readFileSync(join(run.box.workspace, "f.txt"), "utf8")).toBe("one\r\n2\r\n");
    expect(readFileSync(join(run.box.workspace, "d/new.txt"), "utf8")).toBe("n\n");
    const changes = [
      { path: join(run.box.workspace, "d/new.txt"), kind: "add" },
      { path: join(run.box.workspace, "f.txt"), kind: "update" },
    ];
    expect(itemsOf(events, "item.started")[0]).toEqual({
      id: "item_0",
      type: "file_change",
      changes,
      status: "in_progress",
    });
    expect(itemsOf(events, "item.completed")[0]).toEqual({
      id: "item_0",
      type: "file_change",
      changes,
      status: "completed",
    });
    expect(outputOf(run.server.requests[1], "c1")).toMatch(
      /^Exit code: 0\nWall time: [\d.]+ seconds\nOutput:\nSuccess\. Updated the following files:\nA d\/new\.txt\nM f\.txt\n$/,
    );
  });

  test("may come as a function call too", async () => {
    await using run = await scripted([
      respond(functionCall("apply_patch", { input: patch("*** Add File: a.txt\n+x") }, "c1")),
      DONE,
    ]);
    await run.exec(["go"]);
    expect(readFileSync(join(run.box.workspace, "a.txt"), "utf8")).toBe("x\n");
  });

  test("that does not fit, is empty, or lies outside changes nothing and shows no item", async () => {
    await using run = await scripted(
      [
        respond(
          customCall("apply_patch", "nonsense", "c1"),
          customCall("apply_patch", patch("*** Update File: f.txt\n@@\n-zzz\n+y"), "c2"),
          customCall("apply_patch", patch("*** Add File: ../out.txt\n+y"), "c3"),
          customCall("apply_patch", patch("*** Add File: .git/hooks/pre-commit\n+y"), "c4"),
          customCall("apply_patch", "*** Begin Patch\n*** End Patch", "c5"),
        ),
        DONE,
      ],
      { files: { "f.txt": "x\n" } },
    );
    const { events } = await run.exec(["go"]);
    const [, request] = run.server.requests;
    expect(outputOf(request, "c1")).toBe(
      "apply_patch verification failed: invalid patch: The first line of the patch must be '*** Begin Patch'",
    );
    expect(outputOf(request, "c2")).toBe(
      `apply_patch verification failed: Failed to find expected lines in ${run.box.workspace}/f.txt:\nzzz`,
    );
    const outside = "patch rejected: writing outside of the project; rejected by user approval settings";
    expect(outputOf(request, "c3")).toBe(outside);
    expect(outputOf(request, "c4")).toBe(outside);
    expect(outputOf(request, "c5")).toBe("patch rejected: empty patch");
    expect(itemsOf(events, "item.started")).toEqual([]);
    expect(readFileSync(join(run.box.workspace, "f.txt"), "utf8")).toBe("x\n");
  });

  test("is refused as a whole in a read-only sandbox", async () => {
    await using run = await scripted([
      respond(customCall("apply_patch", patch("*** Add File: a.txt\n+x"), "c1")),
      DONE,
    ]);
    await run.box.events(["-s", "read-only", "go"]);
    expect(outputOf(run.server.requests[1], "c1")).toBe(
      "patch rejected: writing is blocked by read-only sandbox; rejected by user approval settings",
    );
  });

  test("cannot write through a symlink that points outside, and neither can a command; a hard link is written in place", async () => {
    await using run = await scripted([
      respond(
        exec("echo changed > link.txt; echo changed > dirlink/new.txt", "c1"),
        customCall("apply_patch", patch("*** Update File: link.txt\n@@\n-secret\n+changed"), "c2"),
        customCall("apply_patch", patch("*** Add File: dirlink/new.txt\n+changed"), "c3"),
        customCall("apply_patch", patch("*** Update File: hard.txt\n@@\n-shared\n+changed"), "c4"),
      ),
      DONE,
    ]);
    const outside = join(run.box.home, "outside");
    mkdirSync(outside);
    const target = run.box.write(join(outside, "target.txt"), "secret\n");
    const shared = run.box.write(join(outside, "shared.txt"), "shared\n");
    symlinkSync(target, join(run.box.workspace, "link.txt"));
    symlinkSync(outside, join(run.box.workspace, "dirlink"));
    linkSync(shared, join(run.box.workspace, "hard.txt"));
    const before = statSync(shared);
    const { events } = await run.exec(["go"]);
    expect(readFileSync(target, "utf8")).toBe("secret\n");
    expect(statSync(join(outside, "new.txt"), { throwIfNoEntry: false })).toBeUndefined();
    expect(outputOf(run.server.requests[1], "c2")).toContain(
      `Failed to write file ${run.box.workspace}/link.txt`,
    );
    expect(itemsOf(events, "item.completed").map((item) => item.status)).toContain("failed");
    const after = statSync(shared);
    expect([after.ino, after.nlink, readFileSync(shared, "utf8")]).toEqual([before.ino, 2, "changed\n"]);
  });
});

describe("an interrupt", () => {
  test("ends the command, leaves a history in which every call has its output, and exits with 1", async () => {
    const marker = `codex-test-${process.pid}-${Date.now()}`;
    await using run = await scripted([respond(exec(`echo begun; sleep 600 # ${marker}`, "c1"))]);
    const running = run.box.start(["exec", "--json", "-s", "workspace-write", "go"]);
    await running.shows('"type":"item.started"');
    running.kill("SIGINT");
    const { exitCode, stdout } = await running.result;
    expect(exitCode).toBe(1);
    expect(stdout).not.toContain("turn.failed");
    expect(stdout).toContain('"exit_code":-1,"status":"failed"');
    const lines = rolloutLines(run.box.codexHome);
    const outputs = lines.filter((line) => line.payload.type === "function_call_output");
    expect(outputs.map((line) => line.payload.output)).toEqual([
      expect.stringMatching(/^aborted by user after \d+\.\ds$/),
    ]);
    expect(lines.at(-1)?.payload).toMatchObject({ type: "turn_aborted", reason: "interrupted" });
    expect(JSON.stringify(lines.at(-2)?.payload)).toContain("<turn_aborted>");
    expect(await processesWith(marker)).toEqual([]);
  });
});

/** Command lines of live processes that contain the text, this test's own excepted. */
async function processesWith(text: string): Promise<readonly string[]> {
  const ps = Bun.spawn(["ps", "-eo", "pid=,args="], { stdout: "pipe" });
  const lines = (await new Response(ps.stdout).text()).split("\n");
  return lines.filter((line) => line.includes(text));
}
