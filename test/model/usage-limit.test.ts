// What a user reads whose plan is used up (agent.md 11).

import { describe, expect, test } from "bun:test";
import { localTime, usageLimitText } from "../../src/model/usage-limit";

const NOW = new Date(2026, 10, 22, 9, 0);
const at = (...parts: [number, number, number, number, number]) => new Date(...parts);
const text = (plan: unknown, resets?: Date, headers = {}) =>
  usageLimitText(
    { plan_type: plan, ...(resets === undefined ? {} : { resets_at: resets.getTime() / 1000 }) },
    new Headers(headers),
    NOW,
  );

describe("the text", () => {
  const PAGE = "https://chatgpt.com/codex/settings/usage";
  const PLANS: readonly (readonly [string, string])[] = [
    [
      "plus",
      `Upgrade to Pro (https://chatgpt.com/explore/pro), visit ${PAGE} to purchase more credits or try again later.`,
    ],
    ["pro", `Visit ${PAGE} to purchase more credits or try again later.`],
    [
      "free",
      "Upgrade to Plus to continue using Codex (https://chatgpt.com/explore/plus), or try again later.",
    ],
    ["go", "Upgrade to Plus to continue using Codex (https://chatgpt.com/explore/plus), or try again later."],
    ["team", "To get more access now, send a request to your admin or try again later."],
    ["business", "To get more access now, send a request to your admin or try again later."],
    ["enterprise", "Try again later."],
    ["edu", "Try again later."],
    ["something new", "Try again later."],
  ];
  for (const [plan, rest] of PLANS) {
    test(`for ${plan} says what that plan can do`, () => {
      expect(text(plan)).toBe(`You've hit your usage limit. ${rest}`);
    });
  }

  test("says when the limit is lifted", () => {
    expect(text("pro", at(2026, 10, 22, 15, 5))).toEndWith("purchase more credits or try again at 3:05 PM.");
    expect(text(null, at(2026, 10, 23, 10, 40))).toBe(
      "You've hit your usage limit. Try again at Nov 23rd, 2026 10:40 AM.",
    );
  });

  test("gives a message of the day in place of the advice", () => {
    expect(text("plus", undefined, { "x-codex-promo-message": "Credits are half price" })).toBe(
      "You've hit your usage limit. Credits are half price, or try again later.",
    );
  });
});

describe("a time", () => {
  test("of today is a clock time, of another day has its date", () => {
    expect(localTime(at(2026, 10, 22, 0, 0), NOW)).toBe("12:00 AM");
    expect(localTime(at(2026, 10, 22, 12, 9), NOW)).toBe("12:09 PM");
    const dates = [1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 31].map((day) =>
      localTime(at(2027, 0, day, 1, 0), NOW),
    );
    expect(dates.map((date) => date.split(" ")[1])).toEqual([
      "1st,",
      "2nd,",
      "3rd,",
      "4th,",
      "11th,",
      "12th,",
      "13th,",
      "21st,",
      "22nd,",
      "23rd,",
      "31st,",
    ]);
  });
});
