// `codex app-server` at a socket: clients that come and go, and share threads (app-server.md 1, 6 and 14).

import { describe, expect, test } from "bun:test";
import { existsSync, statSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import { join } from "node:path";
import { CODEX, mockProvider, sandboxBox } from "../../support/harness";
import {
  functionCall,
  message,
  respond,
  startResponsesServer,
  type Script,
} from "../../support/responses-server";
import { clientOver, greet, methods, openThread, runTurn, type Client, type Fields } from "./client";

const MCP_SERVER = join(import.meta.dir, "../../support/mcp-server.ts");

describe("a socket", () => {
  test("serves several clients, who follow one thread", async () => {
    await using server = await listening(() => "ws://127.0.0.1:0");
    const http = server.address.replace("ws:", "http:");
    for (const path of ["/readyz", "/healthz"]) expect((await fetch(`${http}${path}`)).status).toBe(200);
    expect((await fetch(http, { headers: { origin: "http://evil" } })).status).toBe(403);
    const [one, two] = [await connected(server.address), await connected(server.address)];
    await greet(one);
    expect((await two.refused("thread/loaded/list", {})).message).toBe("Not initialized");
    await greet(two);
    const threadId = await openThread(one, { cwd: server.box.workspace });
    await two.tells("thread/started");
    await two.get("thread/resume", { threadId });
    expect(await runTurn(one, threadId, "go")).toMatchObject({ status: "completed" });
    await two.tells("turn/completed");
    await one.get("thread/archive", { threadId });
    await one.get("thread/unarchive", { threadId });
    const resumed = await Promise.all([one, two].map((each) => each.get("thread/resume", { threadId })));
    expect(resumed.map(({ thread }) => (thread as Fields)["id"])).toEqual([threadId, threadId]);
    const from = [one, two].map((each) => each.heard.length);
    await one.get("thread/shellCommand", { threadId, command: "true" });
    await Promise.all([one, two].map((each, at) => each.tells("turn/completed", undefined, from[at])));
    one.close();
    expect((await two.get("thread/loaded/list", {}))["data"]).toEqual([threadId]);
    two.close();
  });

  test("puts a question that is open to one who joins later, and takes that answer", async () => {
    const touch = functionCall("exec_command", { cmd: "touch made", login: false }, "k1");
    const script = [respond(touch), respond(message("done"))];
    await using server = await listening(() => "ws://127.0.0.1:0", script);
    const [one, two] = [await connected(server.address), await connected(server.address)];
    await Promise.all([greet(one), greet(two)]);
    const asking = { approvalPolicy: "untrusted", sandbox: "workspace-write" };
    const threadId = await openThread(one, { cwd: server.box.workspace, ...asking });
    const ended = runTurn(one, threadId, "go");
    const name = "item/commandExecution/requestApproval";
    const asked = await one.tells(name);
    const { thread } = await two.get("thread/resume", { threadId });
    expect(thread).toMatchObject({ status: { type: "active", activeFlags: ["waitingOnApproval"] } });
    const again = await two.tells(name);
    expect(again).toEqual(asked);
    two.send(JSON.stringify({ id: again.id, result: { decision: "accept" } }));
    expect(await ended).toMatchObject({ status: "completed" });
    expect(existsSync(join(server.box.workspace, "made"))).toBe(true);
    for (const each of [one, two]) {
      expect(methods(each.heard).filter((told) => told === name)).toHaveLength(1);
      expect(methods(each.heard)).toContain("serverRequest/resolved");
      each.close();
    }
  });

  test("keeps a question for a client that comes back", async () => {
    const touch = functionCall("exec_command", { cmd: "touch made", login: false }, "k1");
    await using server = await listening(
      () => "ws://127.0.0.1:0",
      [respond(touch), respond(message("done"))],
    );
    const first = await connected(server.address);
    await greet(first);
    const asking = { approvalPolicy: "untrusted", sandbox: "workspace-write" };
    const threadId = await openThread(first, { cwd: server.box.workspace, ...asking });
    await first.get("turn/start", { threadId, input: [{ type: "text", text: "go" }] });
    const name = "item/commandExecution/requestApproval";
    const asked = await first.tells(name);
    await first.leave();
    const next = await connected(server.address);
    await greet(next);
    next.answers(name, () => ({ result: { decision: "accept" } }));
    await next.get("thread/resume", { threadId });
    expect(await next.tells(name)).toEqual(asked);
    const ended = await next.tells("turn/completed");
    expect(ended.params["turn"]).toMatchObject({ status: "completed" });
    expect(existsSync(join(server.box.workspace, "made"))).toBe(true);
    next.close();
  });

  test("lets no client wait for the command of another that has the same name", async () => {
    await using server = await listening(() => "ws://127.0.0.1:0");
    const [one, two] = [await connected(server.address), await connected(server.address)];
    await Promise.all([greet(one), greet(two)]);
    const start = (client: Client, command: readonly string[]) =>
      client.ask("command/exec", { command, processId: "p", streamStdin: true, disableTimeout: true });
    const write = (client: Client, text: string, more: Fields = {}) =>
      client.ask("command/exec/write", {
        ...{ processId: "p", deltaBase64: Buffer.from(text).toString("base64") },
        ...more,
      });
    const sleeping = start(one, ["sleep", "1000"]);
    const stuck = write(one, "x".repeat(1_000_000));
    await one.get("thread/loaded/list", {}); // which comes after that
    const echoed = start(two, ["cat"]);
    await write(two, "hello", { closeStdin: true });
    expect((await echoed).result).toMatchObject({ exitCode: 0, stdout: "hello" });
    await one.ask("command/exec/terminate", { processId: "p" });
    await Promise.all([stuck, sleeping]);
    for (const each of [one, two]) each.close();
  });

  test("of this machine is its user's alone", async () => {
    await using server = await listening((home) => `unix://${join(home, "s.sock")}`);
    const path = join(server.box.codexHome, "s.sock");
    expect(server.address).toBe(`unix://${path}`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const client = await connected(`ws+unix://${path}`);
    expect(await greet(client)).toMatchObject({ codexHome: server.box.codexHome });
    client.close();
  });

  test("that cannot be had is an error", async () => {
    await using box = await sandboxBox({ files: { file: "" } });
    const wrong = await box.codex(["app-server", "--listen", "http://x"]);
    expect(wrong.stderr).toContain("unsupported --listen URL `http://x`");
    const taken = await box.codex(["app-server", "--listen", `unix://${box.workspace}/file`]);
    expect(taken).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("no socket") });
  });

  test("lets nobody wait for a client that does not read", async () => {
    const shout = functionCall("exec_command", { cmd: "yes | head -c 60000000", login: false }, "k1");
    const script = [respond(shout), respond(message("done"))];
    await using server = await listening(() => "ws://127.0.0.1:0", script);
    const one = await connected(server.address);
    await greet(one);
    const asking = { approvalPolicy: "never", sandbox: "workspace-write" };
    const threadId = await openThread(one, { cwd: server.box.workspace, ...asking });
    const deaf = await deafClient(server.address, [
      { method: "initialize", params: { clientInfo: { name: "deaf", version: "1" } } },
      { method: "thread/resume", params: { threadId } },
    ]);
    expect(await runTurn(one, threadId, "go")).toMatchObject({ status: "completed" });
    deaf.destroy();
    one.close();
  });
});

