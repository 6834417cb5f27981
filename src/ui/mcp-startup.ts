// How the MCP servers of a conversation start, as its user is told: who is awaited, what failed, and going on without (tui.md 7.3).

import type { Config } from "../config/config";
import type { ThreadEvent } from "../protocol/events";

type ServerEvent = Extract<ThreadEvent, { readonly type: "mcp_server" }>;

export type McpStartup = {
  /** For the status line; undefined when nobody is awaited. */
  readonly header: () => string | undefined;
  /** Milliseconds since it began. */
  readonly elapsedMs: () => number;
  /** Warnings that an event gives cause for. */
  readonly take: (event: ServerEvent) => readonly string[];
  /** Whether this warning of a turn was given before. */
  readonly toldBefore: (warning: string) => boolean;
  /** Nobody is awaited any longer. Returns what is to be said of it; undefined when nobody was. */
  readonly giveUp: () => string | undefined;
};

/** Names that the header shows. */
const NAMES_SHOWN = 3;

/** @param now milliseconds of a clock that never goes back */
export function createMcpStartup({ toml }: Pick<Config, "toml">, now = () => performance.now()): McpStartup {
  const startedAt = now();
  const all = Object.entries(toml.mcp_servers ?? {}).flatMap(([name, { enabled }]) =>
    enabled === false ? [] : [name],
  );
  const awaited = new Set(all.toSorted());
  const failed: string[] = [];
  const told = new Set<string>();
  const toldBefore = (warning: string): boolean => {
    if (told.has(warning)) return true;
    if (awaited.size > 0) told.add(warning);
    return false;
  };
  return {
    header() {
      const names = [...awaited];
      if (names.length === 0) return undefined;
      if (all.length === 1) return `Booting MCP server: ${names.join("")}`;
      const shown = names.slice(0, NAMES_SHOWN).join(", ") + (names.length > NAMES_SHOWN ? ", …" : "");
      return `Starting MCP servers (${all.length - names.length}/${all.length}): ${shown}`;
    },
    elapsedMs: () => now() - startedAt,
    take({ name, status, error = "", message = `MCP client for \`${name}\` failed to start: ${error}` }) {
      if (status === "starting") return [];
      const warnings: string[] = [];
      if (status === "failed") {
        failed.push(name);
        if (!told.has(message)) warnings.push(message);
        told.add(message);
      }
      const wasLast = awaited.delete(name) && awaited.size === 0;
      if (wasLast && failed.length > 0) {
        warnings.push(`MCP startup incomplete (failed: ${failed.join(", ")})`);
      }
      return warnings;
    },
    toldBefore,
    giveUp() {
      const names = [...awaited];
      awaited.clear();
      if (names.length === 0) return undefined;
      return `MCP startup interrupted. The following servers were not initialized: ${names.join(", ")}`;
    },
  };
}
