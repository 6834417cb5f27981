// Bytes of terminals as events: legacy, kitty and modifyOtherKeys sequences, cut anywhere.

import { describe, expect, test } from "bun:test";
import { createKeyReader, type InputEvent, type TerminalAnswer } from "../../../src/ui/terminal/keys";

/** As in `ctrl+alt+x`; a paste as `paste:text`. */
function spelled(event: InputEvent): string {
  switch (event.type) {
    case "key": {
      const modifiers = [event.ctrl && "ctrl", event.alt && "alt", event.shift && "shift"].filter(Boolean);
      return [...modifiers, event.key].join("+") + (event.text === "" ? "" : `=${event.text}`);
    }
    case "paste":
      return `paste:${event.text}`;
    case "focus":
      return event.focused ? "focused" : "unfocused";
    default:
      return event.type;
  }
}

function keysOf(bytes: string): { keys: string[]; answers: TerminalAnswer[] } {
  const answers: TerminalAnswer[] = [];
  const reader = createKeyReader((answer) => answers.push(answer));
  const events = [...reader.feed(Buffer.from(bytes), 1), ...reader.flush(2)];
  return { keys: events.map(spelled), answers };
}

const SPELLINGS: readonly (readonly [string, readonly string[]])[] = [
  ["aé日😀", ["a=a", "é=é", "日=日", "😀=😀"]],
  ["A", ["A=A"]],
  ["\r", ["enter"]],
  ["\n", ["ctrl+j"]],
  ["\t\x7f\x08", ["tab", "backspace", "ctrl+h"]],
  ["\x03\x04\x00", ["ctrl+c", "ctrl+d", "ctrl+ "]],
  ["\x1b", ["escape"]],
  ["\x1b\x1b", ["escape", "escape"]],
  ["\x1bb\x1bB\x1b\r\x1b\x7f", ["alt+b", "alt+shift+b", "alt+enter", "alt+backspace"]],
  ["\x1b[A\x1bOB\x1b[1;5C\x1b[1;2D", ["up", "down", "ctrl+right", "shift+left"]],
  ["\x1b\x1b[A", ["alt+up"]],
  [
    "\x1b[H\x1b[4~\x1b[5~\x1b[6~\x1b[3~\x1b[3;5~",
    ["home", "end", "page-up", "page-down", "delete", "ctrl+delete"],
  ],
  ["\x1bOP\x1b[15~\x1b[24~", ["f1", "f5", "f12"]],
  ["\x1b[Z", ["shift+tab"]],
  ["\x1b[13;2u\x1b[13;5u", ["shift+enter", "ctrl+enter"]],
  ["\x1b[99;5u\x1b[27u\x1b[97;3u", ["ctrl+c", "escape", "alt+a"]],
  ["\x1b[97:65;2u", ["shift+A=A"]],
  ["\x1b[99;5:3u", []],
  ["\x1b[99;5:1u", ["ctrl+c"]],
  ["\x1b[57441u", []],
  ["\x1b[57400u\x1b[57414u", ["1=1", "enter"]],
  ["\x1b[27;2;13~\x1b[27;5;99~", ["shift+enter", "ctrl+c"]],
  ["\x1b[44;3u\x1b,", ["alt+,", "alt+,"]],
  ["\x1b[I\x1b[O", ["focused", "unfocused"]],
  ["\x1b[200~one\r\ntwo\rthree\x1b[201~x", ["paste:one\ntwo\nthree", "x=x"]],
  ["\x1b[200~\x1b[A\x03\x1b[201~", ["paste:\x1b[A\x03"]],
];

describe("keys", () => {
  for (const [bytes, expected] of SPELLINGS) {
    test(`${JSON.stringify(bytes)} is ${expected.join(" ") || "nothing"}`, () => {
      expect(keysOf(bytes).keys).toEqual([...expected]);
    });

    test(`${JSON.stringify(bytes)} is the same one byte at a time`, () => {
      const reader = createKeyReader(() => undefined);
      const events = [...Buffer.from(bytes)].flatMap((byte) => [...reader.feed(Uint8Array.of(byte), 1)]);
      expect([...events, ...reader.flush(2)].map(spelled)).toEqual([...expected]);
    });
  }

  test("an answer of the terminal is no key", () => {
    const { keys, answers } = keysOf(
      "\x1b]11;rgb:1e1e/ffff/0000\x1b\\a\x1b]11;rgb:ff/00/80\x07\x1b[?1u\x1b[?62;4c",
    );
    expect(keys).toEqual(["a=a"]);
    expect(answers).toEqual([
      { type: "background", colour: [30, 255, 0] },
      { type: "background", colour: [255, 0, 128] },
      { type: "kitty" },
      { type: "attributes" },
    ]);
  });

  test("an answer that comes slowly does not turn into text", () => {
    const reader = createKeyReader(() => undefined);
    expect(reader.feed(Buffer.from("\x1b]11;rgb:1e"), 1)).toEqual([]);
    expect(reader.pending()).toBe(false);
    expect(reader.flush(40)).toEqual([]);
    expect(reader.feed(Buffer.from("1e/1e1e/1e1e\x07x"), 80).map(spelled)).toEqual(["x=x"]);
  });

  test("an escape key is known by the silence after it", () => {
    const reader = createKeyReader(() => undefined);
    expect(reader.feed(Buffer.from("\x1b"), 1)).toEqual([]);
    expect(reader.pending()).toBe(true);
    expect(reader.flush(31).map(spelled)).toEqual(["escape"]);
    expect(reader.pending()).toBe(false);
  });

  test.each(["\x03", "\x1b[99;5u", "\x1b[27;5;99~"])("a paste whose end was lost is ended by %j", (key) => {
    const reader = createKeyReader(() => undefined);
    expect(reader.feed(Buffer.from("\x1b[200~text\x1b[20"), 1)).toEqual([]);
    expect(reader.feed(Buffer.from("\x03 more"), 2)).toEqual([]);
    expect(reader.feed(Buffer.from(key), 2_000).map(spelled)).toEqual([
      "paste:text\x1b[20\x03 more",
      "ctrl+c",
    ]);
    expect(reader.feed(Buffer.from("x"), 2_001).map(spelled)).toEqual(["x=x"]);
  });

  test("a paste without an end stays within its limit", () => {
    const reader = createKeyReader(() => undefined);
    reader.feed(Buffer.from("\x1b[200~"), 1);
    for (let i = 0; i < 80; i++) reader.feed(Buffer.alloc(65_536, "x"), 1);
    const [paste] = reader.feed(Buffer.from("\x1b[201~"), 1);
    expect(paste?.type === "paste" ? paste.text.length : 0).toBe(4_194_304);
  });
});
