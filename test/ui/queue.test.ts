// Messages that wait, as they are shown above the composer.

import { expect, test } from "bun:test";
import { plainDraft } from "../../src/ui/composer/draft";
import { createQueue } from "../../src/ui/queue";
import { createTheme } from "../../src/ui/terminal/theme";

test("what was pasted into a message that waits does not act on the terminal", () => {
  const queue = createQueue();
  queue.add({ type: "submit", input: plainDraft("a \x1b]0;title\x07\x1b[2Jmessage") });
  const lines = queue.preview(80, createTheme(0, undefined, true), true);
  expect(lines).toContain("  ↳ a message");
});

test("at any width nothing is cut off without a sign, and much is counted", () => {
  const queue = createQueue();
  queue.addSteered(plainDraft("one that is long enough to be cut"), []);
  for (let n = 1; n <= 7; n++) queue.add({ type: "submit", input: plainDraft(`漢字漢字漢字漢字漢字 ${n}`) });
  for (const columns of [20, 40, 200]) {
    const lines = queue.preview(columns, createTheme(0), true).map((line) => Bun.stripANSI(line));
    for (const line of lines) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(columns);
    const text = lines.map((line) => line.trim()).join(" ");
    expect(text).toContain("• Messages to be submitted after next tool call");
    expect(text).toContain("(press esc to interrupt and send immediately)");
    expect(text).toContain("… and 2 more");
    expect(text).toContain("shift + ← edit last queued message");
  }
});
