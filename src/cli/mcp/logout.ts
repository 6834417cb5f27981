// `codex mcp logout NAME`: forgets the login to an HTTP server (cli.md 6.4).

import { serverConfigs } from "../../mcp/server-config";
import { UserError } from "../../util/user-error";
import type { Invocation } from "../grammar/spec";
import { writeOutput } from "../output";
import { configOf, nameOf, storeOf } from "./configured";

export async function run(invocation: Invocation): Promise<number> {
  const config = await configOf(invocation);
  const name = nameOf(invocation);
  const server = serverConfigs(config.toml.mcp_servers).find((candidate) => candidate.name === name);
  if (server === undefined) throw new UserError(`No MCP server named '${name}' found in configuration.`);
  const { transport } = server;
  if (transport.type === "stdio") {
    throw new UserError("OAuth logout is only supported for streamable_http transports.");
  }
  const store = storeOf(config);
  const removed = await store.locked(() => store.remove(name, transport.url));
  const words = removed ? "Removed OAuth credentials" : "No OAuth credentials stored";
  await writeOutput(1, `${words} for '${name}'.\n`);
  return 0;
}
