// One client: its handshake, its requests side by side or in a row, and its answers to ours (app-server.md 1 and 2).

import { clientUserAgent } from "../../agent/response-stream";
import { messageOf } from "../../util/user-error";
import { boolean, list, optional, required, string, struct, withDefault } from "../rpc/decode";
import {
  errorText,
  INTERNAL_ERROR,
  readMessage,
  resultMessage,
  RpcFailure,
  type Answer,
  type Incoming,
} from "../rpc/message";
import type { Connection, Message, Wire } from "../rpc/wire";
import type { App, Prepared } from "./app";
import type { Client, ClientInfo, Params } from "./client";
import type { ConnectedClients } from "./clients";
import { tellConfigWarnings } from "./config-warnings";
import { prepare } from "./methods";
import { readParams, refuse } from "./params";

/** Requests that wait for another one; more are turned away. */
const WAITING_REQUESTS = 128;
const OVERLOADED = -32_001;
/** What was asked just before the end of the input may still be answered. */
const LAST_ANSWERS_MS = 250;

type Request = Extract<Incoming, { type: "request" }>;

export type Served = {
  readonly app: App;
  readonly clients: ConnectedClients;
  /** The last request of each key: clients take turns with each other, too. */
  readonly queues: Map<string, Promise<unknown>>;
  /** For messages that are none: nobody is answered. */
  readonly log: (line: string) => void;
};

const initializeParams = struct("InitializeParams", {
  clientInfo: required(
    struct("ClientInfo", { name: required(string), title: optional(string), version: required(string) }),
  ),
  capabilities: optional(
    struct("InitializeCapabilities", {
      experimentalApi: withDefault(boolean, false),
      requestAttestation: withDefault(boolean, false),
      optOutNotificationMethods: withDefault(list(string), []),
    }),
  ),
});

export function connect({ app, clients, queues, log }: Served, wire: Wire): Connection {
  const gone = new AbortController();
  const { signal } = gone;
  const running = new Set<Promise<void>>();
  const owned = new Map<string, AsyncDisposable>();
  let waiting = 0;
  let client: Client | undefined;

  const send = async (message: Message) => {
    if (!signal.aborted) await wire.send(message);
  };
  const clientOf = (info: ClientInfo, unwanted: ReadonlySet<string>): Client => ({
    id: crypto.randomUUID(),
    info,
    signal,
    async notify(method, params) {
      if (!unwanted.has(method)) await send(JSON.stringify({ method, params }));
    },
    put: (id: number, method: string, params: Params) => send(JSON.stringify({ method, id, params })),
    own: (name, make) => kept(owned, name, make),
  });
  const initialize = (params: unknown): Answer => {
    const { clientInfo, capabilities } = readParams(initializeParams, params);
    if (client !== undefined) throw refuse("Already initialized");
    const { name, version } = clientInfo;
    const { codexHome, env } = app.place;
    const userAgent = clientUserAgent({ name, version }, env);
    if (userAgent === undefined) {
      throw refuse(`Invalid clientInfo.name: '${name}'. Must be a valid HTTP header value.`);
    }
    const info = { name, version, experimental: capabilities?.experimentalApi ?? false };
    const introduced = clientOf(info, new Set(capabilities?.optOutNotificationMethods));
    client = introduced;
    const [platformFamily, platformOs] = PLATFORMS[process.platform] ?? ["unix", process.platform];
    return {
      result: { userAgent, codexHome, platformFamily, platformOs },
      after: () => {
        clients.add(introduced);
        void tellConfigWarnings(introduced, app.place);
      },
    };
  };
  const prepared = ({ method, params }: Request): Prepared => {
    if (method === "initialize") return { key: undefined, run: async () => initialize(params) };
    return prepare(method, params, () => {
      if (client === undefined) throw refuse("Not initialized");
      return { app, client };
    });
  };
  const answer = async (request: Request, run: Prepared["run"]): Promise<void> => {
    try {
      const { result, after } = await run();
      const sent = send(resultMessage(request.id, result));
      after?.();
      await sent;
    } catch (error) {
      await fail(request, error);
    }
  };
  const fail = async ({ id }: Request, error: unknown): Promise<void> => {
    if (error instanceof RpcFailure) return await send(errorText(id, error.code, error.message, error.data));
    await send(errorText(id, INTERNAL_ERROR, messageOf(error)));
  };
  const start = async (request: Request): Promise<void> => {
    let ready: Prepared;
    try {
      ready = prepared(request);
    } catch (error) {
      return await fail(request, error);
    }
    const { key, run } = ready;
    const before = key === undefined ? undefined : queues.get(key);
    if (key === undefined) return await answer(request, run);
    if (before !== undefined && waiting >= WAITING_REQUESTS) {
      return await send(errorText(request.id, OVERLOADED, "Server overloaded; retry later."));
    }
    waiting += 1;
    const done = (before ?? Promise.resolve()).then(() => {
      waiting -= 1;
      return answer(request, run);
    });
    queues.set(key, done);
    await done;
    if (queues.get(key) === done) queues.delete(key);
  };

  return {
    async refuse(reason) {
      log(`${wire.name} was dropped: ${reason}`);
    },
    async receive(text) {
      const message = readMessage(text);
      switch (message.type) {
        case "request": {
          const done = start(message).finally(() => running.delete(done));
          running.add(done);
          return;
        }
        case "response":
          if (client !== undefined) clients.answered(client, message.id, message.result);
          return;
        case "invalid":
          log(`${wire.name} was dropped: ${message.reason}`);
          return;
        case "notification": // `initialized`, which changes nothing; there are no others
          return;
        default:
          message satisfies never;
      }
    },
    async ended() {
      if (signal.aborted) return;
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, LAST_ANSWERS_MS);
      await Promise.race([Promise.all(running), late]);
      clearTimeout(timer);
      gone.abort();
      if (client !== undefined) clients.remove(client);
      await Promise.all([...owned.values()].map((one) => one[Symbol.asyncDispose]()));
    },
  };
}

/** The one of that name, made when there is none. */
export function kept<T extends AsyncDisposable>(
  all: Map<string, AsyncDisposable>,
  name: string,
  make: () => T,
): T {
  const known = all.get(name);
  if (known !== undefined) return known as T; // one name is asked for in one place
  const made = make();
  all.set(name, made);
  return made;
}

const PLATFORMS: Readonly<Record<string, readonly [string, string]>> = {
  linux: ["unix", "linux"],
  darwin: ["unix", "macos"],
  win32: ["windows", "windows"],
};
