// The config schema, written once: the type of a loaded config, and (through a Bun macro, at build time) its JSON Schema and path keys.

import { type } from "arktype";
import {
  agents,
  features,
  hooks,
  mcpServer,
  memories,
  modelProvider,
  notice,
  otel,
  permissionProfile,
  skills,
  tui,
} from "./schema-tables";
import {
  anything,
  anyTable,
  choice,
  count,
  flag,
  integer,
  path,
  paths,
  port,
  text,
  textMap,
  texts,
} from "./schema-words";

const modelKeys = type({
  "model?": text("Model slug"),
  "review_model?": text("Model of reviews"),
  "model_provider?": text("Provider: openai, ollama, lmstudio, or one of model_providers"),
  "model_context_window?": integer("Context window, tokens"),
  "model_auto_compact_token_limit?": integer("Tokens at which history is compacted"),
  "model_auto_compact_token_limit_scope?": choice("What that limit counts", "total", "body_after_prefix"),
  "model_reasoning_effort?": text("none, minimal, low, medium, high, xhigh, or what the model knows"),
  "plan_mode_reasoning_effort?": text("Effort in plan mode"),
  "model_reasoning_summary?": choice("Reasoning summaries", "auto", "concise", "detailed", "none"),
  "model_supports_reasoning_summaries?": flag(
    "Send reasoning settings to a model that is not in the catalog",
  ),
  "model_verbosity?": choice("Length of answers", "low", "medium", "high"),
  "model_catalog_json?": path("Replaces the model catalog"),
  "model_instructions_file?": path("Replaces the base instructions"),
  "instructions?": text("Replaces the base instructions"),
  "developer_instructions?": text("Added as a developer message"),
  "compact_prompt?": text("Replaces the compaction prompt"),
  "experimental_compact_prompt_file?": path("Replaces the compaction prompt"),
  "personality?": choice("Tone", "none", "friendly", "pragmatic"),
  "service_tier?": text("fast, flex, default, or a tier of the model"),
  "web_search?": choice("Web search tool", "disabled", "cached", "live"),
  "tools?": type({
    "web_search?": type("boolean")
      .or({
        "context_size?": choice("How much of the pages", "low", "medium", "high"),
        "allowed_domains?": "string[]",
        "location?": { "country?": "string", "region?": "string", "city?": "string", "timezone?": "string" },
      })
      .configure({ description: "Options of the web search tool" }, "self"),
    "experimental_request_user_input?": type({ "enabled?": flag("Offer the tool (true)") }),
  }).configure({ description: "Options of tools" }, "self"),
  "tool_output_token_limit?": count("Longest tool output, tokens"),
  "background_terminal_max_timeout?": count("Longest wait on a background terminal, ms (300000)"),
  "include_permissions_instructions?": flag("Tell the model its permissions (true)"),
  "include_environment_context?": flag("Tell the model its environment (true)"),
  "include_apps_instructions?": flag("Tell the model its apps (true)"),
  "include_collaboration_mode_instructions?": flag("Tell the model its mode (true)"),
});

const granular = type({
  granular: type({
    sandbox_approval: "boolean",
    rules: "boolean",
    mcp_elicitations: "boolean",
    "skill_approval?": "boolean",
    "request_permissions?": "boolean",
  }).configure({ examples: ["sandbox_approval", "rules", "mcp_elicitations"] }, "self"),
});

