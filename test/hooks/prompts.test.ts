// Hooks at the beginning of a session, at a prompt and at the end of a turn: what they are told, and what their answers do.

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { rolloutLines, scripted, type ExecRun } from "../support/exec-run";
import { installHooks, KEEP, refuses, says, specific, told, type HookSet } from "../support/hooks";
import { message, respond, type RecordedRequest, type Step } from "../support/responses-server";

const DONE = respond(message("done"));
const PROMPT = "UserPromptSubmit";

async function withHooks(hooks: HookSet, script: readonly Step[] = [DONE], settings = ""): Promise<ExecRun> {
  const run = await scripted(script, { settings });
  installHooks(run.box, hooks);
  return run;
}

/** Role and text of what a request holds behind the context. */
function said(request: RecordedRequest | undefined): readonly string[] {
  return (request?.body.input ?? []).slice(2).map(({ role, content }) => {
    const texts = content?.map(({ text }) => text ?? "") ?? [];
    return `${role}: ${texts.join(" + ")}`;
  });
}

async function people(run: ExecRun, ...args: readonly string[]): Promise<string> {
  const { stderr, exitCode } = await run.box.codex(["exec", ...args]);
  expect(exitCode).toBe(0);
  return stderr.slice(stderr.indexOf("\nuser\n") + 6);
}

describe("what hooks are told", () => {
  test("of the beginning, the prompt and the end, as one JSON object on their stdin", async () => {
    await using run = await withHooks({ SessionStart: KEEP, UserPromptSubmit: KEEP, Stop: KEEP });
    const { events } = await run.exec(["fix it"]);
    const id = events[0]?.["thread_id"];
    const [start, prompt, stop] = told(run.box);
    const common = {
      session_id: id,
      transcript_path: expect.stringContaining(`${String(id)}.jsonl`),
      cwd: run.box.workspace,
      model: "gpt-5.2",
      permission_mode: "bypassPermissions",
    };
    expect(start).toEqual({ ...common, hook_event_name: "SessionStart", source: "startup" });
    const turn = { ...common, turn_id: prompt?.["turn_id"] };
    expect(turn.turn_id).toBeString();
    expect(prompt).toEqual({ ...turn, hook_event_name: PROMPT, prompt: "fix it" });
    expect(stop).toEqual({
      ...turn,
      hook_event_name: "Stop",
      stop_hook_active: false,
      last_assistant_message: "done",
    });
  });

  test("is that a session goes on, and no file where none is kept", async () => {
    await using run = await withHooks({ SessionStart: KEEP }, [DONE, DONE, DONE]);
    await run.exec(["go"]);
    await run.exec(["resume", "--last", "again"]);
    await run.exec(["--ephemeral", "go"]);
    expect(told(run.box).map(({ source }) => source)).toEqual(["startup", "resume", "startup"]);
    expect(told(run.box).at(-1)?.["transcript_path"]).toBeNull();
  });
});

describe("SessionStart", () => {
  test("plain text and additionalContext stand before the prompt", async () => {
    const more = says(specific("SessionStart", { additionalContext: "two" }));
    await using run = await withHooks({ SessionStart: [says(" one\n"), more] });
    await run.exec(["go"]);
    expect(said(run.server.requests[0])).toEqual(["developer: one", "developer: two", "user: go"]);
  });

  test("is matched by why the session begins", async () => {
    const on = (matcher: string) => ({ matcher, command: says(`on ${matcher}`) });
    await using run = await withHooks({ SessionStart: [on("startup"), on("resume|clear")] }, [DONE, DONE]);
    await run.exec(["go"]);
    expect(said(run.server.requests[0])).toEqual(["developer: on startup", "user: go"]);
    await run.exec(["resume", "--last", "again"]);
    expect(said(run.server.requests[1]).slice(-2)).toEqual(["developer: on resume|clear", "user: again"]);
  });

  test("with continue: false nothing is asked of the model", async () => {
    await using run = await withHooks({ SessionStart: says({ continue: false, stopReason: "not today" }) });
    expect(await people(run, "go")).toBe("go\nhook: SessionStart\nhook: SessionStart Stopped\n  not today\n");
    expect(run.server.requests).toEqual([]);
  });

  test("that fails is told and has no effect", async () => {
    await using run = await withHooks({ SessionStart: "echo broken >&2; exit 2" });
    expect(await people(run, "go")).toContain(
      "hook: SessionStart Failed\n  hook exited with code 2: broken\n",
    );
    expect(said(run.server.requests[0])).toEqual(["user: go"]);
  });
});

