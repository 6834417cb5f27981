// What the turns of one thread share. A turn reads it and moves the few fields that change.

import type { Config } from "../config/config";
import type { Shell } from "../exec/shell";
import type { SessionHooks } from "../hooks/session-hooks";
import type { McpServers } from "../mcp/servers";
import type { ModelInfo } from "../model/catalog";
import type { ModelEvent } from "../model/stream";
import type { TokenUsage } from "../protocol/events";
import type { SessionStartSource } from "../protocol/hooks";
import type { ResponseItem } from "../protocol/response-items";
import type { TurnContext } from "../protocol/rollout";
import type { Skill, UndoResult } from "../protocol/thread";
import type { UserInput } from "../protocol/user-input";
import type { ProcessTable } from "../tools/commands/process-table";
import type { GoalBook } from "../tools/goals/book";
import type { ToolContext } from "../tools/tool";
import type { TurnSettings } from "./context";
import type { Settings } from "./settings";
import type { ThreadLog } from "./thread-log";

/** What a request needs to know of its turn. */
export type TurnStart = {
  readonly turnId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** When the model first said anything; likewise in milliseconds. */
  firstOutputAt?: number;
  readonly signal: AbortSignal;
};

/** A request that summarises these items, in the place of the next request of the turn. */
export type SummaryRequest = {
  readonly summarise: readonly ResponseItem[];
  /** In the place of the thread's. */
  readonly model?: ModelInfo;
  /** Why, as servers are told. */
  readonly trigger: "auto" | "manual";
};

export type ThreadState = {
  readonly id: string;
  readonly settings: Settings;
  /** That of the running turn, or of the last one. */
  readonly config: Config;
  readonly model: ModelInfo;
  readonly log: ThreadLog;
  /** Undefined when none is configured. */
  readonly mcp: McpServers | undefined;
  /** Undefined when none is configured; replaced when they are read again. */
  hooks: SessionHooks | undefined;
  /** Undefined where the thread can have no goal. */
  readonly goals: GoalBook | undefined;
  /** What its hooks are to be told before the next prompt: that the session begins, or begins anew. */
  startSource: SessionStartSource | undefined;
  /** The base instructions, fixed for the whole thread. */
  readonly instructions: string;
  readonly skills: readonly Skill[];
  /** What asks for the summary of a compaction. */
  readonly compactPrompt: string;
  readonly shell: Shell;
  /** Of commands, after `shell_environment_policy`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly processes: ProcessTable;
  /** Input given while a turn runs, oldest first. */
  readonly steered: (readonly UserInput[])[];
  /** What the model is to be told before its next request, and what asks for none. */
  readonly asides: ResponseItem[];
  /** JSON Schema of the running turn's final message, where it has one of its own. */
  outputSchema: unknown;
  /** Whether a turn runs. */
  running: boolean;
  /** Settings the model was last told of; undefined before the first turn and after a compaction. */
  baseline: TurnContext | undefined;
  /** Summed over every response of the thread, resumes included. */
  usage: TokenUsage;
  /** Of the last response, or an estimate after a compaction. */
  lastUsage: TokenUsage | undefined;
  /** Total tokens of the last response, as the server counted them; 0 when unknown or no longer true. */
  countedTokens: number;
  /** Grows by one with every compaction. */
  generation: number;
  /** The last item of the history that the newest compaction made; when it is still the last, another one is useless. */
  afterCompaction: ResponseItem | undefined;
  /** The newest rate-limit snapshot, as recorded with token counts. */
  rateLimits: unknown;
  readonly turnSettings: (today: { currentDate: string; timezone: string }) => TurnSettings;
  readonly toolContext: (
    turn: Pick<ToolContext, "turnId" | "turnStartedAt" | "userWasAsked" | "ask" | "signal" | "interrupt">,
  ) => ToolContext;
  /** Starts the user's own program for finished turns (login-notify.md 7). */
  readonly notify: (turnId: string, lastMessage: string | null) => void;
  /** Puts back the files of the last turn that is not undone yet. */
  readonly undo: () => Promise<UndoResult>;
  readonly stream: (turn: TurnStart, summary?: SummaryRequest) => AsyncGenerator<ModelEvent, void>;
};
