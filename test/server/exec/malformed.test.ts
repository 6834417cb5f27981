// What is no message, or no proper request, sent to the compiled executable: each has its error, and the next one is served.

import { describe, expect, test } from "bun:test";
import { greet, socketServer, stdioServer, type Client } from "./client";

const MESSAGES = 10_000;
const LARGE = 300_000_000;

type Sent = { readonly text: string; readonly id: unknown; readonly code: number };

/** The same numbers every time: a failure can be looked at again. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const PATHS = ["", "relative", "~/x", 5, null, [], {}, true];
const METHODS = [
  "fs/readFile",
  "fs/writeFile",
  "fs/getMetadata",
  "fs/remove",
  "fs/parent",
  "fs/readDirectory",
];
const WRONG_PARAMS: readonly unknown[] = [5, "x", [], [1, 2], true, { processId: 5 }, { processId: [] }, {}];
const NO_MESSAGES: readonly unknown[] = [
  ...[null, true, 5, "x", [], [{}], {}, { id: 1 }, { method: 5 }, { id: 1, method: null }],
  ...[
    { id: null, method: "fs/readFile" },
    { id: 1.5, method: "initialize" },
    { id: {}, method: "x" },
  ],
  ...[{ id: 1, error: {} }, { id: 1, error: "x" }, { id: 1e300, method: "x" }, { params: {} }],
];

function malformed(random: (below: number) => number, id: number | string): Sent {
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T; // the index is within
  const unparsed = (text: string): Sent => ({ text, id: -1, code: -32600 });
  const request = (method: string, params: unknown, code: number): Sent => ({
    text: JSON.stringify({ id, method, params }),
    id,
    code,
  });
  const noise = () => String.fromCharCode(...Array.from({ length: 1 + random(40) }, () => 33 + random(90)));
  switch (random(7)) {
    case 0:
      return unparsed(`!${noise()}`);
    case 1:
      return unparsed(JSON.stringify(pick(NO_MESSAGES)));
    case 2: {
      const whole = JSON.stringify({ id, method: pick(METHODS), params: { path: noise() } });
      return unparsed(whole.slice(0, 1 + random(whole.length - 1)));
    }
    case 3:
      return request(pick(["", "fs/", "constructor", "__proto__", noise()]), pick(WRONG_PARAMS), -32601);
    case 4:
      return request(pick(METHODS), { path: pick(PATHS), dataBase64: "" }, -32602);
    case 5:
      return request(pick(["process/start", "process/read", "http/request"]), pick(WRONG_PARAMS), -32602);
    default:
      return unparsed("[".repeat(1 + random(400)));
  }
}

/** Sends them all without waiting, and compares the answers, which come in their order. */
async function sendMalformed(client: Client, seed: number): Promise<void> {
  const random = randomNumbers(seed);
  const sent = Array.from({ length: MESSAGES }, (_, index) =>
    malformed(random, index % 2 === 0 ? 1_000_000 + index : `id "${index}"`),
  );
  const before = client.texts.length;
  for (const { text } of sent) client.send(text);
  expect((await client.ask("fs/parent", { path: "/a/b" })).result).toEqual({ path: "/a" });
  const answers = client.texts.slice(before, -1).map((text) => {
    const { id, error } = JSON.parse(text) as { id: unknown; error: { code: number } }; // all are refused
    return { id, code: error.code };
  });
  expect(answers).toEqual(sent.map(({ id, code }) => ({ id, code })));
}

describe("ten thousand malformed messages", () => {
  for (const seed of [1, 2]) {
    test(`over stdin have their errors, and a call after them is answered (${seed})`, async () => {
      await using server = await stdioServer();
      await greet(server);
      await sendMalformed(server, seed);
    });
    test(`over a WebSocket have their errors, and a call after them is answered (${seed})`, async () => {
      await using server = await socketServer();
      const client = await server.connect();
      await greet(client);
      await sendMalformed(client, seed + 100);
    });
  }
});

