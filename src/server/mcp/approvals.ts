// Questions of a turn as requests to the client, and its answers (mcp.md 19).

import { isRecord } from "../../mcp/tool-list";
import type { AskAnswer, AskRequest } from "../../protocol/approvals";
import { quoteWords } from "../../util/shell-words";
import { changesByPath, parsedCommand } from "./events";
import type { Params, RpcId } from "./rpc";

export type QuestionPlace = {
  readonly threadId: string;
  readonly turnId: string;
  /** Of the `tools/call` during which it is asked. */
  readonly requestId: RpcId;
};

/** Parameters of `elicitation/create`; undefined for questions that are not handed on. */
export function questionParams(request: AskRequest, place: QuestionPlace): Params | undefined {
  const common = {
    requestedSchema: { type: "object", properties: {} },
    threadId: place.threadId,
    codex_mcp_tool_call_id: String(place.requestId),
    codex_event_id: place.turnId,
  };
  switch (request.type) {
    case "command":
      return {
        message: `Allow Codex to run \`${quoteWords(request.command)}\` in \`${request.cwd}\`?`,
        ...common,
        codex_elicitation: "exec-approval",
        codex_call_id: request.callId,
        codex_command: request.command,
        codex_cwd: request.cwd,
        codex_parsed_cmd: parsedCommand(request.command),
      };
    case "patch":
      return {
        message: `${request.reason === null ? "" : `${request.reason}\n`}Allow Codex to apply proposed code changes?`,
        ...common,
        codex_elicitation: "patch-approval",
        codex_call_id: request.callId,
        ...(request.reason !== null && { codex_reason: request.reason }),
        ...(request.grantRoot !== null && { codex_grant_root: request.grantRoot }),
        codex_changes: changesByPath(request.changes),
      };
    default:
      return undefined;
  }
}

/** Both what this server has always understood, `decision`, and what the protocol says, `action`. Anything else is a no. */
export function answerOf(result: unknown, request: AskRequest): AskAnswer {
  if (!isRecord(result)) return { type: "decline" };
  const { decision, action } = result;
  if (isRecord(decision) && "approved_execpolicy_amendment" in decision) {
    const prefix = request.type === "command" ? (request.proposal?.prefix ?? []) : [];
    return { type: "approve_always", prefix };
  }
  switch (decision ?? action) {
    case "approved":
    case "accept":
      return { type: "approve" };
    case "approved_for_session":
      return { type: "approve_for_session" };
    case "abort":
    case "cancel":
      return { type: "cancel" };
    default:
      return { type: "decline" };
  }
}
