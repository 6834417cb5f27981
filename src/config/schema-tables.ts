// Config schema of the tables: providers, MCP servers, permission profiles, hooks, agents, skills, features, tui, notice (config.md 7.6 to 14).

import { type, type Type } from "arktype";
import {
  anything,
  anyTable,
  choice,
  closedTable,
  count,
  decimal,
  flag,
  integer,
  path,
  text,
  textMap,
  texts,
  withOthers,
} from "./schema-words";

const providerAuth = type({
  command: text("Program that prints the token; bare names are looked up on PATH"),
  "args?": texts("Its arguments"),
  "timeout_ms?": type("number.integer >= 1").configure({ description: "Longest run, ms (5000)" }, "self"),
  "refresh_interval_ms?": count("Age at which the token is fetched anew, ms (300000); 0: only after a 401"),
  "cwd?": path("Folder it runs in; the config file's folder when absent"),
}).configure({ description: "Command that prints a bearer token" }, "self");

export const modelProvider = type({
  "name?": text("Display name; required and not blank"),
  "base_url?": text("Address that /responses is added to"),
  "env_key?": text("Variable that holds the API key"),
  "env_key_instructions?": text("Added to the message when that variable is missing"),
  "experimental_bearer_token?": text("Literal bearer token; prefer env_key"),
  "auth?": providerAuth,
  "aws?": type({
    "profile?": text("AWS profile"),
    "region?": text("AWS region"),
  }).configure({ description: "Only for amazon-bedrock" }, "self"),
  "wire_api?": choice("Protocol", "responses"),
  "query_params?": textMap("Added to the URL"),
  "http_headers?": textMap("Sent with every request"),
  "env_http_headers?": textMap("Header name to the variable with its value"),
  "request_max_retries?": count("Retries of a failed request (4, at most 100)"),
  "stream_max_retries?": count("Reconnects of a dropped stream (5, at most 100)"),
  "stream_idle_timeout_ms?": count("Longest silence of a stream, ms (300000)"),
  "websocket_connect_timeout_ms?": count("Longest connection attempt, ms (15000)"),
  "requires_openai_auth?": flag("Use the stored OpenAI login"),
  "supports_websockets?": flag("Try the WebSocket transport first"),
}).configure({ description: "A model provider" }, "self");

const toolApproval = (description: string) => choice(description, "auto", "prompt", "approve");

export const mcpServer = type({
  "command?": text("Program of a stdio server"),
  "args?": texts("Its arguments"),
  "env?": textMap("Its variables"),
  "env_vars?": type("string")
    .or({ name: "string", "source?": "string" })
    .array()
    .configure({ description: "Variables to hand on" }, "self"),
  "cwd?": text("Folder it runs in"),
  "url?": text("Address of a streamable HTTP server"),
  "bearer_token?": text("Not supported: use bearer_token_env_var"),
  "bearer_token_env_var?": text("Variable that holds the bearer token"),
  "http_headers?": textMap("Sent with every request"),
  "http_headers_helper?": anything("Command that prints headers"),
  "env_http_headers?": textMap("Header name to the variable with its value"),
  "oauth?": type({
    "client_id?": text("OAuth client id, or the address of its metadata"),
    "client_secret_env_var?": text("Variable that holds the secret of that client"),
  }).configure({ description: "OAuth hints" }, "self"),
  "oauth_resource?": text("OAuth resource"),
  "scopes?": texts("OAuth scopes"),
  "enabled?": flag("Start it (true)"),
  "required?": flag("A session fails when it cannot start"),
  "startup_timeout_sec?": decimal("Longest start, seconds (30)"),
  "startup_timeout_ms?": count("Older spelling of startup_timeout_sec"),
  "tool_timeout_sec?": decimal("Longest call, seconds (120)"),
  "enabled_tools?": texts("Only these tools"),
  "disabled_tools?": texts("All tools but these"),
  "default_tools_approval_mode?": toolApproval("Who allows its calls"),
  "tools?": {
    "[string]": type({ "approval_mode?": toolApproval("Who allows calls of this tool") }),
  },
  "supports_parallel_tool_calls?": flag("Its calls may run at the same time"),
  "environment_id?": text("Where it runs (local)"),
  "name?": text("Ignored; kept for old files"),
}).configure({ description: "An MCP server: command for stdio, or url" }, "self");

const access = choice("Access", "read", "write", "deny", "none");

