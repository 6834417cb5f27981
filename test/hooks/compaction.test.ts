// Hooks around a compaction, behind it, and at messages to a turn that runs.

import { describe, expect, test } from "bun:test";
import { collected, QUIET, textsOf, threadBox, type ThreadBox } from "../support/thread-box";
import { completed, functionCall, message, respond, until, type Step } from "../support/responses-server";
import { installHooks, KEEP, refuses, says, told, type HookSet } from "../support/hooks";
import { loadConfig } from "../../src/config/load";

const DONE = respond(message("done"));
const SUMMARY = respond(message("SUMMARY"));
const FULL = respond(
  functionCall("exec_command", { cmd: "true", login: false }, "c1"),
  completed({ input: 300_000 }),
);
const HALT = says({ continue: false, stopReason: "halt" });

async function withHooks(hooks: HookSet, script: readonly Step[]): Promise<ThreadBox> {
  const it = await threadBox(script);
  await install(it, hooks);
  return it;
}

/** As when the user changes them in the middle of a session. */
async function install({ box, thread }: ThreadBox, hooks: HookSet): Promise<void> {
  installHooks(box, hooks, { trusted: false });
  const env = { HOME: box.home, CODEX_HOME: box.codexHome };
  const files = { codexHome: box.codexHome, cwd: box.workspace, env, overrides: [], enable: [], disable: [] };
  expect(await thread.reloadHooks(await loadConfig({ ...files, flags: { bypassHookTrust: true } }))).toEqual(
    [],
  );
}

const events = (it: ThreadBox) =>
  told(it.box).map((input) => [
    input["hook_event_name"],
    input["trigger"] ?? input["source"] ?? input["prompt"],
  ]);

describe("a compaction", () => {
  const ALL = { PreCompact: KEEP, PostCompact: KEEP, SessionStart: KEEP };

  test("by hand has its hooks around it, and the session begins anew with the next prompt", async () => {
    await using it = await withHooks(ALL, [DONE, SUMMARY, DONE]);
    await it.turn("go");
    await collected(it.thread.compact(QUIET));
    await it.turn("again");
    expect(events(it)).toEqual([
      ["SessionStart", "startup"],
      ["PreCompact", "manual"],
      ["PostCompact", "manual"],
      ["SessionStart", "compact"],
    ]);
    expect(told(it.box)[1]).not.toHaveProperty("permission_mode");
    expect(told(it.box)[1]).toHaveProperty("turn_id");
  });

  test("in the middle of a turn has them too, and the turn goes on", async () => {
    await using it = await withHooks(ALL, [FULL, SUMMARY, DONE]);
    expect((await it.turn("go")).at(-1)).toMatchObject({ type: "turn.completed", lastAgentMessage: "done" });
    expect(events(it).slice(1)).toEqual([
      ["PreCompact", "auto"],
      ["PostCompact", "auto"],
    ]);
  });

  test("that a hook stops does not happen, and a turn that needs it ends", async () => {
    await using it = await withHooks({ PreCompact: { matcher: "manual", command: HALT } }, [DONE, DONE]);
    await it.turn("go");
    const ended = await collected(it.thread.compact(QUIET));
    expect(ended.at(-1)?.type).toBe("turn.completed");
    expect(ended.map(({ type }) => type)).not.toContain("compacted");
    await it.turn("again");
    expect(textsOf(it.server.requests[1]).slice(-2)).toEqual(["done", "again"]);

    await using full = await withHooks({ PreCompact: HALT }, [FULL]);
    expect((await full.turn("go")).at(-1)?.type).toBe("turn.completed");
    expect(full.server.requests).toHaveLength(1);
  });

  test("behind which a hook stops has happened, and the turn ends", async () => {
    await using it = await withHooks({ PostCompact: HALT }, [FULL, SUMMARY, DONE]);
    const ended = await it.turn("go");
    expect(ended.map(({ type }) => type)).toContain("compacted");
    expect(it.server.requests).toHaveLength(2);
    await it.turn("again");
    expect(textsOf(it.server.requests[2]).at(-1)).toBe("again");
  });

  test("whose hook fails happens all the same", async () => {
    await using it = await withHooks({ PreCompact: refuses("hmm") }, [DONE, SUMMARY]);
    await it.turn("go");
    const ended = await collected(it.thread.compact(QUIET));
    expect(ended.map(({ type }) => type)).toContain("compacted");
    const failed = ended.find((event) => event.type === "hook.completed");
    expect(failed).toMatchObject({
      run: { status: "failed", entries: [{ kind: "error", text: "hook exited with code 2: hmm" }] },
    });
  });
});

describe("a message to a turn that runs", () => {
  async function steered(hook: string, more: readonly Step[]) {
    const held = Promise.withResolvers<void>();
    const it = await withHooks({ UserPromptSubmit: [KEEP, hook] }, [
      respond(message("first"), until(held.promise)),
      ...more,
    ]);
    const seen: string[] = [];
    for await (const event of it.thread.run([{ type: "text", text: "go" }], QUIET)) {
      seen.push(event.type);
      if (event.type !== "item.completed" || seen.includes("steered")) continue;
      it.thread.steer([{ type: "text", text: "and this" }]);
      held.resolve();
    }
    return { it, seen };
  }

  test("is brought before the hooks of prompts, and taken with what they say", async () => {
    const { it, seen } = await steered("grep -q 'and this' && echo noted; exit 0", [DONE]);
    await using _it = it;
    expect(events(it)).toEqual([
      ["UserPromptSubmit", "go"],
      ["UserPromptSubmit", "and this"],
    ]);
    expect(textsOf(it.server.requests[1]).slice(-2)).toEqual(["and this", "noted"]);
    expect(seen).toContain("steered");
  });

  test("that is refused is not sent, and asks for no further request", async () => {
    const { it, seen } = await steered("if grep -q 'and this'; then echo no >&2; exit 2; fi", []);
    await using _it = it;
    expect(it.server.requests).toHaveLength(1);
    expect(seen.slice(-2)).toEqual(["steered", "turn.completed"]);
  });
});
