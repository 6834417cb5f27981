// Scenarios of configuration and command line: mistakes, overrides, profiles, trust, rules.

import { functionCall, message, respond } from "../support/responses-server";
import { replaced, stderrAdded, SUMMARY_SETTING } from "./differences";
import { human, json, type Run, type Scenario } from "./scenario";

const HELLO = [respond(message("hello there"))];
const MOCK = (lines: string) => `${lines}
model = "gpt-5.2"
model_provider = "mock"

[model_providers.mock]
name = "mock"
base_url = "{server}"
request_max_retries = 0
stream_max_retries = 0
`;

function starts(name: string, about: string, run: Run, more: Partial<Scenario> = {}): Scenario {
  return { name, about, script: HELLO, runs: [run], ...more };
}

/** A run that must end before a request is made. */
function refused(name: string, about: string, args: readonly string[], config = MOCK("")): Scenario {
  return { name, about, runs: [{ args }], config };
}

/** Lines that show where in the configuration the mistake is. */
function pointed(at: number, ...lines: readonly string[]): Pick<Scenario, "differs"> {
  return { differs: [stderrAdded("a wrong type or an unknown value in `config.toml`", at, ...lines)] };
}

function command(cmd: string) {
  return respond(functionCall("exec_command", { cmd, login: false, shell: "sh" }, "c1"));
}

const RULES = `prefix_rule(pattern = ["nono"], decision = "forbidden", justification = "because")
prefix_rule(pattern = ["askme"], decision = "prompt")
prefix_rule(pattern = ["touch"], decision = "allow")
prefix_rule(pattern = ["ls"], decision = "allow")
`;

