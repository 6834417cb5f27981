// The tools of MCP servers as the model sees them: one namespace for each server (mcp.md 7).

import type { McpNamespace, NamedTool } from "../../mcp/names";
import type { McpServers } from "../../mcp/servers";
import type { Tool, ToolSpec } from "../tool";
import { functionView } from "../hooked-call";
import { runMcpTool } from "./call";

/** In an order that depends on names alone. */
export function namespaceSpecs(servers: McpServers): readonly ToolSpec[] {
  return servers.namespaces().map((space) => namespaceSpec(space, { deferred: false }));
}

/** @param how `deferred`: as what a search has found */
export function namespaceSpec(
  { name, description, tools }: McpNamespace,
  { deferred }: { readonly deferred: boolean },
): ToolSpec {
  return {
    type: "namespace",
    name,
    description: description === "" ? `Tools in the ${name} namespace.` : description,
    tools: tools.map((tool) => ({ ...functionOf(tool), ...(deferred && { defer_loading: true }) })),
  };
}

/** One function for each tool, for providers that know nothing of namespaces. */
export function flatSpecs(servers: McpServers): readonly ToolSpec[] {
  return servers
    .namespaces()
    .flatMap((space) => space.tools.map((tool) => functionOf({ ...tool, name: flatName(space, tool) })));
}

/** By a name that `flatSpecs` has given it. */
export function findFlatTool(servers: McpServers, flat: string): Tool | undefined {
  for (const space of servers.namespaces()) {
    const named = space.tools.find((tool) => flatName(space, tool) === flat);
    if (named !== undefined) return findMcpTool(servers, space.name, named.name);
  }
  return undefined;
}

/** Within the length that names may have, which the two parts were made for. */
function flatName({ name: namespace }: McpNamespace, { name }: NamedTool): string {
  return `${namespace}__${name}`;
}

/** Names as the model has them. */
export function findMcpTool(servers: McpServers, namespace: string, name: string): Tool | undefined {
  const space = servers.namespaces().find((candidate) => candidate.name === namespace);
  const named = space?.tools.find((candidate) => candidate.name === name);
  if (space === undefined || named === undefined) return undefined;
  const hookName = hookNameOf(space, named);
  return {
    name: `${namespace}${name}`,
    parallel: isParallel(space, named),
    advertise: () => functionOf(named),
    run: (call, context) => runMcpTool(named, hookName, call, context),
    hookView: (call) => (call.type === "function_call" ? functionView(hookName, call) : null),
  };
}

/** `mcp__server__tool`, however the provider wants its names (mcp.md 7). */
function hookNameOf(space: McpNamespace, tool: NamedTool): string {
  const name = flatName(space, tool);
  return name.startsWith("mcp__") ? name : `mcp__${name}`;
}

function isParallel({ server }: McpNamespace, { tool }: NamedTool): boolean {
  return server.parallel || tool.annotations.readOnlyHint === true;
}

function functionOf({ name, tool }: NamedTool): ToolSpec {
  return {
    type: "function",
    name,
    description: tool.description,
    strict: false,
    parameters: parametersOf(tool.inputSchema),
  };
}

/** The server's schema without what only validators need; the API wants `type` and `properties`. */
function parametersOf(schema: Readonly<Record<string, unknown>>): unknown {
  const { $schema: _, $id: __, type, properties, ...rest } = schema;
  return { type: type ?? "object", properties: properties ?? {}, ...rest };
}
