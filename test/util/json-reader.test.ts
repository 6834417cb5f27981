import { describe, expect, test } from "bun:test";
import { positionText, readJson } from "../../src/util/json-reader";

function outcome(text: string): unknown {
  const node = readJson(text);
  return node.type === "error" ? `${node.problem} at ${positionText(text, node.at)}` : node.value;
}

describe("JSON that a model wrote", () => {
  test("is read like any other JSON", () => {
    const texts = [
      "null",
      " true\n",
      "-0.5e3",
      '"a\\u00e9\\n\\"\\\\\\/ \u{1f600} \\ud83d\\ude00"',
      "[]",
      "{}",
      '[1, [2, {"a": []}], "x"]',
      '{ "a" : 1 , "b":{"c":[false,null]} , "": "" }',
      `${"[".repeat(100)}${"]".repeat(100)}`,
    ];
    for (const text of texts) expect(outcome(text)).toEqual(JSON.parse(text));
  });

  test.each([
    ["", "EOF while parsing a value at line 1 column 0"],
    ["{bad", "key must be a string at line 1 column 2"],
    ["{", "EOF while parsing an object at line 1 column 1"],
    ['{"a"', "EOF while parsing an object at line 1 column 4"],
    ['{"a" 1}', "expected `:` at line 1 column 6"],
    ['{"a": 1', "EOF while parsing an object at line 1 column 7"],
    ['{"a": 1 "b"}', "expected `,` or `}` at line 1 column 9"],
    ['{"a": 1,}', "trailing comma at line 1 column 9"],
    ["[1 2]", "expected `,` or `]` at line 1 column 4"],
    ["[1,]", "trailing comma at line 1 column 4"],
    ["[1", "EOF while parsing a list at line 1 column 2"],
    ['{"cmd": "echo', "EOF while parsing a string at line 1 column 13"],
    ['{"cmd": "echo hi"} x', "trailing characters at line 1 column 20"],
    ['"a\nb"', "control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0"],
    ['"\\x"', "invalid escape at line 1 column 3"],
    ["tru", "EOF while parsing a value at line 1 column 3"],
    ["trux", "expected ident at line 1 column 4"],
    ["nope", "expected ident at line 1 column 2"],
    ["?", "expected value at line 1 column 1"],
    ["01", "invalid number at line 1 column 2"],
    ["-", "EOF while parsing a value at line 1 column 1"],
    ["1e999", "number out of range at line 1 column 5"],
    ['{"é": ?}', "expected value at line 1 column 8"],
  ])("%j is refused: %s", (text, problem) => {
    expect(outcome(text)).toBe(problem);
  });

  test("says where values end, and keeps names that stand twice", () => {
    const node = readJson('{"a": [1, 22], "a": 3}');
    if (node.type !== "object") throw new Error("not an object");
    expect(node.members.map((member) => [member.name, member.nameEnd, member.node.end])).toEqual([
      ["a", 4, 13],
      ["a", 18, 21],
    ]);
    expect(node.value).toEqual({ a: 3 });
  });

  test("that nests without end is refused, not followed", () => {
    expect(outcome("[".repeat(10_000))).toStartWith("recursion limit exceeded at line 1 column");
  });

  test("with half a character is read with a replacement", () => {
    expect(outcome('"\\ud83d"')).toBe("\ufffd");
  });
});
