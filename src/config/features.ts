// The feature flags: their stages and defaults, older names, what turning one on pulls in, and the notices that follow (config.md 12).

import type { Deprecation, TomlTable } from "./config";
import { isTable } from "./toml-text";

export type FeatureStage = "stable" | "experimental" | "under development" | "deprecated" | "removed";

export type Feature = {
  readonly name: string;
  readonly stage: FeatureStage;
  readonly byDefault: boolean;
};

/** All features, sorted by name. */
export const FEATURES: readonly Feature[] = [
  ...group(
    "stable",
    true,
    `apps browser_use browser_use_external computer_use enable_request_compression fast_mode goals guardian_approval
     hooks image_generation in_app_browser multi_agent personality plugin_sharing plugins shell_snapshot shell_tool
     skill_mcp_dependency_install tool_call_mcp_elicitation tool_suggest workspace_dependencies`,
  ),
  ...group("stable", process.platform !== "win32", "unified_exec"),
  ...group("experimental", true, "terminal_resize_reflow"),
  ...group("experimental", false, "external_migration memories network_proxy prevent_idle_sleep"),
  ...group(
    "under development",
    false,
    `apply_patch_streaming_events apps_mcp_path_override artifact auth_elicitation child_agents_md chronicle code_mode
     code_mode_only default_mode_request_user_input enable_fanout enable_mcp_apps exec_permission_approvals
     imagegenext local_thread_store_compression mentions_v2 multi_agent_v2 non_prefixed_mcp_tool_names
     realtime_conversation remote_compaction_v2 remote_plugin request_permissions_tool runtime_metrics
     shell_zsh_fork standalone_web_search terminal_visualization_instructions tool_search_always_defer_mcp_tools
     unified_exec_zsh_fork`,
  ),
  ...group("deprecated", false, "use_legacy_landlock web_search_cached web_search_request"),
  ...group(
    "removed",
    false,
    `apply_patch_freeform codex_git_commit elevated_windows_sandbox experimental_windows_sandbox
     image_detail_original js_repl js_repl_tools_only plugin_hooks remote_control remote_models request_rule
     responses_websockets responses_websockets_v2 search_tool skill_env_var_dependency_prompt tool_search
     unavailable_dummy_tools undo use_linux_sandbox_bwrap workspace_owner_usage_nudge`,
  ),
  ...group("removed", true, "collaboration_modes sqlite steer tui_app_server"),
].toSorted((a, b) => (a.name < b.name ? -1 : 1));

const BY_NAME: ReadonlyMap<string, Feature> = new Map(FEATURES.map((feature) => [feature.name, feature]));

const ALIASES: ReadonlyMap<string, string> = new Map([
  ["connectors", "apps"],
  ["enable_experimental_windows_sandbox", "experimental_windows_sandbox"],
  ["experimental_use_unified_exec_tool", "unified_exec"],
  ["request_permissions", "exec_permission_approvals"],
  ["web_search", "web_search_request"],
  ["collab", "multi_agent"],
  ["memory_tool", "memories"],
  ["telepathy", "chronicle"],
  ["codex_hooks", "hooks"],
]);

/** Values set for these have no effect. */
const IGNORED: ReadonlySet<string> = new Set(
  words(`undo js_repl js_repl_tools_only remote_control apply_patch_freeform tool_search image_detail_original
         plugin_hooks skill_env_var_dependency_prompt tui_app_server`),
);

/** Turning the first on turns the second on. */
const REQUIRES: readonly (readonly [string, string])[] = [
  ["enable_fanout", "multi_agent"],
  ["code_mode_only", "code_mode"],
];

/** True for current and older names. */
export function isKnownFeature(name: string): boolean {
  return canonicalFeature(name) !== undefined;
}

/** The feature that a name or an older name stands for. */
export function canonicalFeature(name: string): Feature | undefined {
  return BY_NAME.get(ALIASES.get(name) ?? name);
}

