// What the parts of the interface share while it runs: the screen, the conversation, and how to change them.

import type { RunOptions, Thread } from "../agent/thread-options";
import type { Config } from "../config/config";
import type { ThreadEvent } from "../protocol/events";
import type { Composer } from "./composer/composer";
import type { Draft } from "./composer/draft";
import type { Notice } from "./notifications";
import type { PromptUiOptions } from "./options";
import type { Queue } from "./queue";
import type { Screen } from "./terminal/screen";
import type { Theme } from "./terminal/theme";
import type { Layout } from "./transcript/layout";
import type { Transcript } from "./transcript/transcript";

/** What a turn is for: only the agent's own take messages while they run. */
export type TurnKind = "agent" | "review" | "compaction";

export type TurnRequest = {
  readonly kind: TurnKind;
  readonly run: (thread: Thread, options: RunOptions) => AsyncGenerator<ThreadEvent, void>;
  /** What the user sent, to be given back when the turn is stopped before anything came of it. */
  readonly draft?: Draft;
};

/** A slash command as given; `input` is what follows its name, with attachments. */
export type CommandCall = { readonly name: string; readonly args: string; readonly input?: Draft };

/** Where a conversation comes from. */
export type Source =
  | { readonly type: "new"; readonly cleared?: true }
  | { readonly type: "resume"; readonly path: string }
  /** A copy of the session at `path`. */
  | { readonly type: "fork"; readonly path: string };

/** Parts of the two lines that the user can choose the contents of; see line-items. */
export type Lines = { readonly statusLine: readonly string[]; readonly title: readonly string[] };

export type LandlockQuestion = {
  /** Asks where it must be asked and was not answered before. Resolves to lines for the transcript, or to "". */
  readonly settle: (thread: Thread) => Promise<string>;
  /** The same, whatever was answered before: the user has chosen other permissions. */
  readonly anew: (thread: Thread) => Promise<string>;
};

export type App = {
  readonly options: PromptUiOptions;
  readonly screen: Screen;
  readonly theme: Theme;
  readonly composer: Composer;
  readonly queue: Queue;
  readonly landlock: LandlockQuestion;
  /** Fires when the interface is about to end. */
  readonly ending: AbortSignal;
  /** Of the conversation that is open. */
  readonly transcript: () => Transcript;
  /** How the cards of this conversation are laid out. */
  readonly layout: () => Layout;
  readonly config: () => Config;
  /** Takes over a configuration that was loaded anew; it counts from the next conversation on. */
  readonly setConfig: (config: Config) => void;
  /** Undefined while it is being opened. */
  readonly thread: () => Thread | undefined;
  readonly threadName: () => string | undefined;
  readonly setThreadName: (name: string) => void;
  readonly lines: () => Lines;
  readonly setLines: (lines: Lines) => void;
  /** The text of the newest answer, as Markdown; undefined before the first. */
  readonly lastAnswer: () => string | undefined;
  /** A turn runs, a conversation is being opened, or work is done that nothing is begun beside. */
  readonly busy: () => boolean;
  /** There is a conversation that takes a message: neither such work nor an MCP server is waited for. */
  readonly ready: () => boolean;

  /** Finished lines, printed once. */
  readonly print: (lines: string) => void;
  readonly notice: (text: string, hint?: string) => void;
  readonly warning: (text: string) => void;
  readonly error: (text: string) => void;
  /** Something that the live lines show has changed. */
  readonly redraw: () => void;
  /** Calls the user back to the terminal, if that is wanted. */
  readonly notify: (notice: Notice) => void;
  /** Gives the terminal to one dialog at a time. */
  readonly dialog: <T>(open: () => Promise<T>) => Promise<T>;
  /** Work beside the loop: a failure is shown, and the end waits for it. */
  readonly background: (work: () => Promise<void>) => void;
  /** The same for work beside which nothing is begun: messages wait for its end. */
  readonly alone: (work: () => Promise<void>) => void;

  /** Sends a message, as Enter does: into the turn that runs, or as a turn of its own. */
  readonly submit: (draft: Draft) => void;
  /** Only while nothing runs. */
  readonly startTurn: (request: TurnRequest) => void;
  /** Runs the user's own command, also beside a turn. */
  readonly shell: (command: string) => void;
  /** Stops the turn, or the user's commands where there is none. */
  readonly interrupt: () => void;
  /** Leaves this conversation for another; its usage and how to come back are printed. */
  readonly open: (source: Source, config?: Config) => void;
  readonly quit: () => void;
};
