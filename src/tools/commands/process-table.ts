// The live commands of a thread: started by exec_command, kept while they run, polled by write_stdin, killed with the thread.

import type { CommandSpec } from "../../exec/command";
import type { ThreadEvent } from "../../protocol/events";
import { startProcess, type CommandSource, type LiveOutput, type ProcessSession } from "./process-session";

/** One more evicts one (agent.md 9). */
const MAX_LIVE = 64;
/** The most recently used ones are never evicted. */
const PROTECTED = 8;
const KILL_GRACE_MS = 50;

export type ProcessTable = AsyncDisposable & {
  /** Starts a command and gives it an id of 1,000 to 99,999 that no live command has. What the user runs is shown live. */
  readonly start: (spec: CommandSpec, callId: string, source?: CommandSource) => Promise<ProcessSession>;
  readonly find: (id: number) => ProcessSession | undefined;
  /** Forgets a command whose end the model has been told. */
  readonly forget: (session: ProcessSession) => void;
  /** A command that outlived its call; its completion is announced by `completions` when it ends. */
  readonly background: (session: ProcessSession) => void;
  /** Those in the background that still run, oldest first. */
  readonly inBackground: () => readonly ProcessSession[];
  /** Completion events of background commands as they end, until the signal. Each goes to one reader. */
  readonly completions: (until: AbortSignal) => AsyncGenerator<ThreadEvent, void>;
};

export function processTable(liveOutput: LiveOutput): ProcessTable {
  const live = new Map<number, ProcessSession>();
  const finished: ProcessSession[] = [];
  const behind = new Set<ProcessSession>();
  /** To be called when something has finished: who waits for that, while it waits. */
  const waiting = new Set<() => void>();

  const freeId = (): number => {
    for (;;) {
      const id = 1000 + Math.floor(Math.random() * 99_000);
      if (!live.has(id)) return id;
    }
  };

  return {
    async start(spec, callId, source = "agent") {
      if (live.size >= MAX_LIVE) await evict(live);
      const shown = source === "user_shell" ? "shown" : liveOutput;
      const session = startProcess(spec, freeId(), callId, { liveOutput: shown, source });
      live.set(session.id, session);
      return session;
    },
    find: (id) => live.get(id),
    forget: (session) => {
      live.delete(session.id);
    },
    inBackground: () => [...behind],
    background(session) {
      behind.add(session);
      void session.ended.then(() => {
        behind.delete(session);
        finished.push(session);
        for (const wake of waiting) wake();
      });
    },
    async *completions(until) {
      let news = Promise.withResolvers<void>();
      const wake = () => news.resolve();
      waiting.add(wake);
      until.addEventListener("abort", wake, { once: true });
      try {
        while (!until.aborted) {
          news = Promise.withResolvers<void>();
          for (let next = finished.shift(); next !== undefined; next = finished.shift()) {
            yield { type: "item.completed", item: next.completedItem() };
          }
          await news.promise;
        }
      } finally {
        waiting.delete(wake);
        until.removeEventListener("abort", wake);
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
