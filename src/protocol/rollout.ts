// The lines of a session file, types only (rollout.md 3 to 8).

import type { ApprovalPolicy, PermissionProfile, SandboxPolicy } from "./policy";
import type { ResponseItem } from "./response-items";

export type SessionSource = string | { readonly [kind: string]: unknown };

export type SessionMeta = {
  readonly id: string;
  readonly forked_from_id?: string;
  readonly parent_thread_id?: string;
  readonly timestamp: string;
  readonly cwd: string;
  readonly originator: string;
  readonly cli_version: string;
  readonly source: SessionSource;
  readonly thread_source?: string;
  readonly model_provider: string | null;
  readonly base_instructions: { readonly text: string } | null;
  readonly git?: {
    readonly commit_hash?: string;
    readonly branch?: string;
    readonly repository_url?: string;
  };
};

export type TurnContext = {
  readonly turn_id?: string;
  readonly cwd: string;
  readonly workspace_roots?: readonly string[];
  readonly current_date?: string;
  readonly timezone?: string;
  readonly approval_policy: ApprovalPolicy;
  readonly sandbox_policy: SandboxPolicy;
  readonly permission_profile?: PermissionProfile;
  readonly model: string;
  readonly personality?: string;
  readonly collaboration_mode?: unknown;
  readonly effort?: string;
  readonly summary: string;
};

export type Compacted = { readonly message: string; readonly replacement_history?: readonly ResponseItem[] };

/** `type` names are those on disk (`task_started`, not `turn_started`). */
export type EventMsg = { readonly type: string; readonly [field: string]: unknown };

export type RolloutEntry =
  | { readonly type: "session_meta"; readonly payload: SessionMeta }
  | { readonly type: "turn_context"; readonly payload: TurnContext }
  | { readonly type: "response_item"; readonly payload: ResponseItem }
  | { readonly type: "event_msg"; readonly payload: EventMsg }
  | { readonly type: "compacted"; readonly payload: Compacted };
