// The user's own commands at events of a session, as front ends see them run and list them (agent.md 15).

/** In the order in which they are listed. No sub-agents exist here: what is set for their events never runs. */
export type HookEventName =
  | "PreToolUse"
  | "PermissionRequest"
  | "PostToolUse"
  | "PreCompact"
  | "PostCompact"
  | "SessionStart"
  | "UserPromptSubmit"
  | "SubagentStart"
  | "SubagentStop"
  | "Stop";

/** Why a session begins, or begins anew. */
export type SessionStartSource = "startup" | "resume" | "clear" | "compact";

/** What is to be told of a run: a warning of the hook itself, why it stops or blocks, what it tells the model, what went wrong. */
export type HookEntry = {
  readonly kind: "warning" | "stop" | "feedback" | "context" | "error";
  readonly text: string;
};

export type HookStatus = "completed" | "failed" | "blocked" | "stopped";

/** One run of one hook. */
export type HookRun = Pick<Hook, "event" | "file" | "source" | "order"> & {
  /** Names the hook; with the call, where there is one. */
  readonly id: string;
  /** What the user wants to read while it runs. */
  readonly statusMessage: string | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds; null while it runs. */
  readonly durationMs: number | null;
  readonly status: "running" | HookStatus;
  readonly entries: readonly HookEntry[];
};

/** A command that is configured. */
export type Hook = {
  readonly event: HookEventName;
  /** `<file>:<event_snake_case>:<group>:<handler>`, by which its trust is kept. */
  readonly key: string;
  /** Where it is written, absolute; or how flags are named. */
  readonly file: string;
  readonly source: "system" | "user" | "project" | "flags";
  readonly matcher: string | undefined;
  /** The one for this system. */
  readonly command: string;
  /** In seconds. */
  readonly timeout: number;
  readonly statusMessage: string | undefined;
  /** Of its definition. */
  readonly hash: string;
  /** Among all that are configured, from 0. */
  readonly order: number;
  /** `managed`: by whoever administers the machine. `modified`: trusted once, and changed since. */
  readonly trust: "managed" | "trusted" | "untrusted" | "modified";
  readonly enabled: boolean;
};
