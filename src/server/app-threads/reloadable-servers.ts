// The MCP servers of a loaded thread, which can be exchanged for those of a configuration that has changed (app-server.md 10).

import type { Config } from "../../config/config";
import { serverConfigs } from "../../mcp/server-config";
import { startMcpServers, type McpServers, type StartOptions } from "../../mcp/servers";

export type ReloadableServers = McpServers & {
  /** That they were started by. */
  readonly config: Config;
  /** Servers whose settings are the same go on. @throws UserError when a required one cannot start; then nothing changes */
  readonly reload: (config: Config) => Promise<void>;
};

/** @throws UserError when a required server cannot start */
export async function reloadableServers({ config, env }: StartOptions): Promise<ReloadableServers> {
  const start = async (now: Config): Promise<McpServers | undefined> => {
    const isUsed = serverConfigs(now.toml.mcp_servers).some(({ enabled }) => enabled);
    return isUsed ? await startMcpServers({ config: now, env }) : undefined;
  };
  let current = await start(config);
  let inForce = config;
  let ended = false;
  /** One change after another: each ends the servers of the one before. */
  let changing: Promise<unknown> = Promise.resolve();
  const change = async (now: Config) => {
    if (ended) return;
    const before = current;
    current = await start(now);
    inForce = now;
    await before?.[Symbol.asyncDispose]();
  };
  return {
    get config() {
      return inForce;
    },
    settled: async (signal) => await current?.settled(signal),
    goOnWithout: () => current?.goOnWithout(),
    takeFailures: () => current?.takeFailures() ?? [],
    namespaces: () => current?.namespaces() ?? [],
    get starts() {
      return current?.starts ?? new Map<string, never>();
    },
    ready: () => current?.ready() ?? [],
    async reload(now) {
      const changed = changing.then(() => change(now));
      changing = changed.catch((error: unknown) => error); // which is the caller's to tell
      await changed;
    },
    async [Symbol.asyncDispose]() {
      ended = true;
      await changing;
      await current?.[Symbol.asyncDispose]();
    },
  };
}
