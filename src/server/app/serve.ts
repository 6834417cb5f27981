// `codex app-server`: what its clients share, from the beginning to the end of the process (app-server.md 1).

import type { Connection, Wire } from "../rpc/wire";
import type { App } from "./app";
import type { Place } from "./client";
import { connectedClients } from "./clients";
import { connect, kept } from "./connection";
import { loadedThreads } from "../app-threads/threads";

/** Disposing of it ends all that clients have begun. */
export type AppServer = AsyncDisposable & {
  readonly connect: (wire: Wire) => Connection;
};

/** @param log is told of messages that are none */
export function appServer(place: Place, log: (line: string) => void): AppServer {
  const clients = connectedClients();
  const threads = loadedThreads(clients);
  const queues = new Map<string, Promise<unknown>>();
  const owned = new Map<string, AsyncDisposable>();
  const app: App = {
    place,
    clients,
    threads,
    own: (name, make) => kept(owned, name, make),
    async [Symbol.asyncDispose]() {
      await Promise.all([...owned.values()].map((one) => one[Symbol.asyncDispose]()));
      await threads[Symbol.asyncDispose]();
    },
  };
  return {
    connect: (wire) => connect({ app, clients, queues, log }, wire),
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  };
}
