// The configuration as the `codex mcp` commands see it: its servers, and the file that they change (cli.md 6).

import type { Config, TomlTable } from "../../config/config";
import { ConfigTomlError, valueAt } from "../../config/toml-text";
import { isServerName, serverConfigs, type McpServerConfig } from "../../mcp/server-config";
import { tokenStore, type TokenStore } from "../../mcp/token-store";
import { UserError } from "../../util/user-error";
import type { Invocation } from "../grammar/spec";
import { loadedConfig } from "../loaded-config";

/** @throws UserError when the configuration is faulty, with its fault as the cause */
export async function configOf(invocation: Invocation): Promise<Config> {
  try {
    return await loadedConfig(invocation);
  } catch (error) {
    if (!(error instanceof ConfigTomlError)) throw error;
    const cause = new Error(error.detail.replaceAll("\n", "\n    "));
    throw new UserError("failed to load configuration", { cause });
  }
}

/** @throws UserError when there is none of that name */
export function serverNamed(config: Config, name: string): McpServerConfig {
  const found = serverConfigs(config.toml.mcp_servers).find((server) => server.name === name);
  if (found === undefined) throw new UserError(`No MCP server named '${name}' found.`);
  return found;
}

/** Where this configuration keeps logins. */
export function storeOf({ codexHome, toml }: Config): TokenStore {
  return tokenStore(codexHome, toml.mcp_oauth_credentials_store ?? "auto");
}

/** What the user's own file says of a server; undefined when it does not name it. */
export function userTable(config: Config, name: string): TomlTable | undefined {
  const user = config.layers.find(({ source }) => source.type === "user");
  return serverTable(user?.toml, name);
}

/** The same, in the text of one file. */
export function serverTable(toml: TomlTable | undefined, name: string): TomlTable | undefined {
  const table = valueAt(toml, ["mcp_servers", name]);
  return typeof table === "object" && table !== null ? { ...table } : undefined;
}

/** The NAME of the command line. @throws UserError when no server can be called so */
export function checkedName(name: string): string {
  if (isServerName(name)) return name;
  throw new UserError(`invalid server name '${name}' (use letters, numbers, '-', '_')`);
}

/** The last level of the command line, and the name that it gives. */
export function nameOf({ levels }: Invocation): string {
  return levels.at(-1)?.words.get("NAME")?.[0] ?? "";
}

export function wantsJson({ levels }: Invocation): boolean {
  return levels.at(-1)?.switches.has("json") === true;
}
