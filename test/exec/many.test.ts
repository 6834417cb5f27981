// Many commands, at once and one after the other: nothing blocks, nothing is left.

import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Confinement } from "../../src/exec/confinement";
import { spawnCommand } from "../../src/exec/spawn";
import { systemCallFilter } from "../../src/sandbox/system-calls";
import { processesWith, until } from "../support/processes";

const linux = process.platform === "linux";
const ENV = { PATH: process.env.PATH ?? "/usr/bin:/bin" };
/** Looks in a row, with a moment between them, that find the command asleep: it stands still. */
const STILL_LOOKS = 50;
/** Much more than is read ahead, much less than the command has to say. */
const GROWTH_BYTES = 150_000_000;
const CONFINEMENTS: readonly (readonly [string, Confinement])[] = [
  ["without a sandbox", { type: "none" }],
  [
    "in namespaces",
    {
      type: "namespaces",
      pipes: "closed",
      network: "none",
      tree: "sealed",
      mounts: [],
      filter: systemCallFilter("x64", "none"),
    },
  ],
];

describe.skipIf(!linux || process.arch !== "x64").each(CONFINEMENTS)("%s", (_, confinement) => {
  const start = (script: string) =>
    spawnCommand({
      argv: ["sh", "-c", script],
      cwd: "/",
      env: ENV,
      confinement,
      stdin: "null",
      stdout: "pipe",
      stderr: "stdout",
    });
  const output = async (script: string) => {
    await using command = start(script);
    return await new Response(command.stdout).text();
  };

  test("twenty silent commands do not hold up the reading of a file", async () => {
    const commands = Array.from({ length: 20 }, () => start("echo ready; sleep 60"));
    try {
      const readers = commands.map((command) => command.stdout?.getReader());
      await Promise.all(readers.map((reader) => reader?.read()));
      const waiting = readers.map((reader) => reader?.read());
      const ended = waiting.map(async (read) => (await read, "a command has ended"));
      const read = readFile("/etc/passwd").then(() => "the file was read");
      expect(await Promise.race([read, ...ended])).toBe("the file was read");
      for (const command of commands) command.kill();
      await Promise.all(waiting);
    } finally {
      await Promise.all(commands.map((command) => command[Symbol.asyncDispose]()));
    }
  });

  test("250 in a row leave no process, no descriptor and no mount", async () => {
    await output("true");
    const before = state();
    for (let i = 0; i < 250; i++) expect(await output(`echo ${i}`)).toBe(`${i}\n`);
    await until("nothing is left", () => left(before).length === 0);
  });

  test("50 at once give each its own output, and leave nothing", async () => {
    await output("true");
    const before = state();
    const outputs = await Promise.all(
      Array.from({ length: 50 }, (_, i) => output(`sleep 0.0${i % 5}; echo ${i}`)),
    );
    expect(outputs).toEqual(Array.from({ length: 50 }, (_, i) => `${i}\n`));
    await until("nothing is left", () => left(before).length === 0);
  });

  test("output that nobody reads makes the command wait, not us grow", async () => {
    const before = process.memoryUsage().rss;
    const size = 300_000_000 + process.pid; // by which the command is known
    await using command = start(`head -c ${size} /dev/zero; echo end`);
    let still = 0;
    await until("the command waits", () => {
      const states = processesWith(`head\0-c\0${size}`).map(stateOf);
      still = states.length === 1 && states[0] === "S" ? still + 1 : 0;
      return still === STILL_LOOKS;
    });
    let bytes = 0;
    for await (const chunk of command.stdout ?? []) bytes += chunk.byteLength;
    expect(bytes).toBe(size + 4);
    expect(process.memoryUsage().rss - before).toBeLessThan(GROWTH_BYTES);
  });
});

/** `S` when it sleeps; empty when it is gone. */
function stateOf(pid: number): string {
  try {
    return /^State:\s*(\S)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "";
  } catch (error) {
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}

/** How many descriptors, children (zombies too) and mounts this process has. */
function state() {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8");
  return {
    descriptors: readdirSync("/proc/self/fd").length,
    children: children.split(" ").filter(Boolean).length,
    mounts: readFileSync("/proc/self/mountinfo", "utf8").split("\n").length,
  };
}

/** What there is more of than before. Less is no matter: what came before may have been on its way out. */
function left(before: ReturnType<typeof state>): readonly string[] {
  const now = state();
  return (["descriptors", "children", "mounts"] as const).filter((what) => now[what] > before[what]);
}
