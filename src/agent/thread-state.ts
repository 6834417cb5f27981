// What the turns of one thread share. `thread.ts` builds it; a turn reads it and moves the few fields that change.

import type { TokenUsage } from "../protocol/events";
import type { TurnContext } from "../protocol/rollout";
import type { UserInput } from "../protocol/user-input";
import type { McpServers } from "../mcp/servers";
import type { ModelInfo } from "../model/catalog";
import type { ModelEvent } from "../model/stream";
import type { ToolContext } from "../tools/tool";
import type { Config } from "../config/config";
import type { ResponseItem } from "../protocol/response-items";
import type { TurnSettings } from "./context";
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

export type ThreadState = {
  readonly id: string;
  readonly config: Config;
  readonly log: ThreadLog;
  readonly model: ModelInfo;
  /** Undefined when none is configured. */
  readonly mcp: McpServers | undefined;
  /** The base instructions, fixed for the whole thread. */
  readonly instructions: string;
  /** Input given while a turn runs, oldest first. */
  readonly steered: (readonly UserInput[])[];
  /** Settings the model was last told of; undefined before the first turn and after a compaction. */
  baseline: TurnContext | undefined;
  /** Summed over every response of the thread, resumes included. */
  usage: TokenUsage;
  /** Total tokens of the last response, as the server counted them; 0 when unknown or no longer true. */
  countedTokens: number;
  /** Grows by one with every compaction. */
  generation: number;
  /** The last item of the history that the newest compaction made; when it is still the last, another one is useless. */
  afterCompaction: ResponseItem | undefined;
  /** The newest rate-limit snapshot, as recorded with token counts. */
  rateLimits: unknown;
  readonly settings: (today: { currentDate: string; timezone: string }) => TurnSettings;
  readonly toolContext: (turn: Pick<ToolContext, "turnId" | "ask" | "signal" | "interrupt">) => ToolContext;
  /** With `summarise`, a compaction request over those items; else the next request of the turn. */
  readonly stream: (
    turn: TurnStart,
    request?: { readonly summarise: readonly ResponseItem[] },
  ) => AsyncGenerator<ModelEvent, void>;
};
