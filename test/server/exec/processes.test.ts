// `process/` methods of the compiled executable: the observed transcripts, output that nobody reads, and ends of all kinds.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { processesWith, until } from "../../support/processes";
import { base64, closedOf, greet, outputOf, processParams, stdioServer, type StdioServer } from "./client";

async function greeted(): Promise<StdioServer> {
  const server = await stdioServer();
  await greet(server);
  return server;
}

/** What was told of a process, without its name. */
function toldOf(server: StdioServer, processId: string): readonly object[] {
  return server.told
    .filter(({ params }) => params.processId === processId)
    .map(({ method, params }) => ({
      method,
      ...Object.fromEntries(Object.entries(params).filter(([name]) => name !== "processId")),
    }));
}

const start = async (server: StdioServer, processId: string, argv: readonly string[], more?: object) =>
  await server.ask("process/start", processParams(processId, argv, more));
const sh = (script: string) => ["sh", "-c", script];

describe("a process", () => {
  test("is told of in order: output, exit, and the end of both streams", async () => {
    await using server = await greeted();
    expect((await start(server, "p1", sh("echo out; exit 3"))).result).toEqual({ processId: "p1" });
    await server.tells(closedOf("p1"));
    expect(toldOf(server, "p1")).toEqual([
      { method: "process/output", seq: 1, stream: "stdout", chunk: "b3V0Cg==" },
      { method: "process/exited", seq: 2, exitCode: 3 },
      { method: "process/closed", seq: 3 },
    ]);
    expect((await server.ask("process/read", { processId: "p1" })).result).toEqual({
      chunks: [{ seq: 1, stream: "stdout", chunk: "b3V0Cg==" }],
      nextSeq: 2,
      exited: true,
      exitCode: 3,
      closed: true,
      failure: null,
    });
    expect(
      (await server.ask("process/read", { processId: "p1", afterSeq: 3, waitMs: 5000 })).result,
    ).toMatchObject({
      chunks: [],
      nextSeq: 4,
    });
    expect((await start(server, "p1", ["true"])).error).toEqual({
      code: -32600,
      message: "process p1 already exists",
    });
    expect((await server.ask("process/terminate", { processId: "p1" })).result).toEqual({ running: false });
  });

  test("reads what is written to it, and is killed with its group", async () => {
    await using server = await greeted();
    await start(server, "p2", ["cat"], { pipeStdin: true, arg0: null });
    const chunk = base64("hello\n");
    expect((await server.ask("process/write", { processId: "p2", chunk })).result).toEqual({
      status: "accepted",
    });
    expect((await server.ask("process/read", { processId: "p2", afterSeq: 0, waitMs: 9000 })).result).toEqual(
      {
        chunks: [{ seq: 1, stream: "stdout", chunk }],
        nextSeq: 2,
        exited: false,
        exitCode: null,
        closed: false,
        failure: null,
      },
    );
    expect((await server.ask("process/terminate", { processId: "p2" })).result).toEqual({ running: true });
    await server.tells(closedOf("p2"));
    expect(toldOf(server, "p2").slice(1)).toEqual([
      { method: "process/exited", seq: 2, exitCode: -1 },
      { method: "process/closed", seq: 3 },
    ]);
    expect((await server.ask("process/write", { processId: "p2", chunk })).error).toEqual({
      code: -32603,
      message: "failed to write to process stdin",
    });
    await start(server, "p3", ["true"]);
    expect((await server.ask("process/write", { processId: "p3", chunk })).result).toEqual({
      status: "stdinClosed",
    });
    expect((await server.ask("process/write", { processId: "none", chunk })).result).toEqual({
      status: "unknownProcess",
    });
  });

  test("has a terminal of 24 by 80, which takes control characters", async () => {
    await using server = await greeted();
    await start(server, "t", sh("tty; stty size; echo TERM=$TERM; exec cat"), { tty: true });
    const shows = (text: string) => server.tells(() => outputOf(server, "t").includes(text));
    await shows("TERM=\r\n");
    expect(outputOf(server, "t")).toMatch(/^\/dev\/pts\/\d+\r\n24 80\r\nTERM=\r\n$/);
    await server.ask("process/write", { processId: "t", chunk: base64("hi\n") });
    await shows("hi\r\nhi\r\n");
    await server.ask("process/write", { processId: "t", chunk: "Aw==" });
    const exited = await server.tells(({ method }) => method === "process/exited");
    expect(exited.params.exitCode).toBe(1);
    await server.tells(closedOf("t"));
    expect(new Set(server.told.flatMap(({ params }) => params.stream ?? []))).toEqual(new Set(["pty"]));
  });

  test("ends before the last output of what it left behind, and goes on being read until then", async () => {
    await using server = await greeted();
    const go = join(server.box.workspace, "go");
    await start(server, "g", sh(`(until [ -e ${go} ]; do sleep 0.02; done; echo late) & echo early`));
    const exited = await server.tells(
      ({ method, params }) => method === "process/exited" && params.processId === "g",
    );
    expect(exited.params.exitCode).toBe(0);
    expect(server.told.some(closedOf("g"))).toBe(false);
    server.box.write("go", "");
    await server.tells(closedOf("g"));
    expect(outputOf(server, "g")).toBe("early\nlate\n");
    const seqs = server.told.filter(({ params }) => params.processId === "g").map(({ params }) => params.seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  });

  test("has the environment that it is given and nothing else, or one after a policy", async () => {
    await using server = await greeted();
    await start(server, "bare", ["/usr/bin/env"], { env: { A: "1" } });
    await server.tells(closedOf("bare"));
    expect(outputOf(server, "bare")).toBe("A=1\n");
    const envPolicy = {
      inherit: "core",
      ignoreDefaultExcludes: true,
      exclude: ["HO*"],
      set: { B: "2" },
      includeOnly: [],
    };
    await start(server, "policy", ["/usr/bin/env"], { env: { A: "1" }, envPolicy });
    await server.tells(closedOf("policy"));
    const names = outputOf(server, "policy")
      .split("\n")
      .map((line) => line.split("=")[0]);
    expect(names.toSorted()).toEqual(["", "A", "B", "PATH", "SHELL"]);
    await start(server, "zero", sh("echo $0"), { arg0: "zero" });
    await server.tells(closedOf("zero"));
    expect(outputOf(server, "zero")).toBe("zero\n");
  });

  test("that cannot be started says why, and its name stays free", async () => {
    await using server = await greeted();
    const missing = { code: -32603, message: "No such file or directory (os error 2)" };
    expect((await start(server, "x", ["no-such-program"])).error).toEqual(missing);
    expect((await start(server, "x", ["true"], { cwd: "/no/such" })).error).toEqual(missing);
    expect((await start(server, "x", ["/etc/passwd"])).error).toBeDefined();
    expect((await start(server, "x", [])).error).toEqual({ code: -32602, message: "argv must not be empty" });
    expect((await start(server, "x", ["true"])).result).toEqual({ processId: "x" });
    expect((await server.ask("process/read", { processId: "y" })).error).toEqual({
      code: -32600,
      message: "unknown process id y",
    });
  });

  test("can be interrupted", async () => {
    await using server = await greeted();
    await start(server, "i", sh("trap 'echo caught; exit 7' INT; echo ready; while :; do sleep 0.02; done"));
    await server.tells(() => outputOf(server, "i").includes("ready"));
    expect((await server.ask("process/signal", { processId: "i", signal: "interrupt" })).result).toEqual({});
    await server.tells(closedOf("i"));
    expect(outputOf(server, "i")).toBe("ready\ncaught\n");
    expect((await server.ask("process/signal", { processId: "none", signal: "interrupt" })).result).toEqual(
      {},
    );
  });
});

describe("output", () => {
  test("is read again in parts, and the oldest of more than a megabyte is gone", async () => {
    await using server = await greeted();
    await start(server, "big", sh("head -c 3000000 /dev/zero; echo end >&2"));
    await server.tells(closedOf("big"));
    const chunks = server.told.flatMap(({ params }) =>
      params.chunk === undefined ? [] : [String(params.chunk)],
    );
    const sizes = chunks.map((chunk) => Buffer.from(chunk, "base64").byteLength);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(8192);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(3_000_004);
    const kept = await server.ask("process/read", { processId: "big" });
    const held = kept.result?.chunks as readonly { seq: number; chunk: string }[]; // as the method has it
    const bytes = held.reduce((sum, { chunk }) => sum + Buffer.from(chunk, "base64").byteLength, 0);
    expect(bytes).toBeLessThanOrEqual(1_048_576);
    expect(bytes).toBeGreaterThan(1_000_000);
    const one = await server.ask("process/read", { processId: "big", maxBytes: 1 });
    expect(one.result?.chunks).toEqual([held[0]]);
    expect(one.result?.nextSeq).toBe((held[0]?.seq ?? 0) + 1);
  });

  test("a long poll ends with the time, and later requests wait for it", async () => {
    await using server = await greeted();
    await start(server, "quiet", ["sleep", "100"]);
    const before = performance.now();
    const poll = server.ask("process/read", { processId: "quiet", waitMs: 300 });
    const info = server.ask("environment/info");
    expect((await poll).result).toEqual({
      chunks: [],
      nextSeq: 1,
      exited: false,
      exitCode: null,
      closed: false,
      failure: null,
    });
    expect((await info).result).toEqual({ shell: { name: "bash", path: expect.stringMatching(/bash$/) } });
    expect(performance.now() - before).toBeGreaterThan(290);
  });

  test("of fifty processes at once is all there, each in its order", async () => {
    await using server = await greeted();
    const names = Array.from({ length: 50 }, (_, index) => `n${index}`);
    await Promise.all(
      names.map((name) => start(server, name, sh(`for i in 1 2 3; do echo ${name} $i; done`))),
    );
    await Promise.all(names.map((name) => server.tells(closedOf(name))));
    for (const name of names) expect(outputOf(server, name)).toBe(`${name} 1\n${name} 2\n${name} 3\n`);
  });

  test("input that is not read is refused in the end, and the process can still be ended", async () => {
    await using server = await greeted();
    await start(server, "deaf", ["sleep", "100"], { pipeStdin: true });
    const chunk = Buffer.alloc(3_000_000).toString("base64");
    const { error } = await server.ask("process/write", { processId: "deaf", chunk });
    expect(error?.message).toBe("failed to write to process stdin: the process does not read it");
    expect((await server.ask("process/terminate", { processId: "deaf" })).result).toEqual({ running: true });
  }, 60_000);
});

describe("the end of the server", () => {
  test("comes with the end of its input, at once, and takes every process along", async () => {
    await using server = await greeted();
    const mark = `31${process.pid}.5`;
    await start(server, "a", ["sleep", mark]);
    await start(server, "b", sh(`sleep ${mark} & sleep ${mark}`), { tty: true });
    void server
      .ask("process/read", { processId: "a", waitMs: 100_000 })
      .catch(() => "there is no answer any more");
    await until("all run", () => processesWith(mark).length >= 4);
    server.endInput();
    expect(await server.exited).toBe(0);
    expect(await server.stderr).toBe("");
    await until("all are gone", () => processesWith(mark).length === 0);
  });

  test("by force takes every process along too", async () => {
    await using server = await greeted();
    const mark = `32${process.pid}.5`;
    await start(server, "a", sh(`sleep ${mark} & sleep ${mark}`));
    await start(server, "b", ["sleep", mark], { tty: true });
    await start(server, "left", sh(`sleep ${mark} & exit 0`));
    await server.tells(({ method, params }) => method === "process/exited" && params.processId === "left");
    await until("all run", () => processesWith(mark).length >= 4);
    process.kill(server.pid, "SIGKILL");
    await server.exited;
    await until("all are gone", () => processesWith(mark).length === 0);
  });
});
