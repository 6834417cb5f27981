// Prints a long answer as it streams, at a terminal: once as plain text, once as the interface does. `bun transcript.ts PAIRS FILE` writes what it took.

import { writeSync } from "node:fs";
import { createPainter } from "../src/ui/terminal/painter";
import { createTheme } from "../src/ui/terminal/theme";
import { createTranscript } from "../src/ui/transcript/transcript";
import { median } from "./row";

const COLUMNS = 80;
const ROWS = 24;
const DELTAS = 20_000;
const DELTA_CHARS = 6;
const WARM_UP_PAIRS = 3;
/** Between two frames, as the screen has it. */
const FRAME_MS = 33;

const PARAGRAPH = "Some words of an `answer`, and then **some more** of them. ".repeat(8);
const BLOCKS = `${PARAGRAPH}\n\n- a list\n- of things\n\n\`\`\`ts\nconst x = f(1); // one\n\`\`\`\n\n`;

export type StreamCost = { readonly plainMs: number; readonly transcriptMs: number };

if (import.meta.main) {
  const [pairs = "", file = ""] = process.argv.slice(2);
  const deltas = answer();
  const plain: number[] = [];
  const transcript: number[] = [];
  for (let pair = -WARM_UP_PAIRS; pair < Number(pairs); pair++) {
    const times = [printPlain(deltas), printTranscript(deltas)] as const;
    if (pair < 0) continue;
    plain.push(times[0]);
    transcript.push(times[1]);
  }
  const result: StreamCost = { plainMs: median(plain), transcriptMs: median(transcript) };
  await Bun.write(file, JSON.stringify(result));
}

function answer(): readonly string[] {
  const text = BLOCKS.repeat(Math.ceil((DELTAS * DELTA_CHARS) / BLOCKS.length));
  return Array.from({ length: DELTAS }, (_, at) => text.slice(at * DELTA_CHARS, (at + 1) * DELTA_CHARS));
}

/** Milliseconds. One write for each piece, as it comes. */
function printPlain(deltas: readonly string[]): number {
  const started = performance.now();
  for (const delta of deltas) writeSync(1, delta);
  return performance.now() - started;
}

function printTranscript(deltas: readonly string[]): number {
  const started = performance.now();
  const painter = createPainter({ columns: COLUMNS, rows: ROWS }, true);
  const transcript = createTranscript({
    theme: createTheme(3, () => [0, 0, 0]),
    columns: () => COLUMNS,
    cwd: "/project",
    home: "/home/user",
    hyperlinks: true,
    hideReasoning: false,
    showRawReasoning: false,
  });
  let waiting = "";
  let lastFrame = -FRAME_MS;
  for (const delta of deltas) {
    waiting += transcript.handle({ type: "message.delta", itemId: "message", delta });
    const now = performance.now();
    if (now - lastFrame < FRAME_MS) continue;
    lastFrame = now;
    writeSync(1, painter.paint(waiting, { lines: transcript.live(now), cursor: undefined }));
    waiting = "";
  }
  writeSync(1, painter.paint(waiting + transcript.finish(), { lines: [], cursor: undefined }));
  return performance.now() - started;
}
