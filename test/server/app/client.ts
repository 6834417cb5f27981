// A client of `codex app-server` for tests: asks, answers what it is asked, and waits for what it is told.

import { CODEX, mockProvider, sandboxBox, type Box, type BoxOptions } from "../../support/harness";
import {
  startResponsesServer,
  type ResponsesServer,
  type Script,
  type Step,
} from "../../support/responses-server";

export type Fields = Readonly<Record<string, unknown>>;
export type Reply = {
  readonly id: unknown;
  readonly result?: Fields;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
};
export type Told = { readonly method: string; readonly id?: number; readonly params: Fields };
export type Item = Fields & { readonly type: string; readonly id: string };

export type Client = {
  /** Everything that came, in order. */
  readonly heard: readonly (Told | Reply)[];
  readonly ask: (method: string, params?: unknown, id?: string | number) => Promise<Reply>;
  /** The result; throws the error. */
  readonly get: (method: string, params?: unknown) => Promise<Fields>;
  /** The error; throws when there is none. */
  readonly refused: (method: string, params?: unknown) => Promise<NonNullable<Reply["error"]>>;
  readonly send: (text: string) => void;
  readonly hear: (text: string) => void;
  /** The first that is told, or has been since `from`, of which this is true. */
  readonly tells: (method: string, condition?: (params: Fields) => boolean, from?: number) => Promise<Told>;
  /** Answers the questions of a method from now on. */
  readonly answers: (method: string, answer: (params: Fields, count: number) => unknown) => void;
};

const DEADLINE_MS = 30_000;

export function clientOver(write: (text: string) => void): Client {
  const heard: (Told | Reply)[] = [];
  const asked = new Map<unknown, (reply: Reply) => void>();
  const waiting = new Set<() => void>();
  const answerers = new Map<string, (params: Fields) => unknown>();
  let next = 1;
  const ask: Client["ask"] = (method, params, id = next++) => {
    const reply = within<Reply>(`${method} is answered`, (resolve) => asked.set(id, resolve));
    write(JSON.stringify({ id, method, ...(params !== undefined && { params }) }));
    return reply;
  };
  return {
    heard,
    ask,
    send: write,
    async get(method, params) {
      const { result, error } = await ask(method, params);
      if (result === undefined) throw new Error(`${method}: ${error?.message}`);
      return result;
    },
    async refused(method, params) {
      const { error, result } = await ask(method, params);
      if (error === undefined) throw new Error(`${method} was done: ${JSON.stringify(result)}`);
      return error;
    },
    hear(text) {
      const message = JSON.parse(text) as Told | Reply; // which of them, its fields tell
      heard.push(message);
      if (!("method" in message)) asked.get(message.id)?.(message);
      else if (message.id !== undefined) {
        const answer = answerers.get(message.method)?.(message.params);
        if (answer !== undefined) write(JSON.stringify({ id: message.id, ...(answer as object) }));
      }
      for (const look of waiting) look();
    },
    tells: (method, condition = () => true, from = 0) =>
      within<Told>(`${method} is told`, (resolve) => {
        const look = () => {
          const found = heard
            .slice(from)
            .find((one): one is Told => "method" in one && one.method === method && condition(one.params));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    answers(method, answer) {
      let count = 0;
      answerers.set(method, (params) => answer(params, count++));
    },
  };
}

export type AppServer = Client &
  AsyncDisposable & {
    readonly box: Box;
    readonly model: ResponsesServer;
    readonly pid: number;
    readonly kill: (signal: NodeJS.Signals) => void;
    readonly endInput: () => void;
    readonly exited: Promise<number | null>;
    readonly stderr: Promise<string>;
    /** A thread in the workspace; its id. */
    readonly thread: (params?: Fields) => Promise<string>;
    /** Runs a turn to its end; what the end says of it. */
    readonly turn: (threadId: string, text: string, params?: Fields) => Promise<Fields>;
  };

export type ServerOptions = BoxOptions & {
  readonly settings?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Nobody introduces himself. */
  readonly silent?: boolean;
  readonly capabilities?: Fields;
  /** Answers a request for the list of models; default 404. */
  readonly models?: () => Step;
  /** Does something before the server starts. */
  readonly before?: (box: Box, model: ResponsesServer) => void | Promise<void>;
};

export async function serving(script: Script = [], options: ServerOptions = {}): Promise<AppServer> {
  const model = await startResponsesServer(script, options);
  const box = await sandboxBox({
    ...options,
    config: `${options.settings ?? ""}\n${mockProvider(model.url)}\n${options.config ?? ""}`,
  });
  await options.before?.(box, model);
  const child = Bun.spawn([CODEX, ...(options.args ?? ["app-server"])], {
    cwd: box.workspace,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: box.home,
      CODEX_HOME: box.codexHome,
      SHELL: "/bin/sh",
      ...options.env,
    },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const client = clientOver((text) => {
    void child.stdin.write(`${text}\n`);
    void child.stdin.flush();
  });
  const reading = (async () => {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of child.stdout) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) client.hear(line);
    }
  })();
  const exited = child.exited.then(() => child.exitCode);
  if (options.silent !== true) await greet(client, options.capabilities);
  return {
    ...client,
    box,
    model,
    pid: child.pid,
    kill: (signal) => child.kill(signal),
    endInput: () => void child.stdin.end(),
    exited,
    stderr: new Response(child.stderr).text(),
    thread: (params) => openThread(client, { cwd: box.workspace, ...params }),
    turn: (threadId, text, params) => runTurn(client, threadId, text, params),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await Promise.all([exited, reading]);
      await box[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  };
}

export async function greet(
  client: Client,
  capabilities: Fields = { experimentalApi: true },
): Promise<Fields> {
  const clientInfo = { name: "my_ide", title: "My IDE", version: "1.0" };
  const greeting = await client.get("initialize", { clientInfo, capabilities });
  client.send(`{"method":"initialized"}`);
  return greeting;
}

export async function openThread(client: Client, params: Fields): Promise<string> {
  const { thread } = await client.get("thread/start", params);
  return String((thread as Fields)["id"]);
}

export async function runTurn(
  client: Client,
  threadId: string,
  text: string,
  params: Fields = {},
): Promise<Fields> {
  const from = client.heard.length;
  await client.get("turn/start", { threadId, input: [{ type: "text", text }], ...params });
  const ended = await client.tells("turn/completed", (told) => told["threadId"] === threadId, from);
  return ended.params["turn"] as Fields;
}

/** The methods that were told, in order; those that are told at any time left out. */
export function methods(heard: readonly (Told | Reply)[], from = 0): readonly string[] {
  return heard.slice(from).flatMap((one) => ("method" in one ? [one.method] : []));
}

export function items(heard: readonly (Told | Reply)[], method: string, from = 0): readonly Item[] {
  return heard
    .slice(from)
    .flatMap((one) => ("method" in one && one.method === method ? [one.params["item"] as Item] : []));
}

function within<T>(what: string, wait: (resolve: (value: T) => void) => void): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new Error(`it did not happen that ${what}`)), DEADLINE_MS);
  wait(resolve);
  return promise.finally(() => clearTimeout(timer));
}
