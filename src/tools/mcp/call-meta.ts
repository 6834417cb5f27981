// What a server is told with each call: on whose behalf it works and, where it wants to know, what is forbidden (mcp.md 8).

import type { McpConnection } from "../../mcp/connection";
import type { PermissionProfile } from "../../protocol/policy";
import type { ToolContext } from "../tool";

type Meta = Readonly<Record<string, unknown>>;

/** A capability under `experimental`, and the key of what a server with it gets. */
const SANDBOX_STATE = "codex/sandbox-state-meta";

/** The `_meta` of a `tools/call`, but for the token that the connection adds. */
export function callMeta(context: ToolContext, { experimental }: Pick<McpConnection, "experimental">): Meta {
  return {
    threadId: context.threadId,
    "x-codex-turn-metadata": turnMetadata(context),
    ...(SANDBOX_STATE in experimental && { [SANDBOX_STATE]: sandboxState(context) }),
  };
}

function turnMetadata(context: ToolContext): Meta {
  const { threadId, turnId, session, model, config, profile } = context;
  const effort = config.toml.model_reasoning_effort ?? model.defaultReasoningLevel;
  return {
    session_id: session.id,
    thread_id: threadId,
    thread_source: session.source,
    turn_id: turnId,
    sandbox: sandboxName(profile),
    turn_started_at_unix_ms: context.turnStartedAt,
    model: model.slug,
    ...(effort !== undefined && { reasoning_effort: effort }),
    ...(context.userWasAsked() && { user_input_requested_during_turn: true }),
  };
}

/** By what it is built with here, as servers know it. */
function sandboxName({ type }: PermissionProfile): string {
  if (type === "disabled") return "none";
  if (type === "external") return "external";
  switch (process.platform) {
    case "darwin":
      return "seatbelt";
    case "win32":
      return "windows_sandbox";
    default:
      return "seccomp";
  }
}

/** There is no helper program that a server could confine its own commands with: `codex sandbox` does that. */
function sandboxState({ profile, config, cwd }: ToolContext): Meta {
  return {
    permissionProfile: profile,
    sandboxPolicy: config.sandboxPolicy,
    codexLinuxSandboxExe: null,
    sandboxCwd: cwd,
    useLegacyLandlock: false,
  };
}
