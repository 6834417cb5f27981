// The list of /mcp: every server that is configured, whether it works, and what it offers (tui.md 6.6).

import type { McpServerStatus } from "../../protocol/thread";
import { wrapBehind } from "../text/wrap";
import { oneLine, type Layout } from "./layout";

const AUTH = {
  unsupported: "Unsupported",
  not_logged_in: "Not logged in",
  bearer_token: "Bearer token",
  oauth: "OAuth",
} as const satisfies Record<McpServerStatus["auth"], string>;

const STATUS = {
  starting: "starting",
  ready: "enabled",
  failed: "failed",
  disabled: "disabled",
} as const satisfies Record<McpServerStatus["status"], string>;

export function mcpCardLines(servers: readonly McpServerStatus[], layout: Layout): string[] {
  const { theme } = layout;
  const title = `🔌  ${theme.bold("MCP Tools")}`;
  if (servers.length === 0) {
    return [
      title,
      "",
      ...item("No MCP servers configured.", layout),
      ...wrapBehind(theme.dim("Add one with `codex mcp add NAME -- COMMAND`."), layout.columns(), "    "),
    ];
  }
  return [title, ...servers.flatMap((server) => ["", ...serverLines(server, "short", layout)])];
}

/** With resources, templates and the names of variables and headers; values may be secrets and are not shown. */
export function verboseMcpCardLines(servers: readonly McpServerStatus[], layout: Layout): string[] {
  if (servers.length === 0) return mcpCardLines(servers, layout);
  const title = `🔌  ${layout.theme.bold("MCP Tools")}`;
  return [title, ...servers.flatMap((server) => ["", ...serverLines(server, "verbose", layout)])];
}

function serverLines(server: McpServerStatus, detail: "short" | "verbose", layout: Layout): string[] {
  const { theme } = layout;
  const names = (list: readonly string[]) => (list.length === 0 ? "(none)" : list.map(oneLine).join(", "));
  const hidden = (list: readonly string[]) => list.map((name) => `${oneLine(name)}=*****`).join(", ");
  const isUrl = /^https?:/.test(server.where);
  const status = STATUS[server.status] + (server.error === undefined ? "" : `: ${oneLine(server.error)}`);
  const style =
    server.status === "failed" ? theme.error : server.status === "ready" ? theme.success : theme.dim;
  const rows: (readonly [string, string] | undefined)[] = [
    ["Status", style(status)],
    ["Auth", AUTH[server.auth]],
    [isUrl ? "URL" : "Command", oneLine(server.where)],
    ["Tools", names(server.tools)],
  ];
  if (detail === "verbose") {
    rows.push(
      ["Resources", names(server.resources)],
      ["Resource templates", names(server.resourceTemplates)],
      server.environmentNames.length === 0 ? undefined : ["Env", hidden(server.environmentNames)],
      server.headerNames.length === 0 ? undefined : ["HTTP headers", hidden(server.headerNames)],
    );
  }
  return [
    ...item(theme.bold(oneLine(server.name)), layout),
    ...rows.flatMap((row) => {
      if (row === undefined) return [];
      return wrapBehind(
        `${theme.dim(`${row[0]}:`)} ${row[1]}`,
        layout.columns(),
        `    ${theme.dim("•")} `,
        "      ",
      );
    }),
  ];
}

function item(text: string, layout: Layout): string[] {
  return wrapBehind(text, layout.columns(), `  ${layout.theme.dim("•")} `, "    ");
}
