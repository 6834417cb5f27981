// `codex exec review` and `codex review` from outside: what is shown, sent and written.

import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { itemsOf, scripted, type ExecRun } from "../support/exec-run";
import {
  functionCall,
  httpError,
  message,
  reasoning,
  respond,
  type Script,
} from "../support/responses-server";

const REVIEW = {
  findings: [
    {
      title: "[P1] t",
      body: "b\nc",
      confidence_score: 0.9,
      priority: 1,
      code_location: { absolute_file_path: "/w/f.txt", line_range: { start: 1, end: 2 } },
    },
  ],
  overall_correctness: "patch is incorrect",
  overall_explanation: "expl",
  overall_confidence_score: 0.8,
};
const RENDERED = "expl\n\nReview comment:\n\n- [P1] t — /w/f.txt:1-2\n  b\n  c";
const LOOKING = respond(
  reasoning("think"),
  message("let me look"),
  functionCall("exec_command", { cmd: "echo hi", login: false }),
);
const SCRIPT: Script = [LOOKING, respond(message(JSON.stringify(REVIEW)))];

type Line = { readonly type: string; readonly payload: Record<string, unknown> };

/** The session files by who opened them. */
function sessions(it: ExecRun): { readonly user: readonly Line[]; readonly reviewer: readonly Line[] } {
  const folder = join(it.box.codexHome, "sessions");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => readFileSync(join(folder, name), "utf8").trimEnd().split("\n"))
    .map((lines) => lines.map((line) => JSON.parse(line) as Line));
  const bySource = (source: unknown) =>
    files.filter((lines) => lines[0]?.payload["thread_source"] === source).flat();
  expect(files).toHaveLength(2);
  return { user: bySource("user"), reviewer: bySource("subagent") };
}

/** The kinds of lines of a session. */
const kinds = (lines: readonly Line[]) => lines.map((line) => line.payload["type"] ?? line.type);

function promptOf(it: ExecRun): unknown {
  return it.server.requests[0]?.body.input.findLast((item) => item.role === "user")?.content;
}

describe("a review", () => {
  test("shows what the reviewer does, and of what it says only the result", async () => {
    await using it = await scripted(SCRIPT);
    const { events, stderr, exitCode } = await it.exec(["review", "--uncommitted"]);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    expect(itemsOf(events, "item.started")).toMatchObject([
      { id: "item_1", type: "command_execution", status: "in_progress" },
    ]);
    expect(itemsOf(events, "item.completed")).toMatchObject([
      { id: "item_0", type: "reasoning", text: "think" },
      { id: "item_1", type: "command_execution", aggregated_output: "hi\n", status: "completed" },
      { id: "item_2", type: "agent_message", text: RENDERED },
    ]);
    expect(events.at(-1)).toEqual({
      type: "turn.completed",
      usage: {
        input_tokens: 0,
        cached_input_tokens: 0,
        cache_write_input_tokens: 0,
        output_tokens: 0,
        reasoning_output_tokens: 0,
      },
    });
  });

  test("is printed for people, without a count of tokens", async () => {
    await using it = await scripted(SCRIPT);
    const { stdout, stderr } = await it.box.codex(["review", "--base", "main"]);
    expect(stdout).toBe(`${RENDERED}\n`);
    expect(stderr).toContain("--------\nuser\nchanges against 'main'\nthink\nexec\n");
    expect(stderr).toEndWith(`codex\n${RENDERED}\n`);
  });

  test("is asked of a thread of its own, which belongs to the one that the user sees", async () => {
    await using it = await scripted(SCRIPT);
    const { events } = await it.exec(["review", "--commit", "0123456789", "--title", "Mend it"]);
    const threadId = events[0]?.["thread_id"];
    const [request] = it.server.requests;
    expect(request?.headers).toMatchObject({
      "x-openai-subagent": "review",
      "x-codex-parent-thread-id": threadId,
      "session-id": threadId,
    });
    const own = request?.headers["thread-id"];
    expect(own).not.toBe(threadId);
    expect(request?.body["prompt_cache_key"]).toBe(own);
    expect(JSON.parse(request?.headers["x-codex-turn-metadata"] ?? "")).toMatchObject({
      parent_thread_id: threadId,
      subagent_kind: "review",
      thread_source: "subagent",
      thread_id: own,
    });
    expect(request?.body["instructions"]).toStartWith("You are reviewing a change");
    const tools = request?.body["tools"] as readonly { type: string }[];
    expect(tools.map((tool) => tool.type)).not.toContain("web_search");
    expect(JSON.stringify(promptOf(it))).toContain('0123456789 (\\"Mend it\\")');
  });

  test("leaves two session files", async () => {
    await using it = await scripted(SCRIPT);
    const { events } = await it.exec(["review", "look at f.txt"]);
    const { user, reviewer } = sessions(it);
    expect(kinds(user)).toEqual([
      "session_meta",
      "task_started",
      "entered_review_mode",
      "user_message",
      "message",
      "exited_review_mode",
      "agent_message",
      "message",
      "task_complete",
    ]);
    expect(user[2]?.payload).toMatchObject({
      target: { type: "custom", instructions: "look at f.txt" },
      user_facing_hint: "look at f.txt",
    });
    expect(JSON.stringify(user[4]?.payload["content"])).toContain("<user_action>");
    expect(user[5]?.payload["review_output"]).toEqual(REVIEW);
    expect(user[6]?.payload["message"]).toBe(RENDERED);
    expect(reviewer[0]?.payload).toMatchObject({
      source: { subagent: "review" },
      parent_thread_id: events[0]?.["thread_id"],
    });
    expect(kinds(reviewer)).toContain("function_call_output");
  });

  test("can be spoken about afterwards", async () => {
    await using it = await scripted([...(SCRIPT as []), respond(message("sure"))]);
    const { events } = await it.exec(["review", "--uncommitted"]);
    const resumed = await it.exec(["resume", "--last", "mend the first"]);
    expect(resumed.events[0]).toEqual(events[0]);
    const input = JSON.stringify(it.server.requests[2]?.body.input);
    expect(input).toContain("<user_action>");
    expect(input).toContain("Review comment:");
    expect(it.server.requests[2]?.headers["x-openai-subagent"]).toBeUndefined();
  });

  test("leaves nothing with --ephemeral, and writes its result to -o", async () => {
    await using it = await scripted(SCRIPT);
    await it.exec(["review", "--uncommitted", "--ephemeral", "-o", "out"]);
    expect(readdirSync(it.box.codexHome)).not.toContain("sessions");
    expect(readFileSync(join(it.box.workspace, "out"), "utf8")).toBe(RENDERED);
  });

  test("has a model of its own where one is configured, and never an output schema", async () => {
    await using it = await scripted(SCRIPT, {
      settings: 'review_model = "gpt-5.4"',
      files: { "s.json": '{"type":"object"}' },
    });
    await it.exec(["review", "--uncommitted", "--output-schema", "s.json"]);
    expect(it.server.requests[0]?.body["model"]).toBe("gpt-5.4");
    expect(JSON.stringify(it.server.requests[0]?.body["text"])).not.toContain("json_schema");
  });

  test("takes the root's options before the short form", async () => {
    await using it = await scripted(SCRIPT);
    await it.box.codex([
      "-m",
      "gpt-5.4",
      "-C",
      it.box.workspace,
      "review",
      "-c",
      "model_verbosity=high",
      "x",
    ]);
    expect(it.server.requests[0]?.body).toMatchObject({ model: "gpt-5.4", text: { verbosity: "high" } });
  });

  test("reads what to review from stdin", async () => {
    await using it = await scripted(SCRIPT);
    await it.exec(["review", "-"], { stdin: "  this one\n" });
    expect(promptOf(it)).toEqual([{ type: "input_text", text: "this one" }]);
  });
});

