// Whatever is pressed in whatever order: the composer never fails, its lines fit, its cursor is inside them.

import { expect, test } from "bun:test";
import { bench, keyEvent } from "./keyboard";

const ROUNDS = 60;
const EVENTS = 250;
const WIDTHS = [20, 21, 24, 33, 40, 57, 80, 119, 300];
const KEYS = [
  ..."abc XYZ.,;!?@$/#-()\"'",
  ...["世", "界", "é", "🙂", "👩‍👩‍👧", "🇩🇪", "\u0301", "\u200b", "\t"],
  ...[
    "enter",
    "tab",
    "escape",
    "backspace",
    "delete",
    "insert",
    "up",
    "down",
    "left",
    "right",
    "home",
    "end",
  ],
  ...["page-up", "page-down", "f1", "f12", "shift-tab", "shift-enter", "alt-enter", "shift-left", "shift-up"],
  ...["alt-left", "alt-right", "ctrl-left", "ctrl-right", "alt-backspace", "alt-up", "alt-y", "ctrl-_"],
  ...[..."abcdefghjklmnoprstuvwxyz"].map((letter) => `ctrl-${letter}`),
  ...[..."bdfry,."].map((letter) => `alt-${letter}`),
];
const PASTES = [
  "one\ntwo\r\nthree",
  "x".repeat(1200),
  "/some/picture.png",
  "!ls",
  "/model",
  "\u001b[31mred\u001b[0m\u0007\u0000",
  "\udc00\ud800",
  "שלום \u202eevil",
  "\n\n\n",
  "wide 世界".repeat(30),
];

test.each(Array.from({ length: ROUNDS }, (_, round) => round))("round %i", (round) => {
  const random = seeded(round + 1);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T; // never empty
  const columns = pick(WIDTHS);
  const b = bench({
    columns,
    vim: round % 4 === 0,
    earlier: ["one", "!two", "/three", "four\nlines\nof\ntext", "one"],
  });
  let now = 0;
  const done: string[] = [];
  for (let n = 0; n < EVENTS; n++) {
    const dice = random();
    b.run(random() < 0.3);
    now += random() < 0.5 ? 2 : 70;
    if (dice < 0.04) {
      const text = pick(PASTES);
      done.push(`paste ${JSON.stringify(text.slice(0, 12))}`);
      b.paste(text);
    } else if (dice < 0.06) {
      b.composer.restore(b.composer.draft());
    } else if (dice < 0.07) {
      b.composer.edited(b.composer.draft().text);
    } else if (dice < 0.1) {
      b.composer.fileResults(pick(["a", "b", "X"]), ["a.ts", "dir/b file.md", "c.png"]);
    } else {
      const name = pick(KEYS);
      done.push(name);
      b.composer.handle(keyEvent(name, now), { running: random() < 0.3 });
    }
    const rows = pick([1, 2, 3, 5, 10, 24]);
    const { lines, cursor } = b.screen(random() < 0.9 ? columns : pick(WIDTHS), { rows });
    const width = Math.max(...lines.map((line) => Bun.stringWidth(line)));
    const draft = b.composer.draft();
    const isFine =
      lines.length <= Math.max(2, rows) &&
      cursor.row >= 0 &&
      cursor.row < lines.length &&
      cursor.column >= 0 &&
      cursor.column < 300 &&
      width <= 300 &&
      draft.text.isWellFormed() &&
      !lines.some((line) => /[\n\r\u001b\u0007\0]/.test(line));
    expect({ isFine, lines, cursor, done: done.slice(-8) }).toMatchObject({ isFine: true });
  }
});

test.each(WIDTHS)("lines fit in %i columns", (columns) => {
  const random = seeded(columns);
  const b = bench({ columns });
  for (let n = 0; n < 400; n++) {
    const name = KEYS[Math.floor(random() * KEYS.length)] ?? "a";
    b.press(name);
    if (n % 40 === 0) b.paste("words of text and 世界 ".repeat(8));
    const { lines, cursor } = b.screen(columns, { footer: "" });
    expect(Math.max(...lines.map((line) => Bun.stringWidth(line)))).toBeLessThanOrEqual(columns);
    expect(cursor.column).toBeLessThan(columns);
  }
});

/** Numbers from 0 to 1 that look random and are the same every time. */
function seeded(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
