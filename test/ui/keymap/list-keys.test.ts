// Keys of lists and questions that were bound otherwise.

import { expect, test } from "bun:test";
import { chordOf } from "../../../src/ui/keymap/chord";
import { createKeymap, type KeymapSettings } from "../../../src/ui/keymap/keymap";
import { createListKeys } from "../../../src/ui/keymap/list-keys";
import { keyEvent } from "../composer/keyboard";

function keysWith(settings: KeymapSettings) {
  return createListKeys(createKeymap(settings), settings);
}

test("nothing is in between when lists have their usual keys", () => {
  expect(keysWith({ global: { copy: "f5" } })).toBeUndefined();
});

test.each([
  ["ctrl-u", false, "up"],
  ["up", false, undefined],
  ["k", false, undefined],
  ["k", true, "k"],
  ["ctrl-u", true, "up"],
  ["down", false, "down"],
  ["x", false, "y"],
  ["x", true, "x"],
  ["y", false, undefined],
  ["f2", false, "escape"],
])("pressing %s (typing: %p) means %p", (name, typing, meaning) => {
  const keys = keysWith({ list: { move_up: "ctrl-u" }, approval: { approve: "x", decline: ["f2"] } });
  const key = keys?.(keyEvent(name, 7), typing);
  expect(key === undefined ? undefined : chordOf(key)).toBe(meaning);
  if (key !== undefined) expect(key.at).toBe(7);
});
