// A loaded thread: who follows it, what it does at the moment, and the one turn that runs in it (app-server.md 6 and 7).

import type { RunOptions, Thread } from "../../agent/thread-options";
import type { Config } from "../../config/config";
import type { Ask, AskAnswer, AskRequest } from "../../protocol/approvals";
import type { ThreadEvent } from "../../protocol/events";
import type { ReloadableServers } from "./reloadable-servers";
import { asking, type Asking } from "./live-asking";
import { messageOf } from "../../util/user-error";
import type { Client, Clients, Params } from "../app/client";
import { notificationsOf, type OpenItems } from "./events";
import {
  tellTurn,
  turnOut,
  type Turn,
  type TurnEnd,
  type TurnRequest,
  type UserMessage,
} from "./running-turn";
import { toUserInput } from "./user-input";

export type ThreadStatus =
  | { readonly type: "notLoaded" }
  | { readonly type: "idle" }
  | { readonly type: "systemError" }
  | { readonly type: "active"; readonly activeFlags: readonly string[] };

export type LoadedThread = {
  readonly thread: Thread;
  readonly config: Config;
  readonly ephemeral: boolean;
  readonly mcp: ReloadableServers;
  /** What it would be opened with now. @throws RpcFailure for a configuration that cannot be used */
  readonly configNow: () => Promise<Config>;
};

/** Disposing of it ends its turn, tells that, and closes it. */
export type LiveThread = AsyncDisposable &
  LoadedThread & {
    readonly id: string;
    /** Milliseconds since the epoch. */
    readonly openedAt: number;
    readonly followers: Set<Client>;
    readonly status: () => ThreadStatus;
    readonly turn: () => Turn | undefined;
    /** What the user said first since it was opened; empty before. */
    readonly preview: () => string;
    /** Tells everybody who follows it. */
    readonly say: (method: string, params: Params) => Promise<void>;
    /** Begins a turn, of which nothing is told before `tell` is called. There must be none but one that is ending. */
    readonly begin: (request: TurnRequest) => Promise<{ readonly turnId: string; readonly tell: () => void }>;
    /** Resolves when a turn that is about to begin is the one that runs. */
    readonly settled: () => Promise<void>;
    /** Goes on towards the thread's goal, if that is due. */
    readonly pursue: () => void;
    /** Sends a message into the turn that runs. */
    readonly steer: (message: UserMessage) => void;
    /** A command of the user's own that runs beside the turn which is under way. */
    readonly joinShell: (command: string) => void;
    /** Resolves with the end of the turn; that is told when `told` has resolved. */
    readonly interrupt: (turn: Turn, told: Promise<void>) => Promise<void>;
    /** The MCP servers of a configuration that has changed count when no turn runs. */
    readonly reloadServers: () => Promise<void>;
    /** Tells what is no part of a turn: from now on, until it is closed. */
    readonly follow: () => void;
    /** Puts the questions that are open to one who has joined. */
    readonly askAlso: (client: Client) => void;
    /** A turn that never begins because of its input. */
    readonly failEmpty: (turnId: string, error: object) => Promise<void>;
  };

const NOT_TAKEN = "The turn has ended before the model read what was sent while it ran: send it again.";

