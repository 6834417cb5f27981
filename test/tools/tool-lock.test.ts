// Who may run beside whom among the calls of one response.

import { expect, test } from "bun:test";
import { toolLock } from "../../src/tools/tool-lock";

test("shared calls run together, an exclusive one waits for them and holds back those behind it", async () => {
  const lock = toolLock();
  const order: string[] = [];
  const first = await lock.acquire("shared");
  const second = await lock.acquire("shared");
  const alone = lock.acquire("exclusive").then((release) => {
    order.push("exclusive");
    return release;
  });
  const late = lock.acquire("shared").then((release) => {
    order.push("late");
    return release;
  });
  first();
  await Promise.resolve();
  expect(order).toEqual([]);
  second();
  const releaseAlone = await alone;
  expect(order).toEqual(["exclusive"]);
  releaseAlone();
  releaseAlone();
  (await late)();
  expect(order).toEqual(["exclusive", "late"]);
  (await lock.acquire("exclusive"))();
});
