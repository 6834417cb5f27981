// One line of a session file: from an entry to text, and from untrusted bytes to an entry (rollout.md 3 to 8).

import type { Compacted, RolloutEntry, SessionMeta, SessionSource, TurnContext } from "../protocol/rollout";
import { isObject, readResponseItem } from "./response-item";

export type ParsedLine =
  | { readonly type: "entry"; readonly entry: RolloutEntry }
  /** Blank, or of a kind this release does not know. Kept in the file, without effect. */
  | { readonly type: "ignored" }
  /** Not JSON, not an envelope, or without what its kind requires: cut off or damaged. */
  | { readonly type: "bad" };

const IGNORED: ParsedLine = { type: "ignored" };
const BAD: ParsedLine = { type: "bad" };
const WHITE_SPACE: readonly number[] = [0x20, 0x09, 0x0a, 0x0d];
const OPENING_BRACE = 0x7b;
/** The first byte of U+FEFF in UTF-8; the decoder takes it away. */
const BYTE_ORDER_MARK = 0xef;
const UTF8 = new TextDecoder();
const RENAMED_EVENTS: Readonly<Record<string, string>> = {
  turn_started: "task_started",
  turn_complete: "task_complete",
};

/** The line with its newline, stamped with the UTC time it is written, in milliseconds. */
export function formatLine(entry: RolloutEntry, writtenAt: Date): string {
  const envelope = { timestamp: writtenAt.toISOString(), type: entry.type, payload: entry.payload };
  return `${JSON.stringify(envelope)}\n`;
}

/** Reads the bytes of one line, with or without its newline. Bytes that are not UTF-8 become U+FFFD. Never throws. */
export function parseLine(bytes: Uint8Array): ParsedLine {
  const first = bytes.find((byte) => !WHITE_SPACE.includes(byte));
  if (first === undefined) return IGNORED;
  if (first !== OPENING_BRACE && first !== BYTE_ORDER_MARK) return BAD;
  const envelope = parseJson(UTF8.decode(bytes));
  if (!isObject(envelope) || typeof envelope.type !== "string" || !isObject(envelope.payload)) return BAD;
  const { payload } = envelope;
  switch (envelope.type) {
    case "session_meta":
      return found("session_meta", readSessionMeta(payload));
    case "turn_context":
      return found("turn_context", readTurnContext(payload));
    case "compacted":
      return found("compacted", readCompacted(payload));
    case "response_item": {
      const item = readResponseItem(payload);
      return item ? { type: "entry", entry: { type: "response_item", payload: item } } : IGNORED;
    }
    case "event_msg": {
      if (typeof payload.type !== "string") return BAD;
      const type = RENAMED_EVENTS[payload.type] ?? payload.type;
      return { type: "entry", entry: { type: "event_msg", payload: { ...payload, type } } };
    }
    default:
      return IGNORED;
  }
}

function found<Type extends "session_meta" | "turn_context" | "compacted">(
  type: Type,
  payload: Extract<RolloutEntry, { type: Type }>["payload"] | undefined,
): ParsedLine {
  // The pair fits by the parameter types; the checker does not narrow a union by a type parameter.
  return payload ? { type: "entry", entry: { type, payload } as RolloutEntry } : BAD;
}

function readSessionMeta(payload: Readonly<Record<string, unknown>>): SessionMeta | undefined {
  const { id, cwd } = payload;
  if (typeof id !== "string" || typeof cwd !== "string") return undefined;
  const instructions = payload.base_instructions;
  return {
    // Fields that we do not look into keep their shape.
    ...(payload as Partial<SessionMeta>),
    id,
    cwd,
    timestamp: textOr(payload.timestamp, ""),
    originator: textOr(payload.originator, ""),
    cli_version: textOr(payload.cli_version, ""),
    source: readSource(payload.source),
    model_provider: typeof payload.model_provider === "string" ? payload.model_provider : null,
    base_instructions:
      isObject(instructions) && typeof instructions.text === "string" ? { text: instructions.text } : null,
  };
}

function readSource(source: unknown): SessionSource {
  if (source === undefined) return "vscode";
  return typeof source === "string" || isObject(source) ? source : "unknown";
}

function readTurnContext(payload: Readonly<Record<string, unknown>>): TurnContext | undefined {
  const { cwd, model, approval_policy: approval, sandbox_policy: sandbox } = payload;
  if (typeof cwd !== "string" || typeof model !== "string") return undefined;
  if (typeof approval !== "string" && !isObject(approval)) return undefined;
  if (!isObject(sandbox) || typeof sandbox.type !== "string") return undefined;
  // Required fields were checked; the rest is only compared with the next turn's, never interpreted here.
  return { ...payload, summary: textOr(payload.summary, "auto") } as TurnContext;
}

function readCompacted(payload: Readonly<Record<string, unknown>>): Compacted {
  const message = textOr(payload.message, "");
  if (!Array.isArray(payload.replacement_history)) return { message };
  const history = payload.replacement_history.flatMap((value) => readResponseItem(value) ?? []);
  return { message, replacement_history: history };
}

function textOr(value: unknown, fallback: string): string {
  return typeof value === "string" ? value : fallback;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
