// A server's WebSocket: who is let in, one message a frame, and a client that reads slowly (exec-server.md 1, app-server.md 1).

import { lengthOf, type Connection, type Message, type Wire } from "./wire";

/** A larger message ends the connection. */
const MESSAGE_BYTES = 268_435_456;
/** What a client has not read yet; more waits for it. */
const UNREAD_BYTES = 1_048_576;
/** The largest answer, a file, fits on top of that: nothing is dropped. */
const UNREAD_LIMIT_BYTES = 1_073_741_824;
/** Smaller pieces may lie in a buffer that others use too. */
const LARGE_BYTES = 1_048_576;
const CONNECTIONS = 256;
const PING_MS = 30_000;
/** Nothing has come for so long, not even the answer to a ping. */
const SILENT_S = 120;

export type Address = { readonly hostname: string; readonly port: number };

/** What is served: `name` is how errors speak of a message, `health` the paths that say that we are there. */
export type Served = {
  readonly name: string;
  readonly health: readonly string[];
  readonly connect: (wire: Wire) => Connection;
};

export type Listener = Disposable & { readonly port: number };

type State = {
  readonly peer: string;
  connection: Connection | undefined;
  /** What messages wait for that came when too much was unread; undefined while none does. */
  room: PromiseWithResolvers<void> | undefined;
};
type Socket = Bun.ServerWebSocket<State>;

/** @throws the system's error when the address cannot be had */
export function listen(address: Address | { readonly path: string }, served: Served): Listener {
  const open = new Set<Socket>();
  const place = "path" in address ? { unix: address.path } : { ...address, reusePort: false };
  const server = Bun.serve<State>({
    ...place,
    development: false,
    fetch(request, here): Response | undefined {
      // Browsers name the page that asks; no page may.
      if (request.headers.has("origin")) return new Response(null, { status: 403 });
      const { pathname } = new URL(request.url);
      if (served.health.includes(pathname)) return new Response(null);
      if (pathname !== "/") return new Response(null, { status: 404 });
      if (open.size >= CONNECTIONS) return new Response(null, { status: 503 });
      const { address = "", port: from = 0 } = here.requestIP(request) ?? {};
      const data: State = {
        peer: `${address}:${from}`,
        connection: undefined,
        room: undefined,
      };
      return here.upgrade(request, { data }) ? undefined : new Response(null, { status: 400 });
    },
    websocket: {
      maxPayloadLength: MESSAGE_BYTES,
      backpressureLimit: UNREAD_LIMIT_BYTES,
      closeOnBackpressureLimit: true,
      idleTimeout: SILENT_S,
      open(socket) {
        open.add(socket);
        socket.data.connection = served.connect(wireOf(socket, served.name));
      },
      message(socket, data) {
        const text = typeof data === "string" ? data : decoded(data);
        const { connection } = socket.data;
        void (text === undefined ? connection?.refuse("invalid utf-8") : connection?.receive(text));
      },
      drain: makeRoom,
      close(socket) {
        open.delete(socket);
        void socket.data.connection?.ended();
        makeRoom(socket);
      },
    },
  });
  const pings = setInterval(() => {
    for (const socket of open) socket.ping();
  }, PING_MS);
  return {
    port: server.port ?? 0,
    [Symbol.dispose]() {
      clearInterval(pings);
      void server.stop(true);
    },
  };
}

function wireOf(socket: Socket, name: string): Wire {
  const { data } = socket;
  return {
    name: `websocket JSON-RPC message from ${name} websocket ${data.peer}`,
    async send(message: Message): Promise<void> {
      socket.send(typeof message === "string" ? message : usedUp(message));
      if (socket.getBufferedAmount() <= UNREAD_BYTES) return;
      data.room ??= Promise.withResolvers();
      await data.room.promise;
    },
    hangUp: () => socket.terminate(),
  };
}

/** All who wait go on; who then finds too much unread waits for the next time. */
function makeRoom({ data }: Socket): void {
  data.room?.resolve();
  data.room = undefined;
}

/** A frame of text has to be a string. Before the socket copies that, the pieces are freed: each may be hundreds of megabytes. */
function usedUp(pieces: readonly Uint8Array<ArrayBuffer>[]): string {
  const whole = Buffer.allocUnsafeSlow(lengthOf(pieces));
  let length = 0;
  for (const piece of pieces) {
    whole.set(piece, length);
    length += piece.byteLength;
    free(piece);
  }
  const text = whole.toString("latin1");
  free(whole);
  return text;
}

function free({ buffer }: Uint8Array<ArrayBuffer>): void {
  if (buffer.byteLength >= LARGE_BYTES) buffer.transfer(0);
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