describe("a review that fails", () => {
  test("says so between the error and the end", async () => {
    await using it = await scripted([httpError(400, "bad")]);
    const { events, exitCode } = await it.exec(["review", "--uncommitted"]);
    const text = '{"error":{"message":"bad"}}';
    expect(exitCode).toBe(1);
    expect(events.slice(2)).toEqual([
      { type: "error", message: text },
      {
        type: "item.completed",
        item: {
          id: "item_0",
          type: "agent_message",
          text: "Review was interrupted. Please re-run /review and wait for it to complete.",
        },
      },
      { type: "turn.failed", error: { message: text } },
    ]);
    const { user } = sessions(it);
    expect(user.find((line) => line.payload["type"] === "exited_review_mode")?.payload).toMatchObject({
      review_output: null,
    });
  });

  test("shows its error twice to people, and nothing on stdout", async () => {
    await using it = await scripted([httpError(400, "bad")]);
    const { stdout, stderr } = await it.box.codex(["exec", "review", "--uncommitted"]);
    expect(stdout).toBe("");
    expect(stderr.match(/^ERROR: /gm)).toHaveLength(2);
    expect(stderr).toContain("codex\nReview was interrupted.");
  });

  test("ends by SIGINT, its command too", async () => {
    const call = functionCall("exec_command", {
      cmd: "echo on; sleep 30",
      login: false,
      yield_time_ms: 30_000,
    });
    await using it = await scripted([respond(call)]);
    const codex = it.box.start(["exec", "--json", "review", "--uncommitted"]);
    await codex.shows('"type":"item.started"');
    codex.kill("SIGINT");
    const { stdout, exitCode } = await codex.result;
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
      type: "item.completed",
      item: { type: "command_execution", status: "failed" },
    });
    expect(kinds(sessions(it).user)).toContain("turn_aborted");
  });

  const refused = (name: string, args: readonly string[], text: string) =>
    test(`is refused before it begins: ${name}`, async () => {
      await using it = await scripted([]);
      for (const command of [["review"], ["exec", "--json", "review"]]) {
        const { stdout, stderr, exitCode } = await it.box.codex([...command, ...args]);
        expect({ stdout, stderr, exitCode }).toEqual({ stdout: "", stderr: text, exitCode: 1 });
      }
    });
  refused(
    "nothing to review",
    [],
    "Error: Specify --uncommitted, --base, --commit, or provide custom review instructions\n",
  );
  refused("blank words", [" "], "Error: Review prompt cannot be empty\n");
});
