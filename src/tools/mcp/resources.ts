// list_mcp_resources, list_mcp_resource_templates and read_mcp_resource: what MCP servers have to read (mcp.md 11).

import type { Config } from "../../config/config";
import type { McpConnection } from "../../mcp/connection";
import type { McpServers } from "../../mcp/servers";
import { isRecord } from "../../mcp/tool-list";
import type { McpToolCall } from "../../protocol/items";
import type { ToolCallItem } from "../../protocol/response-items";
import { messageOf } from "../../util/user-error";
import { readArguments, stringArgument, type Arguments } from "../arguments";
import { LIST_MCP_RESOURCES_PARAMETERS, READ_MCP_RESOURCE_PARAMETERS } from "../schemas";
import { abortedText, functionSpec, type Tool, type ToolContext, type ToolRun } from "../tool";
import listResourcesText from "./list-mcp-resources.txt" with { type: "text" };
import listTemplatesText from "./list-mcp-resource-templates.txt" with { type: "text" };
import readText from "./read-mcp-resource.txt" with { type: "text" };

export const listResources: Tool = resourceTool({
  name: "list_mcp_resources",
  description: listResourcesText,
  parameters: LIST_MCP_RESOURCES_PARAMETERS,
  answer: (given, asked) => list("resources/list", "resources", given, asked),
});

export const listResourceTemplates: Tool = resourceTool({
  name: "list_mcp_resource_templates",
  description: listTemplatesText,
  parameters: LIST_MCP_RESOURCES_PARAMETERS,
  answer: (given, asked) => list("resources/templates/list", "resourceTemplates", given, asked),
});

export const readResource: Tool = resourceTool({
  name: "read_mcp_resource",
  description: readText,
  parameters: READ_MCP_RESOURCE_PARAMETERS,
  answer: read,
});

/** Whether any server is to be started. */
export function hasMcpServers({ toml }: Config): boolean {
  return Object.values(toml.mcp_servers ?? {}).some(({ enabled }) => enabled !== false);
}

type Asked = { readonly servers: McpServers | undefined; readonly signal: AbortSignal };

type ResourceTool = {
  readonly name: string;
  readonly description: string;
  readonly parameters: typeof LIST_MCP_RESOURCES_PARAMETERS | typeof READ_MCP_RESOURCE_PARAMETERS;
  /** What the model reads, as JSON data. Throws with the text for the model otherwise. */
  readonly answer: (given: Arguments, asked: Asked) => Promise<unknown>;
};

function resourceTool(tool: ResourceTool): Tool {
  return {
    name: tool.name,
    parallel: true,
    advertise: (_model, config) =>
      hasMcpServers(config) ? functionSpec(tool.name, tool.description, tool.parameters) : null,
    run: (call, context) => run(tool, call, context),
  };
}

async function* run(tool: ResourceTool, call: ToolCallItem, context: ToolContext): ToolRun {
  if (call.type !== "function_call") return "aborted";
  const parsed = readArguments(call.arguments, tool.parameters);
  if ("error" in parsed) return parsed.error;
  const startedAt = performance.now();
  const item = (end: Partial<McpToolCall>): McpToolCall => ({
    type: "mcp_tool_call",
    id: call.call_id,
    server: stringArgument(parsed.ok, "server") ?? "codex",
    tool: tool.name,
    arguments: call.arguments === "" ? null : parsed.ok,
    result: null,
    error: null,
    durationMs: null,
    status: "in_progress",
    ...end,
  });
  yield { type: "item.started", item: item({}) };
  try {
    const text = JSON.stringify(
      await tool.answer(parsed.ok, { servers: context.mcp, signal: context.signal }),
    );
    const result = { content: [{ type: "text", text }], structured_content: null };
    const durationMs = performance.now() - startedAt;
    yield { type: "item.completed", item: item({ result, durationMs, status: "completed" }) };
    return { output: text, response: text };
  } catch (error) {
    const message = messageOf(error);
    const durationMs = performance.now() - startedAt;
    yield { type: "item.completed", item: item({ error: { message }, durationMs, status: "failed" }) };
    return context.signal.aborted ? abortedText(startedAt) : message;
  }
}

/** Of one server a page, since the model may go on with the cursor; of all servers everything. */
async function list(
  method: string,
  key: string,
  given: Arguments,
  { servers, signal }: Asked,
): Promise<unknown> {
  const server = stringArgument(given, "server")?.trim();
  const cursor = stringArgument(given, "cursor");
  if (server !== undefined && server !== "") {
    const connection = connectionNamed(server, method, servers);
    const params = cursor === undefined ? {} : { cursor };
    const page = await explained(method, connection.request(method, params, { signal }));
    const found: unknown = page[key];
    const { nextCursor } = page;
    return {
      server,
      [key]: Array.isArray(found) ? found.map((entry) => withServer(server, entry)) : [],
      ...(typeof nextCursor === "string" && { nextCursor }),
    };
  }
  if (cursor !== undefined) throw new Error("cursor can only be used when a server is specified");
  const lists = await Promise.allSettled(
    (servers?.ready() ?? []).map(async (connection) => {
      const entries = await connection.all(method, key, { signal });
      return entries.map((entry) => withServer(connection.config.name, entry));
    }),
  );
  signal.throwIfAborted();
  return { [key]: lists.flatMap((outcome) => (outcome.status === "fulfilled" ? outcome.value : [])) };
}

async function read(given: Arguments, { servers, signal }: Asked): Promise<unknown> {
  const server = stringArgument(given, "server")?.trim() ?? "";
  const uri = stringArgument(given, "uri")?.trim() ?? "";
  if (server === "") throw new Error("server must be provided");
  if (uri === "") throw new Error("uri must be provided");
  const method = "resources/read";
  const connection = connectionNamed(server, method, servers);
  const result = await explained(method, connection.request(method, { uri }, { signal }));
  return { server, uri, ...result };
}

function connectionNamed(name: string, method: string, servers: McpServers | undefined): McpConnection {
  const found = servers?.ready().find(({ config }) => config.name === name);
  if (found === undefined) throw new Error(`${method} failed: unknown MCP server '${name}'`);
  return found;
}

async function explained<T>(method: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${method} failed: ${messageOf(error)}`, { cause: error });
  }
}

function withServer(server: string, entry: unknown): unknown {
  return isRecord(entry) ? { server, ...entry } : entry;
}
