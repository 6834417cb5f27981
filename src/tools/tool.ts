// What a model tool is: how it is advertised, whether it may run beside others, and how one call becomes events and an output.

import type { Config } from "../config/config";
import type { Confinement } from "../exec/confinement";
import type { Shell } from "../exec/shell";
import type { HookedCall, SessionHooks } from "../hooks/session-hooks";
import type { ModelInfo } from "../model/catalog";
import type { TurnDiff } from "../patch/turn-diff";
import type { Ask } from "../protocol/approvals";
import type { ThreadEvent } from "../protocol/events";
import type { ApprovalPolicy, PermissionProfile } from "../protocol/policy";
import type { ToolCallItem, ToolOutputContent } from "../protocol/response-items";
import type { CollaborationMode } from "../protocol/thread";
import type { Refusal } from "../sandbox/confine";
import type { SessionApprovals } from "./approval/session";
import type { McpServers } from "../mcp/servers";
import type { GoalBook } from "./goals/book";
import type { TurnCheckpoint } from "./checkpoint/turn-checkpoint";
import type { ProcessTable } from "./commands/process-table";

/** Everything a call may know of its turn. Plain data and the few things with a lifetime that the thread owns. */
export type ToolContext = {
  readonly config: Config;
  readonly threadId: string;
  readonly turnId: string;
  /** When the turn began, in milliseconds since the epoch. */
  readonly turnStartedAt: number;
  /** Whether the user has been asked something in this turn. */
  readonly userWasAsked: () => boolean;
  /** Id of the thread at the root, and who opened this one. */
  readonly session: { readonly id: string; readonly source: "user" | "subagent" };
  /** Absolute; relative paths of calls resolve against it. */
  readonly cwd: string;
  readonly model: ModelInfo;
  readonly approvalPolicy: ApprovalPolicy;
  readonly collaborationMode: CollaborationMode;
  /** The rules about commands, and what the user has answered so far. */
  readonly approvals: SessionApprovals;
  readonly profile: PermissionProfile;
  /** Built anew for each command: what must be protected depends on what exists at that moment. */
  readonly confine: (profile: PermissionProfile) => Confinement | Refusal;
  readonly shell: Shell;
  /** Environment of commands after `shell_environment_policy`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly processes: ProcessTable;
  /** Undefined when none is configured. */
  readonly mcp: McpServers | undefined;
  /** Undefined when none is configured. */
  readonly hooks: SessionHooks | undefined;
  /** Undefined where the thread can have no goal. */
  readonly goals: GoalBook | undefined;
  /** So that the turn can be undone. */
  readonly checkpoint: TurnCheckpoint;
  /** What the patches of this turn have changed so far. */
  readonly turnDiff: TurnDiff;
  readonly ask: Ask;
  /** Ends the turn as if the user had interrupted it. */
  readonly interrupt: () => void;
  readonly signal: AbortSignal;
};

/** A call's generator yields events as it goes and returns what the model reads. It never throws for what the model did wrong. */
export type ToolRun = AsyncGenerator<ThreadEvent, ToolOutputContent | ToolSuccess>;

/** The output of a call that has done what it was asked for, about which the user's hooks are told. */
export type ToolSuccess = {
  readonly output: ToolOutputContent;
  /** What hooks are told of it: the output without what only a model needs. */
  readonly response: unknown;
  /** The earlier call that has come to its end with this one; hooks are told of that. */
  readonly ends?: HookedCall;
};

/** A call as the user's hooks see it, and may change it. */
export type HookView = Omit<HookedCall, "callId"> & {
  readonly withInput: (input: unknown) => ToolCallItem | { readonly error: string };
};

export type Tool = {
  readonly name: string;
  /** Parallel-safe tools of one response share the lock; others run alone (agent.md 10). */
  readonly parallel: boolean;
  /** Null when this model or configuration is not offered the tool. It can still be called. */
  readonly advertise: (model: ModelInfo, config: Config) => ToolSpec | null;
  readonly run: (call: ToolCallItem, context: ToolContext) => ToolRun;
  /** Where hooks see something else than the name and the arguments; null: they are not asked. */
  readonly hookView?: (call: ToolCallItem) => HookView | null;
};

/** An entry of the request's `tools` array, as sent. */
export type ToolSpec =
  | {
      readonly type: "function";
      readonly name: string;
      readonly description: string;
      readonly strict: false;
      readonly parameters: unknown;
      /** Found by a search. */
      readonly defer_loading?: true;
    }
  | {
      readonly type: "custom";
      readonly name: string;
      readonly description: string;
      readonly format: { readonly type: "grammar"; readonly syntax: "lark"; readonly definition: string };
    }
  | {
      readonly type: "namespace";
      readonly name: string;
      readonly description: string;
      readonly tools: readonly ToolSpec[];
    }
  | {
      readonly type: "tool_search";
      readonly execution: "client";
      readonly description: string;
      readonly parameters: unknown;
    }
  | { readonly type: "web_search"; readonly [option: string]: unknown };

/** The form in which most tools are advertised. */
export function functionSpec(name: string, description: string, parameters: unknown): ToolSpec {
  return { type: "function", name, description: description.trim(), strict: false, parameters };
}

/** What the model reads when a call was cut short by an interrupt (agent.md 8). */
export function abortedText(startedAt: number): string {
  return `aborted by user after ${((performance.now() - startedAt) / 1000).toFixed(1)}s`;
}
