import { describe, expect, test } from "bun:test";
import { cells, cutMiddle, cutText, wrapBehind, wrapText } from "../../../src/ui/text/wrap";

const CASES: readonly (readonly [what: string, text: string, columns: number, lines: readonly string[]])[] = [
  ["words stay whole", "hello world foo bar", 10, ["hello", "world foo", "bar"]],
  ["a text that fits is one line", "hello", 5, ["hello"]],
  ["no text is one line", "", 5, [""]],
  ["line breaks stay", "a\n\nb", 5, ["a", "", "b"]],
  ["spaces at a break go", "hello     world", 7, ["hello", "world"]],
  ["an indentation stays", "  if x then", 6, ["  if x", "then"]],
  ["a word too long is cut", "a abcdefghij b", 4, ["a", "abcd", "efgh", "ij b"]],
  ["wide letters break anywhere", "ab 漢字漢字", 6, ["ab 漢", "字漢字"]],
  ["a wide letter is not cut in two", "漢字漢", 5, ["漢字", "漢"]],
  ["an emoji of several parts stays whole", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 17, ["👨‍👩‍👧‍👦👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"]],
  [
    "marks stay with their letters",
    "e\u0301e\u0301e\u0301e\u0301e\u0301",
    4,
    ["e\u0301e\u0301e\u0301e\u0301", "e\u0301"],
  ],
  [
    "a style ends with a line and begins anew",
    "\x1b[31mred text\x1b[39m x",
    5,
    ["\x1b[31mred\x1b[39m", "\x1b[31mtext\x1b[39m", "x"],
  ],
  [
    "bold and dim end together",
    "\x1b[1m\x1b[2mab cd\x1b[22m e",
    4,
    ["\x1b[1m\x1b[2mab\x1b[22m", "\x1b[1m\x1b[2mcd\x1b[22m e"],
  ],
  [
    "links too",
    "\x1b]8;;http://x.y\x1b\\li nk\x1b]8;;\x1b\\",
    4,
    ["\x1b]8;;http://x.y\x1b\\li\x1b]8;;\x1b\\", "\x1b]8;;http://x.y\x1b\\nk\x1b]8;;\x1b\\"],
  ],
  ["what a reset ends does not come back", "\x1b[1;31mab\x1b[0m cd", 4, ["\x1b[1;31mab\x1b[0m", "cd"]],
];

describe("lines of a terminal", () => {
  test.each(CASES)("%s", (_, text, columns, lines) => {
    expect(wrapText(text, columns)).toEqual([...lines]);
  });

  test("no line is wider than asked for, and no letter is lost", () => {
    const parts = [
      "word",
      " ",
      "  ",
      "漢字",
      "👍",
      "e\u0301",
      "\x1b[1m",
      "\x1b[22m",
      "\x1b[38;5;9m",
      "\x1b[0m",
      "averylongwordindeed",
      "x",
      "\n",
    ];
    for (let round = 0; round < 2000; round++) {
      const text = Array.from(
        { length: round % 30 },
        () => parts[Math.floor(Math.random() * parts.length)],
      ).join("");
      const columns = 4 + (round % 40);
      const lines = wrapText(text, columns);
      for (const line of lines) expect(cells(line)).toBeLessThanOrEqual(columns);
      expect(Bun.stripANSI(lines.join("")).replace(/\s/g, "")).toBe(Bun.stripANSI(text).replace(/\s/g, ""));
    }
  });

  test("prefixes count", () => {
    expect(wrapBehind("aaa bbb ccc", 9, "• ", "  ")).toEqual(["• aaa bbb", "  ccc"]);
  });

  test("what is cut says so", () => {
    expect(cutText("hello world", 8)).toBe("hello w…");
    expect(cutText("hello", 8)).toBe("hello");
    for (const room of [5, 6, 7, 8]) expect(cells(cutText("漢字漢字漢字", room))).toBeLessThanOrEqual(room);
    expect(cutMiddle("/a/long/path/to/it", 11)).toBe("/a/lo…to/it");
    expect(cells(cutMiddle("漢字漢字漢字", 7))).toBeLessThanOrEqual(7);
  });
});
