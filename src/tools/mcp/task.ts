// Calls a tool, also one that runs only as a task: started by one request, its result waited for by another (revision 2025-11-25).

import type { McpConnection, RequestLimits } from "../../mcp/connection";
import { isRecord, type McpTool } from "../../mcp/tool-list";

/** For telling a server that nobody waits any more. */
const CANCEL_MS = 500;

type Result = Readonly<Record<string, unknown>>;

/** @param params of `tools/call`. @throws McpRequestError */
export async function callTool(
  connection: McpConnection,
  tool: McpTool,
  params: Result,
  limits: RequestLimits,
): Promise<Result> {
  if (!tool.isTask) return connection.callTool(params, limits);
  const { task, ...answer } = await connection.callTool({ ...params, task: {} }, limits);
  if (!isRecord(task) || typeof task.taskId !== "string") return answer;
  const { taskId } = task;
  try {
    return await connection.request("tasks/result", { taskId }, limits);
  } catch (error) {
    await cancelled(connection, taskId);
    throw error;
  }
}

/** A server that cannot be told so forgets the task by itself, in time. */
async function cancelled(connection: McpConnection, taskId: string): Promise<void> {
  try {
    await connection.request("tasks/cancel", { taskId }, { signal: AbortSignal.timeout(CANCEL_MS) });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
  }
}
