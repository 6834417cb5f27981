// A CODEX_HOME of its own for one test, and session files with chosen lines in it.

import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ResponseItem } from "../../src/protocol/response-items";
import type { Compacted, RolloutEntry, SessionMeta, TurnContext } from "../../src/protocol/rollout";
import { formatLine } from "../../src/rollout/line";
import { rolloutPath } from "../../src/rollout/path";

export type SessionHome = Disposable & {
  readonly path: string;
  /** Writes a session file with these lines (entries, or text as it is) and gives its path. */
  readonly session: (lines: readonly (RolloutEntry | string)[], options?: SessionOptions) => string;
};

export type SessionOptions = { id?: string; startedAt?: Date; modifiedAt?: Date };

const AT = new Date("2026-11-22T06:53:37.723Z");

export function sessionHome(): SessionHome {
  const path = mkdtempSync(join(tmpdir(), "codex-rollout-"));
  return {
    path,
    session(lines, { id = Bun.randomUUIDv7(), startedAt = AT, modifiedAt } = {}) {
      const file = rolloutPath(path, id, startedAt);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, linesText(lines));
      if (modifiedAt) utimesSync(file, modifiedAt, modifiedAt);
      return file;
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

export function linesText(lines: readonly (RolloutEntry | string)[]): string {
  return lines.map((line) => (typeof line === "string" ? line : formatLine(line, AT))).join("");
}

export function meta(fields: Partial<SessionMeta> = {}): RolloutEntry {
  return { type: "session_meta", payload: metaPayload(fields) };
}

export function metaPayload(fields: Partial<SessionMeta> = {}): SessionMeta {
  return {
    id: "01a20208-2414-7f40-bf18-d5aa731ae9b1",
    timestamp: "2026-11-22T06:53:37.700Z",
    cwd: "/ws",
    originator: "codex_exec",
    cli_version: "0.139.0",
    source: "exec",
    thread_source: "user",
    model_provider: "openai",
    base_instructions: { text: "Be brief." },
    ...fields,
  };
}

export function item(payload: ResponseItem): RolloutEntry {
  return { type: "response_item", payload };
}

export function event(type: string, fields: Readonly<Record<string, unknown>> = {}): RolloutEntry {
  return { type: "event_msg", payload: { type, ...fields } };
}

export function user(text: string): RolloutEntry {
  return item({ type: "message", role: "user", content: [{ type: "input_text", text }] });
}

export function developer(text: string): RolloutEntry {
  return item({ type: "message", role: "developer", content: [{ type: "input_text", text }] });
}

export function assistant(text: string): RolloutEntry {
  return item({ type: "message", role: "assistant", content: [{ type: "output_text", text }] });
}

export function turnContext(fields: Partial<TurnContext> = {}): RolloutEntry {
  const payload: TurnContext = {
    cwd: "/ws",
    approval_policy: "never",
    sandbox_policy: { type: "read-only" },
    model: "gpt-5.2-codex",
    summary: "auto",
    ...fields,
  };
  return { type: "turn_context", payload };
}

export function compacted(payload: Compacted): RolloutEntry {
  return { type: "compacted", payload };
}

export function tokenCount(total: number, last = total): RolloutEntry {
  const usage = (tokens: number): object => ({
    input_tokens: tokens - 1,
    cached_input_tokens: 0,
    output_tokens: 1,
    reasoning_output_tokens: 0,
    total_tokens: tokens,
  });
  const info = {
    total_token_usage: usage(total),
    last_token_usage: usage(last),
    model_context_window: 258_400,
  };
  return event("token_count", { info, rate_limits: null });
}

export function rollback(turns: number): RolloutEntry {
  return event("thread_rolled_back", { num_turns: turns });
}

/** The lines of one whole turn, in the order of rollout.md 9. */
export function turn(prompt: string, answer: string, context: Partial<TurnContext> = {}): RolloutEntry[] {
  const turnId = `turn of ${prompt}`;
  return [
    event("task_started", { turn_id: turnId, started_at: 1_795_330_417 }),
    developer(`<permissions instructions> for ${prompt}`),
    user("<environment_context>\n  <cwd>/ws</cwd>\n</environment_context>"),
    turnContext({ turn_id: turnId, ...context }),
    user(prompt),
    event("user_message", { message: prompt, images: [], local_images: [], text_elements: [] }),
    event("agent_message", { message: answer, phase: null, memory_citation: null }),
    assistant(answer),
    event("task_complete", { turn_id: turnId, last_agent_message: answer }),
  ];
}

/** The texts of a history, messages only. */
export function texts(history: readonly ResponseItem[]): string[] {
  return history.flatMap((entry) =>
    entry.type === "message" ? entry.content.map((part) => ("text" in part ? part.text : "[image]")) : [],
  );
}
