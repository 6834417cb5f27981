import { describe, expect, test } from "bun:test";
import { markdownLines, markdownStream } from "../../../src/ui/text/markdown-stream";
import { cells } from "../../../src/ui/text/wrap";
import { createTheme } from "../../../src/ui/terminal/theme";

const PLAIN = { theme: createTheme(0, () => undefined, true), hyperlinks: false, cwd: "/work/project" };
const COLOURS = { theme: createTheme(1), hyperlinks: true, cwd: "/work/project" };
const at = (columns: number) => ({ ...PLAIN, columns: () => columns });

const CASES: readonly (readonly [what: string, source: string, lines: readonly string[]])[] = [
  [
    "a paragraph keeps its line breaks and wraps",
    "one two\nthree four five six seven eight\n",
    ["one two", "three four five six seven", "eight"],
  ],
  ["emphasis may go over lines", "a **b\nc** d `e*f`", ["a b", "c d e*f"]],
  ["entities, escapes and tags are shown as what they are", "a &amp; b \\* <b>x</b>", ["a & b * <b>x</b>"]],
  ["headings keep their signs", "# One `x`\ntext\n### Three ##\n", ["# One x", "", "text", "", "### Three"]],
  ["underlined headings too", "One\n===\nTwo\n---\n", ["# One", "", "## Two"]],
  ["a tight list is tight", "- a\n* b\n+ c", ["- a", "- b", "- c"]],
  ["a loose list is loose", "1. a\n\n2. b", ["1. a", "", "2. b"]],
  ["numbers are those of the source", "3. a\n4. b\n10) c", ["3. a", "4. b", "10) c"]],
  ["lists in lists keep their indentation", "- a\n  - b\n    1. c\n- d", ["- a", "  - b", "    1. c", "- d"]],
  [
    "items wrap below their text",
    "- one two three four five six seven",
    ["- one two three four five", "  six seven"],
  ],
  ["an item goes on after a blank line", "- a\n\n  more\n\nout", ["- a", "", "  more", "", "out"]],
  ["a number in the middle of a text is text", "in the year\n1984. It was", ["in the year", "1984. It was"]],
  ["a list directly after a text is a list", "text:\n- a\n- b", ["text:", "", "- a", "- b"]],
  [
    "code is shown without its fences",
    "a\n```ts\nconst x = 1;\n\n  y()\n```\nb",
    ["a", "", "const x = 1;", "", "  y()", "", "b"],
  ],
  ["code ends with its own fence", "````\n```\nx\n```\n````\nb", ["```", "x", "```", "", "b"]],
  ["code is code although its end is missing", "```\n# x\n- y", ["# x", "- y"]],
  [
    "code in a list is indented as the list is",
    "- a\n  ```\n  x\n    y\n  ```\n- b",
    ["- a", "", "  x", "    y", "- b"],
  ],
  ["indented code", "text\n\n    a\n    b", ["text", "", "    a", "    b"]],
  [
    "long lines of code are cut",
    "```\nabcdefghij abcdefghij abcdefghij\n```",
    ["abcdefghij abcdefghij", "abcdefghij"],
  ],
  ["quotes hold other blocks", "> a\n> - b\n>\n> c\n\nd", ["> a", ">", "> - b", ">", "> c", "", "d"]],
  ["quotes in quotes", "> a\n>> b", ["> a", ">", "> > b"]],
  ["a rule", "a\n\n---\n\nb", ["a", "", "─────────────────────────", "", "b"]],
  [
    "a table",
    "| a | long |\n|---|---:|\n| 1 | 2 |\n| `x` | \\| |\n\nend",
    [" a    long", "━━━  ━━━━━━", " 1       2", " x       |", "", "end"],
  ],
  [
    "a wide table wraps its cells",
    "|a|b|\n|-|-|\n|x|one two three four five six|",
    [" a    b", "━━━  ━━━━━━━━━━━━━━━━━━━━", " x    one two three four", "      five six"],
  ],
  [
    "a table with too many columns is a list",
    "|a|b|c|d|\n|-|-|-|-|\n|1111|2222|3333|4444|",
    ["a: 1111", "b: 2222", "c: 3333", "d: 4444", "───"],
  ],
  [
    "a table whose words would be broken is a list",
    "|name|what it does|\n|-|-|\n|alpha_beta_x|considerable things|",
    ["name: alpha_beta_x", "what it does:", "considerable things", "───"],
  ],
  ["a line with bars is no table", "a | b\nc", ["a | b", "c"]],
  ["links show where they lead", "[a](https://x.y/z) https://u.v", ["a (https://x.y/z)", "https://u.v"]],
  [
    "files are shown by their place in the project",
    "[a](/work/project/src/a.ts#L12) [b](src/b.ts:3)",
    ["src/a.ts:12 src/b.ts:3"],
  ],
  ["what looks like a reference stays", "[a]: https://x.y", ["[a]: https://x.y"]],
  ["images are named", "![alt](https://x.y/z.png)", ["alt (https://x.y/z.png)"]],
  ["sequences have no effect", "a\x1b[2Jb\x1b]0;t\x07\n\n`\x1b[31mc`", ["ab", "", "c"]],
];

