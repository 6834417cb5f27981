// Records the reference's transcripts: `CODEX_REFERENCE=/path/to/codex bun test/scenarios/record.ts [NAME...]`.
// With `--ours` instead of CODEX_REFERENCE, records our own of the scenarios that are compared with them; look at what changed.

import { CODEX } from "../support/harness";
import { SCENARIOS } from "./all";
import { play } from "./play";
import { ownName, writeRecording } from "./recording";
import type { Scenario } from "./scenario";
import { transcriptOf } from "./observe";
import type { Transcript } from "./transcript";

/**
 * The reference tells the model how a command ended a moment before it shows it, and shows nothing when the turn is over by then.
 * This gives it the time.
 */
const PAUSE_MS = 400;
/** Even so, now and then it shows a command's end without its output. What most runs show is recorded. */
const RUNS = 3;

const words = process.argv.slice(2);
const wanted = words.filter((word) => word !== "--ours");
const scenarios = SCENARIOS.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
await (words.includes("--ours") ? recordOurs() : recordReference());

async function recordReference(): Promise<void> {
  const reference = process.env["CODEX_REFERENCE"];
  if (reference === undefined) throw new Error("CODEX_REFERENCE must name the executable of the reference");
  for (const scenario of scenarios) {
    const { transcript, seen } = await mostSeen(scenario, reference);
    await writeRecording(scenario.name, transcript);
    console.error(`${scenario.name}${seen > 1 ? "" : " is different on every run"}`);
  }
}

async function recordOurs(): Promise<void> {
  for (const scenario of scenarios.filter(({ ours }) => ours !== undefined)) {
    await writeRecording(ownName(scenario.name), transcriptOf(scenario, await play(scenario, CODEX)));
    console.error(ownName(scenario.name));
  }
}

async function mostSeen(
  scenario: Scenario,
  executable: string,
): Promise<{ readonly transcript: Transcript; readonly seen: number }> {
  const all: Transcript[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const transcript = transcriptOf(scenario, await play(scenario, executable, PAUSE_MS));
    if (all.some((other) => Bun.deepEquals(other, transcript))) return { transcript, seen: 2 };
    all.push(transcript);
  }
  return { transcript: all[0] ?? { runs: [], files: {}, sessions: [] }, seen: 1 };
}
