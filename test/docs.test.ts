// What docs/ says is what the program does.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { configPage } from "../docs/make-config";
import { MILESTONES, screenPicture, wordsOf } from "../docs/make-screen";

describe("docs", () => {
  test("config.md is made from the schema; `npm run docs` makes it anew", async () => {
    expect(await Bun.file(join(import.meta.dir, "..", "docs", "config.md")).text()).toBe(configPage());
  });

  test("config.md gives every key a meaning or a table that has one", () => {
    const unexplained = configPage()
      .split("\n")
      .filter((line) => /^\| `[^<]*` \|/.test(line) && line.endsWith(" |  |"));
    expect(unexplained).toEqual([]);
  });

  test("screen.svg shows what a session shows today; `node_modules/.bin/bun docs/make-screen.ts` makes it anew", async () => {
    const kept = await Bun.file(join(import.meta.dir, "..", "docs", "screen.svg")).text();
    for (const words of [wordsOf(kept), wordsOf(await screenPicture())]) {
      expect(MILESTONES.filter((milestone) => !words.includes(milestone))).toEqual([]);
    }
    // Well-formed, as far as what we write goes: every element is closed, in order.
    const open: string[] = [];
    for (const [, closing, name = "", empty] of kept.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
      if (closing) expect(open.pop()).toBe(name);
      else if (!empty) open.push(name);
    }
    expect(open).toEqual([]);
  });
});
