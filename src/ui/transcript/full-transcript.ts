// The whole session without cuts, for a pager: all output, exit codes and times, all thoughts (tui.md 7.4).

import type { CommandExecution } from "../../protocol/items";
import { parseLine } from "../../rollout/line";
import { linesFromStart } from "../../rollout/read";
import { colouredText, expandTabs, plainText } from "../text/control-sequences";
import { wrapBehind } from "../text/wrap";
import { scriptOf } from "./command";
import type { TranscriptOptions } from "./event-lines";
import { UNLIMITED } from "./layout";
import { PastReader, type PastStep } from "./past";
import { show } from "./replay";
import { createTranscript, type Transcript } from "./transcript";

const TAB = 8;

/** Piece by piece, read from the session file while it is pulled; nothing is kept. Throws the error of the file system. */
export function* fullTranscript(path: string, options: TranscriptOptions): Generator<string, void> {
  const full = { ...options, limits: UNLIMITED, hideReasoning: false };
  const transcript = createTranscript(full);
  const reader = new PastReader();
  for (const { bytes } of linesFromStart(path)) {
    const line = bytes === undefined ? undefined : parseLine(bytes);
    if (line?.type !== "entry") continue;
    for (const step of reader.take(line.entry)) yield fullStep(step, transcript, full);
  }
  for (const step of reader.end()) yield fullStep(step, transcript, full);
  yield transcript.finish();
}

function fullStep(step: PastStep, transcript: Transcript, options: TranscriptOptions): string {
  if (step.type === "rolled_back") {
    const turns = step.turns === 1 ? "The last turn was" : `The last ${step.turns} turns were`;
    return transcript.finish() + transcript.notice(`${turns} taken back.`);
  }
  if (step.type === "event" && step.event.type === "item.completed") {
    const { item } = step.event;
    if (item.type === "command_execution") return transcript.block(commandInFull(item, options));
  }
  return show(step, transcript);
}

function commandInFull(item: CommandExecution, options: TranscriptOptions): string[] {
  const { theme, columns } = options;
  const mark = item.source === "user_shell" ? theme.shell("!") : theme.accent("$");
  const output = theme.level === 0 ? plainText(item.aggregatedOutput) : colouredText(item.aggregatedOutput);
  const lines = output.trimEnd() === "" ? [] : output.trimEnd().split("\n");
  const time = item.durationMs === null ? "" : theme.dim(` • ${duration(item.durationMs)}`);
  const good = item.exitCode === 0;
  return [
    ...wrapBehind(scriptOf(item.command), columns(), `${mark} `, "    "),
    ...lines.flatMap((line) => wrapBehind(expandTabs(line, TAB), columns(), "")),
    good ? theme.success("✓") + time : `${theme.error(`✗ (${item.exitCode ?? -1})`)}${time}`,
  ];
}

/** `12ms`, `1.25s`, `2m 05s`. */
function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds}ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(2)}s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, "0")}s`;
}
