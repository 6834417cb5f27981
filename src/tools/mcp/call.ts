// One call of an MCP tool: arguments read, permission sought, the server asked, its answer put into the model's form (mcp.md 8).

import { ScopesNeededError } from "../../mcp/failure";
import type { NamedTool } from "../../mcp/names";
import { isRecord } from "../../mcp/tool-list";
import type { ThreadEvent } from "../../protocol/events";
import type { McpToolCall } from "../../protocol/items";
import type { ToolCallItem } from "../../protocol/response-items";
import { positionText, readJson } from "../../util/json-reader";
import { messageOf } from "../../util/user-error";
import { abortedText, type ToolContext, type ToolRun } from "../tool";
import { permission } from "./approval";
import { callMeta } from "./call-meta";
import { answersFor } from "./elicitation";
import { logInForMore } from "./step-up";
import { callTool } from "./task";
import { errorResult, outputOf, shownResult } from "./result";

/** The model reads errors in the same form as results. */
export async function* runMcpTool(
  { connection, tool }: NamedTool,
  hookName: string,
  call: ToolCallItem,
  context: ToolContext,
): ToolRun {
  if (call.type !== "function_call") return "aborted";
  const startedAt = performance.now();
  const read = parsed(call.arguments);
  if ("error" in read) return outputOf(errorResult(read.error), { startedAt, model: context.model });
  const server = connection.config.name;
  const item = (end: Partial<McpToolCall>): McpToolCall => ({
    type: "mcp_tool_call",
    id: call.call_id,
    server,
    tool: tool.name,
    arguments: read.ok ?? null,
    result: null,
    error: null,
    durationMs: null,
    status: "in_progress",
    ...end,
  });
  yield { type: "item.started", item: item({}) };
  const ended = yield* attempt();
  const durationMs = performance.now() - startedAt;
  if ("error" in ended) {
    const error = { message: ended.error };
    yield { type: "item.completed", item: item({ error, durationMs, status: "failed" }) };
    if (context.signal.aborted) return abortedText(startedAt);
    return outputOf(errorResult(ended.error), { startedAt, model: context.model });
  }
  const status = ended.ok.isError === true ? "failed" : "completed";
  yield { type: "item.completed", item: item({ result: shownResult(ended.ok), durationMs, status }) };
  const output = outputOf(ended.ok, { startedAt, model: context.model });
  return status === "failed" ? output : { output, response: ended.ok };

  async function* attempt(): AsyncGenerator<
    ThreadEvent,
    { ok: Readonly<Record<string, unknown>> } | { error: string }
  > {
    const given = read.ok;
    if (given !== undefined && !isRecord(given)) {
      return { error: `MCP tool arguments must be a JSON object, got ${JSON.stringify(given)}` };
    }
    const hooked = { tool: hookName, input: given ?? {}, callId: call.call_id };
    const wanted = {
      callId: call.call_id,
      hooked,
      server: connection.config,
      tool,
      arguments: given ?? null,
    };
    const refusal = yield* permission(wanted, context);
    if (refusal !== undefined) return { error: refusal };
    if (tool.annotations.readOnlyHint !== true) await context.checkpoint.beforeWork();
    try {
      const params = {
        _meta: callMeta(context, connection),
        name: tool.name,
        ...(given !== undefined && { arguments: given }),
      };
      const limits = { signal: context.signal, answer: answersFor(call.call_id, context) };
      try {
        return { ok: await callTool(connection, tool, params, limits) };
      } catch (error) {
        if (!(error instanceof ScopesNeededError)) throw error;
        await logInForMore(error, connection.options, call.call_id, context);
        return { ok: await callTool(connection, tool, params, limits) };
      }
    } catch (error) {
      const cause = `\n\nCaused by:\n    ${messageOf(error)}`;
      return { error: `tool call error: tool call failed for \`${server}/${tool.name}\`${cause}` };
    }
  }
}

/** Nothing at all is no arguments. */
function parsed(text: string): { ok: unknown } | { error: string; ok?: undefined } {
  if (text === "") return { ok: undefined };
  const node = readJson(text);
  if (node.type === "error") return { error: `err: ${node.problem} at ${positionText(text, node.at)}` };
  return { ok: node.value };
}
