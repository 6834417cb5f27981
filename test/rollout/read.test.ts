// Lines read from either end, whatever their lengths and wherever blocks are cut.

import { describe, expect, test } from "bun:test";
import { ftruncateSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { LINE_BYTES, linesFromEnd, linesFromStart, type RawLine } from "../../src/rollout/read";
import { sessionHome } from "./session-home";

const BLOCK_BYTES = 262_144;

function texts(lines: Iterable<RawLine>): (string | undefined)[] {
  return Array.from(lines, ({ bytes }) => bytes && new TextDecoder().decode(bytes));
}

function fileOf(folder: string, content: string | Uint8Array): string {
  const path = join(folder, "lines.jsonl");
  writeFileSync(path, content);
  return path;
}

describe("the lines of a file", () => {
  const contents: Readonly<Record<string, string>> = {
    "of nothing": "",
    "of one line": "one\n",
    "without a last newline": "one\ntwo",
    "with blank lines": "\n\none\n\n\ntwo\n\n",
    "of lines as long as a block": `${"a".repeat(BLOCK_BYTES)}\n${"b".repeat(BLOCK_BYTES - 1)}\n${"c".repeat(BLOCK_BYTES - 2)}\n`,
    "of lines that span blocks": `x\n${"é".repeat(BLOCK_BYTES)}\ny\n${"👋".repeat(BLOCK_BYTES)}\n`,
    "of many lines": Array.from({ length: 30_000 }, (_, n) => "z".repeat(n % 97)).join("\n"),
  };

  for (const [name, content] of Object.entries(contents)) {
    test(`${name} come whole from both ends`, () => {
      using home = sessionHome();
      const path = fileOf(home.path, content);
      const expected = content.split("\n").filter((line) => line !== "");
      expect(texts(linesFromStart(path))).toEqual(expected);
      expect(texts(linesFromEnd(path))).toEqual(expected.toReversed());
    });
  }

  test("come with the offsets of their bytes", () => {
    using home = sessionHome();
    const path = fileOf(home.path, "é\n\nabc\nz");
    const offsets = (lines: Iterable<RawLine>): number[][] => Array.from(lines, (l) => [l.start, l.end]);
    const expected = [
      [0, 2],
      [4, 7],
      [8, 9],
    ];
    expect(offsets(linesFromStart(path))).toEqual(expected);
    expect(offsets(linesFromEnd(path))).toEqual(expected.toReversed());
  });

  test("stop before a line that a byte limit would cut", () => {
    using home = sessionHome();
    const path = fileOf(home.path, "one\ntwo\nthree\n");
    expect(texts(linesFromStart(path, 10))).toEqual(["one", "two"]);
    expect(texts(linesFromStart(path, 8))).toEqual(["one", "two"]);
    expect(texts(linesFromStart(path, 14))).toEqual(["one", "two", "three"]);
  });

  test("above the limit are passed over without being held", () => {
    using home = sessionHome();
    const path = fileOf(home.path, "first\n");
    const fd = openSync(path, "r+");
    ftruncateSync(fd, LINE_BYTES + 100);
    writeSync(fd, "\nlast\n", LINE_BYTES + 100);
    expect(texts(linesFromStart(path))).toEqual(["first", undefined, "last"]);
    expect(texts(linesFromEnd(path))).toEqual(["last", undefined, "first"]);
  });
});