const permissionKeys = type({
  "approval_policy?": type
    .enumerated("untrusted", "on-failure", "on-request", "never")
    .or(granular)
    .configure(
      {
        description: "When to ask: untrusted, on-failure, on-request, never, or { granular = { ... } }",
        examples: ["untrusted", "on-failure", "on-request", "granular", "never"],
      },
      "self",
    ),
  "approvals_reviewer?": choice(
    "Who answers questions about permissions (user)",
    "user",
    "auto_review",
    "guardian_subagent",
  ),
  "auto_review?": type({ "policy?": text("Extra text for the reviewer") }),
  "sandbox_mode?": choice(
    "What commands of the model may do",
    "read-only",
    "workspace-write",
    "danger-full-access",
  ),
  "sandbox_workspace_write?": type({
    "writable_roots?": paths("Folders writable beside the workspace"),
    "network_access?": flag("Network in the sandbox (false)"),
    "loopback_access?": flag("Loopback alone, where there is no network (false)"),
    "exclude_tmpdir_env_var?": flag("$TMPDIR is not writable"),
    "exclude_slash_tmp?": flag("/tmp is not writable"),
  }).configure({ description: "Options of workspace-write" }, "self"),
  "sandbox_linux?": type({
    "allow_landlock?": flag("Use Landlock without asking; false never does"),
    "nested_sandboxes?": flag(
      "Let commands mount in namespaces of their own, and write named pipes outside (false)",
    ),
  }),
  "default_permissions?": text(
    "Permission profile: :read-only, :workspace, :danger-full-access, or your own",
  ),
  "permissions?": { "[string]": permissionProfile },
  "allow_login_shell?": flag("Tools may ask for a login shell (true)"),
  "shell_environment_policy?": type({
    "inherit?": choice("Variables that commands start from (all)", "all", "core", "none"),
    "ignore_default_excludes?": flag("false also drops *KEY*, *SECRET*, *TOKEN* (true)"),
    "exclude?": texts("Wildcards of variables to drop"),
    "set?": textMap("Variables to set"),
    "include_only?": texts("Wildcards of variables to keep"),
    "experimental_use_profile?": flag("Read the shell's profile"),
  }).configure({ description: "Environment of commands" }, "self"),
  "windows?": type({
    "sandbox?": choice("Windows sandbox", "elevated", "unelevated"),
    "sandbox_private_desktop?": flag("Private desktop (true)"),
  }),
});

const projectKeys = type({
  "projects?": {
    "[string]": type({ "trust_level?": choice("Trust in this folder", "trusted", "untrusted") }),
  },
  "project_root_markers?": texts('Names that mark a project\'s root ([".git"])'),
  "project_doc_max_bytes?": count("Budget of AGENTS.md files, bytes (32768)"),
  "project_doc_fallback_filenames?": texts("Names beside AGENTS.md"),
  "history?": type({
    "persistence?": choice("Keep the composer's history (save-all)", "save-all", "none"),
    "max_bytes?": count("Largest history file, bytes"),
  }).configure({ description: "Composer history" }, "self"),
  "notify?": texts("Program and arguments run after each turn"),
  "file_opener?": choice(
    "Editor of links (vscode)",
    "vscode",
    "vscode-insiders",
    "windsurf",
    "cursor",
    "none",
  ),
  "hide_agent_reasoning?": flag("Do not show reasoning"),
  "show_raw_agent_reasoning?": flag("Show raw reasoning"),
  "check_for_update_on_startup?": flag("Look for updates (true)"),
  "disable_paste_burst?": flag("Do not guess pastes"),
  "log_dir?": path("Folder of log files"),
  "sqlite_home?": path("Folder of indexes"),
  "suppress_unstable_features_warning?": flag("Do not warn about unfinished features"),
  "oss_provider?": text("Provider of --oss: ollama or lmstudio"),
  "feedback?": type({ "enabled?": flag("Offer feedback (true)") }),
  "analytics?": type({ "enabled?": flag("Send analytics") }),
});

const loginKeys = type({
  "openai_base_url?": text("Address of the openai provider"),
  "chatgpt_base_url?": text("Address of account services"),
  "cli_auth_credentials_store?": choice("Where logins live (file)", "file", "keyring", "auto", "ephemeral"),
  "forced_login_method?": choice("Only this login", "chatgpt", "api"),
  "forced_chatgpt_workspace_id?": text("one id")
    .or(texts("several ids"))
    .configure({ description: "A workspace id or a list of them" }, "self"),
  "mcp_oauth_credentials_store?": choice("Where MCP logins live (auto)", "auto", "file", "keyring"),
  "mcp_oauth_callback_port?": port("Port of the MCP login callback"),
  "mcp_oauth_callback_url?": text("Redirect address of MCP logins"),
});

const tableKeys = type({
  "model_providers?": { "[string]": modelProvider },
  "mcp_servers?": { "[string]": mcpServer },
  "features?": features,
  "tui?": tui,
  "notice?": notice,
  "hooks?": hooks,
  "agents?": agents,
  "skills?": skills,
  "memories?": memories,
});

