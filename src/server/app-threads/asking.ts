// Questions of a turn as requests to clients, and what their answers mean (app-server.md 14).

import type { AskAnswer, AskRequest } from "../../protocol/approvals";
import type { FormValue } from "../../protocol/elicitation";
import { quoteWords } from "../../util/shell-words";
import { isRecord } from "../rpc/message";
import type { Params } from "../app/client";
import { commandActions, type Item } from "./items";

export type Question = {
  readonly method: string;
  readonly params: Params;
  /** What the thread waits for meanwhile. */
  readonly flag: "waitingOnApproval" | "waitingOnUserInput";
  readonly read: (result: unknown) => AskAnswer;
};

/** What stands for a command that is asked about before it begins. */
export function commandBefore(request: AskRequest & { readonly type: "command" }): Item {
  return {
    type: "commandExecution",
    id: request.callId,
    command: quoteWords(request.command),
    cwd: request.cwd,
    processId: null,
    source: "agent",
    status: "inProgress",
    commandActions: commandActions(request.command, request.cwd),
    aggregatedOutput: null,
    exitCode: null,
    durationMs: null,
  };
}

export function questionOf(
  request: AskRequest,
  place: { readonly threadId: string; readonly turnId: string },
): Question {
  const asked = { ...place, itemId: request.type === "mcp_elicitation" ? "" : request.callId };
  switch (request.type) {
    case "command":
      return {
        method: "item/commandExecution/requestApproval",
        params: { ...asked, startedAtMs: Date.now(), ...commandFields(request) },
        flag: "waitingOnApproval",
        read: (result) => commandAnswer(result, request),
      };
    case "patch":
      return {
        method: "item/fileChange/requestApproval",
        params: {
          ...asked,
          startedAtMs: Date.now(),
          reason: request.reason,
          grantRoot: request.grantRoot,
        },
        flag: "waitingOnApproval",
        read: patchAnswer,
      };
    case "mcp_tool_call":
      return {
        method: "mcpServer/elicitation/request",
        params: { ...place, ...toolCallFields(request) },
        flag: "waitingOnApproval",
        read: toolCallAnswer,
      };
    case "mcp_elicitation":
      return {
        method: "mcpServer/elicitation/request",
        params: { ...place, ...elicitationFields(request) },
        flag: "waitingOnUserInput",
        read: elicitationAnswer,
      };
    case "questions":
      return {
        method: "item/tool/requestUserInput",
        params: { ...asked, questions: request.questions },
        flag: "waitingOnUserInput",
        read: questionsAnswer,
      };
    default:
      return request satisfies never;
  }
}

function commandFields(request: AskRequest & { readonly type: "command" }): Params {
  const { command, cwd, reason, proposal, rememberable } = request;
  const prefix = proposal?.prefix;
  return {
    ...(reason !== null && { reason }),
    command: quoteWords(command),
    cwd,
    commandActions: commandActions(command, cwd),
    ...(prefix !== undefined && { proposedExecpolicyAmendment: prefix }),
    availableDecisions: [
      "accept",
      ...(rememberable ? ["acceptForSession"] : []),
      ...(prefix === undefined ? [] : [{ acceptWithExecpolicyAmendment: { execpolicy_amendment: prefix } }]),
      "decline",
      "cancel",
    ],
  };
}

function commandAnswer(result: unknown, request: AskRequest & { readonly type: "command" }): AskAnswer {
  const decision = isRecord(result) ? result["decision"] : undefined;
  if (!isRecord(decision)) return plainAnswer(decision);
  const { acceptWithExecpolicyAmendment: amended, applyNetworkPolicyAmendment: network } = decision;
  if (isRecord(amended)) {
    const prefix = amended["execpolicy_amendment"];
    const words = Array.isArray(prefix) ? prefix.filter((word) => typeof word === "string") : [];
    return { type: "approve_always", prefix: words.length > 0 ? words : (request.proposal?.prefix ?? []) };
  }
  const amendment = isRecord(network) ? network["network_policy_amendment"] : undefined;
  return isRecord(amendment) && amendment["action"] === "allow" ? { type: "approve" } : { type: "decline" };
}

function patchAnswer(result: unknown): AskAnswer {
  return plainAnswer(isRecord(result) ? result["decision"] : undefined);
}

/** Anything that is no decision is a no. */
function plainAnswer(decision: unknown): AskAnswer {
  switch (decision) {
    case "accept":
      return { type: "approve" };
    case "acceptForSession":
      return { type: "approve_for_session" };
    case "cancel":
      return { type: "cancel" };
    default:
      return { type: "decline" };
  }
}

function toolCallFields(request: AskRequest & { readonly type: "mcp_tool_call" }): Params {
  const given = isRecord(request.arguments) ? request.arguments : {};
  return {
    serverName: request.server,
    mode: "form",
    _meta: {
      codex_approval_kind: "mcp_tool_call",
      ...(request.rememberable && { persist: ["session", "always"] }),
      ...(request.title !== null && { tool_title: request.title }),
      ...(request.description !== null && { tool_description: request.description }),
      tool_params: given,
      tool_params_display: Object.entries(given).map(([name, value]) => ({
        name,
        value,
        display_name: name,
      })),
    },
    message: `Allow the ${request.server} MCP server to run tool "${request.tool}"?`,
    requestedSchema: { type: "object", properties: {} },
  };
}

function toolCallAnswer(result: unknown): AskAnswer {
  const given = isRecord(result) ? result : {};
  if (given["action"] !== "accept") return { type: given["action"] === "cancel" ? "cancel" : "decline" };
  const meta = given["_meta"];
  switch (isRecord(meta) ? meta["persist"] : undefined) {
    case "session":
      return { type: "approve_for_session" };
    case "always":
      return { type: "approve_always", prefix: [] };
    default:
      return { type: "approve" };
  }
}

function elicitationFields({ elicitation }: AskRequest & { readonly type: "mcp_elicitation" }): Params {
  const { server, message, request, meta } = elicitation;
  const common = { serverName: server, mode: request.mode };
  const _meta = Object.keys(meta).length === 0 ? null : meta;
  return request.mode === "form"
    ? { ...common, _meta, message, requestedSchema: request.schema }
    : { ...common, _meta, message, url: request.url, elicitationId: request.elicitationId };
}

function elicitationAnswer(result: unknown): AskAnswer {
  const given = isRecord(result) ? result : {};
  const { action, content } = given;
  if (action !== "accept") return { type: action === "cancel" ? "cancel" : "decline" };
  if (!isRecord(content)) return { type: "approve" };
  const values = Object.entries(content).flatMap(([name, value]) =>
    isFormValue(value) ? [[name, value] as const] : [],
  );
  return { type: "approve", content: Object.fromEntries(values) };
}

function isFormValue(value: unknown): value is FormValue {
  if (Array.isArray(value)) return value.every((entry) => typeof entry === "string");
  return ["string", "number", "boolean"].includes(typeof value);
}

function questionsAnswer(result: unknown): AskAnswer {
  const given = isRecord(result) && isRecord(result["answers"]) ? result["answers"] : undefined;
  if (given === undefined) return { type: "decline" };
  const answers = Object.entries(given).flatMap(([id, answer]) => {
    const said = isRecord(answer) ? answer["answers"] : undefined;
    return Array.isArray(said) ? [[id, said.filter((text) => typeof text === "string")] as const] : [];
  });
  return { type: "answers", answers: Object.fromEntries(answers) };
}