export const permissionProfile = type({
  "description?": text("For people"),
  "extends?": text("Parent profile"),
  "workspace_roots?": { "[string]": "boolean" },
  "filesystem?": withOthers(
    "Access by path",
    type({
      "glob_scan_max_depth?": integer("How deep ** of deny globs looks; at least 1"),
      "[string]": "unknown",
    }),
    access.or({ "[string]": access }),
  ),
  "network?": type({
    "enabled?": flag("Network inside the sandbox"),
    "mode?": choice("How much", "limited", "full"),
    "[string]": "unknown",
  }),
  "[string]": "unknown",
}).configure({ description: "A permission profile" }, "self");

const hookGroups = type({
  "matcher?": text("Regular expression on the tool's name"),
  "hooks?": type({
    "type?": text("command"),
    "command?": text("Shell command"),
    "commandWindows?": text("Command on Windows"),
    "command_windows?": text("Command on Windows"),
    "timeout?": type("number.integer >= 0").configure({ description: "Seconds (600)" }, "self"),
    "statusMessage?": text("Shown while it runs"),
    "async?": flag("Not supported"),
    "[string]": "unknown",
  }).array(),
  "[string]": "unknown",
})
  .array()
  .configure({ description: "Handlers of this event" }, "self");

export const hooks = type({
  "PreToolUse?": hookGroups,
  "PermissionRequest?": hookGroups,
  "PostToolUse?": hookGroups,
  "PreCompact?": hookGroups,
  "PostCompact?": hookGroups,
  "SessionStart?": hookGroups,
  "UserPromptSubmit?": hookGroups,
  "SubagentStart?": hookGroups,
  "SubagentStop?": hookGroups,
  "Stop?": hookGroups,
  "state?": {
    "[string]": type({
      "enabled?": flag("Run it (true)"),
      "trusted_hash?": text("Definition that was reviewed"),
    }),
  },
  "[string]": "unknown",
}).configure({ description: "Commands run at events of a session" }, "self");

const agentRole = type({
  "description?": text("When to use it"),
  "config_file?": path("Its config fragment"),
  "nickname_candidates?": texts("Names its agents may get"),
  "[string]": "unknown",
}).configure({ description: "An agent role" }, "self");

export const agents = withOthers(
  "Multi-agent limits, and roles by name",
  type({
    "max_threads?": count("Agents at a time (6)"),
    "max_depth?": count("Agents of agents (1)"),
    "job_max_runtime_seconds?": count("Longest run, seconds"),
    "interrupt_message?": flag("Tell an agent that it was interrupted (true)"),
    "[string]": "unknown",
  }),
  agentRole,
);

export const skills = type({
  "include_instructions?": flag("Tell the model which skills there are (true)"),
  "bundled?": type({ "enabled?": flag("Bundled skills (true)") }),
  "config?": type({
    "path?": path("SKILL.md of the skill"),
    "name?": text("Name of the skill"),
    "enabled?": flag("Use it"),
  }).array(),
}).configure({ description: "Skills" }, "self");

const whole = integer("Clamped to its range");

export const memories = type({
  "generate_memories?": flag("Write memories (true)"),
  "use_memories?": flag("Read memories (true)"),
  "dedicated_tools?": flag("Tools for memories"),
  "disable_on_external_context?": flag("Not after web search or MCP"),
  "no_memories_if_mcp_or_web_search?": flag("Older spelling of disable_on_external_context"),
  "max_raw_memories_for_consolidation?": whole,
  "max_unused_days?": whole,
  "max_rollout_age_days?": whole,
  "max_rollouts_per_startup?": whole,
  "min_rollout_idle_hours?": whole,
  "min_rate_limit_remaining_percent?": whole,
  "extract_model?": text("Model that extracts"),
  "consolidation_model?": text("Model that consolidates"),
}).configure({ description: "Memories" }, "self");

const optionTable = (description: string) =>
  type("boolean").or({ "enabled?": "boolean", "[string]": "unknown" }).configure({ description }, "self");

export const features = withOthers(
  "Feature flags; see `codex features list`",
  type({
    "code_mode?": optionTable("true, false, or a table with enabled"),
    "multi_agent_v2?": optionTable("true, false, or a table with enabled"),
    "apps_mcp_path_override?": optionTable("true, false, or a table with enabled"),
    "network_proxy?": optionTable("true, false, or a table with enabled"),
    "[string]": "unknown",
  }),
  type("boolean"),
);

export const otel = anyTable("Accepted for compatibility");

type Bindings = Readonly<Record<string, string | string[]>>;

