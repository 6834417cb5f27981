// `fs/` methods without a sandbox, in the compiled executable: results, and the codes and words of what goes wrong.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { base64, greet, stdioServer, type StdioServer } from "./client";

const mkfifo = (path: string) => void Bun.spawnSync(["mkfifo", path]);

let server: StdioServer;
beforeAll(async () => {
  server = await stdioServer();
  await greet(server);
});
afterAll(() => server[Symbol.asyncDispose]());

function folder(name: string): string {
  const path = join(server.box.home, name);
  mkdirSync(path, { recursive: true });
  return path;
}

const result = async (method: string, params: object) => (await server.ask(method, params)).result;
const failure = async (method: string, params: object) => (await server.ask(method, params)).error;

const MISSING = { code: -32004, message: "No such file or directory (os error 2)" };
const EXISTS = { code: -32603, message: "File exists (os error 17)" };

describe("files", () => {
  test("are written in place, with their mode, their links and their names", async () => {
    const at = folder("write");
    const [file, other, link] = [join(at, "a"), join(at, "b"), join(at, "l")];
    writeFileSync(file, "a long text\n", { mode: 0o751 });
    linkSync(file, other);
    symlinkSync(file, link);
    const { ino, mode } = statSync(file);
    expect(await result("fs/writeFile", { path: link, dataBase64: base64("new\n") })).toEqual({});
    expect(statSync(other)).toMatchObject({ ino, mode, nlink: 2 });
    expect(readFileSync(other, "utf8")).toBe("new\n");
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(await failure("fs/writeFile", { path: join(at, "no", "x"), dataBase64: "" })).toEqual(MISSING);
  });

  test("bytes come back as they were, also megabytes", async () => {
    const path = join(folder("bytes"), "data");
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => index % 251));
    expect(await result("fs/writeFile", { path, dataBase64: bytes.toString("base64") })).toEqual({});
    const read = await result("fs/readFile", { path });
    expect(Buffer.from(String(read?.dataBase64), "base64").equals(bytes)).toBe(true);
  });

  test("one that is too large, a folder, or a pipe that nobody writes is no wait", async () => {
    const at = folder("large");
    const [large, pipe] = [join(at, "large"), join(at, "pipe")];
    writeFileSync(large, "");
    truncateSync(large, 536_870_913);
    mkfifo(pipe);
    const limit = { code: -32600, message: "file is too large to read: limit is 536870912 bytes" };
    expect(await failure("fs/readFile", { path: large })).toEqual(limit);
    expect(await failure("fs/readFile", { path: at })).toEqual({
      code: -32603,
      message: "Is a directory (os error 21)",
    });
    expect(await result("fs/readFile", { path: pipe })).toEqual({ dataBase64: "" });
    expect((await failure("fs/writeFile", { path: pipe, dataBase64: "QQ==" }))?.code).toBe(-32603);
    expect((await failure("fs/readFile", { path: `/x\0y` }))?.code).toBe(-32600);
  });

  test("base64 is read strictly", async () => {
    const path = join(folder("strict"), "x");
    const wrong = {
      "@@": "Invalid symbol 64, offset 0.",
      QQ: "Invalid padding",
      "QR==": "Invalid last symbol 82, offset 1.",
      "Q=Q=": "Invalid symbol 61, offset 1.",
      "QQ==Q": "Invalid symbol 61, offset 2.",
      Q: "Invalid input length: 1",
      "QQQQ\n": "Invalid symbol 10, offset 4.",
      "QQ=": "Invalid padding",
      é: "Invalid symbol 195, offset 0.",
    };
    for (const [dataBase64, reason] of Object.entries(wrong)) {
      const message = `fs/writeFile requires valid base64 dataBase64: ${reason}`;
      expect(await failure("fs/writeFile", { path, dataBase64 })).toEqual({ code: -32600, message });
    }
    expect(existsSync(path)).toBe(false);
  });

  test("metadata is of the target, and says that the path is a link", async () => {
    const at = folder("metadata");
    const [file, link, dangling] = [join(at, "f"), join(at, "l"), join(at, "d")];
    writeFileSync(file, "");
    symlinkSync(file, link);
    symlinkSync(join(at, "gone"), dangling);
    expect(await result("fs/getMetadata", { path: link })).toEqual({
      isDirectory: false,
      isFile: true,
      isSymlink: true,
      createdAtMs: process.platform === "linux" ? 0 : expect.any(Number),
      modifiedAtMs: Math.floor(statSync(file).mtimeMs),
    });
    expect(await failure("fs/getMetadata", { path: dangling })).toEqual(MISSING);
    const entries = (await result("fs/readDirectory", { path: at }))?.entries as readonly object[]; // as the method has it
    expect(entries.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))).toEqual([
      { fileName: "f", isDirectory: false, isFile: true },
      { fileName: "l", isDirectory: false, isFile: true },
    ]);
    expect(await failure("fs/readDirectory", { path: file })).toEqual({
      code: -32603,
      message: "Not a directory (os error 20)",
    });
  });
});

