// The live commands of a thread: started by exec_command, kept while they run, polled by write_stdin, killed with the thread.

import type { CommandSpec } from "../../exec/command";
import type { ThreadEvent } from "../../protocol/events";
import { startProcess, type LiveOutput, type ProcessSession } from "./process-session";

/** One more evicts one (agent.md 9). */
const MAX_LIVE = 64;
/** The most recently used ones are never evicted. */
const PROTECTED = 8;
const KILL_GRACE_MS = 50;

export type ProcessTable = AsyncDisposable & {
  /** Starts a command and gives it an id of 1,000 to 99,999 that no live command has. */
  readonly start: (spec: CommandSpec, callId: string) => Promise<ProcessSession>;
  readonly find: (id: number) => ProcessSession | undefined;
  /** Forgets a command whose end the model has been told. */
  readonly forget: (session: ProcessSession) => void;
  /** A command that outlived its call; its completion is announced by `completions` when it ends. */
  readonly background: (session: ProcessSession) => void;
  /** Completion events of background commands as they end, until the signal. */
  readonly completions: (until: AbortSignal) => AsyncGenerator<ThreadEvent, void>;
};

export function processTable(liveOutput: LiveOutput): ProcessTable {
  const live = new Map<number, ProcessSession>();
  const finished: ProcessSession[] = [];
  let wake = Promise.withResolvers<void>();

  const freeId = (): number => {
    for (;;) {
      const id = 1000 + Math.floor(Math.random() * 99_000);
      if (!live.has(id)) return id;
    }
  };

  return {
    async start(spec, callId) {
      if (live.size >= MAX_LIVE) await evict(live);
      const session = startProcess(spec, freeId(), callId, liveOutput);
      live.set(session.id, session);
      return session;
    },
    find: (id) => live.get(id),
    forget: (session) => {
      live.delete(session.id);
    },
    background(session) {
      void session.ended.then(() => {
        finished.push(session);
        wake.resolve();
      });
    },
    async *completions(until) {
      const stopped = aborted(until);
      while (!until.aborted) {
        for (const session of finished.splice(0)) {
          yield { type: "item.completed", item: session.completedItem() };
        }
        await Promise.race([wake.promise, stopped]);
        wake = Promise.withResolvers<void>();
      }
    },
    async [Symbol.asyncDispose]() {
      const sessions = [...live.values()];
      live.clear();
      await Promise.all(sessions.map((session) => session.terminate(KILL_GRACE_MS)));
    },
  };
}

/** An ended command goes first, else the least recently used one, which is killed. */
async function evict(live: Map<number, ProcessSession>): Promise<void> {
  const byUse = [...live.values()].sort((a, b) => a.lastUsed - b.lastUsed).slice(0, MAX_LIVE - PROTECTED);
  const victim = byUse.find((session) => session.status !== null) ?? byUse[0];
  if (victim === undefined) return;
  live.delete(victim.id);
  await victim.terminate(KILL_GRACE_MS);
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}