/** Read so that files of other releases load, and not used. */
const otherKeys = type({
  "profile?": text("No longer supported: use --profile"),
  "profiles?": anyTable("No longer used: see --profile"),
  "experimental_use_unified_exec_tool?": flag("Older spelling of features.unified_exec"),
  "experimental_thread_store_endpoint?": anything("No longer supported"),
  "experimental_thread_store?": anything("Accepted for compatibility"),
  "experimental_thread_config_endpoint?": anything("Accepted for compatibility"),
  "experimental_realtime_start_instructions?": anything("Accepted for compatibility"),
  "experimental_realtime_ws_base_url?": anything("Accepted for compatibility"),
  "experimental_realtime_ws_backend_prompt?": anything("Accepted for compatibility"),
  "experimental_realtime_ws_model?": anything("Accepted for compatibility"),
  "experimental_realtime_ws_startup_context?": anything("Accepted for compatibility"),
  "experimental_realtime_webrtc_call_base_url?": anything("Accepted for compatibility"),
  "ghost_snapshot?": anyTable("Accepted for compatibility"),
  "apps?": anyTable("Accepted for compatibility"),
  "apps_mcp_product_sku?": anything("Accepted for compatibility"),
  "plugins?": anyTable("Accepted for compatibility"),
  "marketplaces?": anyTable("Accepted for compatibility"),
  "tool_suggest?": anyTable("Accepted for compatibility"),
  "audio?": anyTable("Accepted for compatibility"),
  "realtime?": anyTable("Accepted for compatibility"),
  "debug?": anyTable("Accepted for compatibility"),
  "desktop?": anyTable("Kept for the desktop app"),
  "otel?": otel,
});

const configToml = type(modelKeys)
  .and(permissionKeys)
  .and(projectKeys)
  .and(loginKeys)
  .and(tableKeys)
  .and(otherKeys);

export type ConfigToml = typeof configToml.infer;

/** A JSON Schema node, as far as this program reads it. */
export type SchemaNode = {
  readonly $schema?: string;
  readonly title?: string;
  readonly type?: "string" | "boolean" | "integer" | "number" | "array" | "object";
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  /** False for tables that refuse unknown keys even without --strict-config. */
  readonly additionalProperties?: SchemaNode | false;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  /** Words allowed, in the order to name them. */
  readonly examples?: readonly string[];
};

/** For macros: the JSON Schema of config.toml, as JSON. Plain ASCII is kept in half the space. */
export function configSchemaText(): string {
  return JSON.stringify(configJsonSchema());
}

function configJsonSchema(): SchemaNode {
  const raw: RawNode = JSON.parse(JSON.stringify(configToml.toJsonSchema()));
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "config.toml of codex",
    ...tidy(raw),
  };
}

/** For macros: the keys that hold paths, `*` standing for any key or index (config.md 2). */
export function configPathKeys(): readonly (readonly string[])[] {
  return pathKeys(configJsonSchema());
}

type RawNode = SchemaNode & { readonly const?: string; readonly others?: SchemaNode };

/** From arktype's form to ours: lists of words in their order, `others` in its place. */
function tidy(node: RawNode): SchemaNode {
  const { const: only, enum: sorted, examples, others, $schema: _, ...rest } = node;
  const words = sorted ?? (only === undefined ? undefined : [only]);
  const additional = others ?? node.additionalProperties;
  return {
    ...rest,
    ...(words ? { enum: examples ?? words } : examples && { examples }),
    ...(node.anyOf && { anyOf: joinWords(node.anyOf.map(tidy)) }),
    ...(node.items && { items: tidy(node.items) }),
    ...(node.properties && { properties: mapValues(node.properties, tidy) }),
    ...(additional && { additionalProperties: tidy(additional) }),
  };
}

function mapValues<A, B>(table: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, change(value)]));
}

/** arktype lists the words of a mixed union one by one. */
function joinWords(nodes: readonly SchemaNode[]): readonly SchemaNode[] {
  const words = nodes.flatMap((node) => node.enum ?? []);
  const others = nodes.filter((node) => node.enum === undefined);
  return words.length === 0 ? nodes : [{ enum: words }, ...others];
}

function pathKeys(node: SchemaNode): readonly (readonly string[])[] {
  if (node.format === "path") return [[]];
  const under = (key: string, child: SchemaNode) => pathKeys(child).map((rest) => [key, ...rest]);
  return [
    ...Object.entries(node.properties ?? {}).flatMap(([key, child]) => under(key, child)),
    ...(node.additionalProperties ? under("*", node.additionalProperties) : []),
    ...(node.items ? under("*", node.items) : []),
    ...(node.anyOf ?? []).flatMap(pathKeys),
  ];
}
