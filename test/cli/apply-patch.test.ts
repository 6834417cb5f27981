// The entries of the patch command and of the patch helper, as processes of the compiled executable.

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type PatchRequest, readPatchOutcome } from "../../src/patch/patch-process";
import { CODEX } from "../support/harness";
import { tempFolder } from "../support/temp-folder";

const ADD = "*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch";
const USAGE = "Usage: apply_patch 'PATCH'\n       echo 'PATCH' | apply_patch\n";

type Start = {
  readonly cwd: string;
  readonly argv0?: string;
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
};

async function run(args: readonly string[], { cwd, argv0 = "codex", stdin, env = {} }: Start) {
  const child = Bun.spawn([CODEX, ...args], {
    argv0,
    cwd,
    env: { HOME: cwd, ...env },
    stdin: stdin === undefined ? "ignore" : Buffer.from(stdin),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, exit] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { exit, stdout, stderr };
}

describe("apply_patch", () => {
  test("is also found as applypatch and at any path", async () => {
    using folder = tempFolder();
    for (const argv0 of ["applypatch", "/some/where/apply_patch"]) {
      expect((await run([ADD], { cwd: folder.path, argv0 })).stdout).toEndWith("A a.txt\n");
    }
  });

  test("stdin that is not UTF-8 is refused with the reason", async () => {
    using folder = tempFolder();
    const start = { cwd: folder.path, argv0: "apply_patch", stdin: Uint8Array.of(0xff, 0xfe) };
    expect(await run([], start)).toEqual({
      exit: 1,
      stdout: "",
      stderr: "Error: Failed to read PATCH from stdin.\nstream did not contain valid UTF-8\n",
    });
  });

  test("a stdin that cannot be read, or is closed, is told", async () => {
    using folder = tempFolder();
    const shell = async (redirect: string) => {
      const child = Bun.spawn(["bash", "-c", `exec -a apply_patch "$0" ${redirect}`, CODEX], {
        cwd: folder.path,
        stderr: "pipe",
      });
      return { stderr: await child.stderr.text(), exit: await child.exited };
    };
    expect(await shell("</")).toEqual({
      exit: 1,
      stderr: "Error: Failed to read PATCH from stdin.\nIs a directory (os error 21)\n",
    });
    expect(await shell("<&-")).toEqual({ exit: 2, stderr: USAGE });
  });

  test("an argument that is not UTF-8 is refused, a real U+FFFD is not", async () => {
    using folder = tempFolder();
    const shell = async (script: string) => {
      const child = Bun.spawn(["bash", "-c", script, CODEX], { cwd: folder.path, stderr: "pipe" });
      return { stderr: await child.stderr.text(), exit: await child.exited };
    };
    expect(await shell(`exec -a apply_patch "$0" $'\\xff'`)).toEqual({
      exit: 1,
      stderr: "Error: apply_patch requires a UTF-8 PATCH argument.\n",
    });
    expect(await shell(`exec "$0" --codex-run-as-apply-patch $'\\xff'`)).toEqual({
      exit: 1,
      stderr: "Error: --codex-run-as-apply-patch requires a UTF-8 PATCH argument.\n",
    });
    const patch = ADD.replace("+x", "+\ufffd");
    expect((await run([patch], { cwd: folder.path, argv0: "apply_patch" })).exit).toBe(0);
    expect(readFileSync(join(folder.path, "a.txt"), "utf8")).toBe("\ufffd\n");
  });

  test("keeps the line endings of a CRLF file when a session asks for it, and only then", async () => {
    const patch = "*** Begin Patch\n*** Update File: a.txt\n@@\n-two\n+2\n*** End Patch";
    const results = { "1": "one\r\n2\r\n", "0": "one\r\n2\n", true: "one\r\n2\n" };
    for (const [value, expected] of Object.entries(results)) {
      using folder = tempFolder({ "a.txt": "one\r\ntwo\r\n" });
      const env = { CODEX_APPLY_PATCH_PRESERVE_LINE_ENDINGS: value };
      await run([patch], { cwd: folder.path, argv0: "apply_patch", env });
      expect(readFileSync(join(folder.path, "a.txt"), "utf8")).toBe(expected);
    }
  });
});

describe("--codex-run-as-apply-patch", () => {
  test("takes the patch from the next argument and ignores more", async () => {
    using folder = tempFolder();
    const flag = "--codex-run-as-apply-patch";
    expect(await run([flag, ADD, "more"], { cwd: folder.path })).toEqual({
      exit: 0,
      stdout: "Success. Updated the following files:\nA a.txt\n",
      stderr: "",
    });
    expect(await run([flag], { cwd: folder.path, stdin: ADD })).toEqual({
      exit: 1,
      stdout: "",
      stderr: "Error: --codex-run-as-apply-patch requires a UTF-8 PATCH argument.\n",
    });
    expect(await run([flag, ""], { cwd: folder.path })).toEqual({
      exit: 1,
      stdout: "",
      stderr: "Invalid patch: The last line of the patch must be '*** End Patch'\n",
    });
  });
});

describe("--codex-run-as-patch-helper", () => {
  const helper = (request: unknown, cwd: string) =>
    run(["--codex-run-as-patch-helper"], { cwd, stdin: JSON.stringify(request) });

  test("applies the patch of the request and answers with what it changed", async () => {
    using folder = tempFolder({ "work/b.txt": "one\r\n" });
    const patch = `${ADD.slice(0, ADD.lastIndexOf("\n"))}\n*** Update File: b.txt\n@@\n one\n+two\n*** End Patch`;
    const cwd = join(folder.path, "work");
    const request: PatchRequest = { patch, cwd, lineEndings: "keep", home: folder.path };
    const { exit, stdout, stderr } = await helper(request, "/");
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(readPatchOutcome(stdout)).toMatchObject({
      exitCode: 0,
      stdout: "Success. Updated the following files:\nA a.txt\nM b.txt\n",
      stderr: "",
      applied: [
        { type: "add", path: join(cwd, "a.txt"), before: null, after: { text: "x\n" } },
        { type: "update", before: { text: "one\r\n" }, after: { text: "one\r\ntwo\r\n" } },
      ],
      failure: null,
    });
  });

  test("an answer longer than a pipe holds comes whole", async () => {
    using folder = tempFolder();
    const patch = `*** Begin Patch\n*** Add File: a.txt\n${"+some line\n".repeat(60_000)}*** End Patch`;
    const { stdout } = await helper({ patch, cwd: folder.path, lineEndings: "keep" }, folder.path);
    expect(readPatchOutcome(stdout)).toMatchObject({
      exitCode: 0,
      applied: [{ after: { text: "some line\n".repeat(60_000) } }],
    });
  });

  test("a patch that does not parse and a request that is none are failures, not crashes", async () => {
    using folder = tempFolder();
    const outcome = async (request: unknown) => readPatchOutcome((await helper(request, folder.path)).stdout);
    expect(await outcome({ patch: "hello", cwd: folder.path, lineEndings: "keep" })).toMatchObject({
      exitCode: 1,
      stderr: "Invalid patch: The first line of the patch must be '*** Begin Patch'\n",
    });
    expect(await outcome({ patch: ADD, cwd: "relative", lineEndings: "keep" })).toMatchObject({
      exitCode: 1,
      stderr: "Failed to understand the patch request: `cwd` is not an absolute path\n",
      applied: [],
    });
    expect(readPatchOutcome("")).toMatchObject({ exitCode: 1, applied: [] });
  });
});
