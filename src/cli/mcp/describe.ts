// An MCP server as `codex mcp list` and `get` show it: as JSON, and as cells of a table with its secrets masked (cli.md 6).

import type { McpServerConfig } from "../../mcp/server-config";

const MASK = "*****";
const NOTHING = "-";

/** Fields in the order that readers of the output have always seen. Values are not masked. */
export function transportJson({ transport }: McpServerConfig): unknown {
  if (transport.type === "stdio") {
    return {
      type: "stdio",
      command: transport.command,
      args: transport.args,
      env: transport.env ?? null,
      env_vars: transport.envVars.map((variable) => (variable.source === "local" ? variable.name : variable)),
      cwd: transport.cwd ?? null,
    };
  }
  return {
    type: "streamable_http",
    url: transport.url,
    bearer_token_env_var: transport.bearerTokenEnvVar ?? null,
    http_headers: transport.httpHeaders ?? null,
    env_http_headers: transport.envHttpHeaders ?? null,
    http_headers_helper: null,
  };
}

export function timeoutsJson({ startupTimeoutSec, toolTimeoutSec }: McpServerConfig): object {
  return { startup_timeout_sec: startupTimeoutSec ?? null, tool_timeout_sec: toolTimeoutSec ?? null };
}

/** Indented; time-outs are written as the decimal numbers they are, `3.0` for three. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return `${text.replace(/^( *"(?:startup|tool)_timeout_sec": \d+)(,?)$/gm, "$1.0$2")}\n`;
}

/** `KEY=*****` of the table, sorted, then of the variables that are handed on. */
export function envCell(transport: Extract<McpServerConfig["transport"], { type: "stdio" }>): string {
  const names = [
    ...Object.keys(transport.env ?? {}).toSorted(),
    ...transport.envVars.map(({ name }) => name),
  ];
  return listCell(names.map((name) => `${name}=${MASK}`));
}

export function maskedCell(table: Readonly<Record<string, string>> | undefined): string {
  return listCell(
    Object.keys(table ?? {})
      .toSorted()
      .map((name) => `${name}=${MASK}`),
  );
}

export function pairsCell(table: Readonly<Record<string, string>> | undefined): string {
  return listCell(
    Object.entries(table ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .toSorted(),
  );
}

export function argsCell(args: readonly string[]): string {
  return args.length === 0 ? NOTHING : args.join(" ");
}

function listCell(entries: readonly string[]): string {
  return entries.length === 0 ? NOTHING : entries.join(", ");
}

/** Columns as wide as their widest cell, the last one too; two blanks between them. */
export function tableText(rows: readonly (readonly string[])[]): string {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => Bun.stringWidth(row[column] ?? ""))),
  );
  return rows
    .map((row) => `${row.map((cell, column) => padded(cell, widths[column] ?? 0)).join("  ")}\n`)
    .join("");
}

function padded(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - Bun.stringWidth(cell)));
}
