// The loop of the interface: keys and events of the thread come in, actions and lines go out.

import type { Thread } from "../agent/thread-options";
import type { Config } from "../config/config";
import type { ThreadEvent } from "../protocol/events";
import { messageOf } from "../util/user-error";
import { perform } from "./actions";
import { afterTurn, giveBack, sendNext } from "./after-turn";
import type { App, Lines, Source, TurnRequest } from "./app";
import { createAsking } from "./asking";
import { createComposer, type Composer } from "./composer/composer";
import { inputOf, type Draft } from "./composer/draft";
import { composerParts } from "./composer-sources";
import { openConversation } from "./conversation";
import { createFileSearches, type FileSearches } from "./files/searches";
import { createDialogs } from "./dialogs";
import { createFrames } from "./live/frames";
import { adoptRecorded, leavingText, openingText, settingsOf, transcriptOf } from "./history-text";
import { drawnSession, type SessionView } from "./live/session-view";
import { createLandlockQuestion } from "./landlock";
import { createMcpStartup, type McpStartup } from "./mcp-startup";
import type { Notice } from "./notifications";
import type { PromptUiOptions } from "./options";
import { createQueue } from "./queue";
import { beginTurn, observe, type RunningTurn } from "./running-turn";
import { createSentPrompts, type SentPrompts } from "./sent-prompts";
import type { Screen } from "./terminal/screen";
import { createTasks } from "./tasks";
import type { Theme } from "./terminal/theme";
import type { Layout } from "./transcript/layout";
import type { Transcript } from "./transcript/transcript";
import { createUserShells } from "./user-shells";

export type SessionParts = {
  readonly options: PromptUiOptions;
  readonly screen: Screen;
  readonly theme: Theme;
  readonly lines: Lines;
  readonly layout: (config: Config) => Layout;
  readonly notify: (notice: Notice) => void;
};

/** How often what moves is drawn, and what only counts seconds. */
const ANIMATION_MS = 200;
const STILL_MS = 1000;
/** A second Ctrl-C this soon after the one that stopped a turn was meant for the turn too. */
const QUIT_GUARD_MS = 1000;

/** Who presses again when a turn should have stopped this long ago wants to leave. */
const STUCK_MS = 2000;

type Conversation = { readonly thread: Thread; name: string | undefined };

