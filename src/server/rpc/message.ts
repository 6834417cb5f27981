// A message of JSON-RPC as the servers here speak it, without the member `jsonrpc`: reading one, and the texts of answers (exec-server.md 2, app-server.md 1).

import { positionText, readJson } from "../../util/json-reader";
import type { Message } from "./wire";

/** The JSON text of an id, so that it goes back as it came, however large the number. */
export type RpcId = string;

export type Incoming =
  | { readonly type: "request"; readonly id: RpcId; readonly method: string; readonly params: unknown }
  | { readonly type: "notification"; readonly method: string }
  /** To a request of ours; `result` is undefined for an error. */
  | { readonly type: "response"; readonly id: RpcId; readonly result: unknown }
  /** `reason` says what is wrong with the text. */
  | { readonly type: "invalid"; readonly reason: string };

export const INVALID_REQUEST = -32_600;
export const METHOD_NOT_FOUND = -32_601;
export const INVALID_PARAMS = -32_602;
export const INTERNAL_ERROR = -32_603;
export const NOT_FOUND = -32_004;

/** What a method gives. */
export type Answer = {
  readonly result: unknown;
  /** To be called when the answer has been sent. */
  readonly after?: () => void;
};

const PIECES = Symbol("pieces");

/** A result that is JSON already, in pieces: what is long is not to be held as a value, as its JSON, and as bytes. */
export type LongResult = { readonly [PIECES]: readonly Uint8Array<ArrayBuffer>[] };

/** The id of an answer to what has none. */
export const NO_ID: RpcId = "-1";

/** Longer texts that are no JSON are not searched for the place. */
const LOCATED_CHARACTERS = 1_048_576;
const LARGEST_ID = 2n ** 63n - 1n;
const SMALLEST_ID = -(2n ** 63n);
const NO_MESSAGE = "data did not match any variant of untagged enum JSONRPCMessage";

/** Thrown by a method: what its caller is answered. */
export class RpcFailure extends Error {
  readonly code: number;
  /** For programs. */
  readonly data: unknown;

  constructor(code: number, message: string, options: ErrorOptions & { readonly data?: unknown } = {}) {
    super(message, options);
    this.code = code;
    this.data = options.data;
  }
}

/** Never throws. A message with an id that is none counts as invalid, and not, as to the reference, as a notification. */
export function readMessage(text: string): Incoming {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { type: "invalid", reason: error instanceof SyntaxError ? whereWrong(text) : String(error) };
  }
  if (!isRecord(value)) return { type: "invalid", reason: NO_MESSAGE };
  const { method } = value;
  const id = idOf(value, text);
  if (typeof method === "string") {
    if (id !== undefined) return { type: "request", id, method, params: value.params ?? null };
    return "id" in value ? { type: "invalid", reason: NO_MESSAGE } : { type: "notification", method };
  }
  const answers = id !== undefined && method === undefined && ("result" in value || isError(value.error));
  if (!answers) return { type: "invalid", reason: NO_MESSAGE };
  return { type: "response", id, result: "result" in value ? value.result : undefined };
}

/** @param pieces ASCII */
export function longResult(pieces: readonly Uint8Array<ArrayBuffer>[]): LongResult {
  return { [PIECES]: pieces };
}

/** Undefined for a result that is a value. */
export function piecesOf(result: unknown): readonly Uint8Array<ArrayBuffer>[] | undefined {
  return isRecord(result) && PIECES in result ? (result as LongResult)[PIECES] : undefined;
}

export function resultMessage(id: RpcId, result: unknown): Message {
  const pieces = piecesOf(result);
  if (pieces === undefined) return resultText(id, result);
  return [Buffer.from(`{"id":${id},"result":`), ...pieces, Buffer.from("}")];
}

function resultText(id: RpcId, result: unknown): string {
  return `{"id":${id},"result":${JSON.stringify(result)}}`;
}

export function errorText(id: RpcId, code: number, message: string, data?: unknown): string {
  return `{"error":${JSON.stringify({ code, message, data })},"id":${id}}`;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function whereWrong(text: string): string {
  if (text.length > LOCATED_CHARACTERS) return "it is not JSON";
  const found = readJson(text);
  return found.type === "error" ? `${found.problem} at ${positionText(text, found.at)}` : "it is not JSON";
}

function idOf({ id }: Readonly<Record<string, unknown>>, text: string): RpcId | undefined {
  if (typeof id === "string") return JSON.stringify(id);
  if (typeof id !== "number" || !Number.isInteger(id)) return undefined;
  return Number.isSafeInteger(id) ? String(id) : largeId(text);
}

/** The digits as they stand in the text: a number of JavaScript does not hold them all. */
function largeId(text: string): RpcId | undefined {
  const message = readJson(text);
  if (message.type !== "object") return undefined;
  const member = message.members.findLast(({ name }) => name === "id");
  const digits = /^\s*:\s*(-?\d+)$/.exec(text.slice(member?.nameEnd, member?.node.end))?.[1];
  if (digits === undefined) return undefined;
  const number = BigInt(digits);
  return number >= SMALLEST_ID && number <= LARGEST_ID ? digits : undefined;
}

function isError(value: unknown): boolean {
  return isRecord(value) && typeof value.code === "number" && typeof value.message === "string";
}
