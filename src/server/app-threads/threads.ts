// The threads that are loaded, by id; those that nobody follows are closed after a while (app-server.md 6).

import type { Client, Clients } from "../app/client";
import { liveThread, type LiveThread, type LoadedThread } from "./live-thread";
import { refuse } from "../app/params";

/** How long a thread that nobody follows is kept when it is idle, or waits for an answer. */
const UNFOLLOWED_MS = 30 * 60_000;

/** Disposing of it closes all. */
export type Threads = AsyncDisposable & {
  readonly ids: () => readonly string[];
  readonly all: () => readonly LiveThread[];
  readonly get: (id: string) => LiveThread | undefined;
  /** @throws RpcFailure `thread not found: ...` */
  readonly find: (id: string) => LiveThread;
  readonly add: (loaded: LoadedThread, follower: Client) => LiveThread;
  readonly follow: (live: LiveThread, client: Client) => void;
  readonly unfollow: (live: LiveThread, client: Client) => boolean;
  /** Ends its turn and unloads it. */
  readonly close: (live: LiveThread) => Promise<void>;
};

export function loadedThreads(clients: Clients): Threads {
  const threads = new Map<string, LiveThread>();
  const timers = new Map<string, NodeJS.Timeout>();
  const awaited = new WeakSet<Client>();

  const close = async (live: LiveThread) => {
    clearTimeout(timers.get(live.id));
    timers.delete(live.id);
    threads.delete(live.id);
    await live[Symbol.asyncDispose]();
  };
  const watch = (live: LiveThread) => {
    clearTimeout(timers.get(live.id));
    timers.delete(live.id);
    if (live.followers.size > 0 || !threads.has(live.id)) return;
    const expire = () => {
      const status = live.status();
      if (status.type === "active" && status.activeFlags.length === 0) return watch(live);
      void close(live).then(() => clients.broadcast("thread/closed", { threadId: live.id }));
    };
    timers.set(live.id, setTimeout(expire, UNFOLLOWED_MS).unref());
  };
  const unfollow = (live: LiveThread, client: Client): boolean => {
    const followed = live.followers.delete(client);
    watch(live);
    return followed;
  };
  /** Once for each client, however many threads it follows: a thread that is closed must not be kept. */
  const awaitEnd = (client: Client) => {
    if (awaited.has(client)) return;
    awaited.add(client);
    const leave = () => {
      for (const live of threads.values()) unfollow(live, client);
    };
    client.signal.addEventListener("abort", leave, { once: true });
  };
  const follow = (live: LiveThread, client: Client) => {
    if (!client.signal.aborted) {
      live.followers.add(client);
      awaitEnd(client);
    }
    watch(live);
  };
  return {
    ids: () => [...threads.keys()],
    all: () => [...threads.values()],
    get: (id) => threads.get(id),
    find(id) {
      const live = threads.get(id);
      if (live === undefined) throw refuse(`thread not found: ${id}`);
      return live;
    },
    add(loaded, follower) {
      const live = liveThread(loaded, clients);
      threads.set(live.id, live);
      follow(live, follower);
      return live;
    },
    follow,
    unfollow,
    close,
    async [Symbol.asyncDispose]() {
      await Promise.all([...threads.values()].map(close));
    },
  };
}
