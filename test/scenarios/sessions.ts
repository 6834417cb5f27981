// Scenarios of sessions: resumed by id, by name and as the last one; compacted; interrupted; reviews.

import {
  completed,
  customCall,
  failed,
  functionCall,
  message,
  reasoning,
  respond,
  stream,
  created,
  silence,
} from "../support/responses-server";
import { eventsAdded, stderrAdded, SUMMARY_ONCE, SUMMARY_SETTING } from "./differences";
import { human, json, type Scenario } from "./scenario";

const ONE = respond(message("one"));
const TWO = respond(message("two"));
const THREE = respond(message("three"));
const WRITE = ["exec", "--json", "-s", "workspace-write"];
const LARGE = completed({ input: 200_000, cached: 0, output: 20, total: 250_000 });
const COMMAND_ENDS = "the end of a command, in the events";
const RESUMES_NONE = "`exec resume` with a name that nobody has, or `--last` without a session";
const BEGINS = ", so a new one begins. `--all` looks in every folder.";

function killed(command: string) {
  const item = { id: "item_0", type: "command_execution", command: `<shell> -lc '${command}'` };
  return {
    type: "item.completed",
    item: { ...item, aggregated_output: "", exit_code: -1, status: "failed" },
  };
}

const COMPACT = 'compact_prompt = "Sum up."\n';