describe("folders", () => {
  test("are made with their parents, or one at a time", async () => {
    const at = folder("make");
    expect(await result("fs/createDirectory", { path: join(at, "a/b/c") })).toEqual({});
    expect(await result("fs/createDirectory", { path: join(at, "a/b/c") })).toEqual({});
    const one = { recursive: false };
    expect(await failure("fs/createDirectory", { path: join(at, "a"), ...one })).toEqual(EXISTS);
    expect(await failure("fs/createDirectory", { path: join(at, "x/y"), ...one })).toEqual(MISSING);
    writeFileSync(join(at, "file"), "");
    expect(await failure("fs/createDirectory", { path: join(at, "file") })).toEqual(EXISTS);
  });

  test("are removed whole, and links in them are not followed", async () => {
    const at = folder("remove");
    const [kept, tree] = [join(at, "kept"), join(at, "tree")];
    mkdirSync(join(tree, "deep"), { recursive: true });
    mkdirSync(kept);
    writeFileSync(join(kept, "f"), "kept\n");
    symlinkSync(kept, join(tree, "deep", "link"));
    symlinkSync(kept, join(at, "link"));
    const one = { recursive: false };
    expect(await failure("fs/remove", { path: tree, ...one })).toEqual({
      code: -32603,
      message: "Directory not empty (os error 39)",
    });
    expect(await result("fs/remove", { path: tree })).toEqual({});
    expect(await result("fs/remove", { path: join(at, "link") })).toEqual({});
    expect(existsSync(tree) || existsSync(join(at, "link"))).toBe(false);
    expect(readFileSync(join(kept, "f"), "utf8")).toBe("kept\n");
    expect(await result("fs/remove", { path: tree })).toEqual({});
    expect(await failure("fs/remove", { path: tree, force: false })).toEqual(MISSING);
  });
});

describe("fs/copy", () => {
  const copy = (from: string, to: string, recursive = false) =>
    server.ask("fs/copy", { sourcePath: from, destinationPath: to, recursive });

  test("a file goes into the file that is there, under all its names, with its mode", async () => {
    const at = folder("copy");
    const [from, to, name, link] = ["from", "to", "name", "link"].map((file) => join(at, file)) as [
      string,
      string,
      string,
      string,
    ]; // four in, four out
    writeFileSync(from, "new\n", { mode: 0o754 });
    writeFileSync(to, "something old\n");
    linkSync(to, name);
    symlinkSync(to, link);
    const { ino } = statSync(to);
    expect((await copy(from, link)).result).toEqual({});
    expect(statSync(name)).toMatchObject({ ino, nlink: 2 });
    expect(statSync(name).mode & 0o777).toBe(0o754);
    expect(readFileSync(name, "utf8")).toBe("new\n");
    expect((await copy(to, name)).result).toEqual({});
    expect(readFileSync(name, "utf8")).toBe("new\n");
  });

  test("links are copied as links, folders into folders, other things not", async () => {
    const at = folder("copy-tree");
    const [from, to] = [join(at, "from"), join(at, "to")];
    mkdirSync(join(from, "sub"), { recursive: true });
    writeFileSync(join(from, "sub", "f"), "f\n");
    symlinkSync("sub/f", join(from, "l"));
    mkfifo(join(from, "pipe"));
    mkdirSync(to);
    writeFileSync(join(to, "there"), "there\n");
    expect((await copy(from, to, true)).result).toEqual({});
    expect(readFileSync(join(to, "sub", "f"), "utf8")).toBe("f\n");
    expect(readlinkSync(join(to, "l"))).toBe("sub/f");
    expect(existsSync(join(to, "pipe"))).toBe(false);
    expect(readFileSync(join(to, "there"), "utf8")).toBe("there\n");
    expect((await copy(join(from, "l"), join(to, "l"))).error).toEqual(EXISTS);
    expect((await copy(from, join(at, "other"))).error).toEqual({
      code: -32600,
      message: "fs/copy requires recursive: true when sourcePath is a directory",
    });
    expect((await copy(join(from, "pipe"), join(at, "p"))).error).toEqual({
      code: -32600,
      message: "fs/copy only supports regular files, directories, and symlinks",
    });
  });

  test("a folder is not copied into itself, by no name", async () => {
    const at = folder("copy-self");
    const from = join(at, "from");
    mkdirSync(join(from, "a"), { recursive: true });
    symlinkSync(from, join(at, "alias"));
    for (const to of [from, join(from, "a", "new"), join(at, "alias", "x", "y")]) {
      expect((await copy(from, to, true)).error).toEqual({
        code: -32600,
        message: "fs/copy cannot copy a directory to itself or one of its descendants",
      });
    }
  });
});

test("paths are joined and taken apart without a look at the disk", async () => {
  expect(await result("fs/join", { basePath: "/b/ws", path: "../x/./y" })).toEqual({ path: "/b/x/y" });
  expect(await result("fs/join", { basePath: "/b/ws", path: "/abs/../z/" })).toEqual({ path: "/z" });
  expect(await result("fs/join", { basePath: "/b", path: "~/x" })).toEqual({
    path: join(server.box.home, "x"),
  });
  expect(await result("fs/parent", { path: "/a/b/" })).toEqual({ path: "/a" });
  expect(await result("fs/parent", { path: "/" })).toEqual({ path: null });
  expect(await result("fs/canonicalize", { path: "/etc/../etc/./passwd" })).toEqual({ path: "/etc/passwd" });
  expect(await failure("fs/canonicalize", { path: "/no/such" })).toEqual(MISSING);
  expect(await failure("fs/readFile", { path: "relative" })).toEqual({
    code: -32602,
    message: "AbsolutePathBuf deserialized without a base path",
  });
});
