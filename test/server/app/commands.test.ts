// Commands and files of `codex app-server`'s clients (app-server.md 11 and 12).

import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { processesWith, until } from "../../support/processes";
import { serving, type AppServer, type Fields } from "./client";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const text = (given: unknown) => Buffer.from(String(given), "base64").toString();
const outputOf = (it: AppServer) =>
  it.heard
    .flatMap((one) => ("method" in one && one.method === "command/exec/outputDelta" ? [one.params] : []))
    .map(({ deltaBase64 }) => text(deltaBase64))
    .join("");

describe("command/exec", () => {
  test("runs a command and gives what it wrote", async () => {
    await using it = await serving();
    const run = (script: string, more: Fields = {}) =>
      it.get("command/exec", { command: ["/bin/sh", "-c", script], ...more });
    expect(await run("echo out; echo err >&2; exit 3")).toEqual({
      exitCode: 3,
      stdout: "out\n",
      stderr: "err\n",
    });
    expect(await run('echo "$A$HOME"', { env: { A: "a", HOME: null } })).toMatchObject({ stdout: "a\n" });
    expect(await run("pwd", { cwd: "/" })).toMatchObject({ stdout: "/\n" });
    expect(await run("printf 123456", { outputBytesCap: 4 })).toMatchObject({ stdout: "1234" });
    expect(await run("sleep 100", { timeoutMs: 50 })).toMatchObject({ exitCode: 124 });
  });

  test("is confined as configured, or as asked", async () => {
    await using it = await serving();
    const run = (file: string, more: Fields = {}) =>
      it.get("command/exec", { command: ["touch", join(it.box.workspace, file)], ...more });
    expect(await run("a")).not.toMatchObject({ exitCode: 0 });
    expect(await run("b", { sandboxPolicy: { type: "workspaceWrite" } })).toMatchObject({ exitCode: 0 });
    expect(existsSync(join(it.box.workspace, "a"))).toBe(false);
  });

  test("tells output as it comes, takes input, and ends when it is told to", async () => {
    await using it = await serving();
    const command = ["/bin/sh", "-c", "echo ready; read line; echo got $line; cat; sleep 100"];
    const streams = { processId: "p1", streamStdin: true, streamStdoutStderr: true, disableTimeout: true };
    const ended = it.get("command/exec", { command, ...streams });
    await it.tells("command/exec/outputDelta");
    await it.get("command/exec/write", { processId: "p1", deltaBase64: base64("hello\n") });
    await until("it has answered", () => outputOf(it).includes("got hello"));
    expect((await it.refused("command/exec", { command, ...streams })).message).toContain("duplicate");
    await it.get("command/exec/write", { processId: "p1", closeStdin: true });
    await it.get("command/exec/terminate", { processId: "p1" });
    expect(await ended).toMatchObject({ stdout: "", stderr: "" });
    expect((await it.refused("command/exec/terminate", { processId: "p1" })).message).toBe(
      'no active command/exec for process id "p1"',
    );
  });

  test("runs on a terminal, which can be resized", async () => {
    await using it = await serving();
    const command = ["/bin/sh", "-c", "stty size; read line; stty size"];
    const ended = it.get("command/exec", {
      command,
      tty: true,
      processId: "t",
      size: { rows: 10, cols: 20 },
    });
    await until("it shows its size", () => outputOf(it).includes("10 20"));
    await it.get("command/exec/resize", { processId: "t", size: { rows: 30, cols: 40 } });
    await it.get("command/exec/write", { processId: "t", deltaBase64: base64("\n") });
    expect(await ended).toMatchObject({ exitCode: 0, stdout: "" });
    expect(outputOf(it)).toContain("30 40");
  });

  test("may take as long as any number says", async () => {
    await using it = await serving();
    for (const timeoutMs of [3_000_000_000, Number.MAX_SAFE_INTEGER]) {
      const ended = it.get("command/exec", { command: ["sh", "-c", "sleep 0.2; echo ok"], timeoutMs });
      expect(await ended).toMatchObject({ exitCode: 0, stdout: "ok\n" });
    }
  });

  test("is over when it has ended, whoever still holds its output", async () => {
    const mark = `6${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    await using it = await serving();
    // The command ends when the other process has left its group.
    const command = ["sh", "-c", `setsid sleep ${mark} & sleep 0.3; echo ok`];
    try {
      expect(await it.get("command/exec", { command, sandboxPolicy: { type: "dangerFullAccess" } })).toEqual({
        exitCode: 0,
        stdout: "ok\n",
        stderr: "",
      });
    } finally {
      for (const pid of processesWith(mark)) process.kill(pid);
    }
  });

  test("runs a bounded number of times at once, however fast they are asked for", async () => {
    await using it = await serving();
    const cat = { command: ["cat"], streamStdin: true, sandboxPolicy: { type: "dangerFullAccess" } };
    const ended = Array.from({ length: 260 }, (_, at) =>
      it.ask("command/exec", { ...cat, processId: `c${at}`, disableTimeout: true }),
    );
    const messages = (await Promise.all(ended.slice(256))).map(({ error }) => error?.message);
    expect(new Set(messages)).toEqual(new Set(["more than 256 commands at once"]));
    for (let at = 0; at < 256; at++) {
      await it.get("command/exec/write", { processId: `c${at}`, closeStdin: true });
    }
    expect((await Promise.all(ended)).filter(({ result }) => result !== undefined)).toHaveLength(256);
  });

  test("refuses options that do not go together", async () => {
    await using it = await serving();
    const command = ["true"];
    for (const [params, code, message] of [
      [{ command: [] }, -32600, "command must not be empty"],
      [{ command, size: { rows: 1, cols: 1 } }, -32602, "command/exec size requires tty: true"],
      [
        { command, timeoutMs: 1, disableTimeout: true },
        -32602,
        "command/exec cannot set both timeoutMs and disableTimeout",
      ],
      [{ command, tty: true }, -32600, "command/exec tty or streaming requires a client-supplied processId"],
    ] as const) {
      expect(await it.refused("command/exec", params)).toEqual({ code, message });
    }
    expect(await it.refused("command/exec", { command: ["/no/such/program"] })).toMatchObject({
      code: -32603,
    });
  });

  test("ends with its client", async () => {
    const mark = `5${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    await using it = await serving();
    const params = { command: ["sleep", mark], disableTimeout: true, processId: "s" };
    it.send(JSON.stringify({ id: "never answered", method: "command/exec", params }));
    await until("it runs", () => processesWith(mark).length > 0);
    it.endInput();
    expect(await it.exited).toBe(0);
    await until("it is gone", () => processesWith(mark).length === 0);
  });
});

describe("fs", () => {
  test("reads, writes, lists, copies and removes", async () => {
    await using it = await serving();
    const at = (name: string) => join(it.box.workspace, name);
    await it.get("fs/createDirectory", { path: at("a/b") });
    await it.get("fs/writeFile", { path: at("a/b/f"), dataBase64: base64("hi") });
    expect(readFileSync(at("a/b/f"), "utf8")).toBe("hi");
    expect(text((await it.get("fs/readFile", { path: at("a/b/f") }))["dataBase64"])).toBe("hi");
    expect(await it.get("fs/getMetadata", { path: at("a") })).toMatchObject({
      ...{ isDirectory: true, isFile: false, isSymlink: false, modifiedAtMs: expect.any(Number) },
    });
    expect(await it.get("fs/readDirectory", { path: at("a") })).toEqual({
      entries: [{ fileName: "b", isDirectory: true, isFile: false }],
    });
    expect((await it.refused("fs/copy", { sourcePath: at("a"), destinationPath: at("c") })).code).toBe(
      -32600,
    );
    await it.get("fs/copy", { sourcePath: at("a"), destinationPath: at("c"), recursive: true });
    expect(readFileSync(at("c/b/f"), "utf8")).toBe("hi");
    await it.get("fs/remove", { path: at("a") });
    expect(existsSync(at("a"))).toBe(false);
    expect(await it.get("fs/remove", { path: at("a") })).toEqual({});
    expect(await it.refused("fs/remove", { path: at("a"), force: false })).toEqual({
      ...{ code: -32603, message: "No such file or directory (os error 2)" },
    });
    expect(await it.refused("fs/readFile", { path: "relative" })).toEqual({
      code: -32600,
      message: "Invalid request: AbsolutePathBuf deserialized without a base path",
    });
  });

  test("tells of changes until it is asked not to", async () => {
    await using it = await serving();
    const folder = it.box.workspace;
    expect(await it.get("fs/watch", { watchId: "w", path: folder })).toEqual({ path: folder });
    expect((await it.refused("fs/watch", { watchId: "w", path: folder })).message).toContain(
      "already exists",
    );
    it.box.write("new.txt", "x");
    const changed = await it.tells("fs/changed");
    expect(changed.params).toEqual({ watchId: "w", changedPaths: [join(folder, "new.txt")] });
    expect(await it.get("fs/unwatch", { watchId: "w" })).toEqual({});
  });

  test("tells of a file that is replaced, and of one that comes and goes with its folder", async () => {
    await using it = await serving([], { files: { file: "0" } });
    const [file = "", late = ""] = ["file", "new/late"].map((name) => join(it.box.workspace, name));
    expect(await it.get("fs/watch", { watchId: "f", path: file })).toEqual({ path: file });
    expect(await it.get("fs/watch", { watchId: "l", path: late })).toEqual({ path: late });
    const told = async (watchId: string, path: string, change: () => void) => {
      const from = it.heard.length;
      change();
      const changed = await it.tells("fs/changed", (params) => params["watchId"] === watchId, from);
      expect(changed.params["changedPaths"]).toEqual([path]);
    };
    for (const text of ["1", "2", "3"]) {
      await told("f", file, () => {
        it.box.write("other", text);
        renameSync(join(it.box.workspace, "other"), file);
      });
    }
    for (const text of ["1", "2"]) {
      await told("l", late, () => void it.box.write("new/late", text));
      await told("l", late, () => rmSync(join(it.box.workspace, "new"), { recursive: true }));
    }
  });

  test("watches one path for each name", async () => {
    await using it = await serving();
    const folder = it.box.workspace;
    const twice = [1, 2].map(() => it.ask("fs/watch", { watchId: "w", path: folder }));
    const refused = (await Promise.all(twice)).flatMap(({ error }) => error?.message ?? []);
    expect(refused).toEqual(["watchId already exists: w"]);
  });
});
