// The flags and words of `codex mcp`, for the command table (cli.md 6).

import { OVERRIDE_FLAGS, STRICT_CONFIG } from "../grammar/shared-flags";
import type { CommandSpec, FlagSpec, PositionalSpec } from "../grammar/spec";

const NAME: PositionalSpec = { name: "NAME", required: true, help: "Name of the server" };
const JSON_FLAG: FlagSpec = { name: "json", help: "Print JSON" };

function command(
  name: string,
  about: string,
  rest: Pick<CommandSpec, "load"> & Partial<Pick<CommandSpec, "flags" | "positionals">>,
): CommandSpec {
  return { name, about, rootFlags: ["profile"], flags: [], positionals: [NAME], commands: [], ...rest };
}

export const MCP: CommandSpec = {
  name: "mcp",
  about: "Show and change the MCP servers of config.toml",
  flags: OVERRIDE_FLAGS,
  positionals: [],
  commands: [
    command("list", "All servers: how they are reached, whether they are on, and their login", {
      flags: [JSON_FLAG],
      positionals: [],
      load: () => import("./list"),
    }),
    command("get", "One server", { flags: [JSON_FLAG], load: () => import("./get") }),
    command("add", "Add a server, or replace the one of that name", {
      flags: [
        {
          name: "url",
          value: { name: "URL" },
          help: "Address of a streamable HTTP server, instead of a command",
        },
        {
          name: "env",
          value: { name: "KEY=VALUE", many: "repeat", refuse: refusedPair },
          help: "A variable of the command; may be given more than once",
        },
        {
          name: "bearer-token-env-var",
          value: { name: "ENV_VAR" },
          requires: ["url"],
          help: "Variable that holds the bearer token",
        },
        {
          name: "oauth-client-id",
          value: { name: "CLIENT_ID" },
          requires: ["url"],
          help: "OAuth client id to log in with",
        },
        {
          name: "oauth-resource",
          value: { name: "RESOURCE" },
          requires: ["url"],
          help: "OAuth resource to log in for",
        },
      ],
      positionals: [
        NAME,
        {
          name: "COMMAND",
          trailing: true,
          conflicts: ["url", "bearer-token-env-var", "oauth-client-id", "oauth-resource"],
          help: "The command and its arguments",
        },
      ],
      load: () => import("./add"),
    }),
    command("remove", "Remove a server", { load: () => import("./remove") }),
    command("login", "Log in to an HTTP server with OAuth", {
      flags: [
        {
          name: "scopes",
          value: { name: "SCOPE,SCOPE", commaSplit: true, many: "repeat" },
          help: "Scopes to ask for, instead of those that the configuration or the server names",
        },
      ],
      load: () => import("./login"),
    }),
    command("logout", "Forget the login to an HTTP server", { load: () => import("./logout") }),
  ],
};

export const MCP_SERVER: CommandSpec = {
  name: "mcp-server",
  about: "Offer Codex to other programs as an MCP server, over stdin and stdout",
  rootFlags: ["strict-config"],
  flags: [...OVERRIDE_FLAGS, STRICT_CONFIG],
  positionals: [],
  commands: [],
  load: () => import("./serve"),
};

function refusedPair(pair: string): string | undefined {
  return pair.indexOf("=") > 0 ? undefined : "environment entries must be in KEY=VALUE form";
}
