// Scenarios of hooks: what they are told, what the model is told of them, and what they change.

import { refuses, says, specific } from "../support/hooks";
import { customCall, functionCall, message, respond } from "../support/responses-server";
import { human, json, type Scenario } from "./scenario";

const DONE = respond(message("done"));
const PATCH = "*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch";
const CALLS = respond(
  functionCall("exec_command", { cmd: "echo hi" }, "c1"),
  customCall("apply_patch", PATCH, "c2"),
  functionCall("update_plan", { plan: [{ step: "one", status: "pending" }] }, "c3"),
);

/** Keeps those of the fields that are the same on every run. */
const FIELDS = [
  ...["hook_event_name", "permission_mode", "source", "prompt", "trigger", "tool_name", "tool_input"],
  ...["tool_use_id", "tool_response", "stop_hook_active", "last_assistant_message", "model"],
];
const KEEP = `grep -oE '"(${FIELDS.join("|")})":("([^"\\\\]|\\\\.)*"|\\{[^}]*\\}|true|false|null)' >> told; echo >> told`;

export const hooks: readonly Scenario[] = [
  {
    name: "hooks-told",
    about: "hooks of every event of a turn are told of it, and people see that they run",
    hooks: { SessionStart: KEEP, UserPromptSubmit: KEEP, PreToolUse: KEEP, PostToolUse: KEEP, Stop: KEEP },
    script: [respond(functionCall("exec_command", { cmd: "echo hi" }, "c1")), DONE],
    runs: [human("go")],
  },
  {
    name: "hooks-context",
    about: "what hooks have to say stands before or behind what it is about",
    hooks: {
      SessionStart: says("at the start"),
      UserPromptSubmit: says(specific("UserPromptSubmit", { additionalContext: "about the prompt" })),
      PreToolUse: says(specific("PreToolUse", { additionalContext: "before the tool" })),
      PostToolUse: says(specific("PostToolUse", { additionalContext: "after the tool" })),
    },
    script: [respond(functionCall("exec_command", { cmd: "true" }, "c1")), DONE],
    runs: [json("go")],
  },
  {
    name: "hooks-refuse-calls",
    about: "calls that a hook refuses do not run, and the model reads why",
    hooks: { PreToolUse: refuses("nope") },
    script: [CALLS, DONE],
    runs: [json("go")],
  },
  {
    name: "hooks-replace-outputs",
    about: "the model reads what a hook says in the place of an output",
    hooks: { PostToolUse: says({ decision: "block", reason: "look again" }) },
    script: [
      respond(functionCall("exec_command", { cmd: "echo hi" }, "c1")),
      respond(functionCall("update_plan", { plan: [{ step: "one", status: "pending" }] }, "c2")),
      DONE,
    ],
    runs: [json("go")],
  },
  {
    name: "hooks-change-input",
    about: "a hook changes what runs, and not what the history holds",
    hooks: {
      PreToolUse: says(
        specific("PreToolUse", { permissionDecision: "allow", updatedInput: { command: "echo changed" } }),
      ),
    },
    script: [respond(functionCall("exec_command", { cmd: "echo hi" }, "c1")), DONE],
    runs: [json("go")],
  },
  {
    name: "hooks-refuse-prompt",
    about: "a prompt that a hook refuses is neither sent nor kept",
    hooks: { UserPromptSubmit: refuses("not this") },
    runs: [json("go")],
  },
  {
    name: "hooks-stop-early",
    about: "a hook at the start of a session may end the turn",
    hooks: { SessionStart: says({ continue: false }) },
    runs: [json("go")],
  },
  {
    name: "hooks-go-on",
    about: "a hook at the end of a turn lets the model go on, once",
    hooks: { Stop: `if grep -q 'stop_hook_active":true'; then exit 0; fi; echo 'a < b & "c"' >&2; exit 2` },
    script: [DONE, respond(message("really done"))],
    runs: [json("go")],
  },
  {
    name: "hooks-resume",
    about: "a session that goes on begins for hooks too",
    hooks: { SessionStart: { matcher: "resume", command: says("welcome back") } },
    script: [DONE, DONE],
    runs: [json("go"), json("resume", "{thread}", "again")],
  },
];
