// How the MCP servers of a conversation start, as its client is told: each change, then all that came of it (mcp.md 3).

import type { Config } from "../../config/config";
import { serverConfigs } from "../../mcp/server-config";
import type { ThreadEvent } from "../../protocol/events";
import type { EventMessage } from "./item-events";

type ServerEvent = Extract<ThreadEvent, { type: "mcp_server" }>;

export type Startup = {
  /** To be sent at once: the whole result where there is no server. */
  readonly opening: readonly EventMessage[];
  readonly messages: (event: ServerEvent) => readonly EventMessage[];
};

export function startupOf({ toml }: Config): Startup {
  const awaited = new Set(
    serverConfigs(toml.mcp_servers).flatMap(({ name, enabled }) => (enabled ? [name] : [])),
  );
  const ready: string[] = [];
  const failed: { readonly server: string; readonly error: string }[] = [];
  const complete = { type: "mcp_startup_complete", ready, failed, cancelled: [] };
  return {
    opening: awaited.size === 0 ? [complete] : [],
    messages({ name, status, error = "" }) {
      const state = { state: status, ...(status === "failed" && { error }) };
      const update = { type: "mcp_startup_update", server: name, status: state };
      if (status === "starting" || !awaited.delete(name)) return [update];
      if (status === "ready") ready.push(name);
      else failed.push({ server: name, error });
      return awaited.size === 0 ? [update, complete] : [update];
    },
  };
}
