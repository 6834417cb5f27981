// Answers what MCP servers ask of the user during a call: by policy where that decides, else by asking (mcp.md 12).

import type { Answerer } from "../../mcp/connection";
import { isCompleteForm } from "../../mcp/elicitation";
import type { ApprovalPolicy } from "../../protocol/policy";
import { answerOrInterrupt } from "../approval/question";
import type { ToolContext } from "../tool";
import { isUnrestricted } from "./approval";

/** For one call; questions of other calls wait until its own are answered. */
export function answersFor(callId: string, context: ToolContext): Answerer {
  const { threadId } = context;
  const answer: Answerer["answer"] = async (elicitation, signal) => {
    if (isUnrestricted(context) && isCompleteForm(elicitation)) return { action: "accept" };
    if (refusesElicitations(context.approvalPolicy)) return { action: "decline" };
    const release = await context.approvals.turnToAsk();
    try {
      const either = AbortSignal.any([context.signal, signal]);
      const answer = await answerOrInterrupt(
        { type: "mcp_elicitation", callId, elicitation },
        { ...context, signal: either },
      );
      switch (answer.type) {
        case "approve":
          return { action: "accept", ...(answer.content !== undefined && { content: answer.content }) };
        case "approve_for_session":
        case "approve_always":
          return { action: "accept" };
        case "answers":
          return { action: "decline" };
        case "decline":
        case "cancel":
          return { action: answer.type };
        default:
          return answer satisfies never;
      }
    } finally {
      release();
    }
  };
  return { threadId, answer };
}

/** Whether nobody is to be asked. */
export function refusesElicitations(policy: ApprovalPolicy): boolean {
  return policy === "never" || (typeof policy === "object" && !policy.granular.mcp_elicitations);
}
