// `codex exec resume` from outside: which session it finds, and how that goes on.

import { describe, expect, test } from "bun:test";
import { appendFileSync, mkdirSync, readFileSync, readdirSync, renameSync } from "node:fs";
import { basename, join } from "node:path";
import { rolloutLines, scripted, type ExecRun } from "../support/exec-run";
import type { CodexOptions, CodexResult } from "../support/harness";
import { message, respond, type RecordedRequest } from "../support/responses-server";

const answering = () => scripted(() => respond(message("ok")));

/** Runs `codex exec --json ...args`; the options of exec stand first. */
async function exec(it: ExecRun, args: readonly string[], options?: CodexOptions) {
  const result = await it.box.events(args, options);
  return { ...result, threadId: result.events[0]?.["thread_id"], usage: result.events.at(-1)?.["usage"] };
}

function sessionFiles(it: ExecRun): readonly string[] {
  const folder = join(it.box.codexHome, "sessions");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".jsonl")).map((name) => join(folder, name));
}

/** The last `count` messages of a request, as texts. */
function sent(request: RecordedRequest | undefined, count: number): readonly unknown[] {
  const input = (request?.body.input ?? []) as readonly { content?: readonly { text?: string }[] }[];
  return input.slice(-count).map((item) => item.content?.at(-1)?.text);
}

function failure(result: CodexResult): Pick<CodexResult, "stdout" | "stderr" | "exitCode"> {
  return { stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode };
}

describe("a session by its id", () => {
  test("keeps its id and its file, and goes on counting", async () => {
    await using it = await answering();
    const first = await exec(it, ["one"]);
    const again = await exec(it, ["resume", String(first.threadId), "two"]);
    expect(again.exitCode).toBe(0);
    expect(again.threadId).toBe(first.threadId);
    expect(first.usage).toMatchObject({ input_tokens: 80, output_tokens: 20 });
    expect(again.usage).toMatchObject({ input_tokens: 160, output_tokens: 40 });
    expect(again.events.map((event) => event.type)).toEqual([
      "thread.started",
      "turn.started",
      "item.completed",
      "turn.completed",
    ]);
    expect(again.stderr).toBe("");
    expect(sent(it.server.requests[1], 3)).toEqual(["one", "ok", "two"]);
    expect(it.server.requests[1]?.body["prompt_cache_key"]).toBe(first.threadId);
    const lines = rolloutLines(it.box.codexHome);
    expect(lines.filter((line) => line.type === "session_meta")).toHaveLength(1);
    expect(lines.filter((line) => line.payload["type"] === "task_complete")).toHaveLength(2);
  });

  test("is found from another folder, in any letter case, and works in the folder it is called from", async () => {
    await using it = await answering();
    const { threadId } = await exec(it, ["one"]);
    mkdirSync(join(it.box.workspace, "deeper"));
    const args = ["-C", "deeper", "resume", String(threadId).toUpperCase(), "two"];
    expect((await exec(it, args)).threadId).toBe(threadId);
    expect(sent(it.server.requests[1], 2)[0]).toContain(`<cwd>${join(it.box.workspace, "deeper")}</cwd>`);
  });

  test("takes model and sandbox from this run, and does not make the project a trusted one", async () => {
    await using it = await answering();
    const { threadId } = await exec(it, ["-m", "gpt-5.4", "-s", "read-only", "one"]);
    const config = join(it.box.codexHome, "config.toml");
    const before = readFileSync(config, "utf8");
    await exec(it, ["-s", "workspace-write", "resume", String(threadId), "two"]);
    expect(it.server.requests.map((request) => request.body["model"])).toEqual(["gpt-5.4", "gpt-5.2"]);
    expect(JSON.stringify(sent(it.server.requests[1], 3))).toContain("workspace-write");
    expect(readFileSync(config, "utf8")).toBe(before);
  });

  test("sends images that stand before and after the word resume", async () => {
    await using it = await answering();
    const { threadId } = await exec(it, ["one"]);
    const images = ["-i", "/no/a.png", "--skip-git-repo-check", "resume", "-i", "/no/b.png,/no/c.png"];
    await exec(it, [...images, String(threadId), "two"]);
    const content = it.server.requests[1]?.body.input.at(-1)?.content as readonly { text: string }[];
    expect(content.map((part) => /`(.*)`/.exec(part.text)?.[1] ?? part.text)).toEqual([
      "/no/a.png",
      "/no/b.png",
      "/no/c.png",
      "two",
    ]);
  });

  test("with --ephemeral leaves its file as it was", async () => {
    await using it = await answering();
    const { threadId } = await exec(it, ["one"]);
    const before = sessionFiles(it).map((path) => readFileSync(path, "utf8"));
    expect((await exec(it, ["resume", "--ephemeral", String(threadId), "two"])).threadId).toBe(threadId);
    expect(sessionFiles(it).map((path) => readFileSync(path, "utf8"))).toEqual(before);
  });

  test("that does not exist is refused", async () => {
    await using it = await answering();
    const id = "01a2031f-8435-7eb0-ba87-78fb5dbb60f3";
    expect(failure(await exec(it, ["resume", id, "x"]))).toEqual({
      stdout: "",
      stderr: `Error: thread/resume: thread/resume failed: no rollout found for thread id ${id} (code -32600)\n`,
      exitCode: 1,
    });
  });

  test("that is archived is refused, with the way out", async () => {
    await using it = await answering();
    const { threadId } = await exec(it, ["one"]);
    const archive = join(it.box.codexHome, "archived_sessions");
    mkdirSync(archive);
    for (const path of sessionFiles(it)) renameSync(path, join(archive, basename(path)));
    expect(failure(await exec(it, ["resume", String(threadId), "x"]))).toEqual({
      stdout: "",
      stderr: `Error: thread/resume: thread/resume failed: session ${threadId} is archived. Run \`codex unarchive ${threadId}\` to unarchive it first. (code -32600)\n`,
      exitCode: 1,
    });
  });

  test("goes on after a last line that was cut off", async () => {
    await using it = await answering();
    const { threadId } = await exec(it, ["one"]);
    appendFileSync(sessionFiles(it)[0] ?? "", '{"timestamp":"2026-');
    expect((await exec(it, ["resume", String(threadId), "two"])).exitCode).toBe(0);
    expect((await exec(it, ["resume", String(threadId), "three"])).exitCode).toBe(0);
    expect(sent(it.server.requests[2], 5)).toEqual(["one", "ok", "two", "ok", "three"]);
  });

  test("written by the reference goes on with its history, instructions and usage", async () => {
    await using it = await answering();
    const id = "01a20208-2414-7f40-bf18-d5aa731ae9b1";
    const folder = join(it.box.codexHome, "sessions/2026/11/22");
    it.box.write(join(folder, `rollout-2026-11-22T06-53-37-${id}.jsonl`), referenceSession(id));
    const { threadId, usage } = await exec(it, ["resume", id, "go on"]);
    expect(threadId).toBe(id);
    expect(usage).toMatchObject({ input_tokens: 281, cached_input_tokens: 40, output_tokens: 60 });
    const body = it.server.requests[0]?.body;
    expect(body?.["instructions"]).toBe("kept instructions");
    expect(body?.input.slice(0, 4)).toEqual([
      { type: "message", role: "user", content: [{ type: "input_text", text: "hello" }] },
      { type: "function_call", name: "exec_command", arguments: '{"cmd":"echo hi"}', call_id: "c1" },
      { type: "function_call_output", call_id: "c1", output: "Process exited with code 0\nOutput:\nhi\n" },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "done" }] },
    ]);
  });
});

