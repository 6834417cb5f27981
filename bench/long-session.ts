// Writes the session file of a very long conversation: a million items, a gigabyte.

import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { EventMsg, RolloutEntry } from "../src/protocol/rollout";
import { formatLine } from "../src/rollout/line";
import { rolloutPath } from "../src/rollout/path";
import type { Box } from "../test/support/harness";

export type LongSession = {
  readonly id: string;
  /** Bytes after the newest compaction; undefined: there is none. */
  readonly afterCompaction: number | undefined;
};

export const ITEMS = 1_000_000;
const BYTES = 1_000_000_000;
const ITEMS_PER_TURN = 20;
const STARTED = new Date("2026-01-05T08:00:00Z");
/** Lines of the file are gathered to pieces of this size. */
const WRITE_BYTES = 8 * 1_048_576;

/** Every turn has a prompt, calls with their outputs, an answer, and the events between them. Returns the session's id. */
export function writeLongSession(box: Box, { id, afterCompaction }: LongSession): void {
  const path = rolloutPath(box.codexHome, id, STARTED);
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, "wx");
  const turns = ITEMS / ITEMS_PER_TURN;
  const bytesPerTurn = BYTES / turns;
  const compactAt = afterCompaction === undefined ? -1 : turns - Math.floor(afterCompaction / bytesPerTurn);
  let text = lineOf(metaOf(id, box.workspace));
  for (let turn = 0; turn < turns; turn++) {
    text += turnText(turn, box.workspace, bytesPerTurn);
    if (turn === compactAt) text += compactionText();
    if (text.length > WRITE_BYTES) text = written(fd, text);
  }
  written(fd, text);
  closeSync(fd);
}

function written(fd: number, text: string): "" {
  writeSync(fd, text);
  return "";
}

function turnText(turn: number, cwd: string, bytes: number): string {
  const id = `turn-${turn}`;
  const prompt = `Prompt number ${turn}: please look at the next file.`;
  const answer = `Answer number ${turn}: done.`;
  const calls = (ITEMS_PER_TURN - 2) / 2;
  const opening = [
    event("task_started", { turn_id: id, started_at: 1_767_600_000 + turn }),
    {
      type: "turn_context",
      payload: {
        turn_id: id,
        cwd,
        approval_policy: "never",
        sandbox_policy: { type: "read-only" },
        model: "gpt-5.2",
        summary: "auto",
      },
    },
    message("user", prompt),
    event("user_message", { message: prompt, images: [], local_images: [], text_elements: [] }),
  ] as const;
  const closing = [
    event("agent_message", { message: answer, phase: null, memory_citation: null }),
    message("assistant", answer),
    tokenCount(turn),
    event("task_complete", { turn_id: id, last_agent_message: answer }),
  ];
  const frame = opening.map(lineOf).join("") + "\0" + closing.map(lineOf).join("");
  const output = "o".repeat(Math.max(1, Math.floor((bytes - frame.length) / calls) - 420));
  const work = Array.from({ length: calls }, (_, call) => callText(`${id}-${call}`, output)).join("");
  return frame.replace("\0", () => work);
}

function callText(callId: string, output: string): string {
  return [
    {
      type: "response_item",
      payload: {
        type: "function_call",
        name: "exec_command",
        arguments: '{"cmd":"cat file"}',
        call_id: callId,
      },
    } as const,
    {
      type: "response_item",
      payload: { type: "function_call_output", call_id: callId, output: `Output:\n${output}` },
    } as const,
  ]
    .map(lineOf)
    .join("");
}

function compactionText(): string {
  const summary = "What was done so far, and what is left.";
  return lineOf({
    type: "compacted",
    payload: {
      message: summary,
      replacement_history: [
        { type: "message", role: "user", content: [{ type: "input_text", text: summary }] },
      ],
    },
  });
}

function metaOf(id: string, cwd: string): RolloutEntry {
  return {
    type: "session_meta",
    payload: {
      id,
      timestamp: STARTED.toISOString(),
      cwd,
      originator: "codex_exec",
      cli_version: "0.139.0",
      source: "cli",
      thread_source: "user",
      model_provider: "mock",
      base_instructions: { text: "Be brief." },
    },
  };
}

function tokenCount(turn: number): RolloutEntry {
  const usage = (tokens: number) => ({
    input_tokens: tokens,
    cached_input_tokens: 0,
    output_tokens: 10,
    reasoning_output_tokens: 0,
    total_tokens: tokens + 10,
  });
  const info = {
    total_token_usage: usage(1000 * (turn + 1)),
    last_token_usage: usage(50_000),
    model_context_window: 258_400,
  };
  return event("token_count", { info, rate_limits: null });
}

function message(role: "user" | "assistant", text: string): RolloutEntry {
  const type = role === "user" ? "input_text" : "output_text";
  return { type: "response_item", payload: { type: "message", role, content: [{ type, text }] } };
}

function event(type: string, fields: Omit<EventMsg, "type">): RolloutEntry {
  return { type: "event_msg", payload: { type, ...fields } };
}

function lineOf(entry: RolloutEntry): string {
  return formatLine(entry, STARTED);
}
