// tool_search: where MCP servers have very many tools, the model looks for those it needs instead of reading them all (mcp.md 7).

import type { Config } from "../../config/config";
import type { McpNamespace } from "../../mcp/names";
import type { McpServers } from "../../mcp/servers";
import { isRecord } from "../../mcp/tool-list";
import type { ModelInfo } from "../../model/catalog";
import type { ToolSearchCallItem, ToolSearchOutputItem } from "../../protocol/response-items";
import { TOOL_SEARCH_PARAMETERS } from "../schemas";
import type { ToolSpec } from "../tool";
import { namespaceSpec } from "./namespaces";
import { rank } from "./rank";
import description from "./tool-search.txt" with { type: "text" };

/** From this many tools on they are not listed. */
const MANY_TOOLS = 100;
/** Found at once, unless the model says otherwise. */
const DEFAULT_LIMIT = 8;
const MAX_LIMIT = 100;
/** Of what a server says of itself. */
const SOURCE_CHARS = 200;

/** Whether the tools of servers are to be searched for. */
export function isDeferred(model: ModelInfo, { features }: Config, servers: McpServers): boolean {
  if (!model.supportsSearchTool) return false;
  const count = servers.namespaces().reduce((sum, { tools }) => sum + tools.length, 0);
  return count >= MANY_TOOLS || (count > 0 && features.get("tool_search_always_defer_mcp_tools") === true);
}

/** The one entry that stands for all of them. */
export function toolSearchSpec(servers: McpServers): ToolSpec {
  const sources = servers.namespaces().map(sourceLine).join("\n");
  return {
    type: "tool_search",
    execution: "client",
    description: description.trim().replace("{sources}", () => sources),
    parameters: TOOL_SEARCH_PARAMETERS,
  };
}

/** The best first, each in its namespace; none for a call that makes no sense. */
export function searchTools(call: ToolSearchCallItem, servers: McpServers | undefined): ToolSearchOutputItem {
  const { query, limit } = wanted(call.arguments);
  return {
    type: "tool_search_output",
    call_id: call.call_id,
    status: "completed",
    execution: "client",
    tools: found(servers?.namespaces() ?? [], query, limit),
  };
}

function found(spaces: readonly McpNamespace[], query: string, limit: number): readonly ToolSpec[] {
  const entries = spaces.flatMap((space) => space.tools.map((tool) => ({ space, tool })));
  const best = rank(
    entries.map(({ space, tool }) => searchedText(space, tool)),
    query,
    limit,
  );
  const hits = Map.groupBy(
    best.flatMap((index) => entries[index] ?? []),
    ({ space }) => space,
  );
  return [...hits].map(([space, its]) =>
    namespaceSpec({ ...space, tools: its.map(({ tool }) => tool) }, { deferred: true }),
  );
}

/** Arguments that are no object look for nothing. */
function wanted(given: unknown): { readonly query: string; readonly limit: number } {
  const { query, limit } = isRecord(given) ? given : {};
  return {
    query: typeof query === "string" ? query : "",
    limit: typeof limit === "number" ? Math.min(Math.floor(limit), MAX_LIMIT) : DEFAULT_LIMIT,
  };
}

function searchedText({ name, server }: McpNamespace, { tool }: McpNamespace["tools"][number]): string {
  const { properties } = tool.inputSchema;
  const parameters = Object.entries(isRecord(properties) ? properties : {}).map(([parameter, schema]) => {
    const about = isRecord(schema) && typeof schema["description"] === "string" ? schema["description"] : "";
    return `${parameter} ${about}`;
  });
  // Twice, since names say most.
  return [name, server.name, tool.name, tool.name, tool.title ?? "", tool.description, ...parameters].join(
    " ",
  );
}

function sourceLine({ name, description: about, tools }: McpNamespace): string {
  const [first = ""] = about.split("\n");
  const told = first === "" ? "" : `: ${first.slice(0, SOURCE_CHARS)}`;
  return `- ${name} (${tools.length} tool${tools.length === 1 ? "" : "s"})${told}`;
}
