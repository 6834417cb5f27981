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
};

const SEQUENTIAL_COMMANDS = 30;
const COMMANDS_AT_ONCE = 8;
const TOOL_TURNS = 300;
const DELTAS = 20_000;
const OUTPUT_LINES = 3_000_000;
const PATCH_CHUNKS = 50;
const PATCHED_LINES = 5_000;

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
  {
    name: "50-chunks",
    title: `exec: ${PATCH_CHUNKS} chunks into ${PATCHED_LINES} lines`,
    steps: () => [respond(customCall("apply_patch", patch())), last()],
    items: { type: "file_change", count: 1 },
    files: () => ({ "long.txt": numbers(PATCHED_LINES).map(line).join("") }),
  },
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

/** Evenly spread over the file: each chunk finds its line by the one before and the one after. */
function patch(): string {
  const chunks = numbers(PATCH_CHUNKS).map((n) => {
    const at = n * (PATCHED_LINES / PATCH_CHUNKS) - 2;
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
