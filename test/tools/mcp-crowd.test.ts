// Thirty MCP servers, ten of them broken in different ways: the turn completes, each failure is one line, nothing is left.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { itemsOf, outputOf, scripted } from "../support/exec-run";
import type { Mode } from "../support/mcp-server";
import { processesWith, until as comesTrue } from "../support/processes";
import { done, message, respond, type SseEvent } from "../support/responses-server";
import { tempFolder } from "../support/temp-folder";

const SERVER = join(import.meta.dir, "..", "support", "mcp-server.ts");
const GOOD = Array.from({ length: 20 }, (_, index) => `good-${index}`);
const BROKEN: readonly Mode[] = [
  ...(["crash", "hang", "garbage", "slow-list", "huge-list", "dies-mid-call"] as const),
  ...(["endless-stderr", "wrong-version", "no-cancel"] as const),
];

/** `mark` is an argument that nothing reads: it tells our processes from others. */
function crowd(mark: string, record: string): string {
  const table = (name: string, mode: Mode, more: string) =>
    `[mcp_servers.${name}]\ncommand = ${JSON.stringify(process.execPath)}\n` +
    `args = ["${SERVER}", "${mode}", "${record}", "${mark}"]\ntool_timeout_sec = 1\n${more}\n`;
  const all = [
    ...GOOD.map((name) => table(name, "good", "")),
    ...BROKEN.map((mode) => table(mode, mode, SLOW.includes(mode) ? "startup_timeout_sec = 2" : "")),
    '[mcp_servers.missing]\ncommand = "no-such-program"\n',
  ];
  return `\n${all.join("\n")}`;
}

/** They never answer; the others have all the time they need. */
const SLOW: readonly Mode[] = ["hang", "garbage", "slow-list"];

function call(server: string, tool: string): SseEvent {
  const namespace = `mcp__${server.replaceAll("-", "_")}`;
  return done({ type: "function_call", name: tool, namespace, arguments: "{}", call_id: server });
}

test("a turn with thirty servers completes, and says once of each broken one what is wrong", async () => {
  const mark = `crowd-${crypto.randomUUID()}`;
  using folder = tempFolder();
  const record = join(folder.path, "record.log");
  const called = [...GOOD, "dies-mid-call", "endless-stderr"];
  const calls = [...called.map((server) => call(server, "harmless")), call("no-cancel", "slow")];
  await using run = await scripted([respond(...calls), respond(message("done"))], {
    provider: crowd(mark, record),
  });
  const { events, exitCode, stderr } = await run.exec(["go"]);
  expect([exitCode, stderr.replace("Reading additional input from stdin...\n", "")]).toEqual([0, ""]);
  const errors = itemsOf(events, "item.completed").flatMap((item) =>
    item.type === "error" ? [String(item["message"])] : [],
  );
  const failed = (name: string, reason: string) =>
    `MCP client for \`${name}\` failed to start: MCP startup failed: ${reason}`;
  const timedOut = (name: string, facts: string) =>
    `MCP client for \`${name}\` timed out after 2 seconds (${facts}). Add or adjust \`startup_timeout_sec\` in your ` +
    `config.toml:\n[mcp_servers.${name}]\nstartup_timeout_sec = XX`;
  const handshake = "handshaking with MCP server failed:";
  expect(errors.toSorted()).toEqual(
    [
      failed(
        "crash",
        `${handshake} connection closed: initialize response (exit code 3; stderr: crash server speaks)`,
      ),
      failed(
        "missing",
        "No such file or directory (os error 2): `no-such-program` is not on PATH; install it, or correct `command` of " +
          "[mcp_servers.missing] in config.toml",
      ),
      failed(
        "wrong-version",
        `${handshake} Server's protocol version is not supported: 1999-01-01 (stderr: wrong-version server speaks)`,
      ),
      timedOut("hang", "stderr: hang server speaks"),
      timedOut(
        "garbage",
        'stdout has what is not MCP: "Welcome to the server!"; stderr: garbage server speaks',
      ),
      timedOut("slow-list", "stderr: slow-list server speaks"),
    ].toSorted(),
  );
  const output = (server: string) => outputOf(run.server.requests[1], server);
  for (const name of [...GOOD, "endless-stderr"]) expect(output(name)).toContain("harmless ran");
  expect(output("dies-mid-call")).toContain("exit code 9; stderr: dies-mid-call server speaks | I am dying");
  expect(output("no-cancel")).toContain("timed out awaiting tools/call after 1s");
  expect(readFileSync(record, "utf8")).toContain('"method":"notifications/cancelled"');
  expect(processesWith(mark)).toEqual([]);
}, 60_000);

test("a codex that is killed leaves none of its servers", async () => {
  const mark = `crowd-${crypto.randomUUID()}`;
  await using run = await scripted([respond(call("no-cancel", "slow"))], {
    provider: crowd(mark, "/dev/null"),
  });
  const codex = run.box.start(["exec", "--json", "-s", "workspace-write", "go"]);
  await codex.shows('"tool":"slow"');
  expect(processesWith(mark).length).toBeGreaterThan(20);
  codex.kill("SIGKILL");
  await codex.result;
  await comesTrue("all servers are gone", () => processesWith(mark).length === 0);
}, 60_000);

test("an interrupt while servers start ends the run at once, and them", async () => {
  const mark = `crowd-${crypto.randomUUID()}`;
  const provider = `\n[mcp_servers.hang]\ncommand = ${JSON.stringify(process.execPath)}\nargs = ["${SERVER}", "hang", "/dev/null", "${mark}"]\n`;
  await using run = await scripted([], { provider });
  const codex = run.box.start(["exec", "--json", "go"]);
  await codex.shows("turn.started");
  codex.kill("SIGINT");
  const { exitCode } = await codex.result;
  expect(exitCode).toBe(1);
  expect(run.server.requests).toHaveLength(0);
  expect(processesWith(mark)).toEqual([]);
}, 60_000);