export class Session implements App, AsyncDisposable {
  readonly options: PromptUiOptions;
  readonly screen: Screen;
  readonly theme: Theme;
  readonly composer: Composer;
  readonly queue = createQueue();
  readonly #parts: SessionParts;
  readonly #frames = createFrames(() => this.#draw());
  readonly #finished = Promise.withResolvers<void>();
  readonly #ending = new AbortController();
  readonly ending = this.#ending.signal;
  readonly #tasks = createTasks(
    (error) => this.error(messageOf(error)),
    () => this.#goOn(),
  );
  readonly #shells = createUserShells(this, (event) => this.#show(event));
  readonly #sent: SentPrompts;
  readonly #files: FileSearches;
  #config: Config;
  #lines: Lines;
  #transcript: Transcript;
  #conversation: Conversation | undefined;
  #opening = false;
  #startup: McpStartup | undefined;
  #turn: RunningTurn | undefined;
  readonly #dialogs = createDialogs();
  readonly #asking = createAsking(this, this.#dialogs);
  readonly landlock = createLandlockQuestion(this, this.#asking.quiet);
  #lastAnswer: string | undefined;
  #stoppedAt = -QUIT_GUARD_MS;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.options = parts.options;
    this.screen = parts.screen;
    this.theme = parts.theme;
    const facts = { cwd: () => this.#config.cwd, skills: () => this.thread()?.skills() ?? [] };
    const { sources, history } = composerParts(parts.options, facts, parts.screen.plain);
    this.composer = createComposer(sources);
    this.#sent = createSentPrompts(this, history);
    this.#files = createFileSearches(parts.options.env);
    this.#config = parts.options.config;
    this.#lines = parts.lines;
    this.#transcript = transcriptOf(this.#config, this.layout());
  }

  /** Resolves when the user leaves. @throws UserError when the first conversation cannot be opened */
  async run(first: Source, prompt: Draft | undefined): Promise<void> {
    if (prompt !== undefined) {
      this.queue.add({ type: "submit", input: prompt });
      this.#sent.add(prompt.text);
    }
    this.redraw();
    this.open(first);
    void this.#readKeys();
    await this.#finished.promise;
  }

  transcript = (): Transcript => this.#transcript;
  layout = (): Layout => this.#parts.layout(this.#config);
  config = (): Config => this.#config;
  setConfig = (config: Config): void => void (this.#config = config);
  thread = (): Thread | undefined => this.#conversation?.thread;
  threadName = (): string | undefined => this.#conversation?.name;
  setThreadName = (name: string): void => {
    if (this.#conversation !== undefined) this.#conversation.name = name;
  };
  lines = (): Lines => this.#lines;
  setLines = (lines: Lines): void => void (this.#lines = lines);
  lastAnswer = (): string | undefined => this.#lastAnswer;
  busy = (): boolean => this.#turn !== undefined || this.#opening || this.#tasks.isAlone();
  ready = (): boolean =>
    this.#conversation !== undefined && !this.#opening && !this.#tasks.isAlone() && !this.#starts();
  background = this.#tasks.start;
  alone = this.#tasks.startAlone;

  print = (lines: string): void => {
    this.screen.print(lines);
    this.redraw();
  };
  notice = (text: string, hint?: string): void => this.print(this.#transcript.notice(text, hint));
  warning = (text: string): void => this.print(this.#transcript.warning(text));
  error = (text: string): void => this.print(this.#transcript.error(text));
  redraw = (): void => this.#frames.request();
  notify = (notice: Notice): void => this.#parts.notify(notice);

  dialog = async <T>(open: () => Promise<T>): Promise<T> => {
    const resume = this.#turn?.clock.pause();
    try {
      return await this.#dialogs.run(() => {
        this.#draw();
        return open();
      });
    } finally {
      resume?.();
      this.redraw();
    }
  };

  submit = (draft: Draft): void => {
    const thread = this.#conversation?.thread;
    const turn = this.#turn;
    if (thread !== undefined && draft.images.length > 0 && !thread.acceptsImages()) {
      this.error(`Model ${thread.model} does not support image inputs. Remove images or switch models.`);
      giveBack(this, [draft]);
    } else if (thread === undefined || !(turn === undefined ? this.ready() : turn.kind === "agent")) {
      this.queue.add({ type: "submit", input: draft });
    } else if (turn !== undefined) {
      const input = inputOf(draft);
      this.queue.addSteered(draft, input);
      thread.steer(input);
    } else {
      const images = draft.images.map(({ placeholder }) => placeholder);
      this.print(this.#transcript.userMessage({ text: draft.display, images }));
      this.startTurn({ kind: "agent", draft, run: (at, options) => at.run(inputOf(draft), options) });
    }
    this.redraw();
  };

  startTurn = (request: TurnRequest): void => {
    const thread = this.#conversation?.thread;
    if (thread === undefined || this.#turn !== undefined) throw new Error("no turn can be started now");
    const turn = beginTurn(request, thread.userMessages().length);
    this.#turn = turn;
    this.background(async () => {
      try {
        for await (const event of request.run(thread, { ask: this.#asking.of(turn), signal: turn.signal })) {
          observe(turn, event);
          await this.#show(event);
        }
      } catch (error) {
        this.print(this.#transcript.finish());
        this.error(messageOf(error));
      } finally {
        this.#turn = undefined;
      }
      const { answer } = turn;
      if (typeof answer === "string" && answer !== "") this.#lastAnswer = answer;
      const goesOn = afterTurn(this, turn);
      if (!goesOn) this.notify({ type: "turn_complete", answer: answer ?? null });
      this.redraw();
    });
  };

  shell = (command: string): void => {
    if (this.#opening) this.queue.add({ type: "shell", command });
    else this.#shells.run(command);
  };

  interrupt = (): void => {
    this.#stoppedAt = performance.now();
    const turn = this.#turn;
    if (turn === undefined) {
      this.#shells.stopAll();
      const unstarted = this.#startup?.giveUp();
      if (unstarted === undefined) return;
      this.thread()?.goOnWithoutServers();
      this.warning(unstarted);
      sendNext(this);
    } else if (turn.stopped === "no") {
      turn.stopped = "by_key";
      turn.stop();
    } else if (performance.now() - turn.stoppedAt > STUCK_MS) this.quit();
  };

  open = (source: Source, config?: Config): void => {
    if (this.#opening) return;
    this.#opening = true;
    this.redraw();
    this.background(async () => {
      const isFirst = this.#conversation === undefined;
      const kept = this.#conversation && settingsOf(this.#conversation.thread);
      try {
        const next = await openConversation(this, config ?? this.#config, source);
        await this.#leave();
        if (config !== undefined) this.#config = config;
        this.#conversation = next;
        this.#startup = createMcpStartup(this.#config);
        this.#sent.opened();
        this.#transcript = transcriptOf(this.#config, this.layout());
        this.#lastAnswer = undefined;
        if (source.type === "resume" || kept === undefined) adoptRecorded(next.thread, this.options.given);
        else next.thread.configure(kept);
        const accepted = await this.landlock.settle(next.thread);
        const opening = await openingText(this, source, isFirst ? "first" : "later", accepted);
        this.print(isFirst ? opening : `\n${opening}`);
        this.#draw(); // in the same frame
        void this.#readEvents(next.thread);
      } catch (error) {
        if (isFirst) this.#finished.reject(error);
        else throw error;
      } finally {
        this.#opening = false;
        this.#goOn();
      }
    });
  };

  quit = (): void => {
    this.#ending.abort();
    this.screen.hangUp();
    this.#finished.resolve();
  };

  /** How many tokens were used, and how to come back: for after the screen has been given back. */
  farewell(): string {
    return leavingText(this);
  }

  /** Ends what runs; when it is done nothing is left of the thread's commands. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    this.#turn?.stop();
    this.#shells.stopAll();
    await this.#tasks.settled();
    this.print(this.#transcript.finish());
    await this.#conversation?.thread[Symbol.asyncDispose]();
    await this.#files[Symbol.asyncDispose]();
    this.#frames[Symbol.dispose]();
  }

  async #leave(): Promise<void> {
    if (this.#conversation === undefined) return;
    this.#shells.stopAll();
    this.print(this.#transcript.finish());
    const text = leavingText(this);
    if (text !== "") this.print(this.#transcript.block(text.trimEnd().split("\n")));
    await this.#conversation.thread[Symbol.asyncDispose]();
  }

  async #readKeys(): Promise<void> {
    for await (const event of this.screen.input()) {
      if (event.type === "end") return this.quit();
      if (event.type === "key") this.#asking.typed(event.at);
      const situation = { running: this.#running() };
      for (const action of this.composer.handle(event, situation)) {
        if (action.type === "quit" && performance.now() - this.#stoppedAt < QUIT_GUARD_MS) continue;
        if (action.type === "leave" && this.#working()) continue;
        this.#sent.note(action);
        perform(this, action, () => this.#files.of(this.#config.cwd));
      }
      this.redraw();
    }
  }

  async #readEvents(thread: Thread): Promise<void> {
    try {
      for await (const event of thread.events()) await this.#show(event);
    } catch (error) {
      this.error(messageOf(error));
    }
  }

  /** Prints what an event finishes, no faster than the terminal takes it. */
  async #show(event: ThreadEvent): Promise<void> {
    if (event.type === "steered") this.queue.taken(event.input);
    if (event.type === "warning" && this.#startup?.toldBefore(event.message) === true) return;
    if (event.type === "mcp_server") {
      for (const warning of this.#startup?.take(event) ?? []) this.warning(warning);
      this.#goOn();
    }
    this.screen.print(this.#transcript.handle(event));
    this.redraw();
    await this.screen.room();
  }

  /** With what waits, if nothing is being done. */
  #goOn(): void {
    if (!this.busy()) sendNext(this);
  }

  #running(): boolean {
    return this.#working() || this.#starts();
  }

  #working(): boolean {
    return this.#turn !== undefined || this.#shells.count() > 0;
  }

  /** MCP servers are awaited. */
  #starts(): boolean {
    return this.#startup?.header() !== undefined;
  }

  #draw(): void {
    const view: SessionView = {
      turn: this.#turn,
      startup: this.#startup,
      shells: this.#shells.count(),
      waiting: this.#asking.isOpen(),
    };
    const isStill = this.#config.toml.tui?.animations === false;
    this.#frames.animate(this.#running() ? (isStill ? STILL_MS : ANIMATION_MS) : 0);
    drawnSession(this, view);
  }
}
