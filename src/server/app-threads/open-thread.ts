// Opens a thread as a client asks for it: its configuration, its trust, its MCP servers, then the thread (app-server.md 6).

import { resolve } from "node:path";
import { forkedSession } from "../../agent/past";
import { openThread } from "../../agent/thread";
import type { ThreadOptions } from "../../agent/thread-options";
import type { Config, TomlTable } from "../../config/config";
import { loadConfig, type LoadOptions } from "../../config/load";
import { mergeTables } from "../../config/merge";
import { withValue } from "../../config/overrides";
import { recordTrust } from "../../config/edit";
import { tryLock } from "../../exec/libc";
import type { ApprovalPolicy, SandboxMode } from "../../protocol/policy";
import { loadRules, rulesFolders } from "../../rules/load";
import { rulesError } from "../../rules/rules-error";
import { messageOf, UserError } from "../../util/user-error";
import { boolean, oneOf, optional, string } from "../rpc/decode";
import { folder } from "../rpc/folder";
import type { ClientInfo, Place } from "../app/client";
import type { LoadedThread } from "./live-thread";
import { reloadableServers } from "./reloadable-servers";
import { anything, approvalPolicy, record, refuse, reviewer, sandboxMode } from "../app/params";

/** What a client may say of a thread that it opens. */
export const openFields = {
  model: optional(string),
  modelProvider: optional(string),
  serviceTier: optional(string),
  cwd: optional(string),
  approvalPolicy: optional(approvalPolicy),
  approvalsReviewer: optional(reviewer),
  sandbox: optional(sandboxMode),
  config: optional(record),
  baseInstructions: optional(string),
  developerInstructions: optional(string),
  personality: optional(oneOf("none", "friendly", "pragmatic")),
  permissions: optional(string),
  runtimeWorkspaceRoots: optional(anything),
  excludeTurns: optional(boolean),
};

export type OpenWish = {
  readonly model?: string | undefined;
  readonly modelProvider?: string | undefined;
  readonly serviceTier?: string | undefined;
  readonly cwd?: string | undefined;
  readonly approvalPolicy?: ApprovalPolicy | undefined;
  readonly sandbox?: SandboxMode | undefined;
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  readonly baseInstructions?: string | undefined;
  readonly developerInstructions?: string | undefined;
  readonly personality?: string | undefined;
  readonly permissions?: string | undefined;
};

/** Where a thread comes from. Paths are of session files. */
export type Origin =
  | { readonly type: "new" }
  | { readonly type: "resume"; readonly path: string }
  | { readonly type: "fork"; readonly path: string };

/** @throws RpcFailure for a configuration that cannot be used, or a thread that cannot be opened */
export async function openFor(
  wish: OpenWish,
  origin: Origin,
  ephemeral: boolean,
  { place, client }: { readonly place: Place; readonly client: ClientInfo },
): Promise<LoadedThread> {
  const config = await configFor(wish, place);
  try {
    const { rules, problem } = loadRules(rulesFolders({ ...config, ignoreRules: false }));
    if (problem !== undefined) throw rulesError(problem);
    const mcp = await reloadableServers({ config, env: place.env });
    const options: ThreadOptions = {
      config,
      env: place.env,
      originator: client.name,
      client,
      source: "vscode",
      honoursApiKeyVariable: false,
      ephemeral,
      liveOutput: "shown",
      checkpoints: "early",
      rules,
      pathPrefix: place.pathPrefix,
      mcp,
      ...(wish.baseInstructions !== undefined && { instructions: wish.baseInstructions }),
    };
    try {
      const resume = await sessionOf(origin, options);
      const thread = await openThread({ ...options, resume, isCopy: ephemeral });
      keepSettings(thread, wish);
      const configNow = () => configFor({ ...wish, sandbox: undefined }, place);
      return { thread, config, ephemeral, mcp, configNow };
    } catch (error) {
      await mcp[Symbol.asyncDispose]();
      throw error;
    }
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw refuse(`error creating thread: ${messageOf(error)}`);
  }
}

/** @throws RpcFailure for a configuration that cannot be used */
export async function configFor(wish: OpenWish, place: Place): Promise<Config> {
  const options = loadOptions(wish, place);
  try {
    const config = await loadConfig(options);
    const { sandbox } = wish;
    const writes = sandbox === "workspace-write" || sandbox === "danger-full-access";
    if (!writes || config.trust !== undefined) return config;
    return await trusted(config, options);
  } catch (error) {
    if (error instanceof UserError) throw refuse(`failed to load configuration: ${error.message}`);
    throw error;
  }
}

/** A project that a client lets a thread write to becomes a trusted one; where that cannot be saved it holds for the thread. */
async function trusted(config: Config, options: LoadOptions): Promise<Config> {
  const key = config.projectTrustKey;
  try {
    await recordTrust(config.userConfigPath, key, { tryLock });
    return await loadConfig(options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const held = { projects: { [key]: { trust_level: "trusted" } } };
    return await loadConfig({ ...options, sessionConfig: mergeTables(options.sessionConfig ?? {}, held) });
  }
}

function loadOptions(wish: OpenWish, place: Place): LoadOptions {
  const { sandbox, permissions } = wish;
  if (sandbox !== undefined && permissions !== undefined) {
    throw refuse("`permissions` cannot be combined with `sandbox`");
  }
  return {
    codexHome: place.codexHome,
    cwd: wish.cwd === undefined ? place.cwd : folder(resolve(place.cwd, wish.cwd)),
    env: place.env,
    ...place.commandLine,
    sessionConfig: sessionTable(wish),
    flags: {
      model: wish.model,
      modelProvider: wish.modelProvider,
      ...(sandbox !== undefined && { sandboxMode: sandbox }),
      ...(wish.approvalPolicy !== undefined && { approvalPolicy: wish.approvalPolicy }),
    },
  };
}

function sessionTable(wish: OpenWish): TomlTable {
  const named: readonly (readonly [string, unknown])[] = [
    ...Object.entries(wish.config ?? {}),
    ["developer_instructions", wish.developerInstructions],
    ["personality", wish.personality],
    ["service_tier", wish.serviceTier],
    ["default_permissions", wish.permissions],
  ];
  return named
    .filter(([, value]) => value !== undefined && value !== null)
    .reduce<TomlTable>((table, [key, value]) => withValue(table, key.split("."), value), {});
}

async function sessionOf(origin: Origin, options: ThreadOptions): Promise<string | undefined> {
  switch (origin.type) {
    case "new":
      return undefined;
    case "resume":
      return origin.path;
    case "fork":
      return options.ephemeral ? origin.path : await forkedSession(options, origin.path);
    default:
      return origin satisfies never;
  }
}

/** A session goes on with what its last turn had, but for what the client asks for. */
function keepSettings(thread: LoadedThread["thread"], wish: OpenWish): void {
  const { recorded } = thread;
  if (recorded === undefined) return;
  thread.configure({
    ...(wish.model === undefined && { model: recorded.model, effort: recorded.effort }),
    ...(wish.approvalPolicy === undefined && { approvalPolicy: recorded.approvalPolicy }),
    ...(wish.sandbox === undefined &&
      wish.permissions === undefined && { sandboxPolicy: recorded.sandboxPolicy }),
  });
}
