// Runs a call between the user's hooks: one before may refuse or change it, one after may replace what the model reads (agent.md 15).

import type { ThreadEvent } from "../protocol/events";
import type { ToolCallItem, ToolOutputContent } from "../protocol/response-items";
import { readJson } from "../util/json-reader";
import { abortedText, type HookView, type Tool, type ToolContext, type ToolSuccess } from "./tool";

/**
 * Runs the call, and hooks where there are any.
 * @param tell takes what hooks have to say to the model, which stands before the output of the call
 * @returns what the model reads
 */
export async function* runHooked(
  tool: Tool,
  call: ToolCallItem,
  context: ToolContext,
  tell: (text: string) => void,
): AsyncGenerator<ThreadEvent, ToolOutputContent> {
  const startedAt = performance.now();
  const { hooks } = context;
  if (hooks === undefined) return outputOf(yield* tool.run(call, context));
  const view = viewOf(tool, call);
  let wanted: ToolCallItem = call;
  if (view !== null) {
    const before = yield* hooks.beforeTool({ ...view, callId: call.call_id }, context);
    if (context.signal.aborted) return abortedText(startedAt);
    for (const text of before.contexts) tell(text);
    if (before.refusal !== undefined) return refusal(before.refusal, view);
    if (before.updatedInput !== undefined) {
      const changed = view.withInput(before.updatedInput);
      if ("error" in changed) return changed.error;
      wanted = changed;
    }
  }
  const result = yield* tool.run(wanted, context);
  if (!isSuccess(result)) return result;
  const about = result.ends ?? hookedCall(tool, wanted);
  if (about === null) return result.output;
  const after = yield* hooks.afterTool(about, result.response, context);
  for (const text of after.contexts) tell(text);
  return after.output ?? result.output;
}

function hookedCall(tool: Tool, call: ToolCallItem) {
  const view = viewOf(tool, call);
  return view === null ? null : { ...view, callId: call.call_id };
}

/** Arguments that are no object are the tool's to complain about. */
function viewOf(tool: Tool, call: ToolCallItem): HookView | null {
  if (tool.hookView !== undefined) return tool.hookView(call);
  return call.type === "function_call" ? functionView(tool.name, call) : null;
}

/** Of a function: its arguments as they are. */
export function functionView(
  tool: string,
  call: ToolCallItem & { readonly type: "function_call" },
): HookView | null {
  const node = readJson(call.arguments === "" ? "{}" : call.arguments);
  if (node.type !== "object") return null;
  return {
    tool,
    input: node.value,
    withInput: (input) => ({ ...call, arguments: JSON.stringify(input) }),
  };
}

function refusal(reason: string, { tool, aliases, input }: HookView): string {
  const command = commandIn(input);
  return (tool === "Bash" || aliases !== undefined) && command !== undefined
    ? `Command blocked by PreToolUse hook: ${reason}. Command: ${command}`
    : `Tool call blocked by PreToolUse hook: ${reason}. Tool: ${tool}`;
}

/** Of an input that is one text: a shell command, or a patch. */
export function commandIn(input: unknown): string | undefined {
  const command =
    typeof input === "object" && input !== null && "command" in input ? input.command : undefined;
  return typeof command === "string" ? command : undefined;
}

function outputOf(result: ToolOutputContent | ToolSuccess): ToolOutputContent {
  return isSuccess(result) ? result.output : result;
}

function isSuccess(result: ToolOutputContent | ToolSuccess): result is ToolSuccess {
  return typeof result === "object" && "response" in result;
}