async function listening(
  url: (home: string) => string,
  script: Script = [respond(message("heard by both"))],
) {
  const model = await startResponsesServer(script);
  // Opening a thread takes a while, so that two clients may open one at the same time.
  const slow = `sleep 0.2; exec "${process.execPath}" "${MCP_SERVER}"`;
  const server = `\n[mcp_servers.slow]\nrequired = true\ncommand = "sh"\nargs = ["-c", '${slow}']\n`;
  const box = await sandboxBox({ config: mockProvider(model.url) + server });
  const child = Bun.spawn([CODEX, "app-server", "--listen", url(box.codexHome)], {
    cwd: box.workspace,
    env: { PATH: process.env["PATH"] ?? "", HOME: box.home, CODEX_HOME: box.codexHome, SHELL: "/bin/sh" },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const { value } = await child.stderr.getReader().read();
  const address = /listening on: (\S+)/.exec(new TextDecoder().decode(value))?.[1] ?? "";
  return {
    box,
    model,
    address,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
      await box[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  };
}

type SocketClient = Client & { readonly close: () => void; readonly leave: () => Promise<void> };

async function connected(address: string): Promise<SocketClient> {
  const socket = new WebSocket(address);
  const closed = new Promise<void>((resolve) => socket.addEventListener("close", () => resolve()));
  const client = clientOver((text) => socket.send(text));
  socket.addEventListener("message", ({ data }) => client.hear(String(data)));
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", reject);
  });
  const close = () => socket.close();
  const leave = () => {
    close();
    return closed;
  };
  return { ...client, close, leave };
}

/** Reads the answers to what it asks, and nothing after that. */
async function deafClient(address: string, requests: readonly object[]): Promise<Socket> {
  const { port } = new URL(address);
  const socket = connectTcp(Number(port), "127.0.0.1");
  const heard = () => new Promise((resolve) => socket.once("data", resolve));
  const head = ["GET / HTTP/1.1", `Host: 127.0.0.1:${port}`, "Connection: Upgrade", "Upgrade: websocket"];
  const key = ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];
  socket.write([...head, ...key, "", ""].join("\r\n"));
  await heard();
  for (const [id, request] of requests.entries()) {
    socket.write(frame(JSON.stringify({ id, ...request })));
    await heard();
  }
  socket.pause();
  return socket;
}

/** A masked text frame of less than 64 KiB, as clients send them; the mask is all zero. */
function frame(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = bytes.length < 126 ? [0x80 | bytes.length] : [0xfe, bytes.length >> 8, bytes.length & 255];
  return Buffer.concat([Buffer.from([0x81, ...length]), Buffer.alloc(4), bytes]);
}
