// `codex mcp get NAME`: one MCP server, for people or as JSON (cli.md 6.3).

import type { McpServerConfig } from "../../mcp/server-config";
import type { Invocation } from "../grammar/spec";
import { writeOutput } from "../output";
import { configOf, nameOf, serverNamed, wantsJson } from "./configured";
import { argsCell, envCell, jsonText, maskedCell, pairsCell, timeoutsJson, transportJson } from "./describe";

export async function run(invocation: Invocation): Promise<number> {
  const server = serverNamed(await configOf(invocation), nameOf(invocation));
  await writeOutput(1, wantsJson(invocation) ? jsonText(jsonOf(server)) : block(server));
  return 0;
}

function jsonOf(server: McpServerConfig): unknown {
  return {
    name: server.name,
    enabled: server.enabled,
    disabled_reason: null,
    transport: transportJson(server),
    enabled_tools: server.enabledTools ?? null,
    disabled_tools: server.disabledTools ?? null,
    ...timeoutsJson(server),
  };
}

function block(server: McpServerConfig): string {
  if (!server.enabled) return `${server.name} (disabled)\n`;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["enabled", "true"],
    ["enabled_tools", toolsCell(server.enabledTools)],
    ["disabled_tools", toolsCell(server.disabledTools)],
    ...transportRows(server),
    ["startup_timeout_sec", server.startupTimeoutSec?.toString()],
    ["tool_timeout_sec", server.toolTimeoutSec?.toString()],
    ["default_tools_approval_mode", server.defaultApprovalMode],
    ["remove", `codex mcp remove ${server.name}`],
  ];
  const lines = rows.flatMap(([key, value]) => (value === undefined ? [] : [`  ${key}: ${value}\n`]));
  return `${server.name}\n${lines.join("")}`;
}

function transportRows({ transport }: McpServerConfig): readonly (readonly [string, string])[] {
  if (transport.type === "stdio") {
    return [
      ["transport", "stdio"],
      ["command", transport.command],
      ["args", argsCell(transport.args)],
      ["cwd", transport.cwd ?? "-"],
      ["env", envCell(transport)],
    ];
  }
  return [
    ["transport", "streamable_http"],
    ["url", transport.url],
    ["bearer_token_env_var", transport.bearerTokenEnvVar ?? "-"],
    ["http_headers", maskedCell(transport.httpHeaders)],
    ["env_http_headers", pairsCell(transport.envHttpHeaders)],
  ];
}

function toolsCell(tools: readonly string[] | undefined): string | undefined {
  if (tools === undefined) return undefined;
  return tools.length === 0 ? "[]" : tools.join(", ");
}
