// A model of the user's own, as `model_catalog_json` has it: the required fields and no others.

export const CATALOG_ENTRY = {
  slug: "mine",
  display_name: "Mine",
  description: null,
  visibility: "list",
  supported_in_api: true,
  priority: 1,
  supported_reasoning_levels: [{ effort: "low", description: "quick" }],
  supports_reasoning_summaries: false,
  support_verbosity: false,
  default_verbosity: null,
  shell_type: "shell_command",
  apply_patch_tool_type: null,
  supports_parallel_tool_calls: false,
  truncation_policy: { mode: "bytes", limit: 5 },
  base_instructions: "",
  upgrade: null,
  availability_nux: null,
  experimental_supported_tools: [],
};
