// A scripted server of the Responses API over real HTTP: answers each request with the next step of a script and records what came.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { httpError, isControl, type Step, type StreamControl, type SseEvent } from "./responses-script";

export * from "./responses-script";

/** What is sent in one write when the script does not pause. */
const BLOCK_BYTES = 65_536;
/** Between the last bytes and a cut, so that the client has read them: its runtime drops unread bytes when a connection breaks. */
const CUT_PAUSE_MS = 60;
/** The same where the place of the cut is a number of bytes: there are thousands of such cuts, and any may come too early. */
const SHORT_PAUSE_MS = 5;

export type InputItem = {
  readonly type: string;
  readonly role?: string;
  readonly call_id?: string;
  readonly content?: readonly {
    readonly type: string;
    readonly text?: string;
    readonly [field: string]: unknown;
  }[];
  readonly output?: unknown;
  readonly [field: string]: unknown;
};

export type RequestBody = {
  readonly model: string;
  readonly instructions: string;
  readonly input: readonly InputItem[];
  readonly tools: readonly Record<string, unknown>[];
  readonly [field: string]: unknown;
};

export type RecordedRequest = {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Address and port of the client's end: the same for requests that share a connection. */
  readonly peer: string;
  /** The body as text, decompressed. */
  readonly text: string;
  /** The body as JSON; for a body that is not JSON, an empty object. */
  readonly body: RequestBody;
  /** `performance.now()` when the request had been read. */
  readonly time: number;
  /** Settles when the answer was sent whole (`finished`) or its connection is gone (`broken`). */
  readonly closed: Promise<"finished" | "broken">;
};

export type Script = readonly Step[] | ((request: RecordedRequest, index: number) => Step | Promise<Step>);

export type ResponsesServer = AsyncDisposable & {
  /** The base URL of the provider, ending in `/v1`. */
  readonly url: string;
  /** Requests to `…/responses`, in order of arrival. */
  readonly requests: readonly RecordedRequest[];
  /** `GET …/models`, in order of arrival: what a ChatGPT login asks for by itself. */
  readonly lists: readonly RecordedRequest[];
  /** Requests to any other path, in order of arrival. */
  readonly others: readonly RecordedRequest[];
  /** Answers that are being sent now. */
  readonly open: number;
  /** The n-th request to `…/responses`, counted from 1, as soon as it has come. */
  waitForRequest(n: number): Promise<RecordedRequest>;
};

/**
 * Starts a server on a free port. `script` answers `POST …/responses`: a list gives one step a request (a request too many gets
 * a 400 that says so), a function is called with the request and its index from 0. `models` answers `GET …/models` and `other` every other path, by default with 404.
 */
export async function startResponsesServer(
  script: Script,
  options: {
    readonly other?: (request: RecordedRequest) => Step;
    readonly models?: (request: RecordedRequest) => Step;
  } = {},
): Promise<ResponsesServer> {
  const requests: RecordedRequest[] = [];
  const lists: RecordedRequest[] = [];
  const others: RecordedRequest[] = [];
  const waiting: { n: number; resolve: (request: RecordedRequest) => void }[] = [];
  let open = 0;

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    open += 1;
    const closed = new Promise<"finished" | "broken">((resolve) => {
      response.on("close", () => {
        open -= 1;
        resolve(response.writableFinished ? "finished" : "broken");
      });
    });
    const request = await record(incoming, closed);
    if (/\/models(\?|$)/.test(request.path) && request.method === "GET") {
      lists.push(request);
      return send(options.models?.(request) ?? httpError(404, "there is no list here"), incoming, response);
    }
    if (!/\/responses(\?|$)/.test(request.path) || request.method !== "POST") {
      others.push(request);
      return send(options.other?.(request) ?? httpError(404, `no ${request.path} here`), incoming, response);
    }
    const index = requests.push(request) - 1;
    for (const waiter of waiting.filter((w) => w.n === requests.length)) waiter.resolve(request);
    await send(await stepFor(script, request, index), incoming, response);
  };

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as AddressInfo; // a TCP server's address is always this shape

  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    lists,
    others,
    get open() {
      return open;
    },
    waitForRequest(n) {
      const arrived = requests[n - 1];
      if (arrived !== undefined) return Promise.resolve(arrived);
      return new Promise((resolve) => waiting.push({ n, resolve }));
    },
    async [Symbol.asyncDispose]() {
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await stopped;
    },
  };
}

function stepFor(script: Script, request: RecordedRequest, index: number): Step | Promise<Step> {
  if (typeof script === "function") return script(request, index);
  return (
    script[index] ?? httpError(400, `the script has ${script.length} steps, this is request ${index + 1}`)
  );
}

async function record(
  incoming: IncomingMessage,
  closed: RecordedRequest["closed"],
): Promise<RecordedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const zstd = incoming.headers["content-encoding"] === "zstd";
  const text = (zstd ? Buffer.from(Bun.zstdDecompressSync(bytes)) : bytes).toString("utf8");
  return {
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    headers: Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    ),
    peer: `${incoming.socket.remoteAddress}:${incoming.socket.remotePort}`,
    text,
    body: parsed(text),
    time: performance.now(),
    closed,
  };
}

function parsed(text: string): RequestBody {
  try {
    return JSON.parse(text) as RequestBody; // what a test then finds missing, it reports
  } catch {
    return {} as RequestBody;
  }
}

async function send(step: Step, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (step.type) {
    case "hang":
      return;
    case "drop":
      incoming.socket.destroy();
      return;
    case "http":
      response.writeHead(step.status, step.headers);
      response.end(step.body);
      return;
    case "stream":
      response.writeHead(200, { "content-type": "text/event-stream", ...step.headers });
      response.flushHeaders();
      return sendStream(step, incoming, response);
    default:
      return step satisfies never;
  }
}

async function sendStream(
  step: Step & { type: "stream" },
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let budget = step.cutAt ?? Infinity;
  for await (const block of blocks(step.parts)) {
    if (response.destroyed || block === "silence") return;
    if (block !== "cut" && block.length > 0 && budget > 0) await write(response, block.subarray(0, budget));
    budget = block === "cut" ? 0 : budget - block.length;
    if (budget > 0) continue;
    await Bun.sleep(block === "cut" ? CUT_PAUSE_MS : SHORT_PAUSE_MS);
    incoming.socket.destroy();
    return;
  }
  response.end();
}

/** The bytes of a stream in blocks that end where the script pauses; a cut or silence comes as itself. */
async function* blocks(
  parts: readonly (SseEvent | StreamControl)[],
): AsyncGenerator<Uint8Array | "cut" | "silence", void> {
  let held: (Uint8Array | string)[] = [];
  let size = 0;
  const take = (): Uint8Array => {
    const block = Buffer.concat(held.map((piece) => Buffer.from(piece as Uint8Array))); // Buffer.from takes text as well
    held = [];
    size = 0;
    return block;
  };
  for (const part of parts) {
    if (!isControl(part) || part.control === "raw") {
      const piece = isControl(part) ? part.bytes : `event: ${part.type}\ndata: ${JSON.stringify(part)}\n\n`;
      held.push(piece);
      size += piece.length;
      if (size >= BLOCK_BYTES) yield take();
      continue;
    }
    yield take();
    if (part.control === "cut" || part.control === "silence") yield part.control;
    else if (part.control === "wait") await Bun.sleep(part.ms);
    else await part.ready;
  }
  yield take();
}

/** Ends when the bytes have left, or the connection is gone. */
function write(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    response.once("close", resolve);
    response.write(bytes, () => {
      response.off("close", resolve);
      resolve();
    });
  });
}
