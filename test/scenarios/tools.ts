// Scenarios of the other tools: shell_command, plan, images, questions, unknown tools and bad arguments.

import {
  customCall,
  done,
  functionCall,
  message,
  reasoning,
  respond,
  wait,
} from "../support/responses-server";
import { replaced, SUMMARY_SETTING } from "./differences";
import { human, json, type Scenario, type ScriptStep } from "./scenario";

const DONE = respond(message("done"));
/** 2 by 2 pixels. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFElEQVR4nGP4z8DAAMIM/////w8AH+4F+7C4l8kAAAAASUVORK5CYII=",
  "base64",
);

function call(name: string, args: unknown): ScriptStep {
  return respond(functionCall(name, args, "c1"));
}

function calls(name: string, about: string, ...steps: readonly ScriptStep[]): Scenario {
  return { name, about, script: [...steps, DONE], runs: [json("go")] };
}

const PLAN = (...statuses: readonly string[]) => ({
  plan: statuses.map((status, index) => ({ step: `step ${index + 1}`, status })),
});

export const tools: readonly Scenario[] = [
  calls(
    "shell-command",
    "shell_command answers in a form of its own",
    call("shell_command", { command: "echo hi; exit 2" }),
  ),
  calls(
    "shell-command-timeout",
    "shell_command is ended at its time limit",
    call("shell_command", { command: "echo before; sleep 30", timeout_ms: 1500 }),
  ),
  calls(
    "shell-command-long-output",
    "shell_command's output is cut by the model's limit",
    call("shell_command", { command: "seq 1 30000" }),
  ),
  {
    name: "shell-command-workdir",
    about: "shell_command in a folder that does not exist",
    script: [call("shell_command", { command: "ls", workdir: "nowhere" }), DONE],
    runs: [json("go")],
    differs: [
      replaced("a command that cannot be started", [
        'Io(Os { code: 2, kind: NotFound, message: "No such file or directory" })',
        "Failed to enter <box>/workspace/nowhere: No such file or directory (os error 2)",
      ]),
    ],
  },
  calls(
    "shell-command-serial",
    "shell_command runs alone where it is not offered",
    respond(
      functionCall("shell_command", { command: "sleep 0.3; touch there" }, "c1"),
      wait(50),
      functionCall("shell_command", { command: "ls" }, "c2"),
    ),
  ),
  {
    name: "shell-command-offered",
    about: "without unified_exec the model is offered shell_command",
    settings: "features.unified_exec = false",
    script: [call("shell_command", { command: "echo hi" }), call("exec_command", { cmd: "echo hi" }), DONE],
    runs: [json("go")],
    ours: "model catalogue",
  },
  {
    name: "shell-tool-off",
    about: "without shell_tool the model is offered no shell",
    settings: "features.shell_tool = false",
    script: [DONE],
    runs: [json("go")],
  },
  {
    name: "log-lines",
    about: "failed calls leave no log lines unless RUST_LOG asks for them",
    script: [
      call("exec_command", { cmd: "sleep 0.2; exit 3" }),
      respond(functionCall("frobnicate", {}, "c2")),
      DONE,
    ],
    runs: [{ ...human("go"), env: { RUST_LOG: undefined } }],
    ours: "log lines on stderr",
  },
  calls("tool-unknown", "a function nobody knows", call("frobnicate", { a: 1 })),
  calls(
    "tool-unknown-namespace",
    "a function of a namespace nobody knows",
    respond(functionCall("echo", {}, "c1", { namespace: "mcp__x" })),
  ),
  calls("tool-unknown-custom", "a custom tool nobody knows", respond(customCall("frobnicate", "x", "c1"))),
  calls("tool-shell", "the shell tool of old", call("shell", { command: ["echo", "hi"] })),
  calls(
    "tool-local-shell",
    "a local shell call",
    respond(
      done({
        type: "local_shell_call",
        id: "l_1",
        call_id: "c1",
        status: "completed",
        action: { type: "exec", command: ["echo", "hi"] },
      }),
    ),
  ),
  calls("arguments-not-json", "arguments that are not JSON", call("exec_command", "{bad")),
  calls("arguments-empty", "no arguments at all", call("exec_command", "")),
  calls("arguments-missing", "a required argument is missing", call("exec_command", {})),
  calls("arguments-wrong-type", "an argument of the wrong type", call("exec_command", { cmd: 7 })),
  {
    ...calls("arguments-array", "arguments that are an array", call("exec_command", [])),
    differs: [
      replaced("arguments that are nearly right", [
        "invalid length 0, expected struct ExecCommandArgs with 11 elements",
        "invalid type: sequence, expected an object",
      ]),
    ],
  },
  calls(
    "arguments-unknown",
    "an argument nobody knows",
    call("exec_command", { cmd: "echo hi", colour: "red" }),
  ),
  {
    ...calls(
      "arguments-null",
      "an optional argument that is null",
      call("exec_command", { cmd: "echo hi", workdir: null, tty: null }),
    ),
    ours: "arguments that are nearly right",
  },
  {
    ...calls(
      "arguments-float",
      "a number with a fraction",
      call("exec_command", { cmd: "echo hi", yield_time_ms: 1000.5 }),
    ),
    ours: "arguments that are nearly right",
  },
  calls(
    "arguments-string-number",
    "a number as a string",
    call("exec_command", { cmd: "echo hi", yield_time_ms: "1000" }),
  ),
  calls(
    "arguments-negative",
    "a number below zero",
    call("exec_command", { cmd: "echo hi", yield_time_ms: -1 }),
  ),
  calls("arguments-truncated", "arguments that break off", call("exec_command", '{"cmd": "echo')),
  calls(
    "arguments-trailing",
    "arguments with something after them",
    call("exec_command", '{"cmd": "echo hi"} x'),
  ),
  calls(
    "arguments-duplicate",
    "an argument that stands twice",
    call("exec_command", '{"cmd": "echo a", "cmd": "echo b"}'),
  ),
  calls(
    "plan",
    "a plan is shown, brought up to date, and completed with the turn",
    call("update_plan", { ...PLAN("in_progress", "pending"), explanation: "first" }),
    respond(functionCall("update_plan", PLAN("completed", "in_progress", "pending"), "c2")),
  ),
  {
    name: "plan-human",
    about: "people see the plan with its explanation",
    script: [
      call("update_plan", { ...PLAN("in_progress", "pending"), explanation: "first" }),
      respond(functionCall("update_plan", PLAN("completed", "in_progress", "pending"), "c2")),
      DONE,
    ],
    runs: [human("go")],
  },
  calls("plan-empty", "a plan without steps", call("update_plan", { plan: [] })),
  calls("plan-bad-status", "a plan with a status nobody knows", call("update_plan", PLAN("someday"))),
  calls(
    "plan-missing-step",
    "a plan with a step that lacks its text",
    call("update_plan", { plan: [{ status: "pending" }] }),
  ),
  calls(
    "plan-fails",
    "a plan is completed when the turn fails",
    call("update_plan", PLAN("pending")),
    respond({
      type: "response.failed",
      response: { id: "r", error: { code: "invalid_prompt", message: "no" } },
    }),
  ),
  {
    name: "image",
    about: "an image is sent as it is",
    files: { "i.png": PNG },
    script: [call("view_image", { path: "i.png" }), DONE],
    runs: [json("go")],
  },
  {
    name: "image-absent",
    about: "images that cannot be shown: missing, a folder, not an image",
    files: { "text.png": "not an image\n", "sub/x": "" },
    script: [
      call("view_image", { path: "no.png" }),
      respond(functionCall("view_image", { path: "sub" }, "c2")),
      respond(functionCall("view_image", { path: "text.png" }, "c3")),
      respond(functionCall("view_image", {}, "c4")),
      DONE,
    ],
    runs: [json("go")],
  },
  calls(
    "question",
    "nobody is there to answer a question",
    call("request_user_input", {
      questions: [
        {
          id: "q",
          header: "H",
          question: "Which?",
          options: [
            { label: "a", description: "b" },
            { label: "c", description: "d" },
          ],
        },
      ],
    }),
  ),
  {
    name: "parallel-mixed",
    about: "outputs are sent in call order, whatever the calls were",
    files: { "i.png": PNG },
    script: [
      respond(
        reasoning("thinking", "ENC"),
        message("working", { id: "msg_a" }),
        functionCall("exec_command", { cmd: "sleep 0.3; echo one" }, "c1"),
        functionCall("frobnicate", {}, "c2"),
        functionCall("exec_command", "{bad", "c3"),
        functionCall("view_image", { path: "i.png" }, "c4"),
        customCall("frobnicate", "x", "c5"),
      ),
      DONE,
    ],
    runs: [json("go")],
  },
  {
    name: "model-unknown",
    about: "a model nobody knows gets a plain request",
    settings: "",
    script: [call("exec_command", { cmd: "seq 1 30000" }), DONE],
    runs: [json("-m", "my-own-model", "go")],
    wire: true,
  },
  {
    name: "model-gpt-5.5",
    about: "the default model of the reference",
    script: [call("exec_command", { cmd: "echo hi" }), DONE],
    runs: [json("-m", "gpt-5.5", "go")],
    wire: true,
    differs: [SUMMARY_SETTING],
  },
  {
    name: "model-settings",
    about: "effort, summary, verbosity and search mode are those of the configuration",
    settings:
      'model_reasoning_effort = "high"\nmodel_reasoning_summary = "none"\nmodel_verbosity = "high"\nweb_search = "live"',
    script: [DONE],
    runs: [human("go")],
    wire: true,
    differs: [SUMMARY_SETTING],
  },
];
