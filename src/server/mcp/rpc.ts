// JSON-RPC 2.0 as MCP servers speak it: what a line is, and what is answered to one that is nothing (mcp.md 15).

import { isRecord } from "../../mcp/tool-list";

export type RpcId = string | number;
export type Params = Readonly<Record<string, unknown>>;

export type RpcError = { readonly code: number; readonly message: string; readonly data?: unknown };

export type Incoming =
  | { readonly type: "request"; readonly id: RpcId; readonly method: string; readonly params: Params }
  | { readonly type: "notification"; readonly method: string; readonly params: Params }
  /** To a request of ours. */
  | { readonly type: "response"; readonly id: RpcId; readonly result: unknown; readonly failed: boolean }
  /** To be answered with the error; `id` is null where none can be told. */
  | { readonly type: "invalid"; readonly id: RpcId | null; readonly error: RpcError };

export const PARSE_ERROR = -32_700;
export const INVALID_REQUEST = -32_600;
export const METHOD_NOT_FOUND = -32_601;
export const INVALID_PARAMS = -32_602;
export const INTERNAL_ERROR = -32_603;

/** Never throws. */
export function readMessage(line: string): Incoming {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return invalid(null, PARSE_ERROR, "Parse error"); // which is what the client reads
  }
  if (!isRecord(value) || value.jsonrpc !== "2.0")
    return invalid(idOf(value), INVALID_REQUEST, "Invalid Request");
  const id = idOf(value);
  const { method, params } = value;
  if (typeof method !== "string") {
    const answers = id !== null && method === undefined && ("result" in value || "error" in value);
    if (!answers) return invalid(id, INVALID_REQUEST, "Invalid Request");
    return { type: "response", id, result: value.result, failed: "error" in value };
  }
  if (params !== undefined && !isRecord(params)) {
    return invalid(id, INVALID_PARAMS, "Invalid params: an object is expected");
  }
  if (!("id" in value)) return { type: "notification", method, params: params ?? {} };
  if (id === null) return invalid(null, INVALID_REQUEST, "Invalid Request");
  return { type: "request", id, method, params: params ?? {} };
}

function idOf(value: unknown): RpcId | null {
  const id = isRecord(value) ? value.id : null;
  return typeof id === "string" || (typeof id === "number" && Number.isSafeInteger(id)) ? id : null;
}

function invalid(id: RpcId | null, code: number, message: string): Incoming {
  return { type: "invalid", id, error: { code, message } };
}
