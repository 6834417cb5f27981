// Goals that the model makes and ends itself: what its tools answer, and what the session file keeps of them.

import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rebuild } from "../../src/rollout/rebuild";
import { mockProvider, sandboxBox, type Box } from "../support/harness";
import {
  functionCall,
  message,
  respond,
  startResponsesServer,
  type Script,
} from "../support/responses-server";
import type { ResponsesServer } from "../support/responses-server";

type Made = AsyncDisposable & { readonly box: Box; readonly server: ResponsesServer };

async function made(script: Script, settings = ""): Promise<Made> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await startResponsesServer(script));
  const box = stack.use(await sandboxBox({ config: `${settings}\n${mockProvider(server.url)}` }));
  const all = stack.move();
  return { box, server, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

const create = (objective: string, callId: string) =>
  respond(functionCall("create_goal", { objective }, callId));
const update = (status: string, callId: string) => respond(functionCall("update_goal", { status }, callId));
const get = (callId: string) => respond(functionCall("get_goal", {}, callId));
const DONE = respond(message("done"));

/** What a call was answered with, in the last request. */
function answer(server: ResponsesServer, callId: string): string {
  const outputs = server.requests.at(-1)?.body.input.filter(({ type }) => type === "function_call_output");
  return String(outputs?.find((item) => item.call_id === callId)?.output);
}

function goalOf(server: ResponsesServer, callId: string): unknown {
  return (JSON.parse(answer(server, callId)) as { goal: unknown }).goal;
}

function sessionFile(box: Box): string {
  const folder = join(box.codexHome, "sessions");
  const found = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((name) =>
    name.endsWith(".jsonl"),
  );
  return join(folder, found ?? "");
}

describe("a goal of the model's", () => {
  test("counts the responses after the one that made it, and that which ends it", async () => {
    await using it = await made([
      create("ship", "c1"),
      get("c2"),
      get("c3"),
      update("complete", "c4"),
      get("c5"),
      DONE,
    ]);
    await it.box.codex(["exec", "go"]);
    const used = ["c1", "c2", "c3", "c4", "c5"].map((id) => goalOf(it.server, id));
    expect(used.map((goal) => (goal as { tokensUsed: number }).tokensUsed)).toEqual([0, 0, 80, 160, 240]);
  });

  test("makes room for another when it is reached, and not before", async () => {
    await using it = await made([
      create("one", "c1"),
      create("two", "c2"),
      update("complete", "c3"),
      create("three", "c4"),
      DONE,
    ]);
    await it.box.codex(["exec", "go"]);
    expect(answer(it.server, "c2")).toContain("has a goal already, which is active");
    expect(goalOf(it.server, "c4")).toMatchObject({ objective: "three", status: "active", tokensUsed: 0 });
  });

  test("does not keep `codex exec` beyond its turn; a resumed session knows it, and ends with its turn too", async () => {
    await using it = await made([create("ship", "c1"), DONE, get("c2"), DONE]);
    const first = await it.box.events(["go"]);
    expect(first.exitCode).toBe(0);
    expect(first.events.filter(({ type }) => type === "turn.started")).toHaveLength(1);
    const second = await it.box.codex(["exec", "resume", "--last", "and now"]);
    expect([second.exitCode, it.server.requests.length]).toEqual([0, 4]);
    expect(goalOf(it.server, "c2")).toMatchObject({ objective: "ship", status: "active", tokensUsed: 80 });
  });

  test("is known behind a compaction", async () => {
    const script: Script = (_request, index) =>
      index === 0 ? create("ship", "c1") : respond(message("much"));
    await using it = await made(script, "model_auto_compact_token_limit = 90");
    await it.box.codex(["exec", "go"]);
    const path = sessionFile(it.box);
    expect(readFileSync(path, "utf8")).toContain('"type":"compacted"');
    expect(rebuild(path).goal).toMatchObject({ objective: "ship", status: "active" });
    const told = it.server.requests.at(-1)?.text ?? "";
    expect(told).toContain("<objective>\\nship\\n</objective>");
  });

  test("is none of a session's whose line about it is damaged or of another thread", async () => {
    await using it = await made([create("ship", "c1"), DONE, get("c2"), DONE]);
    await it.box.codex(["exec", "go"]);
    const path = sessionFile(it.box);
    const odd = (text: string) => text.replaceAll('"thread_goal_updated","threadId":"', "$&x");
    writeFileSync(path, odd(readFileSync(path, "utf8")));
    await it.box.codex(["exec", "resume", "--last", "and now"]);
    expect(goalOf(it.server, "c2")).toBeNull();
  });
});

describe("a review", () => {
  test("is not offered goals", async () => {
    await using it = await made([respond(message('{"findings":[],"overall_explanation":"fine"}'))]);
    it.box.write("a.txt", "changed");
    await it.box.codex(["exec", "review", "--uncommitted"]);
    const names = it.server.requests[0]?.body.tools.map(({ name }) => name);
    expect(names).toContain("exec_command");
    expect(names).not.toContain("create_goal");
  });
});
