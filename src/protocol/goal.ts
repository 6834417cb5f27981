// A thread's goal: what it works towards, turn after turn, until it is reached or stopped (app-server.md 18).

export type GoalStatus = "active" | "paused" | "blocked" | "usageLimited" | "budgetLimited" | "complete";

/** As models, clients and session files see it. */
export type Goal = {
  readonly threadId: string;
  readonly objective: string;
  readonly status: GoalStatus;
  /** Null: as many tokens as it takes. */
  readonly tokenBudget: number | null;
  /** Of the responses while it was pursued, without what the server had cached of their input. */
  readonly tokensUsed: number;
  /** While turns ran. */
  readonly timeUsedSeconds: number;
  /** Seconds since the epoch, as is the next. */
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** What is not there stays as it is. */
export type GoalChange = {
  readonly objective?: string | undefined;
  readonly status?: GoalStatus | undefined;
  readonly tokenBudget?: number | null | undefined;
};

/** What front ends see and change of a thread's goal, also while a turn runs. */
export type ThreadGoals = {
  /** Null when there is none. */
  readonly current: () => Goal | null;
  /** Makes it, if there is none. What cannot be is told as a sentence. */
  readonly change: (change: GoalChange) => Promise<Goal | { readonly refused: string }>;
  /** False when there was none. */
  readonly clear: () => boolean;
  /** Whether the thread should go on by itself when no turn runs. */
  readonly isDue: () => boolean;
};
