// Shows a session that is gone on with as it was seen before: its newest turns, read from the end of its file (tui.md 9).

import { parseLine } from "../../rollout/line";
import { linesFromEnd } from "../../rollout/read";
import type { RolloutEntry } from "../../protocol/rollout";
import { PastReader, type PastStep } from "./past";
import type { Transcript } from "./transcript";

/** How much of the file is looked at, and how many lines are printed at most. */
const REPLAY_BYTES = 8 * 1_048_576;
const REPLAY_LINES = 2000;
/** Longer lines hold images, or a history that was replaced: nothing that is shown. */
const LONG_LINE_BYTES = 2 * 1_048_576;

const CUT = "Earlier messages are not shown here.";
const CUT_HINT = "ctrl + t shows all of them";

/** The text to print, through the transcript that goes on with it. "" for a file that cannot be read or has no turn. */
export function replay(path: string, transcript: Transcript): string {
  const { entries, complete } = newestEntries(path);
  const reader = new PastReader();
  const all = entries.flatMap((entry) => reader.take(entry));
  const { steps, cut } = surviving([...all, ...reader.end()], complete);
  const texts = steps.map((step) => show(step, transcript));
  const shown = newestLines([...texts, transcript.finish()].join(""), REPLAY_LINES);
  if (!cut && !shown.cut) return shown.text;
  return `${transcript.notice(CUT, CUT_HINT)}${shown.text.startsWith("\n") ? "" : "\n"}${shown.text}`;
}

/** One step as it is printed in a session. */
export function show(step: PastStep, transcript: Transcript): string {
  switch (step.type) {
    case "user":
      return transcript.finish() + transcript.userMessage(step);
    case "event":
      return transcript.handle(step.event);
    case "review_started":
      return transcript.reviewStarted(step.hint);
    case "review_finished":
      return transcript.reviewFinished();
    case "rolled_back":
      return "";
    default:
      return step satisfies never;
  }
}

type Newest = { readonly entries: readonly RolloutEntry[]; readonly complete: boolean };

/** Oldest first. */
function newestEntries(path: string): Newest {
  const entries: RolloutEntry[] = [];
  let read = 0;
  for (const { bytes, start, end } of linesFromEnd(path)) {
    read += end - start;
    if (read > REPLAY_BYTES) return { entries: entries.reverse(), complete: false };
    if (bytes === undefined || bytes.length > LONG_LINE_BYTES || !isShown(bytes)) continue;
    const line = parseLine(bytes);
    if (line.type === "entry") entries.push(line.entry);
  }
  return { entries: entries.reverse(), complete: true };
}

const ENVELOPE_BYTES = 96;

/** By the beginning of the line: parsing is what costs. */
function isShown(bytes: Buffer): boolean {
  const start = bytes.subarray(0, ENVELOPE_BYTES).toString("latin1");
  return !/"type" ?: ?"(compacted|turn_context|session_meta)"/.test(start);
}

/** Without turns that were taken back, and without the rest of a turn whose beginning is out of reach. */
function surviving(
  steps: readonly PastStep[],
  complete: boolean,
): { steps: readonly PastStep[]; cut: boolean } {
  const kept: PastStep[] = [];
  for (const step of steps) {
    if (step.type !== "rolled_back") {
      kept.push(step);
      continue;
    }
    const said = kept.flatMap(({ type }, index) => (type === "user" ? [index] : []));
    if (step.turns > 0) kept.length = said.at(-step.turns) ?? 0;
  }
  if (complete) return { steps: kept, cut: false };
  const first = kept.findIndex(({ type }) => type === "user");
  return { steps: first === -1 ? kept : kept.slice(first), cut: true };
}

function newestLines(text: string, limit: number): { readonly text: string; readonly cut: boolean } {
  let at = text.length - 1;
  for (let lines = 0; lines < limit && at > 0; lines++) at = text.lastIndexOf("\n", at - 1);
  return at <= 0 ? { text, cut: false } : { text: text.slice(at + 1), cut: true };
}
