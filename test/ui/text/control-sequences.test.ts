import { describe, expect, test } from "bun:test";
import { colouredText, expandTabs, plainText } from "../../../src/ui/text/control-sequences";

const CASES: readonly (readonly [what: string, text: string, plain: string, coloured: string])[] = [
  ["text is left alone", "a\tb\nc é 漢 👍", "a\tb\nc é 漢 👍", "a\tb\nc é 漢 👍"],
  ["cursor movement and clearing go", "a\x1b[2J\x1b[1;1Hb\x1b[Kc\x1b[?25l", "abc", "abc"],
  ["colours stay where they may, and end with the text", "\x1b[1;31mred", "red", "\x1b[1;31mred\x1b[0m"],
  ["colours that end are left alone", "\x1b[31mred\x1b[0m", "red", "\x1b[31mred\x1b[0m"],
  ["a line end stays last", "\x1b[31mred\n", "red\n", "\x1b[31mred\x1b[0m\n"],
  [
    "colours with operands stay whole",
    "\x1b[38;5;8;48;2;1;2;8mx\x1b[m",
    "x",
    "\x1b[38;5;8;48;2;1;2;8mx\x1b[m",
  ],
  ["blinking and hidden text are shown as others", "\x1b[5;8;6mx\x1b[08;1my", "xy", "x\x1b[1my\x1b[0m"],
  ["private parameters are no colours", "\x1b[>4;2mx\x1b[?1mx", "xx", "xx"],
  [
    "titles and links go, what is in them too",
    "\x1b]0;t\x07a\x1b]8;;http://x\x1b\\b\x1b]8;;\x07",
    "ab",
    "ab",
  ],
  ["clipboard writes go", "a\x1b]52;c;aGk=\x07b", "ab", "ab"],
  [
    "device control, privacy and program strings go",
    "a\x1bP1$r\x1b\\b\x1b^x\x1b\\c\x1b_G\x1b\\d",
    "abcd",
    "abcd",
  ],
  ["eight-bit sequences go", "a\x9b2Jb\x9d0;t\x9cc\x90x\x9cd\x85e", "abcde", "abcde"],
  ["eight-bit colours become ordinary ones", "\x9b31mx\x9b0m", "x", "\x1b[31mx\x1b[0m"],
  ["short escapes go", "a\x1bcb\x1b7\x1b(0c\x1b#8d", "abcd", "abcd"],
  ["an escape within an escape leaves none", "\x1b\x1b[2Ja\x1b[\x1b[31mb", "ab", "a\x1b[31mb\x1b[0m"],
  ["a sequence without an end loses its escape", "a\x1b]0;title", "a0;title", "a0;title"],
  ["a newline ends a sequence", "\x1b[3\n1mx", "3\n1mx", "3\n1mx"],
  ["bells, nulls and deletes go", "a\x07\0\x7f\x0b\x0cb", "ab", "ab"],
  ["a line shows what was written over it last", "10%\r50%\rdone\nnext", "done\nnext", "done\nnext"],
  ["windows line ends are line ends", "a\r\nb\r\n", "a\nb\n", "a\nb\n"],
  ["a backspace takes a letter", "N\bNA\bAM\bM", "NAM", "NAM"],
  [
    "letters that turn the others around are marked",
    "rm \u202etxt.exe\u2066",
    "rm \ufffdtxt.exe\ufffd",
    "rm \ufffdtxt.exe\ufffd",
  ],
  ["half a character is marked", "a\ud800b", "a\ufffdb", "a\ufffdb"],
];

describe("text for a terminal", () => {
  test.each(CASES)("%s", (_, text, plain, coloured) => {
    expect(plainText(text)).toBe(plain);
    expect(colouredText(text)).toBe(coloured);
  });

  test("no mixture of controls gets through", () => {
    const parts = [
      "\x1b",
      "[",
      "]",
      "31",
      "m",
      "J",
      ";",
      "\x07",
      "\\",
      "\x9b",
      "\x9d",
      "\x9c",
      "P",
      "a",
      "\n",
      "\r",
      "\b",
      "?",
      "8",
    ];
    for (let round = 0; round < 5000; round++) {
      const text = Array.from(
        { length: 1 + (round % 12) },
        () => parts[Math.floor(Math.random() * parts.length)],
      ).join("");
      expect({ text, plain: /[\0-\x08\x0b-\x1f\x7f-\x9f]/.test(plainText(text)) }).toEqual({
        text,
        plain: false,
      });
      const rest = colouredText(text).replace(/\x1b\[[0-9;:]*m/g, "");
      expect({ text, rest: /[\0-\x08\x0b-\x1f\x7f-\x9f]/.test(rest) }).toEqual({ text, rest: false });
    }
  });

  test("a megabyte of escapes takes no time to speak of", () => {
    const started = performance.now();
    plainText("\x1b]0;".repeat(250_000));
    plainText("\x1b[".repeat(500_000));
    plainText("\r".repeat(1_000_000));
    expect(performance.now() - started).toBeLessThan(3000);
  });

  test("tabs go to the next stop", () => {
    expect(expandTabs("a\tb\t\tc", 4)).toBe("a   b       c");
    expect(expandTabs("漢\tb", 4)).toBe("漢  b");
  });
});
