// Characters, rows and editing keys on plain texts.

import { describe, expect, test } from "bun:test";
import { createEditor, type TextAction } from "../../../src/ui/editor/editor";
import {
  cellWidth,
  cutToWidth,
  nextBreak,
  nextWord,
  onBreak,
  previousBreak,
  previousWord,
  shown,
} from "../../../src/ui/editor/graphemes";
import { cellsOf, layOut, offsetAt, placeOf } from "../../../src/ui/editor/layout";

const FAMILY = "👩‍👩‍👧";
const ACCENT = "e\u0301";
const FLAG = "🇩🇪";

/** An editor with `|` where the cursor is. */
function editorWith(marked: string) {
  const editor = createEditor();
  editor.insert(marked.replace("|", ""));
  editor.moveTo(marked.indexOf("|"));
  return editor;
}

function marked(editor: ReturnType<typeof createEditor>): string {
  return `${editor.text().slice(0, editor.cursor())}|${editor.text().slice(editor.cursor())}`;
}

describe("characters", () => {
  test.each([
    ["abc", 2, 1, 3],
    [`a${FAMILY}b`, 1 + FAMILY.length, 1, 2 + FAMILY.length],
    [`a${ACCENT}b`, 3, 1, 4],
    [`${FLAG}${FLAG}`, FLAG.length, 0, 2 * FLAG.length],
    ["世界", 1, 0, 2],
    ["a\nb", 2, 1, 3],
    ["a\r\nb", 3, 1, 4],
  ])("%j at %i has neighbours %i and %i", (text, at, before, after) => {
    expect(previousBreak(text, at)).toBe(before);
    expect(nextBreak(text, at)).toBe(after);
  });

  test("an offset inside a character is taken back to its beginning", () => {
    const text = `ab${FAMILY}c`;
    for (let at = 2; at < 2 + FAMILY.length; at++) expect(onBreak(text, at)).toBe(2);
    expect(onBreak(text, 2 + FAMILY.length)).toBe(2 + FAMILY.length);
    expect(onBreak(text, 99)).toBe(text.length);
  });

  test("neighbours are found in a long line of flags, where only the distance from the start tells them apart", () => {
    const text = FLAG.repeat(100);
    expect(previousBreak(text, text.length)).toBe(text.length - FLAG.length);
  });

  test.each([
    ["one two", 7, 4],
    ["one two  ", 9, 4],
    ["foo.bar", 7, 4],
    ["foo.bar", 4, 3],
    ["foo()", 5, 3],
    ["  ", 2, 0],
    ["naïve", 5, 0],
    ["snake_case", 10, 0],
    [`a ${ACCENT}${ACCENT}`, 6, 2],
    [`a ${FAMILY}`, 2 + FAMILY.length, 2],
    ["a 🙂🙂", 6, 2],
    ["", 0, 0],
  ])("the word before %j at %i begins at %i", (text, at, start) => {
    expect(previousWord(text, at)).toBe(start);
  });

  test.each([
    ["one two", 0, 3],
    ["one two", 3, 7],
    ["foo.bar", 0, 3],
    ["foo.bar", 3, 4],
    ["  ", 0, 2],
    ["", 0, 0],
    [`${ACCENT}${ACCENT} a`, 0, 4],
    [`${FAMILY} a`, 0, FAMILY.length],
    ["🙂🙂 a", 0, 4],
  ])("the word after %j at %i ends at %i", (text, at, end) => {
    expect(nextWord(text, at)).toBe(end);
  });

  test("what would move the cursor is shown as a picture of itself", () => {
    expect(shown("\t")).toBe("    ");
    expect(shown("\u001b")).toBe("␛");
    expect(shown("\u0007")).toBe("␇");
    expect(shown("\u007f")).toBe("␡");
    expect(shown("\u009b")).toBe("\ufffd");
  });

  test.each([
    ["short", 10, "short"],
    ["exactly", 7, "exactly"],
    ["too long", 5, "too …"],
    ["世界世界", 5, "世界…"],
    ["世界世界", 4, "世…"],
    ["anything", 1, "…"],
    ["anything", 0, ""],
  ])("%j cut to %i cells is %j", (text, width, cut) => {
    expect(cutToWidth(text, width)).toBe(cut);
    expect(cellWidth(cut)).toBeLessThanOrEqual(width);
  });
});