describe("a session by its name", () => {
  const named = async (it: ExecRun, name: string) => {
    const { threadId } = await exec(it, ["one"]);
    const line = { id: threadId, thread_name: name, updated_at: "2026-11-22T07:05:01.809830706Z" };
    appendFileSync(join(it.box.codexHome, "session_index.jsonl"), `${JSON.stringify(line)}\n`);
    return threadId;
  };

  test("is found in its folder, and with --all in any", async () => {
    await using it = await answering();
    const threadId = await named(it, "my name");
    expect((await exec(it, ["resume", "my name", "x"])).threadId).toBe(threadId);
    const elsewhere = ["--skip-git-repo-check", "-C", it.box.home];
    expect((await exec(it, [...elsewhere, "resume", "my name", "x"])).threadId).not.toBe(threadId);
    expect((await exec(it, [...elsewhere, "resume", "--all", "my name", "x"])).threadId).toBe(threadId);
  });

  test("that nobody has begins a new one, and stderr says so", async () => {
    await using it = await answering();
    const { threadId } = await exec(it, ["one"]);
    const other = await exec(it, ["resume", "nobody", "x"]);
    expect(other.threadId).not.toBe(threadId);
    expect({ stderr: other.stderr, exitCode: other.exitCode }).toEqual({
      stderr:
        "No session in this folder is called `nobody`, so a new one begins. `--all` looks in every folder.\n",
      exitCode: 0,
    });
    expect(sessionFiles(it)).toHaveLength(2);
  });
});

