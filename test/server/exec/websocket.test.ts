// `codex exec-server` on a WebSocket, compiled: who is let in, sessions that outlive a connection, and clients that read slowly.

import { describe, expect, test } from "bun:test";
import { connect as connectTcp } from "node:net";
import { sandboxBox } from "../../support/harness";
import { processesWith, until } from "../../support/processes";
import { base64, closedOf, greet, outputOf, processParams, socketServer } from "./client";

const http = (url: string) => url.replace("ws://", "http://");
const UPGRADE = {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

describe("the address", () => {
  test("is one line, and answers what may ask", async () => {
    await using server = await socketServer();
    expect(server.url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+$/);
    const at = http(server.url);
    const status = async (path: string, headers: Record<string, string> = {}) => {
      const response = await fetch(`${at}${path}`, { headers });
      expect(await response.text()).toBe("");
      return response.status;
    };
    expect(await status("/readyz")).toBe(200);
    expect(await status("/")).toBe(400);
    expect(await status("/other")).toBe(404);
    const Origin = "http://127.0.0.1";
    expect(await status("/readyz", { Origin })).toBe(403);
    expect(await status("/", { Origin, ...UPGRADE })).toBe(403);
    expect(await status("/other", { Origin: "null" })).toBe(403);
    const client = await server.connect();
    await greet(client);
  });

  test("that is none is refused by name", async () => {
    await using box = await sandboxBox();
    const cases = {
      "unix:///x": "unsupported --listen URL `unix:///x`; expected `ws://IP:PORT` or `stdio`",
      foo: "unsupported --listen URL `foo`; expected `ws://IP:PORT` or `stdio`",
      "ws://localhost:0": "invalid websocket --listen URL `ws://localhost:0`; expected `ws://IP:PORT`",
      "ws://127.0.0.1": "invalid websocket --listen URL `ws://127.0.0.1`; expected `ws://IP:PORT`",
      "ws://127.0.0.1:99999":
        "invalid websocket --listen URL `ws://127.0.0.1:99999`; expected `ws://IP:PORT`",
      "ws://127.0.0.1:0/x": "invalid websocket --listen URL `ws://127.0.0.1:0/x`; expected `ws://IP:PORT`",
    };
    for (const [url, message] of Object.entries(cases)) {
      expect(await box.codex(["exec-server", "--listen", url])).toMatchObject({
        exitCode: 1,
        stdout: "",
        stderr: `Error: ${message}\n`,
      });
    }
    await using server = await socketServer();
    const taken = await box.codex(["exec-server", "--listen", server.url]);
    expect(taken.exitCode).toBe(1);
    expect(taken.stderr).toEndWith(": the port is in use\n");
    const remote = await box.codex(["exec-server", "--remote", "https://x"]);
    expect(remote.exitCode).toBe(2);
    const both = ["exec-server", "--remote", "https://x", "--environment-id", "e"];
    expect((await box.codex([...both, "--listen", "stdio"])).exitCode).toBe(2);
    expect((await box.codex(both)).stderr).toBe(
      "Error: this version cannot register as a remote environment; use --listen\n",
    );
  });

  test("of other machines than this one comes with a warning", async () => {
    await using box = await sandboxBox();
    const server = box.start(["exec-server", "--listen", "ws://0.0.0.0:0"]);
    await server.shows(/^ws:\/\/0\.0\.0\.0:\d+\n$/);
    await server.shows("there is no login");
    server.kill("SIGTERM");
    expect((await server.result).signal).toBe("SIGTERM");
  });
});

describe("the handshake", () => {
  test("comes first, once, and may be tried again", async () => {
    await using server = await socketServer();
    const client = await server.connect();
    const refusal = async (method: string, params: object) => (await client.ask(method, params)).error;
    const file = { path: "/etc/passwd" };
    const early = (family: string) => ({
      code: -32600,
      message: `client must call initialize before using ${family} methods`,
    });
    expect(await refusal("fs/readFile", file)).toEqual(early("filesystem"));
    expect(await refusal("process/read", { processId: "x" })).toEqual(early("exec"));
    expect(await refusal("environment/info", {})).toEqual(early("environment info"));
    expect(await refusal("fs/readFile", {})).toEqual({ code: -32602, message: "missing field `path`" });
    expect(await refusal("initialize", { clientName: "x", resumeSessionId: "nope" })).toEqual({
      code: -32600,
      message: "unknown session id nope",
    });
    const { result } = await client.ask("initialize", { clientName: "x" });
    expect(result).toEqual({ sessionId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect((await refusal("fs/readFile", file))?.message).toBe(
      "client must send initialized before using filesystem methods",
    );
    expect((await refusal("initialize", { clientName: "x" }))?.message).toBe(
      "initialize may only be sent once per connection",
    );
    client.notify("initialized");
    expect((await client.ask("fs/readFile", file)).result).toHaveProperty("dataBase64");
  });
});

describe("a session", () => {
  test("is taken up by the next connection, with what came meanwhile, and by no other", async () => {
    await using server = await socketServer();
    const [first, second] = [await server.connect(), await server.connect()];
    const id = await greet(first);
    const env = { PATH: "/usr/bin:/bin" };
    await first.ask("process/start", {
      ...processParams("bg", ["sh", "-c", "while read line; do echo $line; done"], { env, pipeStdin: true }),
    });
    await first.ask("process/write", { processId: "bg", chunk: base64("one\n") });
    await first.tells(() => outputOf(first, "bg") === "one\n");
    expect((await second.ask("initialize", { clientName: "b", resumeSessionId: id })).error).toEqual({
      code: -32600,
      message: `session ${id} is already attached to another connection`,
    });
    first.close();
    await first.closed;
    expect(await greet(second, id)).toBe(id);
    expect((await second.ask("process/read", { processId: "bg" })).result).toMatchObject({ nextSeq: 2 });
    await second.ask("process/write", { processId: "bg", chunk: base64("two\n") });
    const told = await second.tells(({ method }) => method === "process/output");
    expect(told.params).toEqual({ processId: "bg", seq: 2, stream: "stdout", chunk: base64("two\n") });
  });

  test("that nobody takes up ends after ten seconds, with its processes", async () => {
    await using server = await socketServer();
    const client = await server.connect();
    const mark = `33${process.pid}.5`;
    const id = await greet(client);
    await client.ask("process/start", processParams("a", ["sleep", mark]));
    await until("it runs", () => processesWith(mark).length === 1);
    // A long poll does not keep what nobody waits for.
    client.send(
      JSON.stringify({ id: 99, method: "process/read", params: { processId: "a", waitMs: 600_000 } }),
    );
    client.close();
    await client.closed;
    const since = performance.now();
    const gone = () => performance.now() - since > 5_000 && processesWith(mark).length === 0;
    await until("half of the time is over", () => performance.now() - since > 8_000);
    expect(processesWith(mark).length).toBe(1);
    await until("it is gone", gone);
    const next = await server.connect();
    expect((await next.ask("initialize", { clientName: "b", resumeSessionId: id })).error?.message).toBe(
      `unknown session id ${id}`,
    );
  }, 60_000);

  test("is one of many: connections do not wait for each other", async () => {
    await using server = await socketServer();
    const clients = await Promise.all(Array.from({ length: 20 }, () => server.connect()));
    await Promise.all(clients.map((client) => greet(client)));
    const [blocked, ...others] = clients;
    await blocked?.ask("process/start", processParams("p", ["sleep", "100"]));
    const poll = blocked?.ask("process/read", { processId: "p", waitMs: 2_000 });
    await Promise.all(
      others.map(async (client, index) => {
        await client.ask("process/start", processParams("p", ["echo", String(index)]));
        await client.tells(closedOf("p"));
        expect(outputOf(client, "p")).toBe(`${index}\n`);
      }),
    );
    expect(blocked?.texts.length).toBe(2);
    expect((await poll)?.result).toMatchObject({ chunks: [] });
  });
});

describe("messages", () => {
  test("may be binary; a large one is taken, one that is too large ends the connection", async () => {
    await using server = await socketServer();
    const client = await server.connect();
    await greet(client);
    const request = JSON.stringify({ id: "b", method: "fs/parent", params: { path: "/a/ü" } });
    const known = client.ask("environment/info");
    client.send(Buffer.from(request));
    await known;
    await client.ask("environment/info");
    expect(client.texts).toContain('{"id":"b","result":{"path":"/a"}}');
    expect((await client.refused(Uint8Array.of(0xff, 0xfe))).error?.message).toContain("invalid utf-8");
    const path = `${server.box.workspace}/large`;
    const dataBase64 = Buffer.alloc(20_000_000, 7).toString("base64");
    expect((await client.ask("fs/writeFile", { path, dataBase64 })).result).toEqual({});
    expect((await client.ask("fs/readFile", { path })).result).toEqual({ dataBase64 });
    client.send("x".repeat(270_000_000));
    expect(await client.closed).not.toBe(1000);
    await greet(await server.connect());
  }, 60_000);

  test("for a client that does not read are kept within bounds, and its process waits", async () => {
    await using server = await socketServer();
    const { port } = new URL(server.url);
    const socket = connectTcp(Number(port), "127.0.0.1");
    const head = Object.entries({ Host: `127.0.0.1:${port}`, ...UPGRADE }).map(
      ([name, value]) => `${name}: ${value}`,
    );
    socket.write(`GET / HTTP/1.1\r\n${head.join("\r\n")}\r\n\r\n`);
    await new Promise((resolve) => socket.once("data", resolve));
    socket.pause();
    const mark = `${server.box.workspace}/written`;
    const script = `head -c 300000000 /dev/zero; echo done > ${mark}`;
    for (const text of [
      '{"id":1,"method":"initialize","params":{"clientName":"slow"}}',
      '{"method":"initialized"}',
      JSON.stringify({ id: 2, method: "process/start", params: processParams("p", ["sh", "-c", script]) }),
    ]) {
      socket.write(frame(text));
    }
    const other = await server.connect();
    await greet(other);
    await until("its process runs", () => processesWith(mark).length > 0);
    // Time enough to have read everything, for a server without bounds.
    for (let asked = 0; asked < 2_000; asked++) await other.ask("environment/info");
    expect(await Bun.file(mark).exists()).toBe(false);
    const { VmHWM } = Object.fromEntries(
      (await Bun.file(`/proc/${server.pid}/status`).text()).split("\n").map((line) => line.split(":\t")),
    ) as Record<string, string>; // names and values of the kernel
    expect(Number.parseInt(VmHWM ?? "", 10)).toBeLessThan(250_000);
    socket.destroy();
  }, 60_000);
});

/** A masked text frame, as clients send them; the mask is all zero. */
function frame(text: string): Buffer {
  const bytes = Buffer.from(text);
  const head =
    bytes.length < 126
      ? Buffer.from([0x81, 0x80 | bytes.length])
      : Buffer.from([0x81, 0xfe, bytes.length >> 8, bytes.length & 255]);
  return Buffer.concat([head, Buffer.alloc(4), bytes]);
}
