// A response that breaks anywhere loses nothing and repeats nothing, and an abort at any moment leaves no connection behind.

import { describe, expect, test } from "bun:test";
import { historyForRequest } from "../../src/model/history-for-request";
import type { ResponseItem } from "../../src/protocol/response-items";
import { ask, collect, finished, request } from "../support/responses-client";
import {
  completed,
  cutAtByte,
  drop,
  functionCall,
  hang,
  httpError,
  message,
  reasoning,
  respond,
  silence,
  startResponsesServer,
  stream,
} from "../support/responses-server";

const AT_ONCE = 200;
const LIMIT_MS = 60_000;
/** Longer than a test may take: whoever waits for a silent server fails. */
const FOR_EVER_MS = 600_000;

describe("a stream cut at any byte", () => {
  test(
    "keeps the items that were complete, asks again with them, and ends with each item once",
    async () => {
      const parts = [reasoning("thinking", "ENC"), message("été 𝄞"), functionCall("f", { a: 1 }, "c1")];
      const whole = respond(...parts);
      const size = Buffer.byteLength(
        whole.parts
          .map((e) => `event: ${"type" in e ? e.type : ""}\ndata: ${JSON.stringify(e)}\n\n`)
          .join(""),
      );
      const seen = new Set<string>();
      // The first answer is cut; the second holds what the repeated request does not contain yet.
      await using server = await startResponsesServer((sent) => {
        const at = sent.headers["x-cut-at"] ?? "";
        if (seen.has(at)) return respond(...parts.slice(sent.body.input.length));
        seen.add(at);
        return cutAtByte(whole, Number(at));
      });
      const cutAndRecover = async (at: number) => {
        const history: ResponseItem[] = [];
        const input = () => historyForRequest(history, { images: true, serverIds: false });
        const sizes: number[] = [];
        let kept = -1;
        let retries = 0;
        const events = ask(server.url, {
          streamRetries: 1,
          headers: { "x-cut-at": String(at) },
          request: () => {
            const items = input().filter((item) => item.type !== "function_call_output");
            sizes.push(items.length);
            return request(items);
          },
        });
        let last = "";
        for await (const event of events) {
          if (event.type === "item_done") history.push(event.item);
          if (event.type === "retry") {
            retries += 1;
            kept = history.length;
          }
          last = event.type;
        }
        return { at, types: history.map((item) => item.type), last, retries, kept, resent: sizes[1] };
      };
      const positions = Array.from({ length: size }, (_, at) => at);
      const resent = new Set<number | undefined>();
      while (positions.length > 0) {
        for (const outcome of await Promise.all(positions.splice(0, AT_ONCE).map(cutAndRecover))) {
          const { at, types, last, retries, kept } = outcome;
          expect<unknown>({ at, types, last, retries, resent: outcome.resent }).toEqual({
            at,
            types: ["reasoning", "message", "function_call"],
            last: "completed",
            retries: 1,
            resent: kept,
          });
          resent.add(kept);
        }
      }
      expect([...resent].toSorted()).toEqual([0, 1, 2, 3]);
    },
    LIMIT_MS,
  );
});

