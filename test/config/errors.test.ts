import { describe, expect, test } from "bun:test";
import { configBox } from "./config-box";

/** What the user's config.toml holds, and the message up to the place it points at. */
const LOADING = "Error loading config.toml:";
const TABLE: readonly (readonly [string, string])[] = [
  ["model = 5", `${LOADING} invalid type: integer \`5\`, expected a string\nin \`model\`\n`],
  ["model = 5.0", `${LOADING} invalid type: floating point \`5.0\`, expected a string\nin \`model\`\n`],
  ["model = [1]", `${LOADING} invalid type: sequence, expected a string\nin \`model\`\n`],
  ["model = {}", `${LOADING} invalid type: map, expected a string\nin \`model\`\n`],
  [
    "tui.status_line = 5",
    `${LOADING} invalid type: integer \`5\`, expected a sequence\nin \`tui.status_line\`\n`,
  ],
  ["notify = [1]", `${LOADING} invalid type: integer \`1\`, expected a string\nin \`notify\`\n`],
  ["mcp_servers = 5", `${LOADING} invalid type: integer \`5\`, expected a map\nin \`mcp_servers\`\n`],
  [
    "history.max_bytes = -1",
    `${LOADING} invalid value: integer \`-1\`, expected usize\nin \`history.max_bytes\`\n`,
  ],
  [
    "mcp_oauth_callback_port = 70000",
    `${LOADING} invalid value: integer \`70000\`, expected u16\nin \`mcp_oauth_callback_port\`\n`,
  ],
  [
    'approval_policy = "always"',
    `${LOADING} unknown variant \`always\`, expected one of \`untrusted\`, \`on-failure\`, \`on-request\`, \`granular\`, \`never\`\nin \`approval_policy\`\n`,
  ],
  [
    "approval_policy = { zz = 1 }",
    `${LOADING} unknown variant \`zz\`, expected one of \`untrusted\`, \`on-failure\`, \`on-request\`, \`granular\`, \`never\`\nin \`approval_policy\`\n`,
  ],
  [
    'approval_policy = "granular"',
    `${LOADING} invalid type: unit variant, expected newtype variant\nin \`approval_policy\`\n`,
  ],
  [
    "approval_policy = { granular = { sandbox_approval = true } }",
    `${LOADING} missing field \`rules\`\nin \`approval_policy\`\n`,
  ],
  [
    "approval_policy = { granular = { sandbox_approval = 1 } }",
    `${LOADING} invalid type: integer \`1\`, expected a boolean\nin \`approval_policy.sandbox_approval\`\n`,
  ],
  [
    'sandbox_mode = "full"',
    `${LOADING} unknown variant \`full\`, expected one of \`read-only\`, \`workspace-write\`, \`danger-full-access\`\nin \`sandbox_mode\`\n`,
  ],
  [
    'history.persistence = "zz"',
    `${LOADING} unknown variant \`zz\`, expected \`save-all\` or \`none\`\nin \`history.persistence\`\n`,
  ],
  [
    "sandbox_workspace_write.writable_roots = [5]",
    `${LOADING} invalid type: integer \`5\`, expected path string\nin \`sandbox_workspace_write.writable_roots\`\n`,
  ],
  [
    'model_reasoning_effort = ""',
    `${LOADING} reasoning_effort must not be empty\nin \`model_reasoning_effort\`\n`,
  ],
  ['features.goals = "x"', `${LOADING} invalid type: string "x", expected a boolean\nin \`features\`\n`],
  ['features.zzz = "x"', `${LOADING} invalid type: string "x", expected a boolean\nin \`features\`\n`],
  [
    'model_providers.openai = { name = "x" }',
    `${LOADING} model_providers contains reserved built-in provider IDs: \`openai\`. Built-in providers cannot be overridden. Rename your custom provider (for example, \`openai-custom\`).\nin \`model_providers\`\n`,
  ],
  [
    "model_providers.x = {}",
    `${LOADING} model_providers.x: provider name must not be empty\nin \`model_providers\`\n`,
  ],
  [
    'model_providers.x = { name = "x", wire_api = "chat" }',
    `${LOADING} \`wire_api = "chat"\` is no longer supported.\nHow to fix: set \`wire_api = "responses"\` in your provider config.\nMore info: https://github.com/openai/codex/discussions/7782\nin \`model_providers.x.wire_api\`\n`,
  ],
  [
    'model_providers.x = { name = "x", wire_api = "foo" }',
    `${LOADING} unknown variant \`foo\`, expected \`responses\`\nin \`model_providers.x.wire_api\`\n`,
  ],
  [
    'model_providers.x = { name = "x", env_key = "K", requires_openai_auth = true, auth = { command = "c" } }',
    `${LOADING} model_providers.x: provider auth cannot be combined with env_key, requires_openai_auth\nin \`model_providers\`\n`,
  ],
  [
    'model_providers.x = { name = "x", auth = { command = " " } }',
    `${LOADING} model_providers.x: provider auth.command must not be empty\nin \`model_providers\`\n`,
  ],
  [
    'model_providers.x = { name = "x", auth = { command = "c", timeout_ms = 0 } }',
    `${LOADING} invalid value: integer \`0\`, expected a nonzero u64\nin \`model_providers.x.auth.timeout_ms\`\n`,
  ],
  [
    'model_providers.x = { name = "x", aws = { region = "r" } }',
    `${LOADING} model_providers.x: provider aws is only supported for \`amazon-bedrock\`\nin \`model_providers\`\n`,
  ],
  ["mcp_servers.a = {}", `${LOADING} invalid transport\nin \`mcp_servers.a\`\n`],
  [
    'mcp_servers.a = { command = "c", url = "u" }',
    `${LOADING} url is not supported for stdio\nin \`mcp_servers.a\`\n`,
  ],
  [
    'mcp_servers.a = { url = "u", args = [] }',
    `${LOADING} args is not supported for streamable_http\nin \`mcp_servers.a\`\n`,
  ],
  [
    'mcp_servers.a = { url = "u", bearer_token = "t" }',
    `${LOADING} bearer_token is not supported for streamable_http\nin \`mcp_servers.a\`\n`,
  ],
  [
    'mcp_servers.a = { command = "c", bearer_token = "t" }',
    `${LOADING} bearer_token is not supported for stdio\nin \`mcp_servers.a\`\n`,
  ],
  [
    'mcp_servers.a = { command = "c", env_vars = [{ name = "A", source = "zz" }] }',
    `${LOADING} unsupported env_vars source \`zz\`; expected \`local\` or \`remote\`\nin \`mcp_servers.a\`\n`,
  ],
  [
    'forced_chatgpt_workspace_id = "a,b"',
    `${LOADING} forced_chatgpt_workspace_id must be a single workspace ID string or a TOML list of strings; comma-separated strings are not supported. Use \`forced_chatgpt_workspace_id = ["a", "b"]\` instead.\nin \`forced_chatgpt_workspace_id\`\n`,
  ],
  [
    'tui.keymap.chat.zzz = "a"',
    `${LOADING} unknown field \`zzz\`, expected one of \`interrupt_turn\`, \`decrease_reasoning_effort\`, \`increase_reasoning_effort\`, \`edit_queued_message\`\nin \`tui.keymap.chat\`\n`,
  ],
  [
    'tui.keymap.global.copy = "ctrl-nope-x"',
    `${LOADING} data did not match any variant of untagged enum KeybindingsSpec\nin \`tui.keymap.global.copy\`\n`,
  ],
  ["agents.foo = 5", `${LOADING} invalid type: integer \`5\`, expected a table\nin \`agents.foo\`\n`],
  ["agents.max_threads = 0", "agents.max_threads must be at least 1"],
  ['model_provider = "nope"', "Model provider `nope` not found"],
  ['model_provider = "toString"', "Model provider `toString` not found"],
  [
    'model_provider = "ollama-chat"',
    "`ollama-chat` is no longer supported.\nHow to fix: replace `ollama-chat` with `ollama` in `model_provider`, `oss_provider`, or `--local-provider`.\n",
  ],
  [
    'model_provider = "amazon-bedrock"',
    "Model provider `amazon-bedrock` is not available in this version.\n",
  ],
  [
    'model_providers.amazon-bedrock = { name = "a" }',
    "model_providers.amazon-bedrock only supports changing `aws.profile` and `aws.region`; other non-default provider fields are not supported",
  ],
  [
    'profile = "x"',
    'legacy `profile = "x"` config is no longer supported; use `--profile x` with `x.config.toml` instead',
  ],
  [
    'experimental_thread_store_endpoint = "x"',
    "`experimental_thread_store_endpoint` is no longer supported; remove it from config.toml",
  ],
  ["permissions.x = {}", "config defines `[permissions]` profiles but does not set `default_permissions`"],
  ['default_permissions = "nope"', "default_permissions requires a `[permissions]` table"],
  ['default_permissions = ":nope"', "default_permissions refers to unknown built-in profile `:nope`"],
  [
    'default_permissions = "nope"\npermissions.x = {}',
    "default_permissions refers to undefined profile `nope`",
  ],
  ['permissions.":x" = {}', "permissions profile `:x` uses a reserved built-in profile prefix"],
];

