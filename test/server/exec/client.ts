// A client of `codex exec-server` for tests, over stdin and stdout or a WebSocket: asks, and waits for what is told.

import { CODEX, sandboxBox, type Box } from "../../support/harness";

export type Reply = {
  readonly id: unknown;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
};
export type Told = { readonly method: string; readonly params: Readonly<Record<string, unknown>> };

export type Client = {
  /** All that was told, in order. */
  readonly told: readonly Told[];
  /** Texts of all messages, in order. */
  readonly texts: readonly string[];
  readonly ask: (method: string, params?: unknown, id?: string | number) => Promise<Reply>;
  readonly notify: (method: string, params?: unknown) => void;
  /** Sends a text as it is; resolves with the next message that is an error without an id of ours. */
  readonly refused: (text: string | Uint8Array) => Promise<Reply>;
  readonly send: (text: string | Uint8Array) => void;
  /** The first that is told, or has been, of which this is true. */
  readonly tells: (condition: (told: Told) => boolean) => Promise<Told>;
  readonly hear: (text: string) => void;
};

const DEADLINE_MS = 20_000;

/** The part of a client that is the same over every wire. */
export function clientOver(send: (text: string | Uint8Array) => void): Client {
  const told: Told[] = [];
  const texts: string[] = [];
  const asked = new Map<unknown, (reply: Reply) => void>();
  const refusals: ((reply: Reply) => void)[] = [];
  const waiting = new Set<() => void>();
  let next = 1;
  return {
    told,
    texts,
    send,
    hear(text) {
      texts.push(text);
      const message = JSON.parse(text) as Reply | Told; // which of them, its fields tell
      if ("method" in message) {
        told.push(message);
        for (const look of waiting) look();
      } else if (message.id === -1) refusals.shift()?.(message);
      else asked.get(message.id)?.(message);
    },
    ask(method, params, id = next++) {
      const reply = within<Reply>(`${method} is answered`, (resolve) => asked.set(id, resolve));
      send(JSON.stringify({ id, method, ...(params !== undefined && { params }) }));
      return reply;
    },
    notify: (method, params) => send(JSON.stringify({ method, ...(params !== undefined && { params }) })),
    refused(text) {
      const reply = within<Reply>("a refusal comes", (resolve) => refusals.push(resolve));
      send(text);
      return reply;
    },
    tells: (condition) =>
      within<Told>("it is told", (resolve) => {
        const look = () => {
          const found = told.find(condition);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Says who it is, and that it is ready; gives the id of the session. */
export async function greet(client: Client, resumeSessionId?: string): Promise<string> {
  const params = { clientName: "test", ...(resumeSessionId !== undefined && { resumeSessionId }) };
  const { result, error } = await client.ask("initialize", params);
  if (result === undefined) throw new Error(error?.message);
  client.notify("initialized", {});
  return String(result.sessionId);
}

export type StdioServer = Client &
  AsyncDisposable & {
    readonly box: Box;
    readonly pid: number;
    readonly endInput: () => void;
    /** Its exit code; null when a signal ended it. */
    readonly exited: Promise<number | null>;
    readonly stderr: Promise<string>;
  };

export async function stdioServer(): Promise<StdioServer> {
  const box = await sandboxBox();
  const child = Bun.spawn([CODEX, "exec-server", "--listen", "stdio"], {
    cwd: box.workspace,
    env: environment(box),
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const client = clientOver((text) => {
    void child.stdin.write(text);
    void child.stdin.write("\n");
    void child.stdin.flush();
  });
  const reading = (async () => {
    let rest: string[] = [];
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      const [first = "", ...more] = decoder.decode(chunk, { stream: true }).split("\n");
      rest.push(first);
      for (const line of more) {
        client.hear(rest.join(""));
        rest = [line];
      }
    }
  })();
  const exited = child.exited.then(() => child.exitCode);
  return {
    ...client,
    box,
    pid: child.pid,
    exited,
    stderr: new Response(child.stderr).text(),
    endInput: () => void child.stdin.end(),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await Promise.all([exited, reading]);
      await box[Symbol.asyncDispose]();
    },
  };
}

export type SocketClient = Client & {
  readonly close: () => void;
  /** The code of the end. */
  readonly closed: Promise<number>;
};

export type SocketServer = AsyncDisposable & {
  readonly box: Box;
  readonly url: string;
  readonly pid: number;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly connect: () => Promise<SocketClient>;
};

export async function socketServer(): Promise<SocketServer> {
  const box = await sandboxBox();
  const child = Bun.spawn([CODEX, "exec-server"], {
    cwd: box.workspace,
    env: environment(box),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const url = new TextDecoder().decode(value).trim();
  return {
    box,
    url,
    pid: child.pid,
    kill: (signal) => child.kill(signal),
    connect: () => connectTo(url),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
      await box[Symbol.asyncDispose]();
    },
  };
}

async function connectTo(url: string): Promise<SocketClient> {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const client = clientOver((text) => socket.send(text));
  const closed = new Promise<number>((resolve) => {
    socket.addEventListener("close", ({ code }) => resolve(code));
  });
  socket.addEventListener("message", ({ data }) => client.hear(String(data)));
  await within<void>("the socket opens", (resolve) => socket.addEventListener("open", () => resolve()));
  return { ...client, closed, close: () => socket.close() };
}

/** A process whose output is whole: what it is started with, and what a test looks at. */
export function processParams(
  processId: string,
  argv: readonly string[],
  more: object = {},
): Readonly<Record<string, unknown>> {
  return { processId, argv, cwd: "/", env: { PATH: "/usr/bin:/bin" }, tty: false, ...more };
}

/** Of the output that was told of a process, the text. */
export function outputOf(client: Client, processId: string): string {
  const chunks = client.told.filter(
    ({ method, params }) => method === "process/output" && params.processId === processId,
  );
  return Buffer.concat(chunks.map(({ params }) => Buffer.from(String(params.chunk), "base64"))).toString();
}

export const closedOf =
  (processId: string) =>
  ({ method, params }: Told): boolean =>
    method === "process/closed" && params.processId === processId;

export function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function environment(box: Box): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "", HOME: box.home, CODEX_HOME: box.codexHome, SHELL: "/bin/bash" };
}

/** Rejects after a time in which it should have long been so. */
async function within<T>(what: string, start: (resolve: (value: T) => void) => void): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new Error(`it did not come to this: ${what}`)), DEADLINE_MS);
  try {
    start(resolve);
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