describe("rows", () => {
  const rowsOf = (text: string, width: number) =>
    layOut(text, new Map(), width).rows.map(({ start, end }) => text.slice(start, end));

  test.each([
    ["", 10, [""]],
    ["one two three", 8, ["one two ", "three"]],
    ["one two three", 7, ["one two ", "three"]],
    ["abcdefghij", 4, ["abcd", "efgh", "ij"]],
    ["a\n\nb", 10, ["a", "", "b"]],
    ["a\n", 10, ["a", ""]],
    ["世界世界", 5, ["世界", "世界"]],
    ["ab 世界", 5, ["ab 世", "界"]],
    ["a   b", 2, ["a  ", " b"]],
    [`${FAMILY}${FAMILY}`, 3, [FAMILY, FAMILY]],
    ["世", 1, ["世"]],
  ])("%j in %i cells", (text, width, rows) => {
    expect(rowsOf(text, width)).toEqual(rows);
  });

  test("plain letters are laid out as all others are", () => {
    const text = "one two  three   four abcdefghijklmnop  x    y\n\n   z  aaaa bbbb".repeat(3);
    const others = text.replace(/[a-z]/g, "é");
    for (let width = 1; width < 30; width++) {
      expect(layOut(text, new Map(), width).rows).toEqual([...layOut(others, new Map(), width).rows]);
    }
  });

  test("an attachment is never broken; it is cut where it is wider than a row", () => {
    const mark = "\udc00";
    const layout = layOut(`see ${mark} now`, new Map([[mark, "[Pasted Content 1560 chars]"]]), 12);
    expect(layout.rows.map(({ start, end }) => layout.text.slice(start, end))).toEqual([
      "see ",
      `${mark} `,
      "now",
    ]);
    const [cell] = cellsOf(layout, layout.rows[1] ?? { start: 0, end: 0 });
    expect(cell?.text).toBe("[Pasted Con…");
  });

  test("every offset has a place, and the place leads back to it", () => {
    const text = `one two three\n\n世界 ${FAMILY}x ${ACCENT}\ttab abcdefghijkl`;
    for (const width of [1, 2, 5, 8, 13, 40]) {
      const layout = layOut(text, new Map(), width);
      for (let at = 0; at <= text.length; at = at < text.length ? nextBreak(text, at) : at + 1) {
        const { row, column } = placeOf(layout, at);
        expect(offsetAt(layout, row, column)).toBe(at);
        expect(column).toBeLessThanOrEqual(Math.max(width, 4) + 1);
      }
    }
  });

  test("a cell beyond a row's end is its last place, which where the row was broken is before its last character", () => {
    const layout = layOut("one two three", new Map(), 8);
    expect(offsetAt(layout, 0, 99)).toBe(7);
    expect(offsetAt(layout, 1, 99)).toBe(13);
    expect(offsetAt(layout, 9, 0)).toBe(13);
  });
});