describe("Markdown", () => {
  test.each(CASES)("%s", (_, source, lines) => {
    expect(markdownLines(source, at(25))).toEqual([...lines]);
  });

  test("is coloured, and links can be followed", () => {
    const lines = markdownLines("**a** `b` [c](https://x.y)\n\n```js\nlet x\n```", {
      ...COLOURS,
      columns: () => 80,
    });
    expect(lines).toEqual([
      "\x1b[1ma\x1b[22m \x1b[36mb\x1b[39m \x1b]8;;https://x.y\x1b\\\x1b[36m\x1b[4mc\x1b[24m\x1b[39m\x1b]8;;\x1b\\",
      "",
      "\x1b[35mlet\x1b[39m x",
    ]);
  });

  test("comes as soon as a block has ended, and the open one is shown before", () => {
    const stream = markdownStream(at(25));
    expect(stream.write("one **tw")).toEqual([]);
    expect(stream.open()).toEqual(["one **tw"]);
    expect(stream.write("o**\n")).toEqual([]);
    expect(stream.open()).toEqual(["one two"]);
    expect(stream.write("\n- a\n- b")).toEqual(["one two"]);
    expect(stream.open()).toEqual(["", "- a", "- b"]);
    expect(stream.write("\n```sh\n")).toEqual(["", "- a", "- b"]);
    expect(stream.write("echo 1\necho")).toEqual(["", "echo 1"]);
    expect(stream.open()).toEqual(["echo"]);
    expect(stream.finish()).toEqual(["echo"]);
  });
});

/** All that Markdown has, in an order that no person would write. */
const PIECES = [
  "word ",
  "two words",
  "**bold** ",
  "`code` ",
  "**open ",
  "`",
  "[l](https://x.y) ",
  "\n",
  "\n\n",
  "- item",
  "\n- ",
  "\n  - deep ",
  "\n1. ",
  "\n# head\n",
  "\n```js\n",
  "\n```\n",
  "\n> ",
  "> ",
  "\n| a | b |\n|---|---|\n",
  "\n| 1 | 漢字 |",
  "\n---\n",
  "\n===\n",
  "漢字かな",
  "👨‍👩‍👧‍👦",
  "e\u0301",
  "\t",
  "    ",
  "\x1b[31m",
  "\x1b]0;t",
  "\x07",
  "\r\n",
  "averyveryverylongwordwithoutanyend",
  "x".repeat(900) + " ",
  "&amp; ",
  "\\",
  "<b>",
];

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("Markdown cut anywhere", () => {
  test("gives the same lines as in one piece, within the width, whatever it is", () => {
    for (let seed = 1; seed <= 600; seed++) {
      const next = random(seed);
      const source = Array.from(
        { length: 1 + Math.floor(next() * 40) },
        () => PIECES[Math.floor(next() * PIECES.length)],
      ).join("");
      const columns = [20, 37, 80, 300][seed % 4] ?? 80;
      const whole = markdownLines(source, at(columns));
      const stream = markdownStream(at(columns));
      const pieces: string[] = [];
      for (let from = 0; from < source.length;) {
        const to = from + 1 + Math.floor(next() * (seed % 3 === 0 ? 400 : 9));
        pieces.push(...stream.write(source.slice(from, to)));
        if (next() < 0.2) for (const line of stream.open()) expect(cells(line)).toBeLessThanOrEqual(columns);
        from = to;
      }
      pieces.push(...stream.finish());
      expect({ seed, lines: pieces }).toEqual({ seed, lines: whole });
      for (const line of whole) {
        expect({ seed, line, fits: cells(line) <= columns }).toEqual({ seed, line, fits: true });
        expect(/[\0-\x1f\x7f-\x9f]/.test(line)).toBe(false);
      }
    }
  });

  test("loses no word", () => {
    for (let seed = 1; seed <= 100; seed++) {
      const next = random(seed);
      const marks = ["", "- ", "# ", "> ", "1. ", "  - ", "    "];
      const words = Array.from({ length: 60 }, (_, index) => `w${index}w`);
      const source = words
        .map(
          (word) =>
            `${marks[Math.floor(next() * marks.length)]}${word}${next() < 0.5 ? "\n" : next() < 0.5 ? "\n\n" : " "}`,
        )
        .join("");
      const found = markdownLines(source, at(40)).join(" ").match(/w\d+w/g) ?? [];
      expect([...found]).toEqual(words);
    }
  });

  test("of one endless line is printed while it comes, as if it had come at once", () => {
    const words = Array.from({ length: 30_000 }, (_, index) => `w${index}`).join(" ");
    const stream = markdownStream(at(60));
    const lines: string[] = [];
    let held = 0;
    for (let from = 0; from < words.length; from += 7) {
      lines.push(...stream.write(words.slice(from, from + 7)));
      if (from % 7000 === 0) held = Math.max(held, stream.open().join(" ").length);
    }
    expect(held).toBeLessThan(5000);
    expect(lines.length).toBeGreaterThan(1000);
    lines.push(...stream.finish());
    expect(lines.join(" ")).toBe(words);
    for (const line of lines.slice(0, -1)) expect(line.length).toBeGreaterThan(50);
  });

  test("of a table without end keeps the widths of its first rows", () => {
    const rows = Array.from({ length: 500 }, (_, index) => `| ${index} | x |\n`).join("");
    const lines = markdownLines(`| a | b |\n|---|---|\n${rows}`, at(40));
    expect(lines.length).toBe(502);
    expect(lines.at(-1)).toBe(" 499    x");
  });
});
