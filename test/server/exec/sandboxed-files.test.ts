// `fs/` methods in the sandbox, in the compiled executable: what may be changed, what may not, and through which names.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, linkSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { base64, greet, stdioServer, type StdioServer } from "./client";

const ROOT = { path: { type: "special", value: { kind: "root" } }, access: "read" };
const PROJECT = { path: { type: "special", value: { kind: "project_roots" } }, access: "write" };
const REFUSED = { code: -32603, message: "Read-only file system (os error 30)" };

let server: StdioServer;
beforeAll(async () => {
  server = await stdioServer();
  await greet(server);
});
afterAll(() => server[Symbol.asyncDispose]());

function profile(entries: readonly object[], more: object = {}): object {
  return {
    permissions: { type: "managed", file_system: { type: "restricted", entries }, network: "restricted" },
    windowsSandboxLevel: "disabled",
    windowsSandboxPrivateDesktop: false,
    useLegacyLandlock: false,
    ...more,
  };
}

/** A workspace and a folder beside it, and a sandbox in which only the first may be written. */
function places(name: string) {
  const [workspace, outside] = [join(server.box.home, name, "ws"), join(server.box.home, name, "out")];
  for (const folder of [workspace, outside]) mkdirSync(folder, { recursive: true });
  const sandbox = profile([ROOT, PROJECT], { cwd: workspace });
  const readOnly = profile([ROOT], { cwd: workspace });
  return { workspace, outside, sandbox, readOnly };
}

