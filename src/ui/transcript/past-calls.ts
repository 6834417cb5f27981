// Calls of tools in a session file that no event tells of: they are known by the call, and how they ended by its output (rollout.md 7).

import type { CommandExecution, PlanStep, ThreadItem } from "../../protocol/items";
import type { FunctionCallItem, MessageItem } from "../../protocol/response-items";
import type { UserQuestion } from "../../protocol/questions";

/** What a call was, once its output is known; undefined when nothing was seen of it. */
export type PastCall = { readonly ended: (output: string) => ThreadItem | undefined };

/** @param sessions scripts of commands in the background, by their handle; commands that go there are added */
export function pastCall(call: FunctionCallItem, sessions: Map<string, string>): PastCall | undefined {
  const given = objectIn(call.arguments);
  const id = call.call_id;
  switch (call.name) {
    case "exec_command":
      return commandCall(id, ["bash", "-lc", textOf(given.cmd)], sessions);
    case "shell_command":
      return commandCall(id, ["bash", "-lc", textOf(given.command)], sessions);
    case "shell":
    case "container.exec":
      return commandCall(id, textsOf(given.command), sessions);
    case "write_stdin": {
      const command = sessions.get(String(given.session_id)) ?? "";
      const input = textOf(given.chars);
      return { ended: () => ({ type: "terminal_interaction", id, command, input }) };
    }
    case "update_plan":
      return { ended: () => planOf(id, given) };
    case "view_image":
      return { ended: () => ({ type: "image_view", id, path: textOf(given.path) }) };
    case "apply_patch":
      return patchCall(id);
    case "request_user_input":
      return { ended: (output) => questionsOf(id, given, output) };
    default:
      return undefined;
  }
}

/** Of a patch that was begun an event tells; what is left is one that failed its check. */
export function patchCall(id: string): PastCall {
  return {
    ended: (stderr) =>
      /^(Exit code: |aborted)/.test(stderr)
        ? undefined
        : { type: "file_change", id, changes: [], status: "failed", stderr },
  };
}

/** A command that the user typed, as the model was told of it. */
export function userShellCommand(message: MessageItem, id: string): ThreadItem | undefined {
  const [part] = message.content;
  const text = part?.type === "input_text" ? part.text : "";
  if (!text.trimStart().startsWith("<user_shell_command>")) return undefined;
  const command = /<command>\n([^]*?)\n<\/command>/.exec(text)?.[1] ?? "";
  const exitCode = Number(/^Exit code: (-?\d+)$/m.exec(text)?.[1] ?? -1);
  const output = /^Output:\n([^]*?)\n<\/result>/m.exec(text)?.[1] ?? "";
  const item = execution(id, ["bash", "-lc", command], output, exitCode, null);
  return { ...item, source: "user_shell" };
}

function commandCall(id: string, argv: readonly string[], sessions: Map<string, string>): PastCall {
  return {
    ended(text) {
      const at = text.indexOf("Output:\n");
      const header = at === -1 ? "" : text.slice(0, at);
      if (!header.includes("Wall time:")) return execution(id, argv, text, -1, null);
      const session = /Process running with session ID (\d+)/.exec(header)?.[1];
      if (session !== undefined) sessions.set(session, argv.at(-1) ?? "");
      const exitCode =
        session === undefined ? Number(/(?:exited with code|Exit code:) (-?\d+)/.exec(header)?.[1] ?? -1) : 0;
      const seconds = Number(/Wall time: ([\d.]+)/.exec(header)?.[1] ?? NaN);
      const milliseconds = Number.isNaN(seconds) ? null : Math.round(seconds * 1000);
      return execution(id, argv, text.slice(at + "Output:\n".length), exitCode, milliseconds);
    },
  };
}

function execution(
  id: string,
  command: readonly string[],
  aggregatedOutput: string,
  exitCode: number,
  durationMs: number | null,
): CommandExecution {
  const status = exitCode === 0 ? "completed" : "failed";
  return { type: "command_execution", id, command, cwd: "", aggregatedOutput, exitCode, durationMs, status };
}

function planOf(id: string, given: Fields): ThreadItem {
  const steps = listOf(given.plan).map((entry): PlanStep => {
    const { step, status } = fieldsOf(entry);
    return {
      step: textOf(step),
      status: status === "completed" || status === "in_progress" ? status : "pending",
    };
  });
  const explanation = typeof given.explanation === "string" ? given.explanation : null;
  return { type: "plan", id, explanation, steps };
}

function questionsOf(id: string, given: Fields, output: string): ThreadItem {
  const questions = listOf(given.questions).map((entry): UserQuestion => {
    const { id: question, header, question: text, options, isSecret } = fieldsOf(entry);
    const labels = listOf(options).map((option) => {
      const { label, description } = fieldsOf(option);
      return { label: textOf(label), description: textOf(description) };
    });
    return {
      id: textOf(question),
      header: textOf(header),
      question: textOf(text),
      options: labels.length === 0 ? null : labels,
      isOther: false,
      isSecret: isSecret === true,
    };
  });
  const { answers } = objectIn(output);
  const byId = Object.entries(fieldsOf(answers)).map(
    ([key, value]) => [key, textsOf(fieldsOf(value).answers)] as const,
  );
  return {
    type: "questions",
    id,
    questions,
    answers: answers === undefined ? null : Object.fromEntries(byId),
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** The object that a text is JSON of; an empty one for anything else. */
function objectIn(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textsOf(value: unknown): readonly string[] {
  return listOf(value).filter((entry) => typeof entry === "string");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
