// history.jsonl: what is read from it, what is added, and how it is kept short (rollout.md 17).

import { expect, test } from "bun:test";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPromptHistory, type PromptHistoryOptions } from "../../../src/ui/composer/prompt-history";

const THREAD = "01a2020d-0853-7941-bd1f-20e592d92c39";

function home(text?: string) {
  const codexHome = mkdtempSync(join(tmpdir(), "codex-history-"));
  const file = join(codexHome, "history.jsonl");
  if (text !== undefined) writeFileSync(file, text);
  const open = (more: Partial<PromptHistoryOptions> = {}) =>
    openPromptHistory({ codexHome, persistence: undefined, maxBytes: undefined, ...more });
  const texts = () =>
    readFileSync(file, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line): unknown => JSON.parse(line).text);
  return { codexHome, file, open, texts, [Symbol.dispose]: () => rmSync(codexHome, { recursive: true }) };
}

function entry(text: string): string {
  return `${JSON.stringify({ session_id: THREAD, ts: 1_795_330_417, text })}\n`;
}

function all(history: { at: (back: number) => { text: string } | undefined }): readonly string[] {
  const texts: string[] = [];
  for (let draft = history.at(0); draft !== undefined; draft = history.at(texts.length))
    texts.push(draft.text);
  return texts;
}

test("prompts are read from the newest back; lines that are no entries are passed over", () => {
  using codex = home(`${entry("one")}not json\n{"text":5}\n\n${entry("two\nlines")}[]\n${entry("three")}`);
  expect(all(codex.open())).toEqual(["three", "two\nlines", "one"]);
});

test("a file that is not there is an empty history", () => {
  using codex = home();
  expect(all(codex.open())).toEqual([]);
});

test("what cannot be read is an empty history", () => {
  using codex = home();
  mkdirSync(codex.file);
  expect(all(codex.open())).toEqual([]);
});

test("thousands of prompts can be walked through, however long", () => {
  const texts = Array.from({ length: 3000 }, (_, n) => `prompt ${n} ${"x".repeat(n % 700)}`);
  using codex = home(texts.map(entry).join(""));
  expect(all(codex.open())).toEqual(texts.toReversed());
});

test("only the end of a huge file is read", () => {
  using codex = home(entry("y".repeat(1_000_000)).repeat(12));
  expect(all(codex.open()).length).toBe(9);
});

test("a prompt is added in one line, with its thread and time, readable by its owner alone", async () => {
  using codex = home();
  const history = codex.open();
  expect(await history.append("one\ntwo", THREAD)).toBeUndefined();
  const line = readFileSync(codex.file, "utf8");
  expect(line).toMatch(/^\{"session_id":"01a2020d-[^"]+","ts":\d{10},"text":"one\\ntwo"\}\n$/);
  expect(statSync(codex.file).mode & 0o777).toBe(0o600);
  expect(all(history)).toEqual([]);
  expect(all(codex.open())).toEqual(["one\ntwo"]);
});

test("what other sessions add meanwhile does not get in between", () => {
  using codex = home(entry("one") + entry("two"));
  const history = codex.open();
  expect(history.at(0)?.text).toBe("two");
  appendFileSync(codex.file, entry("three"));
  expect(all(history)).toEqual(["two", "one"]);
});

test("after a line that was cut off the next begins on its own", async () => {
  using codex = home(`${entry("one")}{"session_id":"x","te`);
  await codex.open().append("two", THREAD);
  expect(all(codex.open())).toEqual(["two", "one"]);
});

test("with persistence none nothing is written, and what is there can be recalled", async () => {
  using codex = home(entry("one"));
  const history = codex.open({ persistence: "none" });
  await history.append("two", THREAD);
  expect(codex.texts()).toEqual(["one"]);
  expect(all(history)).toEqual(["one"]);
});

test("above the limit the oldest go until four fifths of it are left", async () => {
  const line = entry("x".repeat(20)).length;
  using codex = home(entry("x".repeat(20)).repeat(10));
  const history = codex.open({ maxBytes: line * 10 });
  await history.append("y".repeat(20), THREAD);
  expect(codex.texts()).toEqual([...Array<string>(7).fill("x".repeat(20)), "y".repeat(20)]);
});

test("the newest stays even when it alone is above the limit", async () => {
  using codex = home(entry("one"));
  await codex.open({ maxBytes: 10 }).append("much longer than ten bytes", THREAD);
  expect(codex.texts()).toEqual(["much longer than ten bytes"]);
});

test("several writers lose nothing", async () => {
  using codex = home();
  const writers = Array.from({ length: 8 }, () => codex.open());
  await Promise.all(writers.map((history, n) => history.append(`prompt ${n}`, THREAD)));
  expect(codex.texts().toSorted()).toEqual(writers.map((_, n) => `prompt ${n}`));
});

test("a history that cannot be written is told, not thrown", async () => {
  using codex = home();
  const history = openPromptHistory({
    codexHome: join(codex.codexHome, "gone"),
    persistence: undefined,
    maxBytes: undefined,
  });
  expect((await history.append("one", THREAD))?.message).toStartWith("Cannot add the prompt to ");
});