describe("sandboxed file operations", () => {
  test("write in the workspace, and nowhere else", async () => {
    const { workspace, outside, sandbox, readOnly } = places("plain");
    const [inside, beyond] = [join(workspace, "a.txt"), join(outside, "b.txt")];
    const dataBase64 = base64("hello\n");
    expect((await server.ask("fs/writeFile", { path: inside, dataBase64, sandbox })).result).toEqual({});
    expect(readFileSync(inside, "utf8")).toBe("hello\n");
    expect((await server.ask("fs/readFile", { path: inside, sandbox: readOnly })).result).toEqual({
      dataBase64,
    });
    expect(
      (await server.ask("fs/writeFile", { path: inside, dataBase64: "QQ==", sandbox: readOnly })).error,
    ).toEqual(REFUSED);
    expect((await server.ask("fs/writeFile", { path: beyond, dataBase64, sandbox })).error).toEqual(REFUSED);
    expect(existsSync(beyond)).toBe(false);
    expect(readFileSync(inside, "utf8")).toBe("hello\n");
  });

  test("a hard link is written where it is: one file, under all its names", async () => {
    const { workspace, outside, sandbox } = places("hard");
    const [shared, link] = [join(outside, "o.txt"), join(workspace, "hl")];
    writeFileSync(shared, "before, and longer\n", { mode: 0o640 });
    linkSync(shared, link);
    const before = statSync(shared);
    const reply = await server.ask("fs/writeFile", { path: link, dataBase64: base64("after\n"), sandbox });
    expect(reply.result).toEqual({});
    const { ino, nlink, mode } = statSync(link);
    expect({ ino, nlink, mode }).toEqual({ ino: before.ino, nlink: 2, mode: before.mode });
    expect(readFileSync(shared, "utf8")).toBe("after\n");
  });

  test("a symbolic link that leads out of the workspace changes nothing", async () => {
    const { workspace, outside, sandbox } = places("soft");
    const [target, link, away] = [join(outside, "o.txt"), join(workspace, "sl"), join(workspace, "dir")];
    writeFileSync(target, "untouched\n");
    symlinkSync(target, link);
    symlinkSync(outside, away);
    const dataBase64 = base64("harm\n");
    expect((await server.ask("fs/writeFile", { path: link, dataBase64, sandbox })).error).toEqual(REFUSED);
    expect(
      (await server.ask("fs/writeFile", { path: join(away, "new"), dataBase64, sandbox })).error,
    ).toEqual(REFUSED);
    expect((await server.ask("fs/remove", { path: join(away, "o.txt"), sandbox })).error).toEqual(REFUSED);
    expect(readFileSync(target, "utf8")).toBe("untouched\n");
    expect(existsSync(join(outside, "new"))).toBe(false);
    expect((await server.ask("fs/canonicalize", { path: link, sandbox })).result).toEqual({ path: target });
    expect((await server.ask("fs/getMetadata", { path: link, sandbox })).result).toMatchObject({
      isFile: true,
      isSymlink: true,
    });
    expect((await server.ask("fs/remove", { path: link, sandbox })).result).toEqual({});
    expect(readFileSync(target, "utf8")).toBe("untouched\n");
  });

  test("what says what runs here stays as it is, and leaves nothing behind", async () => {
    const { workspace, outside, sandbox } = places("protected");
    const path = join(workspace, ".codex", "x");
    expect((await server.ask("fs/writeFile", { path, dataBase64: "", sandbox })).error).toBeDefined();
    expect(
      (await server.ask("fs/createDirectory", { path: join(workspace, ".git"), sandbox })).error,
    ).toBeUndefined();
    for (const name of [".codex", ".git", ".agents"]) expect(existsSync(join(workspace, name))).toBe(false);
    const copy = { sourcePath: workspace, destinationPath: join(outside, "copy"), recursive: true, sandbox };
    expect((await server.ask("fs/copy", copy)).error).toEqual(REFUSED);
    expect((await server.ask("fs/remove", { path: outside, sandbox })).error).toEqual(REFUSED);
    expect(existsSync(outside)).toBe(true);
  });

  test("what may not be read is not there", async () => {
    const { workspace, outside } = places("deny");
    writeFileSync(join(outside, "secret"), "key\n");
    const hidden = { path: { type: "path", path: outside }, access: "deny" };
    const sandbox = profile([ROOT, PROJECT, hidden], { cwd: workspace });
    const { error } = await server.ask("fs/readFile", { path: join(outside, "secret"), sandbox });
    expect([-32004, -32600]).toContain(error?.code ?? 0);
  });

  test("profiles that restrict no files are carried out by the server itself", async () => {
    const { outside } = places("open");
    const path = join(outside, "x");
    const root = { path: { type: "special", value: { kind: "root" } }, access: "write" };
    const open = [
      { permissions: { type: "disabled" }, windowsSandboxLevel: "disabled" },
      { permissions: { type: "external", network: "restricted" }, windowsSandboxLevel: "disabled" },
      profile([root]),
      {
        permissions: { type: "managed", file_system: { type: "unrestricted" }, network: "restricted" },
        windowsSandboxLevel: "disabled",
      },
    ];
    for (const [index, sandbox] of open.entries()) {
      const reply = await server.ask("fs/writeFile", { path, dataBase64: base64(String(index)), sandbox });
      expect(reply.result).toEqual({});
      expect(readFileSync(path, "utf8")).toBe(String(index));
    }
  });

  test("a sandbox that cannot be made, or says too little, is refused and nothing is done", async () => {
    const { outside } = places("refused");
    const path = join(outside, "x");
    const write = async (sandbox: object) =>
      (await server.ask("fs/writeFile", { path, dataBase64: "", sandbox })).error;
    expect(await write(profile([ROOT, PROJECT]))).toEqual({
      code: -32600,
      message: "file system sandbox context with dynamic permissions requires cwd",
    });
    const minimal = { path: { type: "special", value: { kind: "minimal" } }, access: "read" };
    const narrow = await write(profile([minimal], { cwd: outside }));
    expect(narrow?.code).toBe(-32600);
    expect(narrow?.message).toStartWith("failed to prepare fs sandbox: ");
    expect((await write(profile([ROOT], { cwd: join(outside, "missing") })))?.code).toBe(-32603);
    expect(await write({ permissions: { type: "disabled" } })).toEqual({
      code: -32602,
      message: "missing field `windowsSandboxLevel`",
    });
    expect(existsSync(path)).toBe(false);
  });
});

describe("the helper process", () => {
  test("answers one request with one line, and refuses a sandbox of its own", async () => {
    const { box } = server;
    const path = join(box.home, "data");
    writeFileSync(path, "data\n");
    const ask = (request: object | string) =>
      box.codex(["--codex-run-as-fs-helper"], {
        stdin: typeof request === "string" ? request : JSON.stringify(request),
      });
    const read = { operation: "fs/readFile", params: { path, sandbox: null } };
    expect(await ask(read)).toMatchObject({
      exitCode: 0,
      stderr: "",
      stdout: '{"status":"ok","payload":{"operation":"fs/readFile","response":{"dataBase64":"ZGF0YQo="}}}\n',
    });
    expect(await ask({ ...read, params: { path: "/no/such", sandbox: null } })).toMatchObject({
      exitCode: 0,
      stdout:
        '{"status":"error","payload":{"code":-32004,"message":"No such file or directory (os error 2)"}}\n',
    });
    const own = { permissions: { type: "disabled" }, windowsSandboxLevel: "disabled" };
    for (const wrong of [
      "",
      "nonsense",
      { operation: "fs/else" },
      { ...read, params: { path, sandbox: own } },
    ]) {
      const { exitCode, stdout, stderr } = await ask(wrong);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
      expect(stderr).toStartWith("fs sandbox helper failed: ");
    }
  });
});
