// How a thread is opened, and what a front end may do with it.

import type { Config } from "../config/config";
import type { Ask } from "../protocol/approvals";
import type { ThreadEvent } from "../protocol/events";
import type { SessionSource } from "../protocol/rollout";
import type { ReviewTarget } from "../protocol/review";
import type { UserInput } from "../protocol/user-input";
import type { McpServers } from "../mcp/servers";
import type { RuleSet } from "../rules/match";

export type ThreadOptions = {
  readonly config: Config;
  /** The process environment; commands get it through `shell_environment_policy`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Value of the `originator` header, e.g. `codex_exec`. */
  readonly originator: string;
  /** Who opened it, as written to the session file. */
  readonly source: SessionSource;
  /** Whether `CODEX_API_KEY` counts as a login, as it does for `codex exec` alone. */
  readonly honoursApiKeyVariable: boolean;
  /** Session file to go on with, as found by rollout/find; undefined opens a new thread. */
  readonly resume?: string | undefined;
  /** `shown`: output of commands is also reported while they run. Default `unseen`. */
  readonly liveOutput?: "shown" | "unseen";
  /** Leaves no file under sessions. */
  readonly ephemeral: boolean;
  /** JSON Schema that the final message of every turn must follow. */
  readonly outputSchema?: unknown;
  /** What `.rules` files say about commands. */
  readonly rules: RuleSet;
  /** Folders put first on the PATH of commands. */
  readonly pathPrefix?: readonly string[];
  /** Base instructions in place of those that the configuration gives. */
  readonly instructions?: string;
  /** The MCP servers of the thread on whose behalf this one works: shared, and not ended with it. */
  readonly mcp?: McpServers | undefined;
  /** The thread on whose behalf this one works. */
  readonly parent?: ParentThread;
};

export type ParentThread = {
  /** What this thread is to the other, as in the header `x-openai-subagent`. */
  readonly kind: "review";
  readonly threadId: string;
  /** Id of the thread at the root, which the user opened. */
  readonly sessionId: string;
};

export type RunOptions = { readonly ask: Ask; readonly signal: AbortSignal };

/** One conversation. Disposing it kills its commands and closes its session file. */
export type Thread = AsyncDisposable & {
  /** UUIDv7. */
  readonly id: string;
  /** Slug of the model in use. */
  readonly model: string;
  /** To show once, before the first turn. */
  readonly warnings: readonly string[];
  /** Runs one turn; its last event is `turn.completed`, `turn.failed` or `turn.aborted`. One turn at a time. */
  readonly run: (input: readonly UserInput[], options: RunOptions) => AsyncGenerator<ThreadEvent, void>;
  /** One turn in which another thread reviews a change, and this one gets the result. */
  readonly review: (target: ReviewTarget, options: RunOptions) => AsyncGenerator<ThreadEvent, void>;
  /** Input for the turn that is running; it becomes a user message before the next request. */
  readonly steer: (input: readonly UserInput[]) => void;
};
