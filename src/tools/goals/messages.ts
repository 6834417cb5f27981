// What the model is told of its goal without having asked: to go on, that the budget is used up, that the user has edited it.

import type { Goal } from "../../protocol/goal";
import type { ResponseItem } from "../../protocol/response-items";
import { userMessage } from "../../rollout/user-messages";
import continueText from "./continue.md" with { type: "text" };
import editedText from "./edited.md" with { type: "text" };
import spentText from "./spent.md" with { type: "text" };

export const continueMessage = (goal: Goal): ResponseItem => message(continueText, goal);
export const editedMessage = (goal: Goal): ResponseItem => message(editedText, goal);
export const spentMessage = (goal: Goal): ResponseItem => message(spentText, goal);

/** In the user's role and marked as not the user's, by a name that readers of session files know. */
function message(text: string, goal: Goal): ResponseItem {
  const { tokensUsed, tokenBudget, timeUsedSeconds } = goal;
  const tokens = tokenBudget === null ? `${tokensUsed} tokens` : `${tokensUsed} of ${tokenBudget} tokens`;
  const filled = text
    .trim()
    .replace("{used}", `${tokens}, ${timeUsedSeconds} seconds`)
    .replace("{objective}", () => escaped(goal.objective));
  return userMessage(`<codex_internal_context source="goal">\n${filled}\n</codex_internal_context>`);
}

/** So that no objective can end its own element. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
