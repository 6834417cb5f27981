// The events that hooks are set for: their order, their names in keys and messages, and what each is about (agent.md 15).

import type { HookEventName } from "../protocol/hooks";

type EventFacts = {
  readonly name: HookEventName;
  /** In the key of a hook. */
  readonly snake: string;
  /** In "hook returned invalid … JSON output". */
  readonly spoken: string;
  /** What a matcher is held against; undefined where it is ignored. */
  readonly matches: string | undefined;
  /** When it comes, for people. */
  readonly about: string;
};

/** In the order in which hooks of one file are numbered and listed. */
export const HOOK_EVENTS: readonly EventFacts[] = [
  event("PreToolUse", "pre-tool-use", "tool", "before a tool runs"),
  event("PermissionRequest", "permission-request", "tool", "before you are asked for permission"),
  event("PostToolUse", "post-tool-use", "tool", "after a tool has run"),
  event("PreCompact", "PreCompact hook", "trigger", "before the conversation is summarised"),
  event("PostCompact", "PostCompact hook", "trigger", "after the conversation was summarised"),
  event("SessionStart", "session start", "source", "when a session begins"),
  event("UserPromptSubmit", "user prompt submit", undefined, "when you send a message"),
  event("SubagentStart", "subagent start", "agent type", "when a sub-agent begins; there are none here"),
  event("SubagentStop", "subagent stop", "agent type", "when a sub-agent ends; there are none here"),
  event("Stop", "stop hook", undefined, "when a turn is about to end"),
];

export function factsOf(name: HookEventName): EventFacts {
  const found = HOOK_EVENTS.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no hook event is called ${name}`);
  return found;
}

function event(name: HookEventName, spoken: string, matches: string | undefined, about: string): EventFacts {
  const snake = name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();
  return { name, snake, spoken, matches, about };
}
