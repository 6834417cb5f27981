// Vim's keys on texts with a cursor.

import { expect, test } from "bun:test";
import { createEditor } from "../../../src/ui/editor/editor";
import { createVim, type VimMode } from "../../../src/ui/editor/vim";

/** `|` stands before the cursor; keys are letters, or names in angle brackets. */
function after(before: string, keys: string): { readonly text: string; readonly mode: VimMode } {
  const editor = createEditor();
  editor.insert(before.replace("|", ""));
  editor.moveTo(before.indexOf("|"));
  const vim = createVim(editor, "normal");
  for (const [, name, letter] of keys.matchAll(/<([a-z]+)>|(.)/g)) {
    const key = name ?? letter ?? "";
    const meaning = vim.press(key);
    if (meaning === "passed" && vim.mode() === "insert") editor.insert(key);
    if (meaning === "move_down" || meaning === "move_up")
      editor.moveRow(meaning === "move_down" ? 1 : -1, 80);
  }
  const text = `${editor.text().slice(0, editor.cursor())}|${editor.text().slice(editor.cursor())}`;
  return { text, mode: vim.mode() };
}

test.each([
  ["one| two", "h", "on|e two"],
  ["|one", "h", "|one"],
  ["on|e\ntwo", "l", "on|e\ntwo"],
  ["o|ne\ntwo", "j", "one\nt|wo"],
  ["one\nt|wo", "k", "o|ne\ntwo"],
  ["|one two.three", "w", "one |two.three"],
  ["|one two.three", "www", "one two.|three"],
  ["one two.t|hree", "b", "one two.|three"],
  ["|one two", "e", "on|e two"],
  ["|one two", "ee", "one tw|o"],
  ["one t|wo", "0", "|one two"],
  ["|one two", "$", "one tw|o"],
  ["|one", "x", "|ne"],
  ["on|e", "x", "o|n"],
  ["one |two three", "dw", "one |three"],
  ["one |two three", "de", "one | three"],
  ["one two| three", "db", "one | three"],
  ["one |two\nthree", "d$", "one| \nthree"],
  ["one |two\nthree", "D", "one| \nthree"],
  ["one t|wo", "d0", "|wo"],
  ["one\nt|wo\nthree", "dd", "one\n|three"],
  ["one\nt|wo", "dd", "|one"],
  ["o|ne", "dd", "|"],
  ["|one\ntwo\nthree", "dj", "|three"],
  ["one\ntwo\nth|ree", "dk", "|one"],
  ["one (t|wo three) four", "di(", "one (|) four"],
  ["one (t|wo (x) three) four", "da)", "one | four"],
  ["f(a, [b|, c])", "di]", "f(a, [|])"],
  ["{ a { b|} }", "diB", "{ a {|} }"],
  ['say "he|llo" now', 'di"', 'say "|" now'],
  ["s|ay 'hello' now", "di'", "say '|' now"],
  ["one t|wo three", "diw", "one | three"],
  ["one t|wo three", "daw", "one |three"],
  ["one two.th|ree four", "diW", "one | four"],
  ["no brackets|", "di(", "no brackets|"],
  ["|one two", "dwp", "tone| wo"],
  ["|one two", "yw$p", "one twoone| "],
  ["o|ne\ntwo", "yyp", "one\n|one\ntwo"],
  ["o|ne\ntwo", "Yjp", "one\ntwo\n|one"],
  ["one\nt|wo", "ddp", "one\n|two"],
  ["|one", "xu", "|one"],
  ["one |d", "d<escape>x", "one| "],
])("%j, %s: %j", (before, keys, text) => {
  expect(after(before, keys)).toEqual({ text, mode: "normal" });
});

test.each([
  ["o|ne", "iX", "oX|ne"],
  ["o|ne", "<insert>X", "oX|ne"],
  ["o|ne", "aX", "onX|e"],
  ["on|e", "aX", "oneX|"],
  ["one t|wo", "IX", "X|one two"],
  ["o|ne two", "AX", "one twoX|"],
  ["o|ne\ntwo", "oX", "one\nX|\ntwo"],
  ["one\nt|wo", "OX", "one\nX|\ntwo"],
  ["o|ne", "sX", "oX|e"],
  ["one |two three", "cwX", "one X| three"],
  ["one |two three", "CX", "one X|"],
  ["one\nt|wo\nthree", "ccX", "one\nX|\nthree"],
  ["one (t|wo)", "ci(X", "one (X|)"],
])("%j, %s: %j, to be written on", (before, keys, text) => {
  expect(after(before, keys)).toEqual({ text, mode: "insert" });
});

test("Esc goes back to commands, onto the last letter that was written", () => {
  expect(after("|", "ihello<escape>")).toEqual({ text: "hell|o", mode: "normal" });
});
