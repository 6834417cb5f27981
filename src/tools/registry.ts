// All model tools, in the order in which they are advertised (agent.md 4.1).

import type { Config } from "../config/config";
import type { McpServers } from "../mcp/servers";
import type { ModelInfo } from "../model/catalog";
import type { ToolCallItem } from "../protocol/response-items";
import { applyPatch } from "./apply-patch";
import { execCommand } from "./commands/exec-command";
import { GOAL_TOOLS } from "./goals/tools";
import { findFlatTool, findMcpTool, flatSpecs, namespaceSpecs } from "./mcp/namespaces";
import { isDeferred, toolSearchSpec } from "./mcp/tool-search";
import { listResources, listResourceTemplates, readResource } from "./mcp/resources";
import { requestUserInput } from "./request-user-input";
import { shellCommand } from "./commands/shell-command";
import type { Tool, ToolContext, ToolSpec } from "./tool";
import { updatePlan } from "./update-plan";
import { viewImage } from "./view-image";
import { webSearchSpec } from "./web-search";
import { writeStdin } from "./commands/write-stdin";

const TOOLS: readonly Tool[] = [
  execCommand,
  writeStdin,
  shellCommand,
  listResources,
  listResourceTemplates,
  readResource,
  updatePlan,
  requestUserInput,
  applyPatch,
  viewImage,
];

/**
 * The request's `tools` array. Within a thread it changes only when an MCP server changes its list, so that prompts stay
 * cacheable.
 */
export function advertisedTools(
  model: ModelInfo,
  config: Config,
  { mcp, goals }: Pick<ToolContext, "mcp" | "goals">,
): readonly ToolSpec[] {
  const isSearched = mcp !== undefined && takesNamespaces(config) && isDeferred(model, config, mcp);
  const specs = [
    ...TOOLS.map((tool) => tool.advertise(model, config)),
    ...(mcp === undefined || isSearched ? [] : mcpSpecs(config, mcp)),
    ...(goals === undefined ? [] : GOAL_TOOLS.map(({ spec }) => spec)),
    isSearched ? toolSearchSpec(mcp) : null,
    webSearchSpec(model, config),
  ];
  return specs.filter((spec) => spec !== null);
}

function mcpSpecs(config: Config, mcp: McpServers): readonly ToolSpec[] {
  return takesNamespaces(config) ? namespaceSpecs(mcp) : flatSpecs(mcp);
}

/** Any known tool may be called, advertised or not; those of MCP servers only in the form that the provider takes. */
export function findTool(
  call: ToolCallItem,
  { mcp, config, goals }: Pick<ToolContext, "mcp" | "config" | "goals">,
): Tool | undefined {
  if (call.type === "function_call" && call.namespace !== undefined) {
    return mcp === undefined ? undefined : findMcpTool(mcp, call.namespace, call.name);
  }
  const own = [...TOOLS, ...(goals === undefined ? [] : GOAL_TOOLS)].find(({ name }) => name === call.name);
  if (own !== undefined || mcp === undefined || takesNamespaces(config)) return own;
  return findFlatTool(mcp, call.name);
}

/** Servers of local models know functions alone. */
function takesNamespaces({ modelProviderId }: Config): boolean {
  return modelProviderId !== "ollama" && modelProviderId !== "lmstudio";
}