export const sessions: readonly Scenario[] = [
  {
    name: "resume-id",
    about: "a session goes on by its id, in its file, with its usage",
    script: [
      respond(reasoning("thought", "ENC"), functionCall("exec_command", { cmd: "echo hi" }, "c1")),
      ONE,
      TWO,
    ],
    runs: [json("first"), { args: [...WRITE, "resume", "{thread}", "second"] }],
  },
  {
    name: "resume-last",
    about: "--last goes on with the newest session of the folder",
    script: [ONE, TWO, THREE],
    runs: [
      json("first"),
      { args: [...WRITE, "resume", "--last", "second"] },
      { args: [...WRITE, "resume", "--last", "third"] },
    ],
  },
  {
    name: "resume-human",
    about: "people do not see the past again",
    script: [ONE, TWO],
    runs: [json("first"), { args: ["exec", "-s", "workspace-write", "resume", "{thread}", "second"] }],
  },
  {
    name: "resume-stdin",
    about: "the prompt of a resumed session may come from standard input",
    script: [ONE, TWO, THREE],
    runs: [
      json("first"),
      { args: [...WRITE, "resume", "{thread}"], stdin: "second\n" },
      { args: [...WRITE, "resume", "{thread}", "-"], stdin: "third\n" },
    ],
  },
  {
    name: "resume-stdin-not-read",
    about: "with a prompt, a resumed session does not read standard input",
    script: [ONE, TWO],
    runs: [json("first"), { args: [...WRITE, "resume", "{thread}", "second"], stdin: "more\n" }],
  },
  {
    name: "resume-root-prompt",
    about: "a prompt before resume is used when there is none after it",
    script: [ONE, TWO],
    runs: [json("first"), { args: [...WRITE, "second", "resume", "--last"] }],
  },
  {
    name: "resume-unknown-id",
    about: "an id that nobody has",
    runs: [{ args: [...WRITE, "resume", "0199a213-81c0-7800-8aa1-bbab2a035a53", "x"] }],
  },
  {
    name: "resume-none",
    about: "--last with no session starts a new one",
    script: [ONE],
    differs: [stderrAdded(RESUMES_NONE, 0, `There is no earlier session in this folder${BEGINS}`)],
    runs: [{ args: [...WRITE, "resume", "--last", "first"] }],
  },
  {
    name: "resume-unknown-name",
    about: "a name that nobody has starts a new session",
    script: [ONE],
    differs: [stderrAdded(RESUMES_NONE, 0, `No session in this folder is called \`no such name\`${BEGINS}`)],
    runs: [{ args: [...WRITE, "resume", "no such name", "first"] }],
  },
  {
    name: "resume-other-folder",
    about: "--last looks at sessions of this folder, --all at all of them",
    files: { "sub/x": "" },
    script: [ONE, TWO, THREE],
    runs: [
      json("first"),
      { args: [...WRITE, "resume", "--last", "second"], cwd: "sub" },
      { args: [...WRITE, "resume", "--last", "--all", "third"] },
    ],
    differs: [
      {
        row: RESUMES_NONE,
        expected: (recorded) => ({
          ...recorded,
          runs: recorded.runs.map((run, index) =>
            index === 1
              ? { ...run, stderr: [`There is no earlier session in this folder${BEGINS}`, ...run.stderr] }
              : run,
          ),
        }),
      },
    ],
  },
  {
    name: "resume-other-settings",
    about: "what changed since the last turn is told before the prompt",
    files: { "sub/x": "" },
    script: [ONE, TWO],
    runs: [
      json("first"),
      { args: ["exec", "--json", "-s", "read-only", "-C", "sub", "resume", "{thread}", "second"] },
    ],
  },
  {
    name: "resume-other-model",
    about: "another model in the same session",
    script: [ONE, TWO],
    runs: [json("first"), { args: [...WRITE, "-m", "gpt-5.4", "resume", "{thread}", "second"] }],
    differs: [SUMMARY_SETTING],
  },
  {
    name: "resume-after-failure",
    about: "a session whose turn failed can go on",
    script: [
      respond(functionCall("exec_command", { cmd: "echo hi" }, "c1")),
      respond(failed("invalid_prompt", "no")),
      TWO,
    ],
    runs: [json("first"), { args: [...WRITE, "resume", "{thread}", "second"] }],
  },
  {
    name: "resume-images",
    about: "images after resume",
    files: {
      "a.png": Buffer.from(
        "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFElEQVR4nGP4z8DAAMIM/////w8AH+4F+7C4l8kAAAAASUVORK5CYII=",
        "base64",
      ),
    },
    script: [ONE, TWO],
    runs: [json("first"), { args: [...WRITE, "resume", "{thread}", "--image", "a.png", "--", "second"] }],
  },
  {
    name: "resume-schema",
    about: "an output schema in a resumed session",
    files: { "s.json": "{}" },
    script: [ONE, TWO],
    runs: [json("first"), { args: [...WRITE, "--output-schema", "s.json", "resume", "{thread}", "second"] }],
  },
  {
    name: "compact-in-turn",
    about: "a full context is compacted before the turn goes on",
    settings: COMPACT,
    script: [
      respond(message("looking"), functionCall("exec_command", { cmd: "seq 1 3000" }, "c1"), LARGE),
      respond(message("SUMMARY")),
      respond(message("done")),
    ],
    runs: [json("first")],
    differs: [SUMMARY_ONCE],
  },
  {
    name: "compact-in-turn-human",
    about: "people are told of a compaction",
    settings: COMPACT,
    script: [
      respond(functionCall("exec_command", { cmd: "sleep 0.2; seq 1 3000" }, "c1"), LARGE),
      respond(message("SUMMARY")),
      respond(message("done")),
    ],
    runs: [human("first")],
    differs: [SUMMARY_ONCE],
  },
  {
    name: "compact-before-turn",
    about: "a full context is compacted before the next prompt",
    settings: COMPACT,
    script: [respond(message("word ".repeat(600)), LARGE), respond(message("SUMMARY")), TWO],
    runs: [json("first"), { args: [...WRITE, "resume", "{thread}", "second"] }],
    differs: [SUMMARY_ONCE],
  },
  {
    name: "interrupt",
    about: "SIGINT ends the turn and the command, without a last event",
    script: [respond(functionCall("exec_command", { cmd: "sleep 30" }, "c1"))],
    runs: [{ ...json("go"), interrupt: { shown: "item.started", signal: "SIGINT" } }],
    differs: [eventsAdded(COMMAND_ENDS, [3, killed("sleep 30")])],
  },
  {
    name: "interrupt-human",
    about: "people are told of an interrupt",
    script: [respond(message("thinking"), functionCall("exec_command", { cmd: "sleep 30" }, "c1"))],
    runs: [{ ...human("go"), interrupt: { shown: "sleep 30", signal: "SIGINT" } }],
    differs: [stderrAdded(COMMAND_ENDS, 18, " exited -1 in <time>:")],
  },
  {
    name: "interrupt-stream",
    about: "SIGINT while the model is speaking",
    script: [stream(created(), message("half"), silence())],
    runs: [{ ...json("go"), interrupt: { shown: "half", signal: "SIGINT" } }],
  },
  {
    name: "terminated",
    about: "SIGTERM ends the run by that signal",
    script: [respond(functionCall("exec_command", { cmd: "sleep 30" }, "c1"))],
    runs: [{ ...json("go"), interrupt: { shown: "item.started", signal: "SIGTERM" } }],
    ours: "SIGTERM and SIGHUP",
  },
  {
    name: "hung-up",
    about: "SIGHUP ends the run by that signal",
    script: [stream(created(), message("half"), silence())],
    runs: [{ ...human("go"), interrupt: { shown: "half", signal: "SIGHUP" } }],
    ours: "SIGTERM and SIGHUP",
  },
  {
    name: "interrupt-resumed",
    about: "an interrupted session can go on",
    script: [
      respond(customCall("frobnicate", "x", "c0"), functionCall("exec_command", { cmd: "sleep 30" }, "c1")),
      TWO,
    ],
    runs: [
      { ...json("go"), interrupt: { shown: "item.started", signal: "SIGINT" } },
      { args: [...WRITE, "resume", "{thread}", "second"] },
    ],
    differs: [eventsAdded(COMMAND_ENDS, [3, killed("sleep 30")])],
  },
];
