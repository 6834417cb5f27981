// What docs/ says is what the program does.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { configPage } from "../docs/make-config";

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
});
