// Threads with the same configuration share the processes of their servers, and the last one ends them.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { connectionPool, type Lease } from "../../src/mcp/pool";
import { serverConfigs } from "../../src/mcp/server-config";
import { tokenStore } from "../../src/mcp/token-store";
import type { Mode } from "../support/mcp-server";
import { processesWith, until } from "../support/processes";

const SERVER = join(import.meta.dir, "..", "support", "mcp-server.ts");
const NEVER = new AbortController().signal;

/** A thread's lease of a test server whose processes are found by the mark. */
function lease(mark: string, { mode = "good", cwd = "/" }: { mode?: Mode; cwd?: string } = {}): Lease {
  const args = [SERVER, mode, "/dev/null", mark];
  const [config] = serverConfigs({ s: { command: process.execPath, args, startup_timeout_sec: 20 } });
  if (config === undefined) throw new Error("one server was configured");
  const tokens = tokenStore("/nonexistent", "file");
  return connectionPool().lease({ config, env: process.env, cwd, tokens, elicitationModes: false }, []);
}

describe("the pool of connections", () => {
  test("starts one process for all threads of one configuration, and ends it with the last", async () => {
    const mark = crypto.randomUUID();
    const leases = Array.from({ length: 5 }, () => lease(mark));
    expect(await Promise.all(leases.map(({ outcome }) => outcome))).toEqual(Array(5).fill(undefined));
    expect(new Set(leases.map(({ connection }) => connection)).size).toBe(1);
    const [last, ...others] = leases;
    for (const other of others) await other[Symbol.asyncDispose]();
    await others[0]?.[Symbol.asyncDispose](); // counts once
    expect(processesWith(mark)).toHaveLength(1);
    expect(await last?.connection.callTool({ name: "plain" }, { signal: NEVER })).toHaveProperty("content");
    await last?.[Symbol.asyncDispose]();
    expect(processesWith(mark)).toEqual([]);
  });

  test("starts a process for each folder", async () => {
    const mark = crypto.randomUUID();
    await using one = lease(mark, { cwd: "/" });
    await using other = lease(mark, { cwd: "/usr" });
    await Promise.all([one.outcome, other.outcome]);
    expect(processesWith(mark)).toHaveLength(2);
  });

  test("keeps a start going that another thread waits for", async () => {
    const mark = crypto.randomUUID();
    const first = lease(mark);
    await using second = lease(mark);
    await first[Symbol.asyncDispose]();
    expect(await second.outcome).toBeUndefined();
    expect(processesWith(mark)).toHaveLength(1);
  });

  test("ends a start that nobody waits for", async () => {
    const mark = crypto.randomUUID();
    const hanging = lease(mark, { mode: "hang" });
    await until("it runs", () => processesWith(mark).length === 1);
    await hanging[Symbol.asyncDispose]();
    expect(processesWith(mark)).toEqual([]);
  });

  test("gives a new thread a new process where the old one has died", async () => {
    const mark = crypto.randomUUID();
    await using first = lease(mark, { mode: "dies-mid-call" });
    await first.outcome;
    expect(first.connection.callTool({ name: "plain" }, { signal: NEVER })).rejects.toThrow("exit code 9");
    await until("it is known to be gone", () => first.connection.isOver);
    await using second = lease(mark, { mode: "dies-mid-call" });
    expect(await second.outcome).toBeUndefined();
    expect(processesWith(mark)).toHaveLength(1);
  });

  test("asks nobody what a server wants to know while calls of several threads are under way", async () => {
    const mark = crypto.randomUUID();
    await using one = lease(mark);
    await using other = lease(mark);
    await one.outcome;
    const asked: string[] = [];
    const limits = (threadId: string, signal: AbortSignal) => ({
      signal,
      answer: {
        threadId,
        answer: () => {
          asked.push(threadId);
          return Promise.resolve({ action: "accept" as const, content: { name: threadId } });
        },
      },
    });
    const ending = new AbortController();
    const slow = other.connection
      .callTool({ name: "slow" }, limits("b", ending.signal))
      .catch((error: Error) => error.message);
    const both = await one.connection.callTool({ name: "ask" }, limits("a", NEVER));
    expect([both["content"], asked]).toEqual([[{ type: "text", text: '{"action":"decline"}' }], []]);
    ending.abort();
    expect(await slow).toBe("interrupted");
    await one.connection.callTool({ name: "ask" }, limits("a", NEVER));
    expect(asked).toEqual(["a"]);
  });
});