describe("what is wrong", () => {
  test("is said in the words of the reference", async () => {
    await using server = await stdioServer();
    await greet(server);
    const prefix = "failed to parse JSON-RPC message from exec-server stdio: ";
    for (const [text, reason] of [
      ["nonsense", "expected ident at line 1 column 2"],
      ["{", "EOF while parsing an object at line 1 column 1"],
      ["[]", "data did not match any variant of untagged enum JSONRPCMessage"],
    ] as const) {
      expect(await server.refused(text)).toEqual({
        id: -1,
        error: { code: -32600, message: prefix + reason },
      });
    }
    const wrong = async (method: string, params?: unknown) => (await server.ask(method, params)).error;
    expect(await wrong("bogus/method")).toEqual({
      code: -32601,
      message: "exec-server stub does not implement `bogus/method` yet",
    });
    const cases: readonly (readonly [string, unknown, string])[] = [
      ["fs/readFile", undefined, "invalid type: null, expected struct FsReadFileParams"],
      ["fs/readFile", "x", 'invalid type: string "x", expected struct FsReadFileParams'],
      ["fs/readFile", {}, "missing field `path`"],
      ["fs/readFile", { path: 4 }, "invalid type: number, expected path string"],
      ["process/read", { processId: "g", afterSeq: -1 }, "invalid number"],
      ["process/read", { processId: "g", waitMs: "x" }, 'invalid type: string "x", expected u64'],
      ["process/write", { processId: "g", chunk: "!" }, "Invalid symbol 33, offset 0."],
      ["environment/info", { a: 1 }, "invalid type: map, expected unit"],
    ];
    for (const [method, params, message] of cases) {
      expect(await wrong(method, params)).toEqual({ code: -32602, message });
    }
  });

  test("ids come back as they were, also the largest", async () => {
    await using server = await stdioServer();
    await greet(server);
    for (const id of ["9007199254740993", "-9223372036854775808", '"9007199254740993"', '""', "-4"]) {
      server.send(`{"id":${id},"method":"fs/parent","params":{"path":"/"}}`);
    }
    await server.ask("environment/info");
    expect(server.texts.slice(1, 6)).toEqual([
      '{"id":9007199254740993,"result":{"path":null}}',
      '{"id":-9223372036854775808,"result":{"path":null}}',
      '{"id":"9007199254740993","result":{"path":null}}',
      '{"id":"","result":{"path":null}}',
      '{"id":-4,"result":{"path":null}}',
    ]);
  });

  test("a line that is too long is refused without being kept, and the next one is served", async () => {
    await using server = await stdioServer();
    await greet(server);
    const piece = "x".repeat(1_000_000);
    const refused = server.refused(Array.from({ length: LARGE / piece.length }, () => piece).join(""));
    expect((await refused).error).toEqual({
      code: -32600,
      message:
        "failed to parse JSON-RPC message from exec-server stdio: the line is longer than 268435456 bytes",
    });
    expect((await server.ask("environment/info")).error).toBeUndefined();
  }, 60_000);
});

describe("what ends a connection", () => {
  for (const [what, text] of Object.entries({
    "a notification that is not known": '{"method":"bogus"}',
    "a result that nobody asked for": '{"id":4,"result":{}}',
    "an error that nobody asked for": '{"id":4,"error":{"code":1,"message":"x"}}',
  })) {
    test(`${what}, without a word`, async () => {
      await using server = await stdioServer();
      await greet(server);
      await server.ask("environment/info");
      const heard = server.texts.length;
      server.send(text);
      expect(await server.exited).toBe(0);
      expect(server.texts.length).toBe(heard);
    });
  }

  test("`initialized` before `initialize`, and no other connection", async () => {
    await using server = await socketServer();
    const [good, bad] = [await server.connect(), await server.connect()];
    await greet(good);
    bad.notify("initialized");
    await bad.closed;
    expect((await good.ask("environment/info")).error).toBeUndefined();
  });
});
