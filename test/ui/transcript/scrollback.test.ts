// What a terminal holds in the end is the transcript, and what it once held above the live lines never changes.

import { expect, test, describe } from "bun:test";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { Terminal } from "@xterm/headless";
import type { ThreadEvent } from "../../../src/protocol/events";
import { createPainter } from "../../../src/ui/terminal/painter";
import { createTheme } from "../../../src/ui/terminal/theme";
import { command, page, ran, said, TURN } from "./pages";

type Emulator = {
  readonly write: (text: string) => Promise<void>;
  /** All rows, the scrollback first, without spaces at their ends. */
  readonly rows: () => string[];
};

function emulator(columns: number, rows: number): Emulator {
  const terminal = new Terminal({ cols: columns, rows, scrollback: 100_000, allowProposedApi: true });
  terminal.loadAddon(new Unicode11Addon());
  terminal.unicode.activeVersion = "11";
  return {
    write: (text) => new Promise((resolve) => terminal.write(text, resolve)),
    rows: () => {
      const { active } = terminal.buffer;
      return Array.from({ length: active.length }, (_, row) =>
        (active.getLine(row)?.translateToString(true) ?? "").trimEnd(),
      );
    },
  };
}

const MARKDOWN = `# Result

A paragraph with **bold** words, \`code\` and [a link](https://example.com/a/long/address), long enough to wrap more than once.
Its second line is 漢字かな交じり文 and 👍🏽 👨‍👩‍👧‍👦 e\u0301 marks.

- one
- two with a long text that goes on and on until it needs another line
  - three

| a | b |
|---|---|
| 1 | 漢字 |

> a quote
> of two lines

\`\`\`ts
const x = "${"y".repeat(90)}"; // long
\`\`\`

${"An endless line of many words. ".repeat(200)}

The end.`;

const events = (): ThreadEvent[] => {
  const noisy = command("make");
  return [
    TURN,
    ...said("Let me look."),
    ...ran("ls"),
    ...ran("cat a.ts"),
    { type: "item.started", item: noisy },
    ...Array.from({ length: 40 }, (_, index): ThreadEvent => ({
      type: "output.delta",
      itemId: noisy.id,
      chunk: `step ${index} \x1b[1A\x1b[2K\x1b[31mred\n`,
    })),
    {
      type: "item.completed",
      item: { ...noisy, status: "failed", exitCode: 2, aggregatedOutput: "a\x1b[2J\rb\nc\td\n" },
    },
    ...said(MARKDOWN, 17),
    { type: "turn.aborted", reason: "interrupted" },
  ];
};

describe("a terminal", () => {
  test.each([
    [40, 12, 1],
    [80, 24, 3],
    [200, 50, 3],
    [20, 6, 2],
  ] as const)("of %i columns and %i rows holds the transcript", async (columns, rows, level) => {
    const screen = emulator(columns, rows);
    const painter = createPainter({ columns, rows }, true);
    const shown = page(columns, { theme: createTheme(level, () => [0, 0, 0]), hyperlinks: true });
    let transcript = "";
    const print = async (text: string, live: boolean) => {
      transcript += text;
      const lines = live ? [...shown.live(0), "", "› composer"] : [];
      await screen.write(painter.paint(text, { lines, cursor: undefined }));
    };
    await print(shown.userMessage({ text: "please\ndo it", images: [] }), true);
    let above: readonly string[] = [];
    for (const event of events()) {
      const text = shown.handle(event);
      await print(text, true);
      if (text === "") continue;
      const printed = transcript.split("\n").length - 1;
      const now = screen.rows().slice(0, printed);
      expect(now.slice(0, above.length)).toEqual([...above]);
      above = now;
    }
    await print(shown.finish(), false);
    const plain = Bun.stripANSI(transcript)
      .split("\n")
      .map((line) => line.trimEnd());
    expect(screen.rows().slice(0, plain.length - 1)).toEqual(plain.slice(0, -1));
    expect(
      screen
        .rows()
        .slice(plain.length - 1)
        .join(""),
    ).toBe("");
  });

  test("is sent little more than the text of a long answer", () => {
    const words = "Some words of an answer, and then some more of them. ";
    const text = `${words.repeat(9)}\n\n`.repeat(250);
    const size = Math.ceil(text.length / 20_000);
    const shown = page(80, { theme: createTheme(3, () => [0, 0, 0]) });
    const painter = createPainter({ columns: 80, rows: 24 }, true);
    let bytes = 0;
    let waiting = "";
    for (const [index, event] of said(text, size).entries()) {
      waiting += shown.handle(event);
      // Thirty frames a second, of an answer that takes one.
      if (index % 667 !== 0) continue;
      bytes += Buffer.byteLength(painter.paint(waiting, { lines: shown.live(0), cursor: undefined }));
      waiting = "";
    }
    bytes += Buffer.byteLength(painter.paint(waiting + shown.finish(), { lines: [], cursor: undefined }));
    expect(bytes).toBeLessThan(text.length * 1.2);
  });
});