export const settings: readonly Scenario[] = [
  refused("config-syntax", "config.toml that is no TOML", ["exec", "go"], "model =\n"),
  refused("config-unclosed", "config.toml with a text that is not closed", ["exec", "go"], 'model = "x\n'),
  refused(
    "config-duplicate",
    "config.toml with a key that stands twice",
    ["exec", "go"],
    'model = "a"\nmodel = "b"\n',
  ),
  refused(
    "config-table-unclosed",
    "config.toml with a table header that is not closed",
    ["exec", "go"],
    "[model_providers\n",
  ),
  {
    ...refused(
      "config-type",
      "a setting of the wrong type",
      ["exec", "go"],
      MOCK("hide_agent_reasoning = 7"),
    ),
    ...pointed(
      2,
      "",
      "<box>/codex-home/config.toml:1:24",
      "  |",
      "1 | hide_agent_reasoning = 7",
      "  |                        ^",
      "allowed: true or false (Do not show reasoning)",
    ),
  },
  {
    ...refused(
      "config-value",
      "a setting with a value that does not exist",
      ["exec", "go"],
      MOCK('sandbox_mode = "open"'),
    ),
    ...pointed(
      2,
      "",
      "<box>/codex-home/config.toml:1:16",
      "  |",
      '1 | sandbox_mode = "open"',
      "  |                ^^^^^^",
    ),
  },
  refused("config-provider", "a provider nobody knows", ["exec", "-c", 'model_provider="zz"', "go"]),
  {
    ...refused(
      "config-wire-api",
      "the wire API of old",
      ["exec", "go"],
      MOCK("").replace("name =", 'wire_api = "chat"\nname ='),
    ),
    ...pointed(
      4,
      "",
      "<box>/codex-home/config.toml:6:12",
      "  |",
      '6 | wire_api = "chat"',
      "  |            ^^^^^^",
    ),
  },
  refused("config-override-bad", "an override without value", ["exec", "-c", "model", "go"]),
  refused("config-override-empty", "an override without key", ["exec", "-c", "=x", "go"]),
  {
    ...refused("config-override-type", "an override of the wrong type", [
      "exec",
      "-c",
      "hide_agent_reasoning=7",
      "go",
    ]),
    ...pointed(2, "", "in a -c/--config override", "allowed: true or false (Do not show reasoning)"),
  },
  refused("config-folder-missing", "a folder that does not exist", ["exec", "-C", "nowhere", "go"]),
  refused("config-oss-none", "--oss without provider", ["exec", "--oss", "go"]),
  { ...refused("git-missing", "outside a repository", ["exec", "go"]), git: false },
  starts("git-skipped", "outside a repository when that is allowed", json("--skip-git-repo-check", "go"), {
    git: false,
  }),
  starts(
    "git-below",
    "a folder below a repository",
    { ...json("go"), cwd: "sub" },
    { files: { "sub/x": "" } },
  ),
  refused("flag-unknown", "a flag nobody knows", ["exec", "--nope", "go"]),
  refused("flag-value-missing", "a flag without its value", ["exec", "-m"]),
  refused("flag-value-bad", "a value that does not exist", ["exec", "-s", "open", "go"]),
  refused("flag-twice", "a flag given twice", ["exec", "-m", "a", "-m", "b", "go"]),
  refused("flag-conflict", "two flags that exclude each other", [
    "exec",
    "--full-auto",
    "--dangerously-bypass-approvals-and-sandbox",
    "go",
  ]),
  refused("command-unknown-flag-resume", "a flag nobody knows after resume", ["exec", "resume", "--nope"]),
  starts(
    "override-dotted",
    "overrides are TOML and reach into tables",
    json(
      "-c",
      'model_reasoning_effort="low"',
      "-c",
      "model_providers.mock.stream_max_retries=1",
      "-c",
      "model_verbosity=high",
      "go",
    ),
    { wire: true },
  ),
  starts("override-plain-text", "a value that is no TOML is text", json("-c", "model=my model", "go")),
  starts("flag-model", "-m", json("-m", "gpt-5.4", "go"), { differs: [SUMMARY_SETTING] }),
  starts(
    "flag-before-command",
    "flags before the command count too",
    {
      args: [
        "-m",
        "gpt-5.4",
        "-c",
        'model_reasoning_effort="high"',
        "exec",
        "--json",
        "-s",
        "read-only",
        "go",
      ],
    },
    { differs: [SUMMARY_SETTING] },
  ),
  starts("full-auto", "--full-auto is an old name", { args: ["exec", "--full-auto", "go"] }),
  starts("profile", "a profile of its own file", json("-p", "fast", "go"), {
    files: { "codex-home/fast.config.toml": 'model = "gpt-5.4"\nmodel_reasoning_effort = "low"\n' },
    differs: [SUMMARY_SETTING],
  }),
  refused("profile-missing", "a profile that does not exist", ["exec", "-p", "none", "go"]),
  refused(
    "profile-table",
    "a profile of the old kind",
    ["exec", "-p", "fast", "go"],
    `${MOCK("")}\n[profiles.fast]\nmodel = "gpt-5.4"\n`,
  ),
  starts("profile-table-unused", "old profiles that are not asked for", json("go"), {
    config: `${MOCK("")}\n[profiles.fast]\nmodel = "gpt-5.4"\n`,
  }),
  starts(
    "approval-ignored",
    "whatever the approval policy is, exec asks nobody",
    human("-c", 'approval_policy="on-request"', "go"),
  ),
  starts(
    "sandbox-config",
    "sandbox settings of the configuration",
    { args: ["exec", "go"] },
    {
      settings:
        'sandbox_mode = "workspace-write"\nsandbox_workspace_write = { network_access = true, exclude_slash_tmp = true, writable_roots = ["/opt"] }',
    },
  ),
  starts("trust-read-only", "a folder nobody has trusted is read-only, and stays untrusted", {
    args: ["exec", "go"],
  }),
  starts(
    "trust-persisted",
    "writing once makes the folder trusted, so that a later run may write",
    json("go"),
    {
      script: [...HELLO, ...HELLO],
      runs: [json("go"), { args: ["exec", "go"] }],
    },
  ),
  starts("trust-untrusted", "a folder that is not trusted keeps its mark", json("go"), {
    config: `${MOCK("")}\n[projects."/nowhere"]\ntrust_level = "trusted"\n`,
  }),
  starts(
    "project-config",
    "a trusted project's own configuration",
    { args: ["exec", "--json", "go"] },
    {
      files: { ".codex/config.toml": 'model_reasoning_effort = "high"\n' },
      script: [...HELLO, ...HELLO],
      runs: [{ args: ["exec", "--json", "go"] }, json("go")],
    },
  ),
  starts("features-deprecated", "a feature by an old name", json("go"), {
    settings: "features.web_search_request = true",
  }),
  starts("features-unknown", "a feature nobody knows", json("go"), { settings: "features.teleport = true" }),
  starts(
    "features-enable",
    "--enable and --disable",
    json("--enable", "unified_exec", "--disable", "shell_tool", "go"),
  ),
  refused("features-enable-unknown", "--enable of a feature nobody knows", [
    "exec",
    "--enable",
    "teleport",
    "go",
  ]),
  starts("provider-query", "query parameters and headers of a provider", json("go"), {
    provider:
      'query_params = { "api-version" = "2025" }\nhttp_headers = { "X-One" = "1" }\nenv_http_headers = { "X-Two" = "TWO", "X-Three" = "THREE" }\nenv_key = "KEY"',
    runs: [{ ...json("go"), env: { TWO: "2", KEY: "secret" } }],
    wire: true,
  }),
  starts(
    "originator",
    "another originator",
    { ...json("go"), env: { CODEX_INTERNAL_ORIGINATOR_OVERRIDE: "my_sdk" } },
    { wire: true },
  ),
  starts("rules-forbidden", "a command that a rule forbids", json("go"), {
    files: { "codex-home/rules/default.rules": RULES },
    script: [command("nono now"), ...HELLO],
  }),
  starts("rules-forbidden-shell", "a forbidden command of shell_command is shown as declined", json("go"), {
    files: { "codex-home/rules/default.rules": RULES },
    script: [respond(functionCall("shell_command", { command: "nono now", login: false }, "c1")), ...HELLO],
  }),
  starts("rules-forbidden-human", "people see that a command was declined", human("go"), {
    files: { "codex-home/rules/default.rules": RULES },
    script: [respond(functionCall("shell_command", { command: "nono now" }, "c1")), ...HELLO],
  }),
  starts("rules-prompt", "a command that a rule wants to be asked about", json("go"), {
    files: { "codex-home/rules/default.rules": RULES },
    script: [command("askme now"), ...HELLO],
  }),
  starts("rules-allow", "a command that a rule allows leaves the sandbox", json("go"), {
    files: { "codex-home/rules/default.rules": RULES },
    script: [command("touch ../out.txt && ls ../out.txt"), ...HELLO],
  }),
  starts("rules-ignored", "--ignore-rules", json("--ignore-rules", "go"), {
    files: { "codex-home/rules/default.rules": RULES },
    script: [command("nono now 2>/dev/null"), ...HELLO],
  }),
  starts("rules-syntax", "rules that are no rules", json("go"), {
    files: {
      "codex-home/rules/default.rules":
        'prefix_rule(pattern = ["a"], decision = "allow")\nprefix_rule(pattern = \n',
    },
    differs: [
      replaced("a mistake in a rules file", [
        "3: starlark error: error: Parse error: unexpected new line, expected expression (problem is on or around line 3)",
        "2: error: Parse error: unexpected new line, expected expression (problem is on or around line 2)",
      ]),
      stderrAdded(
        "a mistake in a rules file",
        3,
        " --> <box>/codex-home/rules/default.rules:2:22",
        "  |",
        "2 | prefix_rule(pattern = ",
        "  |                      ^",
        "  |",
      ),
    ],
  }),
  starts("rules-value", "a rule with a decision that does not exist", json("go"), {
    files: { "codex-home/rules/default.rules": 'prefix_rule(pattern = ["a"], decision = "maybe")\n' },
    differs: [
      stderrAdded(
        "a mistake in a rules file",
        3,
        " --> <box>/codex-home/rules/default.rules:1:1",
        "  |",
        '1 | prefix_rule(pattern = ["a"], decision = "maybe")',
        `  | ${"^".repeat(48)}`,
        "  |",
      ),
    ],
  }),
  starts("dangerous", "a dangerous command", json("go"), {
    files: { "keep/x": "" },
    script: [command("rm -rf keep"), ...HELLO],
  }),
];
