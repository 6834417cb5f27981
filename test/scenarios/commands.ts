// Scenarios of commands: how they end, what they print, where they may write, and those that go on running.

import { functionCall, message, respond } from "../support/responses-server";
import { human, json, type Scenario, type ScriptStep } from "./scenario";

const DONE = respond(message("done"));

function command(cmd: string, more: Record<string, unknown> = {}): ScriptStep {
  return respond(functionCall("exec_command", { cmd, ...more }, "c1"));
}

export const commands: readonly Scenario[] = [
  {
    name: "command-ok",
    about: "a command's output comes in true order of stdout and stderr",
    script: [command("sleep 0.1; echo one; sleep 0.1; echo two >&2; sleep 0.1; printf three"), DONE],
    runs: [json("go")],
  },
  {
    name: "command-ok-human",
    about: "people see the command, where it ran, how it ended and what it printed",
    script: [command("sleep 0.1; echo one; sleep 0.1; echo two >&2"), DONE],
    runs: [human("go")],
  },
  {
    name: "command-silent",
    about: "a command without output",
    script: [command("true"), DONE],
    runs: [json("go")],
  },
  {
    name: "command-silent-human",
    about: "a command without output has no output section",
    script: [command("true"), DONE],
    runs: [human("go")],
  },
  {
    name: "command-nonzero",
    about: "an exit code other than 0 fails the item and not the run",
    script: [command("echo before; exit 3"), DONE],
    runs: [json("go")],
  },
  {
    name: "command-nonzero-human",
    about: "people see the exit code",
    script: [command("echo before; exit 3"), DONE],
    runs: [human("go")],
  },
  {
    name: "command-missing",
    about: "a program that does not exist ends with 127",
    script: [command("exec 2>/dev/null; no-such-program"), DONE],
    runs: [json("go")],
  },
  {
    name: "command-empty",
    about: "an empty command",
    script: [command(""), DONE],
    runs: [json("go")],
  },
  {
    name: "command-signal",
    about: "a command that a signal ends",
    script: [command("echo before; kill -9 $$"), DONE],
    runs: [json("go")],
  },
  {
    name: "command-quoting",
    about: "the command is shown quoted only where it must be",
    script: [
      respond(functionCall("exec_command", { cmd: "true" }, "c1")),
      respond(functionCall("exec_command", { cmd: `echo "it's" 'a b' $HOME | wc -l` }, "c2")),
      respond(functionCall("exec_command", { cmd: "echo a\necho é" }, "c3")),
      DONE,
    ],
    runs: [json("go")],
  },
  {
    name: "command-workdir",
    about: "workdir is relative to the workspace",
    files: { "sub/deeper/f.txt": "x\n" },
    script: [
      respond(functionCall("exec_command", { cmd: "ls; basename $PWD", workdir: "sub" }, "c1")),
      (_request, { workspace }) =>
        respond(functionCall("exec_command", { cmd: "ls", workdir: `${workspace}/sub/deeper` }, "c2")),
      DONE,
    ],
    runs: [json("go")],
  },
  {
    name: "command-workdir-human",
    about: "people see the folder a command ran in",
    files: { "sub/f.txt": "x\n" },
    script: [command("ls", { workdir: "sub" }), DONE],
    runs: [human("go")],
  },
  {
    name: "command-workdir-missing",
    about: "a workdir that does not exist",
    script: [command("ls", { workdir: "nowhere" }), DONE],
    runs: [json("go")],
  },
  {
    name: "command-shell-missing",
    about: "a shell that does not exist",
    script: [command("ls", { shell: "/nowhere/sh" }), DONE],
    runs: [json("go")],
  },
  {
    name: "command-not-login",
    about: "login false runs the shell without profile",
    script: [command("echo hi", { login: false }), DONE],
    runs: [json("go")],
  },
  {
    name: "command-environment",
    about: "commands find the variables that keep programs quiet and plain",
    script: [
      command(
        'echo "$NO_COLOR|$TERM|$LANG|$LC_ALL|$LC_CTYPE|$COLORTERM|$PAGER|$GIT_PAGER|$GH_PAGER|$CODEX_CI|$CODEX_SANDBOX_NETWORK_DISABLED"; env | grep -c CODEX_THREAD_ID',
      ),
      DONE,
    ],
    runs: [json("go")],
  },
  {
    name: "command-environment-policy",
    about: "shell_environment_policy decides what a command's environment holds",
    // A snapshot of the user's shell would bring back what the policy leaves out, once it is made.
    settings:
      'features.shell_snapshot = false\nshell_environment_policy = { inherit = "core", exclude = ["DROP_*"], set = { ADDED = "yes" } }',
    script: [command('echo "${OUTER-none}|${DROP_ME-none}|${ADDED-none}|${HOME:+home}|${PATH:+path}"'), DONE],
    runs: [{ ...json("go"), env: { OUTER: "1", DROP_ME: "1" } }],
  },
  {
    name: "command-binary",
    about: "bytes that are not UTF-8 are replaced",
    script: [command("printf 'a\\377\\376b\\303\\050c\\0d\\n'"), DONE],
    runs: [json("go")],
  },
  {
    name: "command-carriage-return",
    about: "carriage returns and escape sequences come through",
    script: [command("printf 'a\\rb\\r\\n\\033[31mred\\033[0m\\n'"), DONE],
    runs: [json("go")],
  },
  {
    name: "command-writes",
    about: "a command may write to the workspace and not beside it",
    script: [
      command(
        "echo in > in.txt; (echo out > ../out.txt) 2>/dev/null || echo refused; (echo x > .git/x) 2>/dev/null || echo refused",
      ),
      DONE,
    ],
    runs: [json("go")],
  },
  {
    name: "command-denied",
    about: "a command that the sandbox stops at once",
    script: [command("cat no-such-file 2>/dev/null; touch ../out.txt"), DONE],
    runs: [json("go")],
  },
  {
    name: "command-read-only",
    about: "in read-only nothing can be written",
    script: [command("(echo in > in.txt) 2>/dev/null || echo refused"), DONE],
    runs: [{ args: ["exec", "--json", "-s", "read-only", "go"] }],
  },
  {
    name: "command-full-access",
    about: "with full access everything can",
    script: [command("echo in > in.txt; echo out > ../out.txt && cat ../out.txt"), DONE],
    runs: [{ args: ["exec", "--json", "-s", "danger-full-access", "go"] }],
  },
  {
    name: "command-yolo",
    about: "--yolo is full access",
    script: [command("echo out > ../out.txt && cat ../out.txt"), DONE],
    runs: [{ args: ["exec", "--json", "--dangerously-bypass-approvals-and-sandbox", "go"] }],
  },
  {
    name: "command-add-dir",
    about: "--add-dir makes a folder writable",
    files: { "../other/keep.txt": "x\n" },
    script: [command("echo out > ../other/out.txt && cat ../other/out.txt"), DONE],
    runs: [json("--add-dir", "../other", "go")],
  },
  {
    name: "command-escalated",
    about: "asking to leave the sandbox is refused where nobody can be asked",
    script: [
      respond(
        functionCall(
          "exec_command",
          { cmd: "echo no", sandbox_permissions: "require_escalated", justification: "because" },
          "c1",
        ),
        functionCall("shell_command", { command: "echo no", sandbox_permissions: "require_escalated" }, "c2"),
      ),
      DONE,
    ],
    runs: [json("go")],
  },
  {
    name: "command-long-output",
    about: "output over the limit keeps its beginning and its end",
    script: [command("seq 1 30000"), DONE],
    runs: [json("go")],
  },
  {
    name: "command-long-output-limit",
    about: "the model can ask for less output, not for more",
    script: [
      respond(functionCall("exec_command", { cmd: "seq 1 2000", max_output_tokens: 100 }, "c1")),
      respond(functionCall("exec_command", { cmd: "seq 1 20000", max_output_tokens: 1_000_000 }, "c2")),
      respond(functionCall("exec_command", { cmd: "seq 1 200", max_output_tokens: 0 }, "c3")),
      DONE,
    ],
    runs: [json("go")],
  },
  {
    name: "command-long-line",
    about: "one long line is cut in the middle",
    script: [command("head -c 100000 /dev/zero | tr '\\0' x"), DONE],
    runs: [json("go")],
  },
  {
    name: "command-3000000-lines",
    about: "3,000,000 lines",
    script: [command("seq 1 3000000", { yield_time_ms: 30_000 }), DONE],
    runs: [json("go")],
    ours: "output that comes faster than it is read",
  },
  {
    name: "command-output-limit-config",
    about: "tool_output_token_limit is the limit of what is kept",
    settings: "tool_output_token_limit = 200",
    script: [command("seq 1 2000"), DONE],
    runs: [json("go")],
  },
];
