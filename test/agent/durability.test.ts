// What was shown survives: the program is killed after each event of a long turn, and its session file is looked at.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { parseLine } from "../../src/rollout/line";
import { rebuild } from "../../src/rollout/rebuild";
import { CODEX, mockProvider, sandboxBox, type Box } from "../support/harness";
import { processesWith, until } from "../support/processes";
import { functionCall, message, respond, startResponsesServer } from "../support/responses-server";

/** Each call shows two events and each message one; with the opening this makes the 200 of the longest run. */
const CALLS = 66;
const EVENTS = 200;
/** Every kill takes a run of its own; `CODEX_ALL_KILLS=1` spends the minutes to kill after each single event. */
const STEP = process.env["CODEX_ALL_KILLS"] === "1" ? 1 : 10;
const KILLS = EVENTS / STEP;
const AT_ONCE = 4;

test.each(["workspace-write", "danger-full-access"])(
  `after each of ${KILLS} kills in %s the session file parses, holds what was shown and can be resumed, and no process is left`,
  killAll,
  360_000,
);

async function killAll(sandbox: string): Promise<void> {
  const marker = `codex-durability-${process.pid}-${Date.now()}`;
  await using server = await startResponsesServer((request) => {
    const outputs = request.body.input.filter((item) => item.type === "function_call_output").length;
    if (outputs >= CALLS) return respond(message("the end"));
    // A child that nobody waits for would outlive its command, and us, if nothing killed it.
    const cmd = `echo out-${outputs}; (exec -a ${marker} sleep 600) &`;
    return respond(
      message(`note ${outputs}`),
      functionCall("exec_command", { cmd, login: false }, `c${outputs}`),
    );
  });
  const kills = Array.from({ length: KILLS }, (_, index) => (index + 1) * STEP);
  const worker = async (): Promise<void> => {
    for (let at = kills.shift(); at !== undefined; at = kills.shift())
      await killAfter(at, server.url, sandbox);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await until("nothing runs", () => processesWith(marker).length === 0);
}

async function killAfter(count: number, url: string, sandbox: string): Promise<void> {
  await using box = await sandboxBox({ config: mockProvider(url) });
  const shown = await shownBeforeKill(box, count, sandbox);
  const [path] = new Bun.Glob("sessions/**/*.jsonl").scanSync({ cwd: box.codexHome, absolute: true });
  if (shown.length <= 2 && path === undefined) return; // killed before the first turn began
  if (path === undefined) throw new Error(`no session file after ${shown.length} events`);
  const text = readFileSync(path, "utf8");
  const bad = text
    .trimEnd()
    .split("\n")
    .filter((line) => parseLine(Buffer.from(line)).type === "bad");
  expect(bad.length).toBeLessThanOrEqual(text.endsWith("\n") ? 0 : 1);
  const { history } = rebuild(path);
  const kept = JSON.stringify(history);
  for (const event of shown) {
    const { item } = JSON.parse(event) as { item?: { type: string; text?: string; command?: string } };
    if (item?.type === "agent_message") expect(kept).toContain(`"${item.text}"`);
    const number = /out-\d+/.exec(item?.command ?? "")?.[0];
    if (number !== undefined) expect(kept).toContain(`echo ${number};`);
  }
}

/** Whole lines of stdout up to the kill; it falls as soon as `count` lines have come. */
async function shownBeforeKill(box: Box, count: number, sandbox: string): Promise<readonly string[]> {
  const child = Bun.spawn([CODEX, "exec", "--json", "-s", sandbox, "go"], {
    cwd: box.workspace,
    env: { PATH: process.env["PATH"] ?? "", HOME: box.home, CODEX_HOME: box.codexHome },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  let text = "";
  for await (const chunk of child.stdout) {
    text += new TextDecoder().decode(chunk);
    if (text.split("\n").length > count) child.kill("SIGKILL");
  }
  await child.exited;
  return text.split("\n").slice(0, -1);
}
