// The compiled executable as a script sees it: streams, exit codes and texts before any command runs.

import { describe, expect, test } from "bun:test";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { makePipe } from "../../src/exec/libc";
import { CODEX, sandboxBox } from "../support/harness";

describe("--version", () => {
  test("is one line on stdout, for the program and for exec", async () => {
    await using box = await sandboxBox();
    for (const [args, name] of [
      [["--version"], "codex-cli"],
      [["-V"], "codex-cli"],
      [["exec", "-V"], "codex-cli-exec"],
      [["e", "--version"], "codex-cli-exec"],
    ] as const) {
      const expected = { stdout: `${name} 0.139.0\n`, stderr: "", exitCode: 0, signal: null };
      expect(await box.codex(args)).toEqual(expected);
    }
  });
});

describe("help", () => {
  test("begins with the description and has its sections in order", async () => {
    await using box = await sandboxBox();
    const { stdout, stderr, exitCode } = await box.codex(["--help"]);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    const parts = stdout.match(/^(A coding agent.*|Usage:|Commands:|Arguments:|Options:)/gm);
    expect(parts).toEqual([
      "A coding agent for the terminal",
      "Usage:",
      "Commands:",
      "Arguments:",
      "Options:",
    ]);
    expect(stdout).toStartWith(
      "A coding agent for the terminal\n\nUsage: codex [OPTIONS] [PROMPT]\n       codex [OPTIONS] <COMMAND> [ARGS]\n\nCommands:\n",
    );
    expect(stdout.split("\n").filter((line) => line.length > 100 || /\s$/.test(line))).toEqual([]);
  });

  test("of a command is the same by every way to ask for it, and short with -h", async () => {
    await using box = await sandboxBox();
    const full = await box.codex(["exec", "--help"]);
    expect(full.stdout).toStartWith("Run the agent once");
    expect(full.stdout).toContain("      --skip-git-repo-check\n          Allow");
    for (const args of [
      ["help", "exec"],
      ["e", "--help"],
      ["exec", "help"],
    ]) {
      expect(await box.codex(args)).toEqual(full);
    }
    const compact = await box.codex(["exec", "-h"]);
    expect(compact.stdout).toContain("  -m, --model <MODEL>       Which model to ask\n");
    expect(compact.stdout.split("\n").length).toBeLessThan(full.stdout.split("\n").length);
  });

  test("does not name what is hidden or not there", async () => {
    await using box = await sandboxBox();
    const { stdout } = await box.codex(["--help"]);
    for (const absent of ["--full-auto", "--remote", "remote-control", "--yolo"]) {
      expect(stdout).not.toContain(absent);
    }
  });

  test("goes nowhere quietly when its reader has left", async () => {
    await using box = await sandboxBox();
    const child = Bun.spawn(["/bin/sh", "-c", `(${CODEX} --help; echo "rc $?" >&2) | true`], {
      env: { HOME: box.home, CODEX_HOME: box.codexHome },
      stderr: "pipe",
    });
    expect(await new Response(child.stderr).text()).toMatch(/^rc \d+\n$/);
  });
});

describe("a faulty command line", () => {
  test("is a text on stderr and code 2", async () => {
    await using box = await sandboxBox();
    expect(await box.codex(["exec", "--sandbox", "bad"])).toEqual({
      stdout: "",
      stderr:
        "error: invalid value 'bad' for '--sandbox <SANDBOX_MODE>'\n  [possible values: read-only, workspace-write, danger-full-access]\n\nFor more information, try '--help'.\n",
      exitCode: 2,
      signal: null,
    });
  });

  test("with a command of the reference that is not there is not taken for a prompt", async () => {
    await using box = await sandboxBox();
    const { stderr, exitCode } = await box.codex(["cloud", "list"]);
    expect(stderr).toStartWith("error: unrecognized subcommand 'cloud'\n");
    expect(exitCode).toBe(2);
  });

  test.skipIf(process.platform !== "linux")(
    "with bytes that are no text is not run with others",
    async () => {
      await using box = await sandboxBox();
      const run = (word: string) => {
        const script = `exec "$0" sandbox -- printf %s "$(printf '${word}')"`;
        const env = { PATH: process.env.PATH, HOME: box.home, CODEX_HOME: box.codexHome };
        const { stdout, stderr } = Bun.spawnSync(["sh", "-c", script, CODEX], { env, cwd: box.workspace });
        return [stdout.toString(), stderr.toString()];
      };
      expect(run(String.raw`a\377b`)).toEqual([
        "",
        "error: invalid UTF-8 was detected in one or more arguments\n\nFor more information, try '--help'.\n",
      ]);
      expect(run(String.raw`a\357\277\275b`)).toEqual(["a\uFFFDb", ""]);
    },
  );

  test("is refused before the home is looked at", async () => {
    await using box = await sandboxBox();
    const { exitCode } = await box.codex(["exec", "--nope"], { env: { CODEX_HOME: "/nowhere" } });
    expect(exitCode).toBe(2);
  });
});

test("without a command it wants a terminal to talk to", async () => {
  await using box = await sandboxBox();
  const { stdout, stderr, exitCode } = await box.codex(["fix it"]);
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
  expect(stderr).toBe("Error: stdin is not a terminal\n");
});

test("the oldest spelling of sandbox still runs a command, on its own system", async () => {
  await using box = await sandboxBox();
  const native = process.platform === "darwin" ? "seatbelt" : "landlock";
  const { stdout, exitCode } = await box.codex(["debug", native, "-c", "a=1", "--", "echo", "--", "-x"]);
  expect({ stdout, exitCode }).toEqual({ stdout: "-- -x\n", exitCode: 0 });
  const foreign = process.platform === "darwin" ? "landlock" : "seatbelt";
  expect(await box.codex(["debug", foreign, "true"])).toMatchObject({ stdout: "", exitCode: 1 });
  expect((await box.codex(["debug", "models"])).exitCode).toBe(2);
});

test("options before a command that cannot use them are run-time errors", async () => {
  await using box = await sandboxBox();
  expect(await box.codex(["--remote", "ws://x", "exec", "hi"])).toMatchObject({
    stderr: "Error: `--remote ws://x` is only supported for interactive TUI commands, not `codex exec`\n",
    exitCode: 1,
  });
});

test("a stderr that cannot be written changes no exit code", async () => {
  await using box = await sandboxBox();
  const { read, write } = makePipe();
  closeSync(read);
  for (const stderr of [openSync("/dev/full", "w"), write]) {
    const child = Bun.spawn([CODEX, "exec", "--nope"], { env: { HOME: box.home }, stderr });
    expect(await child.exited).toBe(2);
    closeSync(stderr);
  }
});

test("the current folder cannot change what runs", async () => {
  await using box = await sandboxBox({
    files: {
      "bunfig.toml": 'preload = ["./evil.ts"]\n',
      "evil.ts": 'require("node:fs").writeFileSync("evil", "");\n',
      ".env": "RUST_LOG=trace\n",
      "package.json": "{ not json",
      "tsconfig.json": "{ not json",
    },
  });
  expect(await box.codex(["--version"])).toMatchObject({ stdout: "codex-cli 0.139.0\n", stderr: "" });
  expect((await box.codex(["exec", "--nope"])).stderr).not.toContain("    at ");
  expect(await Bun.file(join(box.workspace, "evil")).exists()).toBe(false);
});
