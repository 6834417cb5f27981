// What is left to say of a thread that one leaves: what it used, and how to go on with it (tui.md 7.6). Scripts read it.

import type { TokenUsage } from "../../protocol/events";
import type { Style } from "../terminal/theme";
import { oneLine } from "./layout";

export type LeftThread = {
  readonly usage: TokenUsage;
  readonly id: string;
  readonly name: string | undefined;
  /** Whether there is a session file to go on with. */
  readonly resumable: boolean;
};

/** No, one or two lines. @param accent the style of the command */
export function exitLines(
  { usage, id, name, resumable }: LeftThread,
  accent: Style = (text) => text,
): string[] {
  const lines = usage.total_tokens === 0 ? [] : [usageLine(usage)];
  if (!resumable) return lines;
  const named = name === undefined ? undefined : oneLine(name).trim();
  const how =
    named === undefined || named === ""
      ? accent(`codex resume ${id}`)
      : `${accent("codex resume")}, then select ${named} (${id})`;
  return [...lines, `To continue this session, run ${how}`];
}

function usageLine(usage: TokenUsage): string {
  const { cached_input_tokens: cached, output_tokens: output, reasoning_output_tokens: reasoning } = usage;
  const input = Math.max(0, usage.input_tokens - cached);
  const cachedPart = cached > 0 ? ` (+ ${counted(cached)} cached)` : "";
  const reasoningPart = reasoning > 0 ? ` (reasoning ${counted(reasoning)})` : "";
  return `Token usage: total=${counted(input + output)} input=${counted(input)}${cachedPart} output=${counted(output)}${reasoningPart}`;
}

function counted(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
