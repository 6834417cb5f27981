// Opens the thread that a call of `codex` asks for: its configuration, then the thread (mcp.md 15 and 17).

import { resolve } from "node:path";
import { openThread } from "../../agent/thread";
import type { ClientProgram, Thread } from "../../agent/thread-options";
import type { Config, TomlTable } from "../../config/config";
import { findCodexHome } from "../../config/home";
import { loadConfig } from "../../config/load";
import { withValue } from "../../config/overrides";
import type { ResponseItem } from "../../protocol/response-items";
import { loadRules, rulesFolders } from "../../rules/load";
import { rulesError } from "../../rules/rules-error";
import { messageOf } from "../../util/user-error";
import { folder } from "../rpc/folder";
import type { CodexArguments } from "./tools";

export type Place = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folders put first on the PATH of commands. */
  readonly pathPrefix: readonly string[];
  /** The other side, once it has introduced itself. */
  readonly client: () => ClientProgram | undefined;
};

/** Of the threads, whoever is in front. */
export const ORIGINATOR = "codex_cli_rs";

export type OpenedThread =
  | { readonly type: "opened"; readonly thread: Thread; readonly config: Config }
  | { readonly type: "failed"; readonly message: string };

/** Flags of the server's own command line do not count: each call has its own settings. Never rejects. */
export async function openThreadFor(
  given: CodexArguments,
  { env, pathPrefix, client }: Place,
  onItem: (item: ResponseItem) => void,
): Promise<OpenedThread> {
  let config: Config;
  try {
    config = await configFor(given, env);
  } catch (error) {
    return {
      type: "failed",
      message: `Failed to load Codex configuration from overrides: ${messageOf(error)}`,
    };
  }
  try {
    const { rules, problem } = loadRules(rulesFolders({ ...config, ignoreRules: false }));
    if (problem !== undefined) throw rulesError(problem);
    const thread = await openThread({
      config,
      env,
      originator: ORIGINATOR,
      client: client(),
      source: "mcp",
      honoursApiKeyVariable: false,
      ephemeral: false,
      liveOutput: "shown",
      rules,
      pathPrefix,
      onItem,
      ...(given["base-instructions"] !== undefined && { instructions: given["base-instructions"] }),
    });
    return { type: "opened", thread, config };
  } catch (error) {
    return { type: "failed", message: `Failed to start Codex session: ${messageOf(error)}` };
  }
}

function configFor(given: CodexArguments, env: Place["env"]): Promise<Config> {
  return loadConfig({
    codexHome: findCodexHome(env),
    cwd: folder(resolve(given.cwd ?? ".")),
    env,
    overrides: [],
    enable: [],
    disable: [],
    sessionConfig: sessionTable(given),
    flags: {
      model: given.model,
      ...(given.sandbox !== undefined && { sandboxMode: given.sandbox }),
      ...(given["approval-policy"] !== undefined && { approvalPolicy: given["approval-policy"] }),
    },
  });
}

function sessionTable(given: CodexArguments): TomlTable {
  const named: readonly (readonly [string, unknown])[] = [
    ...Object.entries(given.config ?? {}),
    ["developer_instructions", given["developer-instructions"]],
    ["compact_prompt", given["compact-prompt"]],
  ];
  return named
    .filter(([, value]) => value !== undefined && value !== null)
    .reduce<TomlTable>((table, [key, value]) => withValue(table, key.split("."), value), {});
}
