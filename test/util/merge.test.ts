// Several generators at once, as one.

import { describe, expect, test } from "bun:test";
import { Merge } from "../../src/util/merge";

async function* from(...values: number[]): AsyncGenerator<number, void> {
  for (const value of values) yield value;
}

async function collect(merge: Merge<number>): Promise<number[]> {
  const values: number[] = [];
  for await (const value of merge) values.push(value);
  return values;
}

describe("a merge", () => {
  test("yields everything of every source and keeps the order within one", async () => {
    const merge = new Merge<number>();
    merge.add(from(1, 2, 3));
    merge.add(from(10, 20));
    merge.close();
    const values = await collect(merge);
    expect(values.filter((value) => value < 10)).toEqual([1, 2, 3]);
    expect(values.filter((value) => value >= 10)).toEqual([10, 20]);
  });

  test("takes sources while it runs, and ends only after close", async () => {
    const merge = new Merge<number>();
    async function* adding(): AsyncGenerator<number, void> {
      yield 1;
      merge.add(from(2));
      yield 3;
      merge.close();
    }
    merge.add(adding());
    expect((await collect(merge)).sort()).toEqual([1, 2, 3]);
  });

  test("fails with the error of a source and returns the others", async () => {
    const merge = new Merge<number>();
    let returned = false;
    async function* endless(): AsyncGenerator<number, void> {
      try {
        for (;;) yield 1;
      } finally {
        returned = true;
      }
    }
    async function* failing(): AsyncGenerator<number, void> {
      yield 2;
      throw new Error("broken source");
    }
    merge.add(endless());
    merge.add(failing());
    await expect(collect(merge)).rejects.toThrow("broken source");
    expect(returned).toBe(true);
  });

  test("a slow reader slows the sources: at most one value of each is made in advance", async () => {
    const merge = new Merge<number>();
    let made = 0;
    async function* counting(): AsyncGenerator<number, void> {
      for (;;) yield ++made;
    }
    merge.add(counting());
    for await (const value of merge) {
      expect(made - value).toBeLessThanOrEqual(1);
      if (value === 100) break;
    }
  });

  test("keeps nothing of what has passed while another source is silent", async () => {
    const merge = new Merge<number>();
    const quiet = Promise.withResolvers<void>();
    async function* many(): AsyncGenerator<number, void> {
      for (let value = 1; value <= PASSED; value++) yield value;
      merge.close();
      quiet.resolve();
    }
    async function* silent(): AsyncGenerator<number, void> {
      await quiet.promise;
      yield PASSED + 1;
    }
    const before = heapBytes();
    merge.add(many());
    merge.add(silent());
    let after = 0;
    for await (const value of merge) {
      if (value === PASSED) after = heapBytes();
    }
    expect(after - before).toBeLessThan(KEPT_BYTES);
  });
});

const PASSED = 50_000;
/** A few bytes for each value would already be more. */
const KEPT_BYTES = 2_000_000;

function heapBytes(): number {
  Bun.gc(true);
  return process.memoryUsage().heapUsed;
}
