// New threads that begin with the lines of another.

import { describe, expect, test } from "bun:test";
import { readFileSync, truncateSync } from "node:fs";
import type { RolloutEntry } from "../../src/protocol/rollout";
import { type Fork, forkThread } from "../../src/rollout/fork";
import { recordThreadName, threadNames } from "../../src/rollout/names";
import { rebuild } from "../../src/rollout/rebuild";
import { RolloutWriter } from "../../src/rollout/writer";
import {
  assistant,
  event,
  linesText,
  meta,
  metaPayload,
  rollback,
  sessionHome,
  texts,
  tokenCount,
  turn,
  user,
} from "./session-home";

const SOURCE = "01a20208-2414-7f40-bf18-d5aa731ae9b1";
const FORK = "01a20208-2414-7f40-bf18-d5aa731ae9b2";
const payload = metaPayload({ id: FORK, timestamp: "2026-11-23T00:00:00.000Z" });

function forked(lines: readonly (RolloutEntry | string)[], beforePrompt?: number): Fork & { talk: string[] } {
  using home = sessionHome();
  const source = home.session(lines, { id: SOURCE });
  const cut = beforePrompt === undefined ? {} : { beforePrompt };
  const fork = forkThread({ codexHome: home.path, source, sourceId: SOURCE, meta: payload, ...cut });
  const talk = texts(rebuild(fork.path).history).filter((text) => !text.startsWith("<"));
  return { ...fork, talk };
}

describe("a fork", () => {
  test("has its own metadata, all lines of the source, its name and its usage, and leaves the source alone", async () => {
    using home = sessionHome();
    const lines = [meta(), ...turn("one", "1"), tokenCount(50)];
    const source = home.session(lines, { id: SOURCE });
    recordThreadName(home.path, SOURCE, "mine");
    const { path, openTurnId } = forkThread({
      codexHome: home.path,
      source,
      sourceId: SOURCE,
      meta: payload,
    });
    const [first = "", ...copied] = readFileSync(path, "utf8").split("\n");
    expect(JSON.parse(first).payload).toMatchObject({ id: FORK, forked_from_id: SOURCE });
    expect(copied.join("\n")).toBe(linesText(lines));
    expect(openTurnId).toBeUndefined();
    expect(threadNames(home.path).get(FORK)).toBe("mine");

    await using writer = RolloutWriter.resume(path);
    for (const entry of turn("two", "2")) writer.append(entry);
    const { meta: own, history, usage } = rebuild(path);
    expect(own.id).toBe(FORK);
    expect(texts(history).filter((text) => !text.startsWith("<"))).toEqual(["one", "1", "two", "2"]);
    expect(usage?.total_tokens).toBe(50);
    expect(readFileSync(source, "utf8")).toBe(linesText(lines));
  });

  test("before a prompt has what came before that turn", () => {
    const lines = [meta(), ...turn("one", "1"), ...turn("two", "2"), ...turn("three", "3")];
    expect(forked(lines, 2).talk).toEqual(["one", "1", "two", "2"]);
    expect(forked(lines, 1).talk).toEqual(["one", "1"]);
    expect(forked(lines, 0).talk).toEqual([]);
    expect(forked(lines, 3).talk).toEqual(["one", "1", "two", "2", "three", "3"]);
  });

  test("counts prompts as they are after rollbacks", () => {
    const lines = [meta(), ...turn("one", "1"), ...turn("two", "2"), rollback(1), ...turn("three", "3")];
    expect(forked(lines, 1).talk).toEqual(["one", "1"]);
    expect(forked(lines, 2).talk).toEqual(["one", "1", "three", "3"]);
  });

  test("before a prompt that was sent into a running turn ends in that turn", () => {
    const running = turn("one", "1").slice(0, -1);
    const lines = [
      meta(),
      ...running,
      user("steer"),
      assistant("2"),
      event("task_complete", { turn_id: "x" }),
    ];
    const { talk, openTurnId } = forked(lines, 1);
    expect(talk).toEqual(["one", "1"]);
    expect(openTurnId).toBe("turn of one");
  });

  test("of a thread in the middle of a turn tells which, and mends a cut line", () => {
    using home = sessionHome();
    const source = home.session([meta(), ...turn("one", "1").slice(0, -1)], { id: SOURCE });
    truncateSync(source, readFileSync(source).length - 5);
    const fork = forkThread({ codexHome: home.path, source, sourceId: SOURCE, meta: payload });
    expect(fork.openTurnId).toBe("turn of one");
    expect(readFileSync(fork.path, "utf8").endsWith("\n")).toBe(true);
    expect(rebuild(fork.path).badLines).toBe(1);
  });

  test("does not touch a thread that has its id already", () => {
    using home = sessionHome();
    const source = home.session([meta(), ...turn("one", "1")], { id: SOURCE });
    const taken = home.session([meta()], { id: FORK, startedAt: new Date(payload.timestamp) });
    const before = readFileSync(taken, "utf8");
    const fork = () => forkThread({ codexHome: home.path, source, sourceId: SOURCE, meta: payload });
    expect(fork).toThrow("EEXIST");
    expect(readFileSync(taken, "utf8")).toBe(before);
  });
});
