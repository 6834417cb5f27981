// Thread names in the append-only index.

import { expect, test } from "bun:test";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { recordThreadName, threadNames, threadsNamed } from "../../src/rollout/names";
import { sessionHome } from "./session-home";

test("the last name given to a thread is its name", () => {
  using home = sessionHome();
  expect(threadNames(home.path).size).toBe(0);
  recordThreadName(home.path, "a", "one");
  recordThreadName(home.path, "b", "two");
  recordThreadName(home.path, "a", " three ");
  expect([...threadNames(home.path)]).toEqual([
    ["a", "three"],
    ["b", "two"],
  ]);
  expect(threadsNamed(home.path, "one")).toEqual([]);
});

test("several threads may have one name; the last named comes first", () => {
  using home = sessionHome();
  for (const id of ["a", "b", "c"]) recordThreadName(home.path, id, "same");
  expect(threadsNamed(home.path, " same ")).toEqual(["c", "b", "a"]);
});

test("a line has the shape that other implementations read", () => {
  using home = sessionHome();
  recordThreadName(home.path, "a", "one", new Date("2026-11-22T07:05:01.809Z"));
  expect(readFileSync(join(home.path, "session_index.jsonl"), "utf8")).toBe(
    '{"id":"a","thread_name":"one","updated_at":"2026-11-22T07:05:01.809Z"}\n',
  );
});

test("cut and damaged lines are passed over, and nothing is glued to them", () => {
  using home = sessionHome();
  recordThreadName(home.path, "a", "one");
  appendFileSync(join(home.path, "session_index.jsonl"), 'garbage\n{"id":7}\n{"id":"a","thread_na');
  recordThreadName(home.path, "b", "two");
  expect([...threadNames(home.path)]).toEqual([
    ["b", "two"],
    ["a", "one"],
  ]);
});
