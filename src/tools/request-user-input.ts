// request_user_input: questions of the model to the person in front of it, possible where the mode of work provides for them.

import type { UserQuestion } from "../protocol/questions";
import { answerOrInterrupt } from "./approval/question";
import { readArguments } from "./arguments";
import { REQUEST_USER_INPUT_PARAMETERS } from "./schemas";
import description from "./request-user-input.txt" with { type: "text" };
import { functionSpec, type Tool, type ToolContext } from "./tool";

export const requestUserInput: Tool = {
  name: "request_user_input",
  parallel: false,
  advertise: (_model, config) =>
    config.toml.tools?.experimental_request_user_input?.enabled === false
      ? null
      : functionSpec("request_user_input", description, REQUEST_USER_INPUT_PARAMETERS),
  async *run(call, context) {
    if (call.type !== "function_call") return "aborted";
    if (!mayAsk(context)) return "request_user_input is unavailable in Default mode";
    const read = readArguments(call.arguments, REQUEST_USER_INPUT_PARAMETERS);
    if ("error" in read) return read.error;
    const asked = read.ok["questions"] as readonly Asked[]; // fits the schema
    const problem = problemOf(asked);
    if (problem !== null) return problem;
    const questions = asked.map(questionOf);
    const item = { type: "questions", id: call.call_id, questions } as const;
    yield { type: "item.started", item: { ...item, answers: null } };
    const answers = await answersTo(questions, call.call_id, context);
    yield { type: "item.completed", item: { ...item, answers } };
    if (answers === null)
      return "The user has not answered. Go on with the most reasonable reading, or ask in your message.";
    const output = outputText(answers);
    return { output, response: output };
  },
};

type Asked = Pick<UserQuestion, "id" | "header" | "question"> & {
  readonly options: readonly { readonly label: string; readonly description: string }[];
};

type Answers = Readonly<Record<string, readonly string[]>>;

function mayAsk({ collaborationMode, config }: ToolContext): boolean {
  return collaborationMode === "plan" || config.features.get("default_mode_request_user_input") === true;
}

function problemOf(asked: readonly Asked[]): string | null {
  if (asked.length === 0) return "request_user_input needs at least one question";
  if (asked.some(({ options }) => options.length === 0)) {
    return "request_user_input needs options for every question";
  }
  return new Set(asked.map(({ id }) => id)).size < asked.length
    ? "request_user_input needs a different id for every question"
    : null;
}

function questionOf({ id, header, question, options }: Asked): UserQuestion {
  const choices = options.map((option) => ({ label: option.label, description: option.description }));
  return { id, header, question, options: choices, isOther: true, isSecret: false };
}

/** Null when nobody answered; a person who cancels ends the turn. */
async function answersTo(
  questions: readonly UserQuestion[],
  callId: string,
  context: ToolContext,
): Promise<Answers | null> {
  const release = await context.approvals.turnToAsk();
  try {
    const answer = await answerOrInterrupt({ type: "questions", callId, questions }, context);
    if (answer.type === "cancel") context.interrupt();
    return answer.type === "answers" ? answer.answers : null;
  } finally {
    release();
  }
}

/** As the reference words it: `{"answers":{"ID":{"answers":["…"]}}}`. */
function outputText(answers: Answers): string {
  const entries = Object.entries(answers).map(([id, given]) => [id, { answers: given }]);
  return JSON.stringify({ answers: Object.fromEntries(entries) });
}
