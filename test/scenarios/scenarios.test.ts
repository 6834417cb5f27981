// Plays every scenario with the executable under test and compares it with the recording of the reference.

import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { CODEX } from "../support/harness";
import { SCENARIOS } from "./all";
import { EVERYWHERE, expectedOf } from "./differences";
import { transcriptOf } from "./observe";
import { play } from "./play";
import { ownName, readRecording } from "./recording";
import type { Scenario } from "./scenario";
import type { Transcript } from "./transcript";

/** More at a time would keep commands from being where a scenario expects them to be. */
const AT_A_TIME = 4;
const TIMEOUT_MS = 120_000;

const stage = places(AT_A_TIME);

describe("as in the reference", () => {
  for (const scenario of SCENARIOS) {
    const plays = async () => {
      const expected = await expectation(scenario);
      const seen = transcriptOf(scenario, await stage(() => play(scenario, CODEX)));
      expect(seen).toEqual(expected);
      // In the order of their fields too, which is part of the lines.
      expect(printed(seen)).toBe(printed(expected));
    };
    test.concurrent(`${scenario.name}: ${scenario.about}`, plays, TIMEOUT_MS);
  }
});

describe("the scenarios", () => {
  test("have names of their own, and each a recording; there are no others", () => {
    const names = SCENARIOS.flatMap(({ name, ours }) =>
      ours === undefined ? [name] : [name, ownName(name)],
    );
    const files = readdirSync(join(import.meta.dir, "recorded")).map((file) => file.replace(/\.json$/, ""));
    expect(files.toSorted()).toEqual(names.toSorted());
  });

  test("name only differences that docs/differences.md gives a reason for", async () => {
    const text = await Bun.file(join(import.meta.dir, "../../docs/differences.md")).text();
    const rows = new Set(text.split("\n").map((line) => /^\| (.+?) \| /.exec(line)?.[1]));
    const named = SCENARIOS.flatMap(({ differs = [], ours }) => [
      ...differs.map(({ row }) => row),
      ...(ours === undefined ? [] : [ours]),
    ]);
    const used = [...EVERYWHERE.map(({ row }) => row), ...named];
    expect(used.filter((row) => !rows.has(row))).toEqual([]);
  });

  test("name no difference that is none", async () => {
    const recordings = new Map<string, Transcript>();
    for (const { name } of SCENARIOS) recordings.set(name, await recordingOf(name));
    const idle = EVERYWHERE.filter(({ expected }) =>
      [...recordings.values()].every((recorded) => Bun.deepEquals(expected(recorded), recorded)),
    );
    const needless = SCENARIOS.flatMap(({ name, differs = [] }) =>
      differs
        .filter((_, index) => {
          const [before, after] = [index, index + 1].map((count) =>
            expectedOf(recordings.get(name) ?? NOTHING, differs.slice(0, count)),
          );
          return Bun.deepEquals(before, after);
        })
        .map(({ row }) => `${name}: ${row}`),
    );
    expect({ idle: idle.map(({ row }) => row), needless }).toEqual({ idle: [], needless: [] });
  });
});

/** Runs what it is given, never more than `count` at the same time. */
function places(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = count;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}

const NOTHING: Transcript = { runs: [], files: {}, sessions: [] };

async function expectation({ name, ours, differs = [] }: Scenario): Promise<Transcript> {
  return ours === undefined ? expectedOf(await recordingOf(name), differs) : await recordingOf(ownName(name));
}

async function recordingOf(name: string): Promise<Transcript> {
  const recorded = await readRecording(name);
  if (recorded === undefined) throw new Error(`${name} was never recorded`);
  return recorded;
}

function printed({ runs }: Transcript): string {
  return JSON.stringify(runs.map(({ stdout }) => stdout));
}
