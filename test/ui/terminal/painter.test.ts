// Whatever is printed and painted, the terminal shows the finished lines once, and below them the live lines and the cursor.

import { describe, expect, test } from "bun:test";
import { Terminal } from "@xterm/headless";
import { createPainter, type Frame } from "../../../src/ui/terminal/painter";

type Emulator = {
  readonly terminal: Terminal;
  readonly write: (text: string) => Promise<void>;
  readonly rows: () => string[];
};

function emulator(columns: number, rows: number): Emulator {
  const terminal = new Terminal({ cols: columns, rows, scrollback: 10_000, allowProposedApi: true });
  return {
    terminal,
    write: (text) => new Promise((resolve) => terminal.write(text, resolve)),
    rows: () => {
      const { active } = terminal.buffer;
      const all = Array.from({ length: active.length }, (_, row) =>
        (active.getLine(row)?.translateToString(true) ?? "").trimEnd(),
      );
      return all.slice(0, all.findLastIndex((row) => row !== "") + 1);
    },
  };
}

/** The same numbers in every run. */
function randomly(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

function someFrame(random: (below: number) => number, columns: number): Frame {
  const lines = Array.from(
    { length: random(6) },
    (_, index) => `live ${index} ${"x".repeat(random(columns))}`,
  );
  const row = random(lines.length + 1);
  const hasCursor = row < lines.length;
  return { lines, cursor: hasCursor ? { row, column: random(columns) } : undefined };
}

describe("the painter", () => {
  test("shows finished lines once, and the live lines as they are now", async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = randomly(seed);
      const [columns, rows] = [10 + random(70), 8 + random(20)];
      const { terminal, write, rows: shown } = emulator(columns, rows);
      const painter = createPainter({ columns, rows }, true);
      const printed: string[] = [];
      for (let step = 0; step < 60; step++) {
        const lines = random(3) === 0 ? [`printed ${step}`.slice(0, columns)] : [];
        printed.push(...lines);
        const frame = someFrame(random, columns);
        await write(painter.paint(lines.map((line) => `${line}\n`).join(""), frame));
        const wanted = [...printed, ...frame.lines.map((line) => line.slice(0, columns))];
        expect({ seed, step, rows: shown() }).toEqual({
          seed,
          step,
          rows: wanted.map((row) => row.trimEnd()),
        });
        if (frame.cursor === undefined) continue;
        const { active } = terminal.buffer;
        expect(active.baseY + active.cursorY).toBe(printed.length + frame.cursor.row);
        expect(active.cursorX).toBe(Math.min(frame.cursor.column, columns - 1));
      }
      await write(painter.erase());
      expect(shown()).toEqual(printed);
    }
  });

  test("finds its lines again after the terminal has become narrower or wider", async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = randomly(seed);
      let columns = 40 + random(60);
      const rows = 20;
      const { terminal, write, rows: shown } = emulator(columns, rows);
      const painter = createPainter({ columns, rows }, true);
      await write(painter.paint("one\ntwo\n", someFrame(random, columns)));
      for (let step = 0; step < 10; step++) {
        const before: Frame = { lines: ["x".repeat(columns), "› text"], cursor: { row: 1, column: 3 } };
        await write(painter.paint("", before));
        columns = 20 + random(80);
        terminal.resize(columns, rows);
        painter.resize({ columns, rows });
        const after: Frame = { lines: ["y".repeat(columns), "› text"], cursor: { row: 1, column: 3 } };
        await write(painter.paint("", after));
        expect({ seed, step, rows: shown() }).toEqual({ seed, step, rows: ["one", "two", ...after.lines] });
      }
    }
  });

  test("paints only what has changed", () => {
    const painter = createPainter({ columns: 80, rows: 24 }, true);
    const frame = (text: string): Frame => ({
      lines: ["a long line that stays as it is", text, "another that stays"],
      cursor: { row: 1, column: text.length },
    });
    painter.paint("", frame("› h"));
    const bytes = painter.paint("", frame("› hi"));
    expect(bytes).toContain("› hi");
    expect(bytes).not.toContain("stays");
    expect(painter.paint("", frame("› hi"))).toBe("");
  });

  test("keeps the line with the cursor in sight when there is little room", async () => {
    const { write, rows: shown } = emulator(20, 5);
    const painter = createPainter({ columns: 20, rows: 5 }, true);
    const lines = Array.from({ length: 12 }, (_, index) => `line ${index}`);
    await write(painter.paint("printed\n", { lines, cursor: { row: 2, column: 0 } }));
    expect(shown()).toEqual(["printed", "line 2", "line 3", "line 4", "line 5"]);
    await write(painter.paint("", { lines, cursor: undefined }));
    expect(shown()).toEqual(["printed", "line 8", "line 9", "line 10", "line 11"]);
  });

  test("a line that the terminal finds too wide does not become two", async () => {
    const { write, rows: shown } = emulator(10, 5);
    const painter = createPainter({ columns: 10, rows: 5 }, true);
    await write(painter.paint("", { lines: ["x".repeat(30), "below"], cursor: { row: 1, column: 0 } }));
    expect(shown()).toEqual(["x".repeat(10), "below"]);
  });
});
