// Files on behalf of a client, which is trusted with them: fs/* (app-server.md 12).

import { osErrorText } from "../../util/os-error";
import { canonicalPlace } from "../exec/copy";
import { fileRequests } from "../exec/file-requests";
import { boolean, path, required, string, struct, withDefault, type Decode } from "../rpc/decode";
import { INTERNAL_ERROR, RpcFailure } from "../rpc/message";
import { method, type Call, type Method } from "../app/app";
import type { Client } from "../app/client";
import { refuse } from "../app/params";
import { watchPath } from "./path-watch";

/** Changes that come together are told together. */
const GATHER_MS = 100;
/** Of one watched path, told at once. */
const MOST_CHANGED = 1000;
const MOST_WATCHES = 1024;

export const FS_METHODS: readonly (readonly [string, Method])[] = [
  ...fileRequests(withDefault(boolean, false)).map(([name, read]) => file(name, read, (work) => work())),
  file(
    "fs/watch",
    struct("FsWatchParams", { watchId: required(string), path: required(path) }),
    async (given, { client }) => ({ path: await watchesOf(client).add(given.watchId, given.path) }),
  ),
  method(
    "fs/unwatch",
    struct("FsUnwatchParams", { watchId: required(string) }),
    async ({ watchId }, { client }) => {
      watchesOf(client).remove(watchId);
      return {};
    },
  ),
];

/** What the system says of a failure is the answer. */
function file<T>(
  name: string,
  decode: Decode<T>,
  run: (given: T, call: Call) => Promise<object>,
): readonly [string, Method] {
  return method(name, decode, async (given, call) => {
    try {
      return await run(given, call);
    } catch (error) {
      if (error instanceof RpcFailure || !(error instanceof Error)) throw error;
      throw new RpcFailure(INTERNAL_ERROR, osErrorText(error), { cause: error });
    }
  });
}

type Watches = AsyncDisposable & {
  /** The real path, or what it would be. Throws the error of the file system. */
  readonly add: (watchId: string, path: string) => Promise<string>;
  readonly remove: (watchId: string) => void;
};

function watchesOf(client: Client): Watches {
  return client.own("watches", () => createWatches(client));
}

function createWatches(client: Client): Watches {
  const watches = new Map<string, Disposable>();
  const remove = (watchId: string) => {
    watches.get(watchId)?.[Symbol.dispose]();
    watches.delete(watchId);
  };
  return {
    async add(watchId, given) {
      const real = await canonicalPlace(given);
      if (watches.has(watchId)) throw refuse(`watchId already exists: ${watchId}`);
      if (watches.size >= MOST_WATCHES) throw refuse(`more than ${MOST_WATCHES} watches at once`);
      if (client.signal.aborted) return real;
      const changed = new Set<string>();
      let timer: NodeJS.Timeout | undefined;
      const tell = () => {
        timer = undefined;
        const changedPaths = [...changed].toSorted();
        changed.clear();
        if (watches.get(watchId) === watch) void client.notify("fs/changed", { watchId, changedPaths });
      };
      const watch = watchPath(real, (path) => {
        if (changed.size < MOST_CHANGED) changed.add(path);
        timer ??= setTimeout(tell, GATHER_MS);
      });
      watches.set(watchId, watch);
      return real;
    },
    remove,
    async [Symbol.asyncDispose]() {
      for (const watchId of watches.keys()) remove(watchId);
    },
  };
}
