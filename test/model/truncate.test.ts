// How tool output is shortened (agent.md 8.1, newer.md).

import { describe, expect, test } from "bun:test";
import {
  approxTokens,
  countLines,
  policyTokens,
  truncateContent,
  truncateForHistory,
  truncateMiddle,
  truncateOutput,
} from "../../src/model/truncate";

const bytes = (limit: number) => ({ mode: "bytes", limit }) as const;
const tokens = (limit: number) => ({ mode: "tokens", limit }) as const;

describe("tokens", () => {
  test("are a quarter of the bytes, rounded up", () => {
    expect(["", "a", "abcd", "abcde", "é", "ééé"].map(approxTokens)).toEqual([0, 1, 1, 2, 1, 2]);
    expect([policyTokens(tokens(7)), policyTokens(bytes(10))]).toEqual([7, 3]);
  });
});

describe("cutting the middle", () => {
  const TABLE: readonly (readonly [string, ReturnType<typeof bytes> | ReturnType<typeof tokens>, string])[] =
    [
      ["", bytes(0), ""],
      ["abc", bytes(3), "abc"],
      ["abcd", bytes(3), "a…1 chars truncated…cd"],
      ["abcdefghij", bytes(4), "ab…6 chars truncated…ij"],
      ["abcdefghij", bytes(0), "…10 chars truncated…"],
      ["abcdefghijkl", tokens(2), "abcd…1 tokens truncated…ijkl"],
      ["abcdefghijklm", tokens(2), "abcd…2 tokens truncated…jklm"],
      ["abcdefgh", tokens(2), "abcdefgh"],
      // A character is kept whole or not at all.
      ["éééé", bytes(5), "é…2 chars truncated…é"],
      ["𝄞𝄞𝄞", bytes(9), "𝄞…1 chars truncated…𝄞"],
      ["𝄞𝄞𝄞", bytes(3), "…3 chars truncated…"],
      ["a\nb\nc\nd", bytes(2), "a…5 chars truncated…d"],
    ];
  for (const [text, policy, expected] of TABLE) {
    test(`${JSON.stringify(text)} to ${policy.limit} ${policy.mode} gives ${JSON.stringify(expected)}`, () => {
      expect(truncateMiddle(text, policy)).toBe(expected);
    });
  }

  test("leaves text within the limit alone, at any length and script", () => {
    for (const text of ["x".repeat(1000), "é".repeat(500), "漢".repeat(333)]) {
      expect(truncateMiddle(text, bytes(1000))).toBe(text);
    }
  });
});

describe("the output of a command", () => {
  test("within the limit is untouched", () => {
    expect(truncateOutput("a\nb\n", 1)).toBe("a\nb\n");
  });

  test("beyond it says how long it was, in tokens and lines, then shows head and tail", () => {
    const text = Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join("");
    const size = text.length;
    expect(truncateOutput(text, 10)).toBe(
      `Warning: truncated output (original token count: ${Math.ceil(size / 4)})\n` +
        "Total output lines: 100\n\n" +
        `${text.slice(0, 20)}…${Math.ceil((size - 40) / 4)} tokens truncated…${text.slice(-20)}`,
    );
  });

  test("has as many lines as it has line feeds, and one more for a last one without", () => {
    expect(["", "\n", "a", "a\n", "a\nb", "\n\n"].map(countLines)).toEqual([0, 1, 1, 1, 2, 2]);
  });
});

describe("an output that enters history", () => {
  const model = { truncation: bytes(10) };
  const output = (text: string) => ({ type: "function_call_output", call_id: "c", output: text }) as const;

  test("may be 1.2 times as long as the model's limit", () => {
    expect(truncateForHistory(output("x".repeat(12)), model)).toEqual(output("x".repeat(12)));
    expect(truncateForHistory(output("x".repeat(13)), model)).toEqual(
      output("xxxxxx…1 chars truncated…xxxxxx"),
    );
  });

  test("is the same object when nothing is cut, like any other item", () => {
    const short = output("x");
    const message = {
      type: "message",
      role: "user",
      content: [{ type: "input_text", text: "y".repeat(99) }],
    } as const;
    expect(truncateForHistory(short, model)).toBe(short);
    expect(truncateForHistory(message, model)).toBe(message);
  });

  test("as an array spends the limit on its texts in order, keeps images, and counts what was left out", () => {
    const image = { type: "input_image", image_url: "data:image/png;base64,AAAA", detail: "high" } as const;
    const text = (t: string) => ({ type: "input_text", text: t }) as const;
    expect(
      truncateContent([text("aaaa"), image, text("bbbbbbbb"), text("c"), image, text("d")], bytes(8)),
    ).toEqual([
      text("aaaa"),
      image,
      text("bb…4 chars truncated…bb"),
      image,
      text("[omitted 2 text items ...]"),
    ]);
    const whole = [text("aaaa"), image];
    expect(truncateContent(whole, bytes(4))).toBe(whole);
  });
});
