// The processes that carry a confined command are copies of this one at first; they keep none of its memory.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { spawnCommand } from "../../src/exec/spawn";
import { systemCallFilter } from "../../src/sandbox/system-calls";

test.skipIf(process.platform !== "linux")("heap, stack, environment and program are given back", async () => {
  await using command = spawnCommand({
    argv: ["sh", "-c", "echo ready; sleep 60"],
    cwd: "/",
    env: { PATH: process.env.PATH ?? "/bin:/usr/bin" },
    confinement: {
      type: "namespaces",
      network: "none",
      tree: "sealed",
      mounts: [],
      filter: systemCallFilter(process.arch, "none"),
    },
    stdin: "null",
    stdout: "pipe",
    stderr: "stdout",
  });
  await command.stdout?.getReader().read();
  const keeper = command.pid;
  const spawner = parentOf(keeper);
  const [first] = childrenOf(keeper);
  expect(parentOf(spawner)).toBe(process.pid);
  for (const pid of [spawner, keeper, first ?? 0]) {
    const maps = readFileSync(`/proc/${pid}/maps`, "utf8");
    expect(maps).not.toMatch(/\[(heap|stack)\]/);
    expect(maps).not.toContain(process.execPath);
    expect(readFileSync(`/proc/${pid}/environ`, "utf8")).toBe("");
    expect(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1])).toBeLessThan(
      4_096,
    );
  }
});

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
}
