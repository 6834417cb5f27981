// The table of methods (app-server.md 5).

import { ACCOUNT_METHODS } from "./account-methods";
import type { Call, Method, Prepared } from "./app";
import { COMMAND_METHODS } from "../app-host/command-methods";
import { CONFIG_METHODS } from "./config-methods";
import { FS_METHODS } from "../app-host/fs-methods";
import { FEATURE_METHODS } from "./feature-methods";
import { GOAL_METHODS } from "../app-threads/goal-methods";
import { HOOK_METHODS } from "./hook-methods";
import { MCP_METHODS } from "./mcp-methods";
import { MODEL_METHODS } from "./model-methods";
import { refuse } from "./params";
import { SEARCH_METHODS } from "../app-host/search-methods";
import { SKILL_METHODS } from "./skill-methods";
import { STORED_METHODS } from "../app-threads/stored-methods";
import { THREAD_METHODS } from "../app-threads/thread-methods";
import { TURN_METHODS } from "../app-threads/turn-methods";

const METHODS: ReadonlyMap<string, Method> = new Map([
  ...THREAD_METHODS,
  ...STORED_METHODS,
  ...TURN_METHODS,
  ...GOAL_METHODS,
  ...MODEL_METHODS,
  ...CONFIG_METHODS,
  ...ACCOUNT_METHODS,
  ...COMMAND_METHODS,
  ...FS_METHODS,
  ...MCP_METHODS,
  ...SKILL_METHODS,
  ...HOOK_METHODS,
  ...SEARCH_METHODS,
  ...FEATURE_METHODS,
]);

/** @param caller throws for one who has not introduced itself. @throws RpcFailure for what is not a request */
export function prepare(name: string, params: unknown, caller: () => Call): Prepared {
  const found = METHODS.get(name);
  if (found !== undefined) return found(params, caller());
  const names = ["initialize", ...METHODS.keys()].map((known) => `\`${known}\``).join(", ");
  throw refuse(`Invalid request: unknown variant \`${name}\`, expected one of ${names}`);
}
