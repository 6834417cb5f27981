// A transcript without colours at a given width, and events for it, for tests.

import type { CommandExecution } from "../../../src/protocol/items";
import type { ThreadEvent } from "../../../src/protocol/events";
import { createTheme, type Theme } from "../../../src/ui/terminal/theme";
import type { TranscriptOptions } from "../../../src/ui/transcript/event-lines";
import { createTranscript, type Transcript } from "../../../src/ui/transcript/transcript";

export const PLAIN: Theme = createTheme(0, () => undefined, true);

export type Page = Transcript & {
  /** Lets time pass, in milliseconds. */
  readonly wait: (milliseconds: number) => void;
  /** What `handle` returns for all of them, joined. */
  readonly play: (...events: readonly ThreadEvent[]) => string;
};

export function page(columns: number, options: Partial<TranscriptOptions> = {}): Page {
  let now = 0;
  const transcript = createTranscript({
    theme: PLAIN,
    columns: () => columns,
    cwd: "/work/project",
    home: "/home/user",
    hyperlinks: false,
    hideReasoning: false,
    showRawReasoning: false,
    now: () => now,
    ...options,
  });
  return {
    ...transcript,
    wait: (milliseconds) => void (now += milliseconds),
    play: (...events) => events.map((event) => transcript.handle(event)).join(""),
  };
}

export const TURN: ThreadEvent = { type: "turn.started", turnId: "t", modelContextWindow: null };

let calls = 0;

export function command(script: string, fields: Partial<CommandExecution> = {}): CommandExecution {
  return {
    type: "command_execution",
    id: `call-${calls++}`,
    command: ["/bin/bash", "-lc", script],
    cwd: "/work/project",
    aggregatedOutput: "",
    exitCode: null,
    durationMs: null,
    status: "in_progress",
    ...fields,
  };
}

/** A command from its start to its end. */
export function ran(
  script: string,
  output = "",
  exitCode = 0,
  fields: Partial<CommandExecution> = {},
): ThreadEvent[] {
  const item = command(script, fields);
  const status = exitCode === 0 ? "completed" : "failed";
  return [
    { type: "item.started", item },
    { type: "item.completed", item: { ...item, aggregatedOutput: output, exitCode, durationMs: 12, status } },
  ];
}

/** A message from its start to its end, `size` characters at a time. */
export function said(text: string, size = 3): ThreadEvent[] {
  const item = { type: "agent_message", id: `message-${calls++}`, phase: null } as const;
  const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size),
  );
  return [
    { type: "item.started", item: { ...item, text: "" } },
    ...pieces.map((delta): ThreadEvent => ({ type: "message.delta", itemId: item.id, delta })),
    { type: "item.completed", item: { ...item, text } },
  ];
}
