// What the turns of one thread share. `thread.ts` builds it; a turn reads it and moves the few fields that change.

import type { Ask } from "../protocol/approvals";
import type { TokenUsage } from "../protocol/events";
import type { TurnContext } from "../protocol/rollout";
import type { UserInput } from "../protocol/user-input";
import type { ModelInfo } from "../model/catalog";
import type { ModelEvent } from "../model/stream";
import type { ToolContext } from "../tools/tool";
import type { TurnSettings } from "./context";
import type { ThreadLog } from "./thread-log";

export type ThreadState = {
  readonly id: string;
  readonly log: ThreadLog;
  readonly model: ModelInfo;
  /** The base instructions, fixed for the whole thread. */
  readonly instructions: string;
  /** Input given while a turn runs, oldest first. */
  readonly steered: (readonly UserInput[])[];
  /** Settings the model was last told of; undefined before the first turn and after a compaction. */
  baseline: TurnContext | undefined;
  /** Summed over every response of the thread, resumes included. */
  usage: TokenUsage;
  /** The newest rate-limit snapshot, as recorded with token counts. */
  rateLimits: unknown;
  readonly settings: (today: { currentDate: string; timezone: string }) => TurnSettings;
  readonly toolContext: (turn: { turnId: string; ask: Ask; signal: AbortSignal }) => ToolContext;
  readonly stream: (turn: {
    turnId: string;
    startedAt: number;
    signal: AbortSignal;
  }) => AsyncGenerator<ModelEvent, void>;
};