describe("the last session", () => {
  test("is that of the folder, and with --all of any", async () => {
    await using it = await answering();
    const here = (await exec(it, ["one"])).threadId;
    const elsewhere = ["--skip-git-repo-check", "-C", it.box.home];
    const there = (await exec(it, [...elsewhere, "two"])).threadId;
    expect((await exec(it, ["resume", "--last", "x"])).threadId).toBe(here);
    expect((await exec(it, [...elsewhere, "resume", "--last", "x"])).threadId).toBe(there);
    expect((await exec(it, ["resume", "--last", "--all", "x"])).threadId).toBe(there);
  });

  test("is the one used last, not the one begun last", async () => {
    await using it = await answering();
    const first = (await exec(it, ["one"])).threadId;
    await exec(it, ["two"]);
    await exec(it, ["resume", String(first), "x"]);
    expect((await exec(it, ["resume", "--last", "x"])).threadId).toBe(first);
  });

  test("is of this run's provider, and wins over an id", async () => {
    await using it = await answering();
    const { threadId } = await exec(it, ["one"]);
    const other = [
      "-c",
      `model_providers.other={name="o",base_url="${it.server.url}"}`,
      "-c",
      "model_provider=other",
    ];
    expect((await exec(it, [...other, "resume", "--last", "x"])).threadId).not.toBe(threadId);
    const ignored = "01a2031f-8435-7eb0-ba87-78fb5dbb60f3";
    expect((await exec(it, ["resume", ignored, "x", "--last"])).threadId).toBe(threadId);
  });

  test("that there is not begins a new one", async () => {
    await using it = await answering();
    expect((await exec(it, ["resume", "--last", "x"])).exitCode).toBe(0);
    expect(sessionFiles(it)).toHaveLength(1);
  });
});

describe("the prompt", () => {
  test("beside an argument leaves stdin alone", async () => {
    await using it = await answering();
    const { threadId } = await exec(it, ["one"]);
    const { stderr } = await exec(it, ["resume", String(threadId), "P"], { stdin: "piped" });
    expect(stderr).toBe("");
    expect(sent(it.server.requests[1], 1)).toEqual(["P"]);
  });

  test("comes from stdin when there is none, as the SDK does it", async () => {
    await using it = await answering();
    const { threadId } = await exec(it, ["one"]);
    const piped = await exec(it, ["resume", String(threadId)], { stdin: "piped\n" });
    expect(piped.stderr).toBe("Reading prompt from stdin...\n");
    expect(sent(it.server.requests[1], 1)).toEqual(["piped\n"]);
    expect((await exec(it, ["resume", String(threadId), "-"], { stdin: "more" })).stderr).toBe("");
    const nothing = await it.box.codex(["exec", "resume", String(threadId)]);
    expect(nothing.stderr).toBe("Reading prompt from stdin...\nNo prompt provided via stdin.\n");
    expect(nothing.exitCode).toBe(1);
  });

  test("of exec is used where resume has none", async () => {
    await using it = await answering();
    await exec(it, ["one"]);
    await exec(it, ["root", "resume", "--last"]);
    expect(sent(it.server.requests[1], 3)).toEqual(["one", "ok", "root"]);
  });
});

/** A session of one turn in the shape that the reference writes it. */
function referenceSession(id: string): string {
  const at = "2026-11-22T06:53:37.723Z";
  const total = {
    input_tokens: 201,
    cached_input_tokens: 20,
    output_tokens: 40,
    reasoning_output_tokens: 10,
    total_tokens: 241,
  };
  const user = { type: "message", role: "user", content: [{ type: "input_text", text: "hello" }] };
  const call = { type: "function_call", name: "exec_command", arguments: '{"cmd":"echo hi"}', call_id: "c1" };
  const output = {
    type: "function_call_output",
    call_id: "c1",
    output: "Process exited with code 0\nOutput:\nhi\n",
  };
  const answer = { type: "message", role: "assistant", content: [{ type: "output_text", text: "done" }] };
  const lines: readonly (readonly [string, object])[] = [
    [
      "session_meta",
      {
        id,
        timestamp: at,
        cwd: "/somewhere",
        originator: "codex_exec",
        cli_version: "0.139.0",
        source: "exec",
        thread_source: "user",
        model_provider: "openai",
        base_instructions: { text: "kept instructions" },
        git: {},
      },
    ],
    [
      "event_msg",
      {
        type: "task_started",
        turn_id: "t1",
        started_at: 1795330417,
        model_context_window: 258400,
        collaboration_mode_kind: "default",
      },
    ],
    ["response_item", user],
    [
      "event_msg",
      { type: "user_message", message: "hello", images: [], local_images: [], text_elements: [] },
    ],
    ["response_item", call],
    ["response_item", output],
    ["event_msg", { type: "agent_message", message: "done", phase: null, memory_citation: null }],
    ["response_item", answer],
    [
      "event_msg",
      {
        type: "token_count",
        info: { total_token_usage: total, last_token_usage: total, model_context_window: 258400 },
        rate_limits: null,
      },
    ],
    [
      "event_msg",
      {
        type: "task_complete",
        turn_id: "t1",
        last_agent_message: "done",
        completed_at: 1795330418,
        duration_ms: 900,
      },
    ],
  ];
  return lines.map(([type, payload]) => `${JSON.stringify({ timestamp: at, type, payload })}\n`).join("");
}
