// `codex mcp remove NAME`: takes a server out of the user's config.toml and leaves every other line as it is (cli.md 6.4).

import { editConfigFile } from "../../config/edit";
import { tryLock } from "../../exec/libc";
import type { Invocation } from "../grammar/spec";
import { writeOutput } from "../output";
import { checkedName, configOf, nameOf, userTable } from "./configured";

export async function run(invocation: Invocation): Promise<number> {
  const name = checkedName(nameOf(invocation));
  const config = await configOf(invocation);
  if (userTable(config, name) === undefined) {
    await writeOutput(1, `No MCP server named '${name}' found.\n`);
    return 0;
  }
  editConfigFile(config.userConfigPath, [{ type: "delete", path: ["mcp_servers", name] }], { tryLock });
  await writeOutput(1, `Removed global MCP server '${name}'.\n`);
  return 0;
}