for (const [toml, start] of TABLE) {
  test(`config.toml with ${toml.replaceAll("\n", " and ")} is refused in the words users know`, async () => {
    using box = configBox({ "home/config.toml": `${toml}\n` });
    const message = await box.failure();
    expect(message.slice(0, start.length)).toBe(start);
  });
}

describe("below the message", () => {
  test("stand the place, the line, a caret and what is allowed", async () => {
    using box = configBox({
      "home/config.toml": '# mine\n[tui]\n\ttheme = "x" # t\n\tanimations = "no" # why\n',
    });
    expect(await box.failure()).toBe(
      [
        'Error loading config.toml: invalid type: string "no", expected a boolean',
        "in `tui.animations`",
        "",
        "<box>/home/config.toml:4:15",
        "  |",
        '4 | \tanimations = "no" # why',
        "  | \t             ^^^^",
        "allowed: true or false (Shimmer and spinners; default: true)",
        "",
      ].join("\n"),
    );
  });

  test("stands the first layer that fails by itself, and only if the merged result fails", async () => {
    using box = configBox({ "etc/config.toml": "model = 5\n", "home/config.toml": "\nmodel = 6\n" });
    expect(await box.failure()).toContain(
      "integer `5`, expected a string\nin `model`\n\n<box>/etc/config.toml:1:9\n",
    );
    expect((await box.load({ overrides: ["model=o3"] })).model).toBe("o3");
  });

  test("stands where the fault came from when no layer fails alone", async () => {
    using box = configBox({
      "etc/config.toml": '[mcp_servers.a]\ncommand = "c"\n',
      "home/config.toml": '[mcp_servers.a]\nurl = "u"\n',
    });
    expect(await box.failure()).toContain(
      "url is not supported for stdio\nin `mcp_servers.a`\n\n<box>/home/config.toml:2:7\n",
    );
  });

  test("stands the override when the fault is in one", async () => {
    using box = configBox();
    expect(await box.failure({ overrides: ["model=5"] })).toBe(
      "Error loading config.toml: invalid type: integer `5`, expected a string\nin `model`\n\n" +
        "in a -c/--config override\nallowed: a string (Model slug)\n",
    );
  });
});

