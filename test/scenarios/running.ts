// Scenarios of commands beside each other, in the background, and with a terminal.

import { functionCall, message, respond, wait } from "../support/responses-server";
import { commandEnded, replaced } from "./differences";
import { human, json, sessionIdIn, type Scenario, type ScriptStep } from "./scenario";

const CONTROL_C = "control-C in a terminal (`write_stdin` with `\\u0003`)";
const DONE = respond(message("done"));

function command(cmd: string, more: Record<string, unknown> = {}): ScriptStep {
  return respond(functionCall("exec_command", { cmd, ...more }, "c1"));
}

export const running: readonly Scenario[] = [
  {
    name: "command-parallel",
    about: "calls of one response run beside each other; their outputs are sent in call order",
    script: [
      respond(
        functionCall("exec_command", { cmd: "sleep 3; echo slow" }, "c1"),
        wait(300),
        functionCall("exec_command", { cmd: "echo quick" }, "c2"),
        wait(900),
        functionCall("exec_command", { cmd: "sleep 0.5; echo third; exit 1" }, "c3"),
      ),
      DONE,
    ],
    runs: [json("go")],
  },
  {
    name: "command-serial",
    about: "input waits for the commands before it, and the command after it waits for the input",
    script: [
      respond(
        functionCall("exec_command", { cmd: "sleep 0.4; touch there" }, "c1"),
        wait(100),
        functionCall("write_stdin", { session_id: 99, chars: "x" }, "c2"),
        wait(100),
        functionCall("exec_command", { cmd: "ls" }, "c3"),
      ),
      DONE,
    ],
    runs: [json("go")],
  },
  {
    name: "command-same-id",
    about: "two calls that share a call id",
    script: [
      respond(
        functionCall("exec_command", { cmd: "echo a" }, "c1"),
        wait(800),
        functionCall("exec_command", { cmd: "echo b" }, "c1"),
      ),
      DONE,
    ],
    runs: [json("go")],
  },
  {
    name: "background",
    about: "a command that goes on running is polled until it ends",
    script: [
      command("sleep 0.1; echo start; sleep 2.5; echo end", { yield_time_ms: 1000 }),
      (request) => respond(functionCall("write_stdin", { session_id: sessionIdIn(request) }, "c2")),
      (request) => respond(functionCall("write_stdin", { session_id: sessionIdIn(request) }, "c3")),
      DONE,
    ],
    runs: [json("go")],
  },
  {
    name: "background-human",
    about: "people see how a command ended that the model polled",
    script: [
      command("sleep 0.1; echo start; sleep 2.5; echo end", { yield_time_ms: 1000 }),
      (request) => respond(functionCall("write_stdin", { session_id: sessionIdIn(request) }, "c2")),
      DONE,
    ],
    runs: [human("go")],
  },
  {
    name: "background-left",
    about: "a command that still runs when the turn ends is never completed",
    script: [command("echo start; sleep 60", { yield_time_ms: 1000 }), DONE],
    runs: [json("go")],
  },
  {
    name: "background-ends-later",
    about: "a command that ends while another runs is completed when it ends",
    script: [
      command("sleep 0.1; echo start; sleep 2.5; echo end", { yield_time_ms: 1000 }),
      respond(functionCall("exec_command", { cmd: "sleep 3; echo other" }, "c2")),
      DONE,
    ],
    runs: [json("go")],
  },
  {
    name: "stdin-unknown-session",
    about: "writing to a session that does not exist",
    script: [respond(functionCall("write_stdin", { session_id: 99, chars: "x" }, "c1")), DONE],
    runs: [json("go")],
  },
  {
    name: "stdin-no-terminal",
    about: "writing to a command without terminal",
    script: [
      command("sleep 30", { yield_time_ms: 250 }),
      (request) =>
        respond(functionCall("write_stdin", { session_id: sessionIdIn(request), chars: "x" }, "c2")),
      DONE,
    ],
    runs: [json("go")],
  },
  {
    name: "terminal",
    about: "a command with a terminal sees one",
    script: [command("[ -t 0 ] && [ -t 1 ] && echo terminal; echo two", { tty: true }), DONE],
    runs: [json("go")],
  },
  {
    name: "terminal-input",
    about: "a command with a terminal can be written to",
    script: [
      command("read line; echo got $line; read again; echo and $again", { tty: true, yield_time_ms: 1000 }),
      (request) =>
        respond(
          functionCall(
            "write_stdin",
            { session_id: sessionIdIn(request), chars: "abc\n", yield_time_ms: 1000 },
            "c2",
          ),
        ),
      (request) =>
        respond(
          functionCall(
            "write_stdin",
            { session_id: sessionIdIn(request), chars: "def\n", yield_time_ms: 2000 },
            "c3",
          ),
        ),
      DONE,
    ],
    runs: [json("go")],
  },
  {
    name: "terminal-interrupt",
    about: "control-C interrupts a command with a terminal",
    script: [
      command("trap 'echo caught; exit 5' INT; echo ready; sleep 30", { tty: true, yield_time_ms: 1000 }),
      (request) =>
        respond(
          functionCall(
            "write_stdin",
            { session_id: sessionIdIn(request), chars: "\u0003", yield_time_ms: 2000 },
            "c2",
          ),
        ),
      DONE,
    ],
    runs: [json("go")],
    differs: [
      replaced(CONTROL_C, [
        "exited with code 1\nOriginal token count: 1\nOutput:\n^C",
        "exited with code 5\nOriginal token count: 3\nOutput:\n^Ccaught\r\n",
      ]),
      commandEnded(CONTROL_C, "item_0", {
        aggregated_output: "ready\r\n^Ccaught\r\n",
        exit_code: 5,
      }),
    ],
  },
];
