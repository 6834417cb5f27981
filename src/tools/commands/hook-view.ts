// How the user's hooks see a shell command: as a call of `Bash` with its text, whichever tool runs it; and a patch (agent.md 15).

import type { ToolCallItem } from "../../protocol/response-items";
import { readArguments, stringArgument, type Arguments, type ParameterSchema } from "../arguments";
import { commandIn } from "../hooked-call";
import type { HookView } from "../tool";

const TOOL = "Bash";
/** What the model reads when a hook changed the input into something else. */
export const NO_COMMAND = "hook returned updatedInput without string field `command`";

/** @param argument the one that holds the command */
export function shellView(call: ToolCallItem, schema: ParameterSchema, argument: string): HookView | null {
  if (call.type !== "function_call") return null;
  const read = readArguments(call.arguments, schema);
  if ("error" in read) return null;
  return {
    tool: TOOL,
    input: { command: stringArgument(read.ok, argument) ?? "" },
    withInput(input) {
      const command = commandIn(input);
      if (command === undefined) return { error: NO_COMMAND };
      return { ...call, arguments: JSON.stringify({ ...read.ok, [argument]: command }) };
    },
  };
}

/** A patch, which a matcher may also call `Write` or `Edit`. */
export function hookedPatch(text: string) {
  return { tool: "apply_patch", aliases: ["Write", "Edit"], input: { command: text } };
}

/** The same for a question about it, with the model's reason. */
export function askedCommand(given: Arguments, callId: string) {
  const command = stringArgument(given, "cmd") ?? stringArgument(given, "command") ?? "";
  const description = stringArgument(given, "justification");
  return { tool: TOOL, input: { command, ...(description !== undefined && { description }) }, callId };
}

/** A command that was started by an earlier call and has ended now. */
export function endedCommand({
  command,
  callId,
}: {
  readonly command: readonly string[];
  readonly callId: string;
}) {
  return { tool: TOOL, input: { command: command.at(-1) ?? "" }, callId };
}
