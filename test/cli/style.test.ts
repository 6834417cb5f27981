// When human output has colours.

import { expect, test } from "bun:test";
import { wantsColour } from "../../src/cli/style";

test("a mode that was asked for wins, else the environment, else the terminal", () => {
  expect(wantsColour("always", { NO_COLOR: "1" }, false)).toBe(true);
  expect(wantsColour("never", { FORCE_COLOR: "1" }, true)).toBe(false);
  expect(wantsColour("auto", {}, true)).toBe(true);
  expect(wantsColour("auto", {}, false)).toBe(false);
  expect(wantsColour("auto", { NO_COLOR: "1" }, true)).toBe(false);
  expect(wantsColour("auto", { NO_COLOR: "" }, true)).toBe(true);
  expect(wantsColour("auto", { TERM: "dumb" }, true)).toBe(false);
  expect(wantsColour("auto", { FORCE_COLOR: "1", NO_COLOR: "1" }, false)).toBe(true);
  expect(wantsColour("auto", { FORCE_COLOR: "0" }, true)).toBe(false);
  expect(wantsColour("auto", { CLICOLOR_FORCE: "1" }, false)).toBe(true);
  expect(wantsColour("auto", { CLICOLOR_FORCE: "0" }, false)).toBe(false);
});