export type ResolvedFeatures = {
  readonly features: ReadonlyMap<string, boolean>;
  readonly deprecations: readonly Deprecation[];
};

/**
 * Which features are on, from a merged config. Keys apply in alphabetical order, so that of an older and a current name
 * the later one wins; unknown names are passed over.
 */
export function resolveFeatures(toml: TomlTable): ResolvedFeatures {
  const features = new Map(FEATURES.map((feature) => [feature.name, feature.byDefault]));
  const notices = new Map<string, Deprecation>();
  for (const [key, value] of settings(toml)) {
    const feature = canonicalFeature(key);
    if (feature === undefined) continue;
    const notice = noticeFor(key, feature);
    if (notice !== undefined) notices.set(notice.sortKey, notice);
    if (!IGNORED.has(feature.name)) features.set(feature.name, value);
  }
  for (const [feature, required] of REQUIRES) if (features.get(feature)) features.set(required, true);
  const sorted = [...notices].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { features, deprecations: sorted.map(([, { summary, details }]) => ({ summary, details })) };
}

/** The warning about unfinished features that are on; undefined when there are none or it is suppressed. */
export function unstableFeaturesWarning(
  features: ReadonlyMap<string, boolean>,
  configPath: string,
): string | undefined {
  const names = FEATURES.filter((f) => f.stage === "under development" && features.get(f.name));
  if (names.length === 0) return undefined;
  return (
    `Under-development features enabled: ${names.map((feature) => feature.name).join(", ")}. ` +
    "Under-development features are incomplete and may behave unpredictably. To suppress this warning, " +
    `set \`suppress_unstable_features_warning = true\` in ${configPath}.`
  );
}

/** Names for the request header `x-codex-beta-features`: the experimental features that are on. */
export function betaFeatures(features: ReadonlyMap<string, boolean>): readonly string[] {
  return FEATURES.filter(
    ({ name, stage }) =>
      (stage === "experimental" || name === "remote_compaction_v2") && features.get(name) === true,
  ).map((feature) => feature.name);
}

function group(stage: FeatureStage, byDefault: boolean, names: string): readonly Feature[] {
  return words(names).map((name) => ({ name, stage, byDefault }));
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/** The pairs of `[features]`, a table standing for its `enabled`, and the one feature that used to be a key of its own. */
function settings(toml: TomlTable): readonly (readonly [string, boolean])[] {
  const table = isTable(toml["features"]) ? toml["features"] : {};
  const old = "experimental_use_unified_exec_tool";
  const all = { ...(Object.hasOwn(toml, old) ? { [old]: toml[old] } : {}), ...table };
  return Object.entries(all)
    .map(([key, value]): readonly [string, unknown] => [key, isTable(value) ? value["enabled"] : value])
    .filter((pair): pair is readonly [string, boolean] => typeof pair[1] === "boolean")
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function noticeFor(key: string, feature: Feature): (Deprecation & { readonly sortKey: string }) | undefined {
  if (feature.name === "web_search_request" || feature.name === "web_search_cached") {
    return {
      sortKey: feature.name,
      summary: `\`[features].${key}\` is deprecated because web search is enabled by default.`,
      details:
        'Set `web_search` to `"live"`, `"cached"`, or `"disabled"` at the top level (or under a profile) in config.toml if you want to override it.',
    };
  }
  if (key === "use_legacy_landlock") {
    return {
      sortKey: key,
      summary: `\`[features].${key}\` is deprecated and will be removed soon.`,
      details: "Remove this setting to stop opting into the legacy Linux sandbox behavior.",
    };
  }
  if (key === feature.name) return undefined;
  return {
    sortKey: key,
    summary: `\`[features].${key}\` is deprecated. Use \`[features].${feature.name}\` instead.`,
    details: `Enable it with \`--enable ${feature.name}\` or \`[features].${feature.name}\` in config.toml. See https://developers.openai.com/codex/config-basic#feature-flags for details.`,
  };
}
