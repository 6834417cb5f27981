// What a call of a goal tool does, and what the model reads of it.

import type { Goal } from "../../protocol/goal";
import { numberArgument, readArguments, stringArgument } from "../arguments";
import { CREATE_GOAL_PARAMETERS, UPDATE_GOAL_PARAMETERS } from "../schemas";
import type { ToolContext, ToolSuccess } from "../tool";
import { isPursued, type GoalBook } from "./book";
import { changed, charged, newGoal, problemOf } from "./ledger";
import reachedText from "./reached.txt" with { type: "text" };

/** What the call leaves, where it changes anything, and what the model reads. */
export type GoalAnswer = { readonly goal?: Goal; readonly output: string | ToolSuccess };

export function answerGoalCall(
  name: string,
  given: string,
  book: GoalBook,
  { turnStartedAt }: Pick<ToolContext, "turnStartedAt">,
): GoalAnswer {
  if (name === "get_goal") return { output: result(book.goal()) };
  return name === "create_goal" ? createGoal(given, book) : updateGoal(given, book, turnStartedAt);
}

function createGoal(given: string, book: GoalBook): GoalAnswer {
  const read = readArguments(given, CREATE_GOAL_PARAMETERS);
  if ("error" in read) return { output: read.error };
  const objective = stringArgument(read.ok, "objective") ?? "";
  const tokenBudget = numberArgument(read.ok, "token_budget") ?? null;
  const problem = problemOf({ objective, tokenBudget });
  if (problem !== null) return { output: problem };
  const before = book.goal();
  if (before !== null && before.status !== "complete") {
    return { output: `this thread has a goal already, which is ${before.status}: get_goal shows it` };
  }
  const goal = newGoal(book.threadId, objective, tokenBudget);
  book.startClock();
  book.calledIn("first");
  return { goal, output: result(goal) };
}

function updateGoal(given: string, book: GoalBook, turnStartedAt: number): GoalAnswer {
  const read = readArguments(given, UPDATE_GOAL_PARAMETERS);
  if ("error" in read) return { output: read.error };
  const before = book.goal();
  if (before === null) return { output: "this thread has no goal to update" };
  const status = read.ok["status"] === "complete" ? "complete" : "blocked"; // fits the schema
  const counted = isPursued(before) ? charged(before, 0, book.takeSeconds(turnStartedAt)) : before;
  const goal = changed(counted, { status });
  if (isPursued(before)) book.calledIn("last");
  return { goal, output: result(goal, goal.status === "complete" ? reachedText.trim() : null) };
}

/** As the reference words it: a budget that there is not is left out of the goal. */
function result(goal: Goal | null, report: string | null = null): ToolSuccess {
  const remainingTokens =
    goal === null || goal.tokenBudget === null ? null : Math.max(0, goal.tokenBudget - goal.tokensUsed);
  const shown = goal === null ? null : { ...goal, tokenBudget: goal.tokenBudget ?? undefined };
  const output = JSON.stringify({ goal: shown, remainingTokens, completionBudgetReport: report });
  return { output, response: output };
}
