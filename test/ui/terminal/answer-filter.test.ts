// A terminal's answers must not reach those who read keys, however they are cut.

import { describe, expect, test } from "bun:test";
import { createAnswerFilter } from "../../../src/ui/terminal/answer-filter";
import type { TerminalAnswer } from "../../../src/ui/terminal/keys";

const ANSWERS = "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\\x1b[?1u\x1b[?62;1;4c";

function filtered(chunks: readonly string[]): { keys: string; answers: TerminalAnswer["type"][] } {
  const answers: TerminalAnswer["type"][] = [];
  const filter = createAnswerFilter(({ type }) => answers.push(type));
  const kept = chunks.map((chunk) => Buffer.from(filter.feed(Buffer.from(chunk))).toString());
  return { keys: kept.join("") + Buffer.from(filter.flush()).toString(), answers };
}

describe("answers of the terminal", () => {
  test("are taken out from between keys", () => {
    const { keys, answers } = filtered([`a${ANSWERS}é\x1b[A1`]);
    expect(keys).toBe("aé\x1b[A1");
    expect(answers).toEqual(["background", "kitty", "attributes"]);
  });

  test("are taken out wherever they are cut", () => {
    for (let at = 1; at < ANSWERS.length; at++) {
      const { keys, answers } = filtered([ANSWERS.slice(0, at), ANSWERS.slice(at)]);
      expect({ at, keys, answers }).toEqual({ at, keys: "", answers: ["background", "kitty", "attributes"] });
    }
  });

  test("do not keep the Escape key back for long", () => {
    expect(filtered(["\x1b"]).keys).toBe("\x1b");
    expect(filtered(["\x1b[B", "y"]).keys).toBe("\x1b[By");
  });
});