describe(PROMPT, () => {
  test("context stands behind the prompt, in the order of the hooks", async () => {
    const json = says({ ...specific(PROMPT, { additionalContext: "fast" }), systemMessage: "be kind" });
    await using run = await withHooks({ [PROMPT]: [`sleep 0.2; ${says("slow")}`, json] });
    const shown = await people(run, "go");
    expect(said(run.server.requests[0])).toEqual(["user: go", "developer: slow", "developer: fast"]);
    expect(shown).toContain(`hook: ${PROMPT} Completed\nwarning: be kind\n`);
    expect(shown).not.toContain("slow");
  });

  const refusals: readonly (readonly [string, string, string])[] = [
    ["decision: block", says({ decision: "block", reason: "no secrets" }), "Blocked\n  no secrets\n"],
    ["exit code 2", refuses("no secrets"), "Blocked\n  no secrets\n"],
    ["continue: false", says({ continue: false, stopReason: "halt" }), "Stopped\n  halt\n"],
  ];
  for (const [how, command, shown] of refusals) {
    test(`with ${how} the prompt is neither sent nor kept, and the turn is over`, async () => {
      await using run = await withHooks({ [PROMPT]: [says("context"), command], Stop: KEEP }, [DONE, DONE]);
      expect(await people(run, "the secret")).toEndWith(`hook: ${PROMPT} ${shown}`);
      expect(run.server.requests).toEqual([]);
      expect(told(run.box)).toEqual([]);
      const kept = JSON.stringify(rolloutLines(run.box.codexHome));
      expect(kept).not.toContain("the secret");
      expect(kept).toContain('"task_complete"');
    });
  }

  test("a refused prompt completes the run for programs, which are told nothing of hooks", async () => {
    await using run = await withHooks({ [PROMPT]: refuses("no") });
    const { events, exitCode } = await run.exec(["go"]);
    expect(exitCode).toBe(0);
    expect(events.map(({ type }) => type)).toEqual(["thread.started", "turn.started", "turn.completed"]);
  });

  test("the notifier is not started for a prompt that was refused", async () => {
    await using run = await withHooks(
      { [PROMPT]: [`${KEEP}; grep -q bad "$HOME/told" && { echo no >&2; exit 2; }; exit 0`] },
      [DONE],
      'notify = ["/bin/sh", "-c", "touch \\"$HOME/notified\\""]',
    );
    await run.exec(["bad"]);
    expect(existsSync(join(run.box.home, "notified"))).toBe(false);
  });

  test("a hook that does not read its stdin is no failure, however long the prompt", async () => {
    await using run = await withHooks({ [PROMPT]: "echo quick" });
    const { stderr } = await run.box.codex(["exec", "-"], { stdin: "x".repeat(300_000) });
    expect(stderr).toContain(`hook: ${PROMPT} Completed\n`);
    expect(run.server.requests[0]?.text).toContain("quick");
  });
});

describe("Stop", () => {
  /** Goes on once. */
  const once = (answer: string) => `if grep -q 'stop_hook_active":true'; then exit 0; fi; ${answer}`;

  test("with a reason the turn goes on, and hooks learn that it does", async () => {
    const hook = once("echo run the tests >&2; exit 2");
    await using run = await withHooks({ Stop: [hook, KEEP] }, [DONE, respond(message("tests ran"))]);
    const shown = await people(run, "go");
    expect(shown).toContain("hook: Stop Blocked\n  run the tests\n");
    const source = `${run.box.codexHome}/hooks.json`;
    expect(said(run.server.requests[1])).toEqual([
      "user: go",
      "assistant: done",
      `user: <hook_prompt hook_run_id="stop:0:${source}">run the tests</hook_prompt>`,
    ]);
    expect(
      told(run.box).map((input) => [input["stop_hook_active"], input["last_assistant_message"]]),
    ).toEqual([
      [false, "done"],
      [true, "tests ran"],
    ]);
  });

  test("several reasons are one message", async () => {
    const blocks = (reason: string) => once(`echo '{"decision":"block","reason":"${reason}"}'`);
    await using run = await withHooks({ Stop: [blocks("one"), blocks("two")] }, [DONE, DONE]);
    await run.exec(["go"]);
    expect(said(run.server.requests[1]).at(-1)).toMatch(
      /^user: <hook_prompt .*>one<\/hook_prompt> \+ <hook_prompt .*>two<\/hook_prompt>$/,
    );
  });

  test("continue: false ends the turn although another hook blocks", async () => {
    await using run = await withHooks({
      Stop: [says({ decision: "block", reason: "more" }), says({ continue: false, stopReason: "enough" })],
    });
    expect(await people(run, "go")).toContain("hook: Stop Stopped\n  enough\n");
    expect(run.server.requests).toHaveLength(1);
  });

  test("text that is no JSON is a failure, and the turn ends", async () => {
    await using run = await withHooks({ Stop: says("well done") });
    expect(await people(run, "go")).toContain(
      "hook: Stop Failed\n  hook returned invalid stop hook JSON output: it is not JSON\n",
    );
  });

  test("a message of a hook is no prompt of the user when the session goes on", async () => {
    const hook = once("echo more >&2; exit 2");
    await using run = await withHooks({ Stop: hook }, [DONE, DONE, DONE]);
    await run.exec(["go"]);
    await run.exec(["resume", "--last", "again"]);
    const kept = rolloutLines(run.box.codexHome).filter(({ payload }) => payload["type"] === "user_message");
    expect(kept.map(({ payload }) => payload["message"])).toEqual(["go", "again"]);
  });
});

describe("a long text", () => {
  test("is kept in a file, and the model reads its two ends and where the file is", async () => {
    const lines = 'i=0; while [ $i -lt 3000 ]; do echo "line$i"; i=$((i+1)); done';
    await using run = await withHooks({ [PROMPT]: `cat > /dev/null; ${lines}` });
    const { exitCode } = await run.box.codex(["exec", "go"], { env: { TMPDIR: run.box.home } });
    expect(exitCode).toBe(0);
    const text = said(run.server.requests[0])[1] ?? "";
    expect(text).toStartWith("developer: Total output lines: 3000\n\nline0\nline1\n");
    expect(text).toMatch(/…\d+ tokens truncated…/);
    expect(text.length).toBeLessThan(11_000);
    const file = /line2999\n\nFull hook output saved to: (\S+)$/.exec(text)?.[1] ?? "";
    expect(file).toStartWith(`${run.box.home}/hook_outputs/`);
    expect(readFileSync(file, "utf8").split("\n")).toHaveLength(3000);
  });

  test("that cannot be kept is shortened all the same", async () => {
    await using run = await withHooks({ [PROMPT]: "cat > /dev/null; yes | head -n 20000" });
    run.box.write(join(run.box.home, "hook_outputs"), "a file in the way");
    await run.box.codex(["exec", "go"], { env: { TMPDIR: run.box.home } });
    expect(said(run.server.requests[0])[1]).toContain("The full hook output could not be saved: ");
  });
});