describe("a file that is not TOML", () => {
  const cases: readonly (readonly [string, string])[] = [
    ['model = "a', '1:11: invalid basic string, expected `"`\n  |\n1 | model = "a\n  |           ^'],
    [
      "a = 1\nb = \nc = 2",
      "2:5: string values must be quoted, expected literal string\n  |\n2 | b =\n  |     ^",
    ],
    ["model", "1:6: key with no value, expected `=`"],
    ["model: x", "1:6: key with no value, expected `=`"],
    ["[a", "1:3: unclosed table, expected `]`"],
    ["a = [1, 2\n", "1:10: unclosed array, expected `]`"],
    ["a = { b = 1\n", "1:12: unclosed inline table, expected `}`"],
    ["a = 1 b = 2", "1:7: unexpected key or value, expected newline, `#`"],
    ["= 1", "1:1: unquoted keys cannot be empty, expected letters, numbers, `-`, `_`"],
    ["a = 1\na = 2", "2:1: duplicate key"],
    ["[a]\n[a]", "2:2: duplicate key"],
    ["a = 1\na.b = 2", "2:1: cannot extend value of type integer with a dotted key"],
    ["a = [,]", "1:6: extra comma in array, expected value"],
    ['a = "\\q"', '1:7: missing escaped value, expected `b`, `e`, `f`, `n`, `r`, `\\`, `"`, `x`, `u`, `U`'],
  ];
  for (const [text, expected] of cases) {
    test(`is shown with the place: ${JSON.stringify(text)}`, async () => {
      using box = configBox({ "home/config.toml": text });
      const start = `Error loading config.toml:\n<box>/home/config.toml:${expected}`;
      expect((await box.failure()).slice(0, start.length)).toBe(start);
    });
  }

  test("is fatal in a trusted project, with words of its own", async () => {
    using box = configBox({ "work/.codex/config.toml": 'a = "x\n' });
    expect(
      await box.failure({ sessionConfig: { projects: { [box.work]: { trust_level: "trusted" } } } }),
    ).toBe(
      "Error loading config.toml: Error parsing project config file <box>/work/.codex/config.toml: " +
        'TOML parse error at line 1, column 7\n  |\n1 | a = "x\n  |       ^\ninvalid basic string, expected `"`',
    );
  });

  test("is refused when it is not UTF-8 or not a file", async () => {
    using box = configBox({ "home/config.toml/x": "" });
    expect(await box.failure()).toStartWith(
      "Error loading config.toml: Failed to read config file <box>/home/config.toml: ",
    );
    using other = configBox();
    await Bun.write(other.userFile, new Uint8Array([0x61, 0x3d, 0x22, 0xff, 0x22]));
    expect(await other.failure()).toEndWith("config.toml: it is not valid UTF-8");
  });
});

