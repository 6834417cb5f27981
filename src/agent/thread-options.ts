// How a thread is opened, and what a front end may do with it.

import type { Config } from "../config/config";
import type { Ask } from "../protocol/approvals";
import type { ThreadGoals } from "../protocol/goal";
import type { ThreadEvent } from "../protocol/events";
import type { ResponseItem } from "../protocol/response-items";
import type { SessionSource } from "../protocol/rollout";
import type { ReviewTarget } from "../protocol/review";
import type {
  BackgroundProcess,
  LandlockTerms,
  McpServerStatus,
  PickerModel,
  Skill,
  ThreadSettings,
  ThreadUsage,
  UndoResult,
} from "../protocol/thread";
import type { UserInput } from "../protocol/user-input";
import type { McpServers } from "../mcp/servers";
import type { RuleSet } from "../rules/match";

export type ClientProgram = { readonly name: string; readonly version: string };

export type ThreadOptions = {
  readonly config: Config;
  /** The process environment; commands get it through `shell_environment_policy`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Value of the `originator` header, e.g. `codex_exec`. */
  readonly originator: string;
  /** The program in front, when it is another one than we. */
  readonly client?: ClientProgram | undefined;
  /** Who opened it, as written to the session file. */
  readonly source: SessionSource;
  /** Whether `CODEX_API_KEY` counts as a login, as it does for `codex exec` alone. */
  readonly honoursApiKeyVariable: boolean;
  /** Session file to go on with, as found by rollout/find; undefined opens a new thread. */
  readonly resume?: string | undefined;
  /** `shown`: output of commands is also reported while they run. Default `unseen`. */
  readonly liveOutput?: "shown" | "unseen";
  /**
   * `early`: what a turn needs to be undone is gathered while its first request is answered, so that commands in a large
   * repository need not wait. Default: when a command is about to write.
   */
  readonly checkpoints?: "early" | "late";
  /** With `resume` and `ephemeral`: another thread than that of the file, which begins with all that it holds. */
  readonly isCopy?: boolean;
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
  /** Is told of every item of the history, once it was recorded. */
  readonly onItem?: ((item: ResponseItem) => void) | undefined;
  /** The MCP servers of the thread on whose behalf this one works: shared, and not ended with it. */
  readonly mcp?: McpServers | undefined;
  /** Why the session begins, as hooks are told; default `startup`, or `resume` where it goes on with one. */
  readonly startSource?: "clear" | undefined;
  /** Aborted: what can be done without while the thread is opened is no longer waited for. */
  readonly giveUp?: AbortSignal | undefined;
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

export type RunOptions = {
  readonly ask: Ask;
  readonly signal: AbortSignal;
  /** JSON Schema that the final message of this turn must follow, in place of that of the thread. */
  readonly outputSchema?: unknown;
};

/** One conversation. Disposing it kills its commands and closes its session file. */
export type Thread = AsyncDisposable & {
  /** UUIDv7. */
  readonly id: string;
  /** Slug of the model that the next turn uses. */
  readonly model: string;
  /** To show once, before the first turn. */
  readonly warnings: readonly string[];
  /** The session file; undefined until something is written, and for a thread that leaves none. */
  readonly rolloutPath: string | undefined;
  /** Where the session file is, or will be; undefined for a thread that leaves none. */
  readonly plannedPath: string | undefined;
  /** Instruction files in force, absolute, outermost first. */
  readonly agentsMdFiles: readonly string[];
  /** Runs one turn; its last event is `turn.completed`, `turn.failed` or `turn.aborted`. One turn at a time. */
  readonly run: (input: readonly UserInput[], options: RunOptions) => AsyncGenerator<ThreadEvent, void>;
  /** One turn in which another thread reviews a change, and this one gets the result. */
  readonly review: (target: ReviewTarget, options: RunOptions) => AsyncGenerator<ThreadEvent, void>;
  /** Undefined where there can be none: without a session file, or with the feature off. */
  readonly goals: ThreadGoals | undefined;
  /** One turn that pursues the goal, without a word of the user. For when that is due. */
  readonly pursue: (options: RunOptions) => AsyncGenerator<ThreadEvent, void>;
  /** Input for the turn that is running; it becomes a user message before the next request. */
  readonly steer: (input: readonly UserInput[]) => void;
  readonly settings: () => ThreadSettings;
  /** To choose from, the default first among its equals. */
  readonly models: () => readonly PickerModel[];
  /** Those of the last turn of the session that was resumed, to be handed to `configure` where nothing else was asked for. */
  readonly recorded: ThreadSettings | undefined;
  /**
   * Counts from the next turn on, also when it is called while one runs. A field that is there with the value undefined
   * goes back to its default.
   */
  readonly configure: (change: Partial<ThreadSettings>) => void;
  /** What is to be accepted before commands of the next turn can run; undefined where nothing is, or it was refused. */
  readonly landlockTerms: () => LandlockTerms | undefined;
  /** A turn that does nothing but summarise the history. */
  readonly compact: (options: RunOptions) => AsyncGenerator<ThreadEvent, void>;
  /** Forgets the newest messages of the user and all that followed them. Files stay as they are. */
  readonly rollback: (userTurns: number) => void;
  /** What the user said and the history still holds, oldest first. Images are paths, or addresses. */
  readonly userMessages: () => readonly {
    readonly text: string;
    readonly images: readonly string[];
  }[];
  /**
   * A command of the user's own: outside the sandbox and without a question. Its output goes to the events and to what
   * the model sees; also while a turn runs. It ends with the command.
   */
  readonly shell: (command: string, signal: AbortSignal) => AsyncGenerator<ThreadEvent, void>;
  /** Puts back the files that the last turn changed; called again, those of the turn before. */
  readonly undo: () => Promise<UndoResult>;
  /** Commands of the model that run in the background, oldest first. */
  readonly background: () => readonly BackgroundProcess[];
  /** Ends all of them and returns how many they were. */
  readonly stopBackground: () => Promise<number>;
  /** All that are configured, by name. */
  readonly mcpServers: () => Promise<readonly McpServerStatus[]>;
  /** Turns no longer wait for MCP servers that are starting. */
  readonly goOnWithoutServers: () => void;
  readonly skills: () => readonly Skill[];
  /** The user's hooks as configured now count from the next turn on. Returns what cannot be used of them. */
  readonly reloadHooks: (config: Config) => Promise<readonly string[]>;
  readonly usage: () => ThreadUsage;
  /** Whether the model that the next turn uses can be sent images; it gets a text in their place otherwise. */
  readonly acceptsImages: () => boolean;
  /**
   * What no turn waits for: a model that nobody knows, skills that cannot be used, background commands that ended, MCP servers that start. To be read all the time, by one
   * reader; while a turn runs an ending may come in its stream instead. Ends when the thread is disposed of.
   */
  readonly events: () => AsyncGenerator<ThreadEvent, void>;
};