describe("editing keys", () => {
  test.each<[TextAction, string, string]>([
    ["move_left", "ab|c", "a|bc"],
    ["move_left", "|abc", "|abc"],
    ["move_right", "ab|c", "abc|"],
    ["move_right", "abc|", "abc|"],
    ["move_right", `|${FAMILY}x`, `${FAMILY}|x`],
    ["move_word_left", "one two|", "one |two"],
    ["move_word_right", "|one two", "one| two"],
    ["move_line_start", "one\ntwo|", "one\n|two"],
    ["move_line_start", "one|\ntwo", "|one\ntwo"],
    ["move_line_end", "|one\ntwo", "one|\ntwo"],
    ["insert_newline", "a|b", "a\n|b"],
    ["delete_backward", "ab|c", "a|c"],
    ["delete_backward", "|abc", "|abc"],
    ["delete_backward", `${FAMILY}|`, "|"],
    ["delete_backward", "a\n|b", "a|b"],
    ["delete_forward", "a|bc", "a|c"],
    ["delete_forward", "abc|", "abc|"],
    ["delete_forward", `|${ACCENT}x`, "|x"],
    ["delete_backward_word", "one two|", "one |"],
    ["delete_backward_word", "one  |two", "|two"],
    ["delete_forward_word", "|one two", "| two"],
    ["kill_line_start", "one\ntw|o", "one\n|o"],
    ["kill_line_start", "one\n|two", "one|two"],
    ["kill_line_end", "o|ne\ntwo", "o|\ntwo"],
    ["kill_line_end", "one|\ntwo", "one|two"],
    ["kill_whole_line", "one\nt|wo\nthree", "one\n|three"],
    ["kill_whole_line", "on|e", "|"],
  ])("%s: %j becomes %j", (action, before, after) => {
    const editor = editorWith(before);
    editor.apply(action);
    if (action === "kill_whole_line") editor.apply("move_line_start");
    expect(marked(editor)).toBe(after);
  });

  test("kills in a row are yanked together, in the order of the text", () => {
    const editor = editorWith("one two three|");
    editor.apply("delete_backward_word");
    editor.apply("delete_backward_word");
    expect(marked(editor)).toBe("one |");
    editor.apply("yank");
    expect(marked(editor)).toBe("one two three|");
    editor.apply("move_line_start");
    editor.apply("delete_forward_word");
    editor.apply("kill_line_end");
    editor.apply("yank");
    expect(marked(editor)).toBe("one two three|");
  });

  test("a kill after something else starts anew, and older kills can still be had", () => {
    const editor = editorWith("one two|");
    editor.apply("delete_backward_word");
    editor.apply("move_line_start");
    editor.apply("kill_line_end");
    editor.apply("yank");
    expect(editor.text()).toBe("one ");
    editor.yankOlder();
    expect(editor.text()).toBe("two");
    editor.yankOlder();
    expect(editor.text()).toBe("one ");
  });

  test("what was killed survives sending", () => {
    const editor = editorWith("keep me|");
    editor.apply("kill_line_start");
    editor.clear();
    editor.apply("yank");
    expect(editor.text()).toBe("keep me");
  });

  test("undo takes back a word of typing, a kill, a paste", () => {
    const editor = createEditor();
    for (const letter of "one two") editor.insert(letter);
    editor.apply("kill_line_start");
    editor.undo();
    expect(marked(editor)).toBe("one two|");
    editor.undo();
    expect(marked(editor)).toBe("one |");
    editor.undo();
    editor.undo();
    expect(marked(editor)).toBe("|");
    editor.undo();
    expect(marked(editor)).toBe("|");
  });

  test("undo brings back an attachment with its content", () => {
    const editor = createEditor();
    editor.attach({ type: "image", path: "/a.png" });
    editor.apply("delete_backward");
    expect(editor.draft().images).toEqual([]);
    editor.undo();
    expect(editor.draft().images).toEqual([{ placeholder: "[Image #1]", path: "/a.png" }]);
  });

  test("a killed attachment is yanked with its content", () => {
    const editor = createEditor();
    editor.attach({ type: "paste", text: "long".repeat(500) });
    editor.apply("kill_line_start");
    editor.clear();
    editor.attach({ type: "paste", text: "other".repeat(500) });
    editor.apply("yank");
    expect(editor.draft().text).toBe("other".repeat(500) + "long".repeat(500));
  });

  test("up and down keep to their cell through shorter rows", () => {
    const editor = editorWith("long line one|\nab\nlong line two");
    editor.moveRow(1, 40);
    expect(editor.cursor()).toBe("long line one\nab".length);
    editor.moveRow(1, 40);
    expect(marked(editor)).toBe("long line one\nab\nlong line two|");
    expect(editor.moveRow(1, 40)).toBe(false);
  });

  test("a text in which somebody wrote what marks stand for is taken as text", () => {
    const editor = createEditor();
    editor.insert("a\udc00b\ud800c\r\nd\re");
    expect(editor.draft().text).toBe("a\ufffdb\ufffdc\nd\ne");
  });

  test("more attachments than there are marks are refused", () => {
    const editor = createEditor();
    let count = 0;
    while (count < 2000 && editor.attach({ type: "image", path: `/${count}.png` })) count += 1;
    expect(count).toBe(1024);
    editor.clear();
    expect(editor.attach({ type: "image", path: "/again.png" })).toBe(true);
  });
});
