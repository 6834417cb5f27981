// Lists to choose from, typed at on an emulated terminal.

import { describe, expect, test } from "bun:test";
import { choose } from "../../../src/ui/questions/choose";
import type { Choice } from "../../../src/ui/questions/choice";
import { PASTE_SILENCE_MS } from "../../../src/ui/terminal/keys";
import { fakeScreen } from "../fake-screen";

const FRUITS: readonly Choice<string>[] = [
  { value: "apple", label: "Apple", hint: "red or green", key: "a" },
  { value: "pear", label: "Pear", disabled: "out of season" },
  { value: "plum", label: "Plum", hint: "blue" },
  { value: "none", label: "None of them", key: ["esc", "n"] },
];
const UP = "\x1b[A";
const DOWN = "\x1b[B";
const ESC = "\x1b";
const ENTER = "\r";

function ask(
  options: {
    columns?: number;
    rows?: number;
    searchable?: boolean;
    signal?: AbortSignal;
    list?: readonly Choice<string>[];
  } = {},
) {
  const fake = fakeScreen(options.columns, options.rows);
  const { screen, theme } = fake;
  const answer = choose({
    screen,
    theme,
    title: "Which fruit?",
    options: options.list ?? FRUITS,
    ...(options.searchable && { searchable: true }),
    signal: options.signal,
  });
  return { ...fake, answer };
}

describe("a list", () => {
  test("shows title, numbered options with letters and hints, and how to answer", async () => {
    const { shows, type, answer } = ask();
    expect(await shows("esc to cancel")).toEqual([
      "  Which fruit?",
      "",
      "› 1. Apple (a)           red or green",
      "  2. Pear                out of season",
      "  3. Plum                blue",
      "  4. None of them (esc)",
      "",
      "  Press enter to confirm or esc to cancel",
    ]);
    type(ENTER);
    expect(await answer).toBe("apple");
  });

  test("is gone from the screen when it has been answered", async () => {
    const { shows, type, answer, lines } = ask();
    await shows("Apple");
    type("3");
    expect(await answer).toBe("plum");
    expect(lines()).toEqual([]);
  });

  const keys: readonly (readonly [string, readonly string[], string])[] = [
    ["arrows pass over what cannot be chosen", [DOWN, ENTER], "plum"],
    ["an arrow may come byte by byte", ["\x1b", "[", "B", ENTER], "plum"],
    ["up from the first leads to the last", [UP, ENTER], "none"],
    ["j and k move", ["j", "j", "k", ENTER], "plum"],
    ["ctrl-n and ctrl-p move", ["\x0e", "\x0e", "\x10", ENTER], "plum"],
    ["end and home jump", ["\x1b[F", ENTER], "none"],
    ["page down stops at the end", ["\x1b[6~", ENTER], "none"],
    ["a letter chooses at once", ["n"], "none"],
    ["a capital letter does so too", ["A"], "apple"],
    ["the number of an option that is out of season does nothing", ["2", "1"], "apple"],
    ["esc is the option that has it", [ESC], "none"],
    ["ctrl-c is the same as esc", ["\x03"], "none"],
    ["nothing that is pasted counts as a key", ["\x1b[200~3a\r\x1b[201~", ENTER], "apple"],
  ];
  test.each(keys)("%s", async (_, typed, expected) => {
    const { shows, type, answer } = ask();
    await shows("Apple");
    type(...typed);
    expect(await answer).toBe(expected);
  });

  test("ctrl-c is a key again after a paste whose end was lost", async () => {
    const { shows, type, answer } = ask();
    await shows("Apple");
    type("\x1b[200~3a");
    await Bun.sleep(PASTE_SILENCE_MS + 50);
    type("\x03");
    expect(await answer).toBe("none");
  });

  test("without an option for it, esc cancels", async () => {
    const { shows, type, answer } = ask({ list: FRUITS.slice(0, 3) });
    await shows("Apple");
    type(ESC);
    expect(await answer).toBe("cancelled");
  });

  test("disappears when its signal fires, or was gone before", async () => {
    const turn = new AbortController();
    const { shows, answer, lines } = ask({ signal: turn.signal });
    await shows("Apple");
    turn.abort();
    expect(await answer).toBe("cancelled");
    expect(lines()).toEqual([]);
    expect(await ask({ signal: turn.signal }).answer).toBe("cancelled");
  });

  test("is cancelled when the terminal goes away", async () => {
    const { shows, answer, hangUp } = ask();
    await shows("Apple");
    hangUp();
    expect(await answer).toBe("cancelled");
  });

  test("puts hints below the options on a narrow screen", async () => {
    const { shows, type, answer } = ask({ columns: 40 });
    expect(await shows("esc to")).toEqual([
      "  Which fruit?",
      "",
      "› 1. Apple (a)",
      "       red or green",
      "  2. Pear",
      "       out of season",
      "  3. Plum",
      "       blue",
      "  4. None of them (esc)",
      "",
      "  Press enter to confirm or esc to",
      "  cancel",
    ]);
    type(ENTER);
    expect(await answer).toBe("apple");
  });

  test("shows the option under the cursor however small the screen", async () => {
    const { shows, type, answer } = ask({ columns: 20, rows: 5 });
    await shows("› 1. Apple");
    type(UP);
    const lines = await shows("None");
    expect(lines.join("\n")).toContain("› 4. None of them");
    expect(lines.length).toBeLessThan(5);
    type(ENTER);
    expect(await answer).toBe("none");
  });

  test("is painted anew when the screen changes its size", async () => {
    const { shows, type, answer, resize } = ask();
    await shows("Apple (a)           red");
    resize(40, 24);
    await shows(/Apple \(a\)\n {7}red/);
    type(ENTER);
    expect(await answer).toBe("apple");
  });
});

describe("a list with a search", () => {
  const branches = Array.from({ length: 100 }, (_, n) => ({ value: `b${n}`, label: `main -> branch-${n}` }));

  test("narrows down as one types, and enter takes the first match", async () => {
    const { shows, type, answer } = ask({ searchable: true, list: branches });
    await shows("Type to search");
    type("branch 4", "2");
    await shows("branch-42");
    type(ENTER);
    expect(await answer).toBe("b42");
  });

  test("esc empties the search first, and then cancels", async () => {
    const { shows, type, answer } = ask({ searchable: true, list: branches });
    await shows("branch-0");
    type("zzz");
    await shows("no matches");
    type(ENTER, ESC);
    await shows("branch-0");
    type(ESC);
    expect(await answer).toBe("cancelled");
  });

  test("letters, digits and pastes are text", async () => {
    const { shows, type, answer } = ask({ searchable: true, list: branches });
    await shows("branch-0");
    type("\x1b[200~BRANCH-7\n\x1b[201~", "j", "\x7f", "1");
    await shows("BRANCH-7 1");
    type("\x15", "99");
    await shows("99");
    type(ENTER);
    expect(await answer).toBe("b99");
  });
});

test("on a terminal that cannot move its cursor, a line is read", async () => {
  const { screen, theme, type, printed, shows } = fakeScreen(80, 24, { plain: true });
  const answer = choose({ screen, theme, title: "Which fruit?", options: FRUITS });
  await shows("then Enter");
  type("9\n", "2\n", "a\n");
  expect(await answer).toBe("apple");
  await shows("There is no such option: 2");
  expect(printed()).toContain("  4. None of them (esc)\n");
});
