// `codex mcp add NAME`: writes a server into the user's config.toml and leaves every other line as it is (cli.md 6.1).

import type { TomlTable } from "../../config/config";
import { editConfigFile, type ConfigEdit } from "../../config/edit";
import { tryLock } from "../../exec/libc";
import { oauthSupport } from "../../mcp/oauth-discovery";
import { serverConfigs } from "../../mcp/server-config";
import { UserError } from "../../util/user-error";
import type { Invocation, Level } from "../grammar/spec";
import { UsageError } from "../grammar/usage-error";
import { writeOutput } from "../output";
import { logInTo } from "./login";
import { checkedName, configOf, nameOf, serverTable } from "./configured";

export async function run(invocation: Invocation): Promise<number> {
  const level = invocation.levels.at(-1);
  if (level === undefined) throw new Error("a command line has a level for its command");
  const table = newTable(level);
  const config = await configOf(invocation);
  const name = checkedName(nameOf(invocation));
  editConfigFile(config.userConfigPath, (current) => edits(name, serverTable(current, name), table), {
    tryLock,
  });
  await writeOutput(1, `Added global MCP server '${name}'.\n`);
  const [server] = serverConfigs({ [name]: table });
  if (server?.transport.type === "streamable_http" && server.transport.bearerTokenEnvVar === undefined) {
    const support = await oauthSupport(name, server.transport, process.env);
    if (support === "unknown") await writeOutput(1, loginHint(name));
    if (support === "supported") {
      await writeOutput(1, "Detected OAuth support. Starting OAuth flow…\n");
      await logInTo({ ...server, transport: server.transport }, config);
      await writeOutput(1, "Successfully logged in.\n");
    }
  }
  return 0;
}

function loginHint(name: string): string {
  return `MCP server may or may not require login. Run \`codex mcp login ${name}\` to login.\n`;
}

type NewTable = NonNullable<Parameters<typeof serverConfigs>[0]>[string] & TomlTable;

/** Keys in the order in which the file has them; nothing that is a default. */
function newTable({ values, words }: Level): NewTable {
  const url = values.get("url")?.[0];
  const [command, ...args] = words.get("COMMAND") ?? [];
  const pairs = values.get("env") ?? [];
  if (url === undefined) {
    if (command === undefined && pairs.length > 0) throw new UserError("command is required");
    if (command === undefined) throw missingTransport();
    return {
      command,
      ...(args.length > 0 && { args }),
      ...(pairs.length > 0 && { env: Object.fromEntries(pairs.map(pairOf).toSorted(byName)) }),
    };
  }
  if (pairs.length > 0) throw new UserError("command is required");
  const variable = values.get("bearer-token-env-var")?.[0];
  const clientId = values.get("oauth-client-id")?.[0];
  const resource = values.get("oauth-resource")?.[0];
  return {
    url,
    ...(variable !== undefined && { bearer_token_env_var: variable }),
    ...(clientId !== undefined && { oauth: { client_id: clientId } }),
    ...(resource !== undefined && { oauth_resource: resource }),
  };
}

/** An entry that is there already keeps its place and its comments; what the new one lacks is taken out. */
function edits(name: string, old: TomlTable | undefined, table: TomlTable): readonly ConfigEdit[] {
  const path = ["mcp_servers", name];
  if (old === undefined) return [{ type: "set", path, value: table }];
  const gone = Object.keys(old).filter((key) => !Object.hasOwn(table, key));
  return [
    ...Object.entries(table)
      .filter(([key, value]) => !Bun.deepEquals(old[key], value))
      .map(([key, value]) => ({ type: "set", path: [...path, key], value }) as const),
    ...gone.map((key) => ({ type: "delete", path: [...path, key] }) as const),
  ];
}

function pairOf(pair: string): [string, string] {
  const at = pair.indexOf("=");
  return [pair.slice(0, at), pair.slice(at + 1)];
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

function missingTransport(): UsageError {
  return new UsageError(
    "the following required arguments were not provided:\n  <COMMAND|--url <URL>>\n\n" +
      "Usage: codex mcp add [OPTIONS] <NAME> (--url <URL> | -- <COMMAND>...)",
  );
}
