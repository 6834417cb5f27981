// The lines of a session file as a transcript shows them: order and fields, without prompts.

import { normalise, sorted, type Json, type Place } from "./normalise";

type Line = { readonly type: string; readonly payload: { readonly [key: string]: Json } };

/** What a later turn compares with; the rest says the same once more, and is shown where a scenario is about the wire. */
const CONTEXT_FIELDS = ["cwd", "approval_policy", "sandbox_policy", "model", "effort", "summary"];

/** Of ours alone: the reference keeps goals elsewhere (docs/differences.md). */
const GOAL_LINES: readonly Json[] = ["thread_goal_updated", "thread_goal_cleared"];

export function sessionLines(text: string, whole: boolean, place: Place): readonly Json[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line) // both write JSON lines
    .filter(({ payload }) => !GOAL_LINES.includes(payload["type"] ?? null))
    .map((line) => shown(line, whole, place));
}

/** Items of the history are in the requests already: here their order is enough. */
function shown({ type, payload }: Line, whole: boolean, place: Place): Json {
  switch (type) {
    case "response_item":
      return ["item", payload["type"], payload["role"]].filter((word) => word !== undefined).join(" ");
    case "session_meta":
      return normalise({ session_meta: { ...payload, base_instructions: "…" } }, place);
    case "compacted":
      return normalise({ compacted: payload }, place);
    case "event_msg":
      return sorted(normalise({ event: withoutEstimate(payload) }, place));
    case "turn_context":
      return normalise({ turn_context: whole ? payload : only(payload, CONTEXT_FIELDS) }, place);
    default:
      return normalise({ [type]: payload }, place);
  }
}

/** After a compaction only a total is known, an estimate that includes the prompts. */
function withoutEstimate(payload: Line["payload"]): Line["payload"] {
  const { info } = payload;
  if (!isFields(info) || !isFields(info["last_token_usage"])) return payload;
  const last = info["last_token_usage"];
  if (last["input_tokens"] !== 0 || last["output_tokens"] !== 0) return payload;
  return { ...payload, info: { ...info, last_token_usage: { ...last, total_tokens: "<estimate>" } } };
}

function isFields(value: Json | undefined): value is { readonly [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function only(payload: Line["payload"], fields: readonly string[]): Line["payload"] {
  return Object.fromEntries(Object.entries(payload).filter(([key]) => fields.includes(key)));
}
