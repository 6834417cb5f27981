// Whether an MCP tool may be called: by the user's settings, by what the server says of the tool, or by asking (approvals.md 10).

import { editConfigFile } from "../../config/edit";
import { tryLock } from "../../exec/libc";
import { approvalModeOf, type McpServerConfig } from "../../mcp/server-config";
import type { McpTool, ToolAnnotations } from "../../mcp/tool-list";
import type { HookedCall } from "../../hooks/session-hooks";
import type { ThreadEvent } from "../../protocol/events";
import type { PermissionProfile } from "../../protocol/policy";
import { answerOrInterrupt, decidedByHooks } from "../approval/question";
import type { ToolContext } from "../tool";

export type WantedCall = {
  readonly callId: string;
  /** As the user's hooks see it. */
  readonly hooked: HookedCall;
  readonly server: McpServerConfig;
  readonly tool: McpTool;
  readonly arguments: unknown;
};

export type Authority = Pick<
  ToolContext,
  "approvalPolicy" | "approvals" | "ask" | "config" | "hooks" | "interrupt" | "profile" | "signal" | "turnId"
>;

const REJECTED = "user rejected MCP tool call";
const CANCELLED = "user cancelled MCP tool call";

/** Undefined when the call may be made, else the text for the model. Asks at most one question. */
export async function* permission(
  wanted: WantedCall,
  context: Authority,
): AsyncGenerator<ThreadEvent, string | undefined> {
  const { server, tool } = wanted;
  const mode = approvalModeOf(server, tool.name);
  if (mode === "approve" || isUnrestricted(context)) return undefined;
  if (mode === "auto" && !needsApproval(tool.annotations)) return undefined;
  if (mode === "prompt" && context.signal.aborted) return CANCELLED;
  const keys = mode === "auto" ? [`mcp:${server.name}/${tool.name}`] : [];
  const release = await context.approvals.turnToAsk();
  try {
    if (context.approvals.covers(keys)) return undefined;
    const decided = yield* decidedByHooks(wanted.hooked, context);
    if (decided !== undefined) return decided.type === "approved" ? undefined : (decided.reason ?? REJECTED);
    return await ask(wanted, keys, context);
  } finally {
    release();
  }
}

/** By what the server says of the tool. One that says nothing needs it (approvals.md 10). */
function needsApproval(hints: ToolAnnotations): boolean {
  if (hints.destructiveHint === true) return true;
  if (hints.readOnlyHint === true) return false;
  return hints.destructiveHint !== false || hints.openWorldHint !== false;
}

/** Whether nothing is asked and nothing is forbidden anyway. */
export function isUnrestricted({
  approvalPolicy,
  profile,
}: Pick<Authority, "approvalPolicy" | "profile">): boolean {
  return approvalPolicy === "never" && writesEverywhere(profile);
}

function writesEverywhere(profile: PermissionProfile): boolean {
  if (profile.type !== "managed" || profile.file_system.type === "unrestricted") return true;
  const { entries } = profile.file_system;
  const opensRoot = entries.some(
    ({ path, access }) => access === "write" && path.type === "special" && path.value.kind === "root",
  );
  return opensRoot && entries.every(({ access }) => access === "write");
}

async function ask(
  { callId, server, tool, arguments: given }: WantedCall,
  keys: readonly string[],
  context: Authority,
): Promise<string | undefined> {
  const answer = await answerOrInterrupt(
    {
      type: "mcp_tool_call",
      callId,
      server: server.name,
      tool: tool.name,
      title: tool.title ?? null,
      description: tool.description === "" ? null : tool.description,
      arguments: given,
      rememberable: keys.length > 0,
    },
    context,
  );
  switch (answer.type) {
    case "approve":
      return undefined;
    case "approve_for_session":
      context.approvals.remember(keys);
      return undefined;
    case "approve_always":
      context.approvals.remember(keys);
      if (keys.length > 0) save(server.name, tool.name, context);
      return undefined;
    case "decline":
    case "answers":
      return REJECTED;
    case "cancel":
      return CANCELLED;
    default:
      return answer satisfies never;
  }
}

/** To the file that defines the server. What cannot be saved holds for the session. */
function save(server: string, tool: string, { config, approvals }: Authority): void {
  const path = ["mcp_servers", server, "tools", tool, "approval_mode"];
  const project = config.layers.findLast(
    ({ source, toml, disabledReason }) =>
      source.type === "project" && disabledReason === undefined && hasServer(toml["mcp_servers"], server),
  );
  const file = project?.source.type === "project" ? project.source.file : config.userConfigPath;
  try {
    editConfigFile(file, [{ type: "set", path, value: "approve" }], { tryLock });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    approvals.notify(`The permission for ${server}/${tool} could not be saved: ${error.message}`);
  }
}

function hasServer(servers: unknown, name: string): boolean {
  return typeof servers === "object" && servers !== null && Object.hasOwn(servers, name);
}
