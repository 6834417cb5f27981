// How an argv is written as one line: the forms that readers of exec output know, and that a shell reads back the same words.

import { expect, test } from "bun:test";
import { quoteWords } from "../../src/util/shell-words";

test("plain words stay bare, others get single quotes", () => {
  expect(quoteWords(["/bin/bash", "-lc", "ls"])).toBe("/bin/bash -lc ls");
  expect(quoteWords(["/bin/bash", "-lc", "echo one; echo two >&2; exit 3"])).toBe(
    "/bin/bash -lc 'echo one; echo two >&2; exit 3'",
  );
  expect(quoteWords(["a+b", "-", ".", "x/y:z@1]_9"])).toBe("a+b - . x/y:z@1]_9");
  for (const word of [" ", "a=b", "~", "%", "[", "{a}", "#", "é", "a\nb", ",", "*", "\t", '"', "$x", "!"]) {
    expect(quoteWords([word])).toBe(`'${word}'`);
  }
});

test("an empty word is a pair of quotes", () => {
  expect(quoteWords(["a", "", "b"])).toBe("a '' b");
});

test("words with single quotes or backslashes get double quotes, with what those cannot hold in pieces of its own", () => {
  const written: readonly (readonly [string, string])[] = [
    ["echo 'a b'", `"echo 'a b'"`],
    [`echo "a" 'b'`, `"echo \\"a\\" 'b'"`],
    ["echo\\", `"echo\\\\"`],
    ["a'b$c", `"a'b"'$c'`],
    [`it's "x" $y`, `"it's \\"x\\" "'$y'`],
    ["!'", `'!'"'"`],
    ["'$'$", `"'"'$'"'"'$'`],
    ["a b'c d$e'f g", `"a b'c d"'$e'"'f g"`],
    ["a^b", "a'^b'"],
    ["^", "'^'"],
  ];
  for (const [word, quoted] of written) expect(quoteWords([word])).toBe(quoted);
});

test("a shell reads back the same words", () => {
  const letters = ["a", " ", "'", '"', "\\", "$", "`", "!", "^", "\n", "é", "*", "~", "#", "=", "\u2028"];
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const words = Array.from({ length: 500 }, () =>
    Array.from({ length: random(9) }, () => letters[random(letters.length)]).join(""),
  );
  const { stdout } = Bun.spawnSync(["/bin/sh", "-c", `printf '%s\\0' ${quoteWords(words)}`]);
  expect(stdout.toString().split("\0").slice(0, -1)).toEqual(words);
});
