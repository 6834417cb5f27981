// What a front end gives to open a thread, and the thread it gets: the whole surface between the two.

import type { Config } from "../config/config";
import type { Ask } from "../protocol/approvals";
import type { ThreadEvent } from "../protocol/events";
import type { UserInput } from "../protocol/user-input";

export type ThreadOptions = {
  readonly config: Config;
  /** Absolute and canonical. */
  readonly codexHome: string;
  /** Absolute and canonical: where commands run and relative paths of patches begin. */
  readonly cwd: string;
  /** Who we say we are to the server. */
  readonly originator: "codex_exec";
  /** What the session file says started the thread. */
  readonly source: "exec";
  /** The environment of this process, `.env` included. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** No session file is kept. */
  readonly ephemeral: boolean;
  /** JSON Schema that the last message must follow (exec.md 7.2). */
  readonly outputSchema?: unknown;
  /** Which credentials may be used (exec.md 12). */
  readonly credentialScope: "exec";
};

/** One conversation. Disposing it ends what it still runs and closes its session file. */
export type Thread = AsyncDisposable & {
  readonly id: string;
  /** The slug of the model that is asked. */
  readonly model: string;
  /**
   * Runs one turn. Failures are events, not throws; aborting ends the turn with `turn.aborted`. What is yielded is
   * already in the session file.
   */
  readonly run: (
    input: readonly UserInput[],
    options: { readonly ask: Ask; readonly signal: AbortSignal },
  ) => AsyncGenerator<ThreadEvent>;
};