describe("unknown keys", () => {
  const files = { "home/config.toml": "# x\nfoo = 1\n[features]\nzzz = true\n[tui]\nwhat = 1\n" };

  test("are accepted by default", async () => {
    using box = configBox(files);
    expect((await box.load()).warnings).toEqual([]);
  });

  test("are refused with --strict-config, the first one, with its line", async () => {
    using box = configBox(files);
    expect(await box.failure({ strict: true })).toBe(
      "Error loading config.toml:\n<box>/home/config.toml:2:1: unknown configuration field `foo`\n  |\n2 | foo = 1\n  | ^^^",
    );
  });

  const nested: readonly (readonly [string, string, string])[] = [
    ["[features]\nzzz = true\n", "2:1", "features.zzz"],
    ["[history]\nzzz = 1\n", "2:1", "history.zzz"],
    ["tools = { zzz = 1 }\n", "1:11", "tools.zzz"],
    ['[projects."/x"]\nzzz = 1\n', "2:1", "projects./x.zzz"],
    ['[mcp_servers.a]\ncommand = "c"\nzzz = 1\n', "3:1", "mcp_servers.a.zzz"],
    ['[model_providers.p]\nname = "p"\nzzz = 1\n', "3:1", "model_providers.p.zzz"],
    ["[zzz.a]\nb = 1\n", "1:2", "zzz"],
  ];
  for (const [toml, place, field] of nested) {
    test(`are found in tables: ${field}`, async () => {
      using box = configBox({ "home/config.toml": toml });
      expect(await box.failure({ strict: true })).toStartWith(
        `Error loading config.toml:\n<box>/home/config.toml:${place}: unknown configuration field \`${field}\`\n`,
      );
    });
  }

  test("are let through in tables that others extend", async () => {
    using box = configBox({
      "home/config.toml": "[tui]\nx = 1\n[hooks]\nx = 1\n[agents.r]\nx = 1\n[permissions.p]\nx = 1\n",
    });
    const config = await box.load({ strict: true, overrides: ["default_permissions=:read-only"] });
    expect(config.sandboxPolicy).toEqual({ type: "read-only" });
  });

  test("are named in overrides without a place", async () => {
    using box = configBox();
    expect(await box.failure({ strict: true, overrides: ["history.zzz=1"] })).toBe(
      "Error loading config.toml: unknown configuration field `history.zzz` in -c/--config override",
    );
  });

  test("are not looked for in projects that are not trusted", async () => {
    using box = configBox({ "work/.codex/config.toml": "foo = 1\n" });
    expect((await box.load({ strict: true })).trust).toBeUndefined();
  });
});

test("every key of the reference's table is accepted in the types it has there", async () => {
  using box = configBox({ "home/config.toml": await Bun.file(`${import.meta.dir}/every-key.toml`).text() });
  const config = await box.load({ strict: true });
  expect(config.model).toBe("m");
  expect(config.deprecations).toEqual([]);
});
