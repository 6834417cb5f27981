// The table of commands that outlive their calls: who waits for their end, and gives up, is forgotten.

import { heapStats } from "bun:jsc";
import { expect, test } from "bun:test";
import { processTable } from "../../src/tools/commands/process-table";

const WAITS = 2_000;

test("who no longer waits for commands to end leaves nothing behind", async () => {
  await using table = processTable("unseen");
  const promises = () => {
    Bun.gc(true);
    return heapStats().objectTypeCounts["Promise"] ?? 0;
  };
  const before = promises();
  for (let wait = 0; wait < WAITS; wait++) {
    const given = new AbortController();
    const next = table.completions(given.signal).next();
    given.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  }
  expect(promises() - before).toBeLessThan(WAITS / 4);
});
