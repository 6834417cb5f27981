// The processes that carry a confined command have nothing of this one: neither its memory nor its environment.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { spawnCommand } from "../../src/exec/spawn";
import { systemCallFilter } from "../../src/sandbox/system-calls";

test.skipIf(process.platform !== "linux")("heap, environment and program stay here", async () => {
  await using command = spawnCommand({
    argv: ["sh", "-c", "echo ready; sleep 60"],
    cwd: "/",
    env: { PATH: process.env.PATH ?? "/bin:/usr/bin" },
    confinement: {
      type: "namespaces",
      pipes: "closed",
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
    expect(maps).not.toContain("[heap]");
    expect(maps).not.toContain(process.execPath);
    expect(readFileSync(`/proc/${pid}/environ`, "utf8")).toBe("");
    expect(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1])).toBeLessThan(512);
  }
});

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
}
