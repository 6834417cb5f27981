// What was shown survives: the program is killed after each event of a long turn, and its session file is looked at.

import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseLine } from "../../src/rollout/line";
import { rebuild } from "../../src/rollout/rebuild";
import { CODEX, mockProvider, sandboxBox, type Box } from "../support/harness";
import { functionCall, message, respond, startResponsesServer } from "../support/responses-server";

/** Each call shows two events and each message one; with the opening this makes the 200 of the longest run. */
const CALLS = 66;
const EVENTS = 200;
/** Every kill takes a run of its own; `CODEX_ALL_KILLS=1` spends the minutes to kill after each single event. */
const STEP = process.env["CODEX_ALL_KILLS"] === "1" ? 1 : 5;
const KILLS = EVENTS / STEP;
const AT_ONCE = 4;

test(`after each of ${KILLS} kills the session file parses, holds what was shown and can be resumed, and no process is left`, async () => {
  const marker = `codex-durability-${process.pid}-${Date.now()}`;
  await using server = await startResponsesServer((request) => {
    const outputs = request.body.input.filter((item) => item.type === "function_call_output").length;
    if (outputs >= CALLS) return respond(message("the end"));
    const cmd = `echo out-${outputs}; : ${marker}`;
    return respond(
      message(`note ${outputs}`),
      functionCall("exec_command", { cmd, login: false }, `c${outputs}`),
    );
  });
  const kills = Array.from({ length: KILLS }, (_, index) => (index + 1) * STEP);
  const worker = async (): Promise<void> => {
    for (let at = kills.shift(); at !== undefined; at = kills.shift()) await killAfter(at, server.url);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const ps = Bun.spawn(["ps", "-eo", "args="], { stdout: "pipe" });
  const left = (await new Response(ps.stdout).text()).split("\n").filter((line) => line.includes(marker));
  expect(left).toEqual([]);
}, 180_000);

async function killAfter(count: number, url: string): Promise<void> {
  await using box = await sandboxBox({ config: mockProvider(url) });
  const shown = await shownBeforeKill(box, count);
  const file = readdirSync(join(box.codexHome, "sessions"), { recursive: true, encoding: "utf8" }).find(
    (name) => name.endsWith(".jsonl"),
  );
  if (shown.length <= 2 && file === undefined) return; // killed before the first turn began
  const path = join(box.codexHome, "sessions", file ?? "");
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
async function shownBeforeKill(box: Box, count: number): Promise<readonly string[]> {
  const child = Bun.spawn([CODEX, "exec", "--json", "-s", "workspace-write", "go"], {
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
