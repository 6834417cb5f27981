// What the scripted model asks for in each measured turn of `exec`, and what must have come of it.

import { customCall, functionCall, message, respond, type Step } from "../test/support/responses-script";

export type Scenario = {
  /** On the command line. */
  readonly name: string;
  readonly title: string;
  /** One a request. */
  readonly steps: () => readonly Step[];
  /** Items of this type that must be reported as completed. */
  readonly items: { readonly type: "command_execution" | "file_change"; readonly count: number };
  /** Files of the workspace, written anew before every run. */
  readonly files?: () => Readonly<Record<string, string>>;
  /** Of peak memory, as a ratio; default 1. */
  readonly peak?: number;
};

const SEQUENTIAL_COMMANDS = 30;
const COMMANDS_AT_ONCE = 8;
const TOOL_TURNS = 300;
const DELTAS = 20_000;
const OUTPUT_LINES = 3_000_000;
/** Chunks and lines of the patched file. */
const SMALL_PATCH = { chunks: 50, lines: 5_000 };
const LARGE_PATCH = { chunks: 500, lines: 100_000 };
/** A text of 6 MB, its lines, and both once more after the patch weigh more than what we save elsewhere. */
const LARGE_FILE_PEAK = 1.1;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "one-turn",
    title: "exec: one turn",
    steps: () => [last()],
    items: { type: "command_execution", count: 0 },
  },
  {
    name: "30-commands",
    title: `exec: ${SEQUENTIAL_COMMANDS} commands, one after the other`,
    steps: () => [...commandAfterCommand(SEQUENTIAL_COMMANDS, (n) => `echo command ${n}; ls`), last()],
    items: { type: "command_execution", count: SEQUENTIAL_COMMANDS },
  },
  {
    name: "8-at-once",
    title: `exec: ${COMMANDS_AT_ONCE} commands at once`,
    steps: () => [respond(numbers(COMMANDS_AT_ONCE).map((n) => command(`echo command ${n}; ls`))), last()],
    items: { type: "command_execution", count: COMMANDS_AT_ONCE },
  },
  {
    name: "300-turns",
    title: `exec: ${TOOL_TURNS} tool turns`,
    steps: () => [...commandAfterCommand(TOOL_TURNS, () => "true"), last()],
    items: { type: "command_execution", count: TOOL_TURNS },
  },
  {
    name: "20000-deltas",
    title: `exec: ${DELTAS} deltas`,
    steps: () => [respond(message("word ".repeat(DELTAS), { deltas: DELTAS }))],
    items: { type: "command_execution", count: 0 },
  },
  {
    name: "3000000-lines",
    title: `exec: ${OUTPUT_LINES} lines of output`,
    steps: () => [respond(command(`seq ${OUTPUT_LINES}`)), last()],
    items: { type: "command_execution", count: 1 },
  },
  patching("50-chunks", SMALL_PATCH),
  { ...patching("500-chunks", LARGE_PATCH), peak: LARGE_FILE_PEAK },
];

function last(): Step {
  return respond(message("All done."));
}

function command(cmd: string) {
  return functionCall("exec_command", { cmd, yield_time_ms: 30_000 });
}

function commandAfterCommand(count: number, cmd: (n: number) => string): readonly Step[] {
  return numbers(count).map((n) => respond(command(cmd(n))));
}

type PatchSize = typeof SMALL_PATCH;

function patching(name: string, size: PatchSize): Scenario {
  return {
    name,
    title: `exec: ${size.chunks} chunks into ${size.lines} lines`,
    steps: () => [respond(customCall("apply_patch", patch(size))), last()],
    items: { type: "file_change", count: 1 },
    files: () => ({ "long.txt": numbers(size.lines).map(line).join("") }),
  };
}

/** Evenly spread over the file: each chunk finds its line by the one before and the one after. */
function patch(size: PatchSize): string {
  const chunks = numbers(size.chunks).map((n) => {
    const at = n * (size.lines / size.chunks) - 2;
    return `@@\n ${line(at)}-${line(at + 1)}+changed by chunk ${n}\n ${line(at + 2)}`;
  });
  return `*** Begin Patch\n*** Update File: long.txt\n${chunks.join("")}*** End Patch`;
}

function line(n: number): string {
  return `This is line ${n} of a file that is a little longer than most.\n`;
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