const binding = type("string")
  .or("string[]")
  .configure({ description: 'A key like "ctrl-g", or a list of keys; [] unbinds' }, "self");

const actions = (...names: readonly string[]): Type<Bindings> =>
  closedTable("Actions of this context", Object.fromEntries(names.map((name) => [name, binding])));

const keymap = closedTable<Bindings>("Key bindings by context", {
  global: actions(
    ...["open_transcript", "open_external_editor", "copy", "clear_terminal", "submit", "queue"],
    ...["toggle_shortcuts", "toggle_vim_mode", "toggle_fast_mode", "toggle_raw_output"],
  ),
  chat: actions(
    ...["interrupt_turn", "decrease_reasoning_effort", "increase_reasoning_effort", "edit_queued_message"],
  ),
  composer: actions(
    ...["submit", "queue", "toggle_shortcuts", "history_search_previous", "history_search_next"],
  ),
  editor: actions(
    ...["insert_newline", "move_left", "move_right", "move_up", "move_down", "move_word_left"],
    ...["move_word_right", "move_line_start", "move_line_end", "delete_backward", "delete_forward"],
    ...["delete_backward_word", "delete_forward_word", "kill_line_start", "kill_whole_line"],
    ...["kill_line_end", "yank"],
  ),
  vim_normal: type({ "[string]": binding }),
  vim_operator: type({ "[string]": binding }),
  vim_text_object: actions(
    ...["word", "big_word", "parentheses", "brackets", "braces"],
    ...["double_quote", "single_quote", "backtick", "cancel"],
  ),
  pager: actions(
    ...["scroll_up", "scroll_down", "page_up", "page_down", "half_page_up", "half_page_down"],
    ...["jump_top", "jump_bottom", "close", "close_transcript"],
  ),
  list: actions(
    ...["move_up", "move_down", "move_left", "move_right", "page_up", "page_down"],
    ...["jump_top", "jump_bottom", "accept", "cancel"],
  ),
  approval: actions(
    ...["open_fullscreen", "open_thread", "approve", "approve_for_session"],
    ...["approve_for_prefix", "deny", "decline", "cancel"],
  ),
});

/** Unknown keys are let through even by --strict-config, as in the reference. */
export const tui = type({
  "notifications?": flag("all on or all off").or(texts("only these kinds")).configure(
    {
      description:
        "true, false, or a list of agent-turn-complete, approval-requested, plan-mode-prompt (true)",
    },
    "self",
  ),
  "notification_method?": choice("How the terminal is asked to notify (auto)", "auto", "osc9", "bel"),
  "notification_condition?": choice("When to notify (unfocused)", "unfocused", "always"),
  "animations?": flag("Shimmer and spinners (true)"),
  "show_tooltips?": flag("Hints at the start of a session (true)"),
  "status_line_use_colors?": flag("Colours in the status line (true)"),
  "vim_mode_default?": flag("Start the composer in vim mode"),
  "raw_output_mode?": flag("Show answers as the model wrote them"),
  "alternate_screen?": choice("Use of the terminal's second screen (auto)", "auto", "always", "never"),
  "status_line?": texts("Parts of the status line; [] hides it"),
  "terminal_title?": texts("Parts of the terminal's title; [] leaves it alone"),
  "theme?": text("Syntax theme, by name"),
  "session_picker_view?": choice("Density of the session list", "comfortable", "dense"),
  "terminal_resize_reflow_max_rows?": count("Rows to lay out anew after a resize; 0 means all"),
  "keymap?": keymap,
  "model_availability_nux?": { "[string]": "number.integer >= 0" },
  "pet?": anything("Accepted for compatibility"),
  "pet_anchor?": choice("Accepted for compatibility", "composer", "screen-bottom"),
  "[string]": "unknown",
}).configure({ description: "The interactive screen" }, "self");

export const notice = type({
  "hide_full_access_warning?": flag("Do not warn about full access again"),
  "hide_world_writable_warning?": flag("Do not warn about world-writable folders again"),
  "hide_rate_limit_model_nudge?": flag("Do not propose a smaller model again"),
  "hide_gpt5_1_migration_prompt?": flag("Do not propose this model again"),
  "hide_gpt-5.1-codex-max_migration_prompt?": flag("Do not propose this model again"),
  "fast_default_opt_out?": flag("Do not turn the fast tier on by default"),
  "model_migrations?": { "[string]": "string" },
  "external_config_migration_prompts?": anything("What was asked about importing other tools' settings"),
}).configure({ description: "What the user has already been told; written by the program" }, "self");