describe("an abort", () => {
  const stages: readonly {
    readonly at: string;
    readonly script: Parameters<typeof startResponsesServer>[0];
    readonly requests: number;
    /** Resolves when the stage is reached. */
    readonly reached: (server: Awaited<ReturnType<typeof startResponsesServer>>) => Promise<unknown>;
  }[] = [
    { at: "before the answer", script: [hang()], requests: 1, reached: (s) => s.waitForRequest(1) },
    {
      at: "in the middle of the stream",
      script: [stream(message("half"), silence())],
      requests: 1,
      reached: (s) => s.waitForRequest(1),
    },
    {
      at: "while the request layer waits",
      script: [drop()],
      requests: 1,
      reached: async (s) => (await s.waitForRequest(1)).closed,
    },
    {
      at: "while the turn layer waits",
      script: [httpError(404, "x")],
      requests: 1,
      reached: async (s) => (await s.waitForRequest(1)).closed,
    },
  ];
  for (const { at, script, requests, reached } of stages) {
    test(`${at} ends the generator silently and closes the connection`, async () => {
      await using server = await startResponsesServer(script);
      const controller = new AbortController();
      const { signal } = controller;
      const options = { requestRetries: 5, streamRetries: 5, idleMs: FOR_EVER_MS, signal };
      const reading = collect(ask(server.url, options));
      await reached(server);
      controller.abort();
      const events = await reading;
      expect(events.map((e) => e.type)).not.toContain("failed");
      for (const sent of server.requests) await sent.closed;
      expect(server.open).toBe(0);
      expect(server.requests).toHaveLength(requests);
    });
  }

  test("before the start asks nothing", async () => {
    await using server = await startResponsesServer([]);
    expect(await collect(ask(server.url, { signal: AbortSignal.abort() }))).toEqual([]);
    expect(server.requests).toHaveLength(0);
  });

  test("between two events yields no further one", async () => {
    await using server = await startResponsesServer([respond(message("abc", { deltas: 3 }))]);
    const controller = new AbortController();
    const types: string[] = [];
    for await (const event of ask(server.url, { signal: controller.signal })) {
      types.push(event.type);
      if (event.type === "text_delta") controller.abort();
    }
    expect(types.slice(-3)).toEqual(["created", "item_added", "text_delta"]);
  });

  test("leaving the loop early closes the connection", async () => {
    await using server = await startResponsesServer([stream(message("half"), silence())]);
    for await (const event of ask(server.url)) if (event.type === "item_done") break;
    expect(await server.requests[0]?.closed).toBe("broken");
  });
});

describe("a connection", () => {
  test("that the server keeps open after the last event is closed by us, and nobody waits for that", async () => {
    await using server = await startResponsesServer([stream(message("ok"), completed(), silence())]);
    const events = await collect(ask(server.url, { idleMs: FOR_EVER_MS }));
    expect(events.at(-1)?.type).toBe("completed");
    expect(await server.requests[0]?.closed).toBe("broken");
  });

  test("is read ahead: a reader slower than the idle limit loses nothing", async () => {
    const text = "x".repeat(3_000_000);
    await using server = await startResponsesServer([respond(message(text, { deltas: 300 }))]);
    let received = 0;
    for await (const event of ask(server.url, { idleMs: 500 })) {
      if (event.type === "created") await Bun.sleep(1500); // time is the subject here
      if (event.type === "text_delta") received += event.delta.length;
    }
    expect(received).toBe(text.length);
  });

  test("heeds no settings that other programs put into the environment", async () => {
    await using server = await startResponsesServer([respond(message("ok"))]);
    const before = { ...process.env };
    Object.assign(process.env, {
      OPENAI_BASE_URL: "http://127.0.0.1:1",
      OPENAI_CUSTOM_HEADERS: "X-Other: 1",
      OPENAI_ORG_ID: "org",
      OPENAI_LOG: "debug",
    });
    try {
      expect((await collect(ask(server.url))).at(-1)?.type).toBe("completed");
    } finally {
      for (const name of ["OPENAI_BASE_URL", "OPENAI_CUSTOM_HEADERS", "OPENAI_ORG_ID", "OPENAI_LOG"]) {
        if (before[name] === undefined) delete process.env[name];
        else process.env[name] = before[name];
      }
    }
    const names = Object.keys(server.requests[0]?.headers ?? {});
    expect(names.filter((name) => /^x-|openai/.test(name))).toEqual([]);
  });
});

describe("a long session", () => {
  test("reuses its connection from response to response", async () => {
    const ports = new Set<string>();
    await using server = await startResponsesServer((sent) => {
      ports.add(sent.peer);
      return respond(message("ok"));
    });
    for (let i = 0; i < 20; i += 1) expect(finished(await collect(ask(server.url)))).toHaveLength(1);
    expect(ports.size).toBe(1);
  });

  test("leaves no listener on the signal of its turn", async () => {
    await using server = await startResponsesServer(() => respond(message("ok")));
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => ((listeners += 1), add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => ((listeners -= 1), remove(...args));
    for (let i = 0; i < 5; i += 1) await collect(ask(server.url, { signal }));
    expect(listeners).toBe(0);
  });
});
