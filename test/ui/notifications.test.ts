// When the user is called back to the terminal, and with which words.

import { describe, expect, test } from "bun:test";
import type { ConfigToml } from "../../src/config/schema";
import { notifierFor, noticeText, type Notice } from "../../src/ui/notifications";

const DONE: Notice = { type: "turn_complete", answer: "All\n\n done" };

function raised(tui: ConfigToml["tui"], focused: boolean, notice = DONE): string[] {
  const sequences: string[] = [];
  const screen = { write: (sequence: string) => void sequences.push(sequence), focused: () => focused };
  const toml = tui === undefined ? {} : { tui };
  notifierFor({ toml, cwd: "/w" }, { TERM_PROGRAM: "ghostty" }, screen)(notice);
  return sequences;
}

describe("the user is called", () => {
  const called = ["\x1b]9;All done\x07"];

  test("while the terminal does not have the focus, or always", () => {
    expect(raised(undefined, false)).toEqual(called);
    expect(raised(undefined, true)).toEqual([]);
    expect(raised({ notification_condition: "always" }, true)).toEqual(called);
  });

  test("for what is wanted, in the way that is wanted", () => {
    expect(raised({ notifications: false }, false)).toEqual([]);
    expect(raised({ notifications: ["approval-requested"] }, false)).toEqual([]);
    expect(raised({ notifications: ["agent-turn-complete"] }, false)).toEqual(called);
    expect(raised({ notification_method: "bel" }, false)).toEqual(["\x07"]);
  });
});

describe("the words", () => {
  const text = (notice: Notice) => noticeText(notice, "/w").text;

  test("of a finished turn are its last message, or that it is done", () => {
    expect(text(DONE)).toBe("All done");
    expect(text({ type: "turn_complete", answer: null })).toBe("Agent turn complete");
    expect(text({ type: "turn_complete", answer: " \n" })).toBe("Agent turn complete");
    const family = "👨‍👩‍👧";
    expect([
      ...new Intl.Segmenter().segment(text({ type: "turn_complete", answer: family.repeat(300) })),
    ]).toHaveLength(200);
  });

  test("of a plan say that it is ready", () => {
    expect(noticeText({ type: "plan_ready" }, "/w")).toEqual({
      kind: "plan-mode-prompt",
      text: "Plan mode prompt: Implement this plan?",
    });
  });
});
