// web_search: runs at the provider. We only say whether, and how, it may search.

import type { Config } from "../config/config";
import type { ModelInfo } from "../model/catalog";
import type { ToolSpec } from "./tool";

/** Null when searching is disabled. In full-access sessions any search is a live one (config.md 7.1). */
export function webSearchSpec(model: ModelInfo, config: Config): ToolSpec | null {
  const mode = configuredMode(config);
  if (mode === "disabled") return null;
  const settings = config.toml.tools?.web_search;
  const options = typeof settings === "object" ? settings : {};
  const live = mode === "live" || config.sandboxPolicy.type === "danger-full-access";
  return {
    type: "web_search",
    external_web_access: live,
    ...(options.allowed_domains !== undefined && { filters: { allowed_domains: options.allowed_domains } }),
    ...(options.location !== undefined && { user_location: { type: "approximate", ...options.location } }),
    ...(options.context_size !== undefined && { search_context_size: options.context_size }),
    ...(model.webSearchTypes === "text_and_image" && { search_content_types: ["text", "image"] }),
  };
}

/** Unset, the older feature flags choose. */
function configuredMode({ toml, features }: Config): "disabled" | "cached" | "live" {
  if (toml.web_search !== undefined) return toml.web_search;
  return features.get("web_search_request") === true ? "live" : "cached";
}
