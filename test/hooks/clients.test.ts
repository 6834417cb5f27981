// Hooks where another program is in front, and in a reviewer's thread.

import { describe, expect, test } from "bun:test";
import { scripted } from "../support/exec-run";
import { installHooks, KEEP, refuses, says, told } from "../support/hooks";
import { functionCall, message, respond } from "../support/responses-server";
import { serving } from "../server/app/client";

describe("a client of the app-server", () => {
  test("is told of every run, when it begins and when it ends", async () => {
    await using it = await serving([respond(message("done"))]);
    installHooks(it.box, {
      SessionStart: says("hello"),
      Stop: { command: says({ systemMessage: "bye" }), statusMessage: "Looking" },
    });
    await it.turn(await it.thread({}), "go");
    const runs = it.heard.flatMap((one) =>
      "method" in one && one.method.startsWith("hook/")
        ? [{ method: one.method, run: one.params["run"] }]
        : [],
    );
    const file = `${it.box.codexHome}/hooks.json`;
    const common = { handlerType: "command", executionMode: "sync", sourcePath: file, source: "user" };
    const start = {
      ...{ ...common, id: `session-start:0:${file}`, eventName: "sessionStart", scope: "thread" },
      ...{ displayOrder: 0, statusMessage: null, startedAt: expect.any(Number) },
    };
    const stop = {
      ...{ ...common, id: `stop:1:${file}`, eventName: "stop", scope: "turn" },
      ...{ displayOrder: 1, statusMessage: "Looking", startedAt: expect.any(Number) },
    };
    const running = { status: "running", completedAt: null, durationMs: null, entries: [] };
    const ended = { status: "completed", completedAt: expect.any(Number), durationMs: expect.any(Number) };
    expect(runs).toEqual([
      { method: "hook/started", run: { ...start, ...running } },
      {
        method: "hook/completed",
        run: { ...start, ...ended, entries: [{ kind: "context", text: "hello" }] },
      },
      { method: "hook/started", run: { ...stop, ...running } },
      { method: "hook/completed", run: { ...stop, ...ended, entries: [{ kind: "warning", text: "bye" }] } },
    ]);
  });

  test("is told how long each run took, not how long others took before it", async () => {
    await using it = await serving([respond(message("done"))]);
    // The first goes on for half a second after the second has ended.
    const waits =
      'until [ -e "$HOME/pid" ] && ! kill -0 "$(cat "$HOME/pid")" 2> "$HOME/errors"; do sleep 0.01; done; sleep 0.5';
    const ends = 'echo $$ > "$HOME/tmp"; mv "$HOME/tmp" "$HOME/pid"';
    installHooks(it.box, { Stop: [waits, ends] });
    await it.turn(await it.thread({}), "go");
    const [slow = 0, quick = 0] = it.heard.flatMap((one) =>
      "method" in one && one.method === "hook/completed"
        ? [(one.params["run"] as { durationMs: number }).durationMs]
        : [],
    );
    expect(quick).toBeLessThan(slow - 250);
  });

  test("whose message a hook refuses gets a turn that ends without a request", async () => {
    await using it = await serving([]);
    installHooks(it.box, { UserPromptSubmit: refuses("no") });
    expect(await it.turn(await it.thread({}), "go")).toMatchObject({ status: "completed", error: null });
  });
});

test("a reviewer's calls have hooks, as calls of the session; its beginning and its end have none", async () => {
  await using run = await scripted([
    respond(functionCall("exec_command", { cmd: "echo hi" }, "c1")),
    respond(message("fine")),
  ]);
  installHooks(run.box, { SessionStart: KEEP, UserPromptSubmit: KEEP, PreToolUse: KEEP, Stop: KEEP });
  const { events } = await run.box.events(["review", "look at it"]);
  expect(told(run.box).map((input) => input["hook_event_name"])).toEqual(["UserPromptSubmit", "PreToolUse"]);
  expect(told(run.box)[0]).toMatchObject({ session_id: events[0]?.["thread_id"], prompt: "look at it" });
});