export function liveThread(loaded: LoadedThread, clients: Clients): LiveThread {
  const { thread } = loaded;
  const threadId = thread.id;
  const followers = new Set<Client>();
  const open: OpenItems = new Map();
  const tasks = new Set<Promise<void>>();
  let turn: Turn | undefined;
  let beginning: Promise<unknown> | undefined;
  let closed = false;
  let failed = false;
  let lastTurnId = "";
  /** Resolves when the end of the last turn has been told. */
  let lastOver: Promise<void> = Promise.resolve();
  let preview = "";

  /** Who reads fastest sets the pace: a client that does not read must not keep the others waiting. */
  const say = async (method: string, params: Params) => {
    const told = [...followers].map((client) => client.notify(method, params));
    if (told.length > 0) await Promise.race(told);
  };
  const status = (): ThreadStatus => {
    if (turn !== undefined) return { type: "active", activeFlags: questions.flags() };
    return { type: failed ? "systemError" : "idle" };
  };
  const sayStatus = () => say("thread/status/changed", { threadId, status: status() });
  const questions: Asking = asking({ threadId, open, followers, clients, say, sayStatus });
  /** What goes wrong there is told; other threads, and the server, go on. */
  const inBackground = (work: Promise<void>) => {
    const task = work
      .catch((error: unknown) => say("warning", { threadId, message: messageOf(error) }))
      .finally(() => tasks.delete(task));
    tasks.add(task);
  };
  const tellEvents = async (events: AsyncGenerator<ThreadEvent, void>, turnId: () => string) => {
    for await (const event of events) {
      const place = { threadId, turnId: turnId(), open };
      for (const { method, params } of notificationsOf(event, place)) await say(method, params);
    }
  };

  const run = async (
    started: Turn,
    request: TurnRequest,
    events: AsyncGenerator<ThreadEvent, void>,
  ): Promise<void> => {
    await sayStatus();
    await say("turn/started", { threadId, turn: turnOut(started) });
    const stage = { threadId, open, say, rateLimits: () => thread.usage().rateLimits };
    const end = await tellTurn(started, request, events, stage);
    questions.forget();
    turn = undefined;
    failed = end.type === "failed";
    await Promise.all(started.waiting.map((wait) => wait()));
    if (started.steered.size > 0) await say("warning", { threadId, message: NOT_TAKEN });
    await sayEnd(started, end);
    if (end.type === "completed") live.pursue();
  };
  const sayEnd = async (ended: Turn, end: TurnEnd) => {
    await sayStatus();
    if (end.type === "failed") {
      await say("error", { error: end.error, willRetry: false, threadId, turnId: ended.id });
    }
    await say("turn/completed", { threadId, turn: turnOut(ended, end) });
  };

  const beginNow = async (request: TurnRequest) => {
    await lastOver;
    if (turn !== undefined) throw new Error("a thread runs one turn at a time");
    const abort = new AbortController();
    const ask: Ask = (asked: AskRequest, signal: AbortSignal): Promise<AskAnswer> =>
      questions.ask(asked, lastTurnId, signal);
    const options: RunOptions = { ask, signal: abort.signal };
    const events = request.events(options);
    const turnId = await nameOf(request, events);
    const over = Promise.withResolvers<void>();
    const started: Turn = {
      id: turnId,
      kind: request.kind,
      startedAt: Date.now(),
      abort,
      steered: new Map(),
      waiting: [],
      ending: false,
      over: over.promise,
    };
    turn = started;
    lastTurnId = turnId;
    lastOver = over.promise;
    if (preview === "" && request.message !== undefined) preview = textOf(request.message);
    return {
      turnId,
      tell: () => inBackground(run(started, request, events).finally(over.resolve)),
    };
  };

  const live: LiveThread = {
    ...loaded,
    id: threadId,
    openedAt: Date.now(),
    followers,
    status,
    turn: () => turn,
    preview: () => preview,
    say,
    async settled() {
      await beginning;
    },
    pursue() {
      if (closed || turn !== undefined || beginning !== undefined) return;
      if (thread.goals?.isDue() !== true) return;
      const events = (options: RunOptions) => thread.pursue(options);
      const begun = live.begin({ kind: "regular", message: undefined, events });
      inBackground(begun.then(({ tell }) => tell()));
    },
    async begin(request) {
      if (beginning !== undefined) throw new Error("a thread runs one turn at a time");
      const settled = Promise.withResolvers<void>();
      beginning = settled.promise;
      try {
        return await beginNow(request);
      } finally {
        beginning = undefined;
        settled.resolve();
      }
    },
    steer(message) {
      const input = toUserInput(message.parts);
      turn?.steered.set(input, message);
      thread.steer(input);
    },
    joinShell(command) {
      const signal = turn?.abort.signal ?? new AbortController().signal;
      inBackground(tellEvents(thread.shell(command, signal), () => lastTurnId));
    },
    async interrupt(running, told) {
      const ended = Promise.withResolvers<void>();
      running.waiting.push(() => {
        ended.resolve();
        return told;
      });
      running.abort.abort();
      await ended.promise;
    },
    async reloadServers() {
      const work = async () => {
        while (turn !== undefined) await turn.over;
        await loaded.mcp.reload(await loaded.configNow());
      };
      if (turn === undefined) return await work();
      inBackground(work());
    },
    follow: () => inBackground(tellEvents(thread.events(), () => lastTurnId)),
    askAlso: questions.askAlso,
    async failEmpty(turnId, error) {
      failed = true;
      await sayStatus();
      await say("error", { error, willRetry: false, threadId, turnId });
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      await beginning;
      turn?.abort.abort();
      await turn?.over;
      await thread[Symbol.asyncDispose]();
      await Promise.all(tasks);
      await loaded.mcp[Symbol.asyncDispose]();
    },
  };
  return live;
}

/** Runs a turn up to its first event, which names it; a command of the user's is not named by anything. */
async function nameOf({ kind }: TurnRequest, events: AsyncGenerator<ThreadEvent, void>): Promise<string> {
  if (kind === "shell") return Bun.randomUUIDv7();
  const first = await events.next();
  if (first.done !== true && first.value.type === "turn.started") return first.value.turnId;
  throw new Error("a turn began without its name");
}

function textOf({ parts }: UserMessage): string {
  return parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n");
}
