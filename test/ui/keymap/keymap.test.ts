// Names of keys, the default bindings, and what configuration may change about them.

import { describe, expect, test } from "bun:test";
import { chordLabel, chordOf, parseChord } from "../../../src/ui/keymap/chord";
import { DEFAULT_KEYS } from "../../../src/ui/keymap/default-keys";
import { createKeymap, type KeymapSettings } from "../../../src/ui/keymap/keymap";
import { keyEvent } from "../composer/keyboard";

describe("names of keys", () => {
  test.each([
    ["ctrl-g", "ctrl-g"],
    ["control-option-V", "ctrl-alt-v"],
    ["shift-alt-left", "alt-shift-left"],
    ["return", "enter"],
    ["esc", "escape"],
    ["pgup", "page-up"],
    ["PageDown", "page-down"],
    ["shift-a", "shift-a"],
    ["shift-?", "?"],
    ["ctrl-minus", "ctrl--"],
    ["ctrl--", "ctrl--"],
    ["f2", "f2"],
    ["space", "space"],
  ])("configuration's %j is %j", (text, chord) => {
    expect(parseChord(text)).toBe(chord);
  });

  test.each([
    ["a", "a"],
    ["A", "shift-a"],
    ["?", "?"],
    ["shift-?", "?"],
    ["ctrl-c", "ctrl-c"],
    ["shift-enter", "shift-enter"],
    ["shift-tab", "shift-tab"],
    ["backtab", "shift-tab"],
    ["space", "space"],
    ["世", "世"],
  ])("pressing %s is %j", (name, chord) => {
    expect(chordOf(keyEvent(name, 0))).toBe(chord);
  });

  test("people read them with plus signs", () => {
    expect(["ctrl-j", "shift-left", "escape", "ctrl-alt-v", "alt-,"].map(chordLabel)).toEqual([
      "ctrl + j",
      "shift + ←",
      "esc",
      "ctrl + alt + v",
      "alt + ,",
    ]);
  });
});

describe("bindings", () => {
  test("the defaults do not contradict each other", () => {
    const keymap = createKeymap();
    expect(keymap.actionFor("app", "ctrl-r")).toBe("composer.history_search_previous");
    expect(keymap.actionFor("editor", "ctrl-a")).toBe("move_line_start");
    expect(keymap.actionFor("list", "ctrl-n")).toBe("move_down");
    expect(keymap.keysFor("app", "chat.increase_reasoning_effort")).toEqual(["alt-.", "shift-up"]);
  });

  test("every default is a key that configuration could have named", () => {
    const names = Object.values(DEFAULT_KEYS).flatMap((actions) => Object.values(actions).flat());
    expect(names.filter((name) => !/^((ctrl|alt|shift)-)*(.|[a-z-]{2,})$/.test(name))).toEqual([]);
  });

  test.each<[string, KeymapSettings, string, string | undefined]>([
    ["a key", { global: { copy: "f5" } }, "f5", "copy"],
    ["a list", { global: { copy: ["f5", "f6"] } }, "f6", "copy"],
    ["the old key is free", { global: { copy: "f5" } }, "ctrl-o", undefined],
    ["none", { global: { copy: [] } }, "ctrl-o", undefined],
    ["global stands in for the composer", { global: { submit: "f2" } }, "f2", "composer.submit"],
    ["the composer goes first", { global: { submit: "f2" }, composer: { submit: "f3" } }, "f2", undefined],
    ["chat", { chat: { interrupt_turn: "f9" } }, "f9", "chat.interrupt_turn"],
  ])("%s", (_name, settings, chord, action) => {
    expect(createKeymap(settings).actionFor("app", chord)).toBe(action as never); // undefined or one of the names
  });

  test.each<[KeymapSettings, string]>([
    [
      { global: { copy: "ctrl-t" } },
      "Ambiguous `tui.keymap.app` bindings: `open_transcript` and `copy` use the same key",
    ],
    [
      { composer: { submit: "ctrl-r" } },
      "Ambiguous `tui.keymap.app` bindings: `composer.submit` and `composer.history_search_previous` use the same key",
    ],
    [
      { composer: { submit: "ctrl-j" } },
      "Ambiguous `tui.keymap.main` bindings: `composer.submit` shadows `editor.insert_newline` with the same key",
    ],
    [
      { editor: { yank: ["ctrl-a"] } },
      "Ambiguous `tui.keymap.editor` bindings: `move_line_start` and `yank` use the same key",
    ],
    [
      { list: { accept: "up" } },
      "Ambiguous `tui.keymap.list` bindings: `move_up` and `accept` use the same key",
    ],
  ])("%j is an error that names both actions", (settings, message) => {
    expect(() => createKeymap(settings)).toThrow(`Invalid \`tui.keymap\` configuration: ${message}`);
  });

  test("one key twice for one action is no conflict", () => {
    expect(createKeymap({ global: { copy: ["f5", "F5"] } }).keysFor("app", "copy")).toEqual(["f5"]);
  });
});
