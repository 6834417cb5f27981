// Running commands through the one door, confined and not: the same streams, exit statuses and ends.

import { describe, expect, test } from "bun:test";
import { chmodSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Confinement } from "../../src/exec/confinement";
import { spawnCommand, type CommandSpec } from "../../src/exec/spawn";
import { systemCallFilter } from "../../src/sandbox/system-calls";
import { until } from "../support/processes";
import { tempFolder } from "../support/temp-folder";

const linux = process.platform === "linux";
const SEALED: Confinement = {
  type: "namespaces",
  pipes: "closed",
  network: "none",
  tree: "sealed",
  mounts: [],
  filter: linux ? systemCallFilter(process.arch, "none") : new Uint8Array(),
};
const CONFINEMENTS: readonly (readonly [string, Confinement])[] = [
  ["without a sandbox", { type: "none" }],
  ...(linux ? [["in namespaces", SEALED] as const] : []),
];
const ENV = { PATH: process.env.PATH ?? "/usr/bin:/bin" };

for (const [where, confinement] of CONFINEMENTS) {
  const spec = (argv: readonly string[], more: Partial<CommandSpec> = {}): CommandSpec => ({
    argv,
    cwd: "/",
    env: ENV,
    confinement,
    stdin: "null",
    stdout: "pipe",
    stderr: "pipe",
    ...more,
  });
  const shell = (script: string, more: Partial<CommandSpec> = {}) => spec(["sh", "-c", script], more);

  describe(where, () => {
    test("output and errors come apart", async () => {
      await using command = spawnCommand(shell("echo out; echo err >&2"));
      expect(await Promise.all([text(command.stdout), text(command.stderr)])).toEqual(["out\n", "err\n"]);
      expect(await command.exited).toEqual({ type: "exited", code: 0 });
    });

    test("or in one stream, in the order in which they were written", async () => {
      const script = "i=0; while [ $i -lt 200 ]; do echo $i; echo $i >&2; i=$((i+1)); done";
      await using command = spawnCommand(shell(script, { stderr: "stdout" }));
      const expected = Array.from({ length: 200 }, (_, i) => `${i}\n${i}\n`).join("");
      expect(await text(command.stdout)).toBe(expected);
      expect(command.stderr).toBeNull();
    });

    test("the environment is what it was given, whatever a shell makes of such names", async () => {
      const env = {
        ...ENV,
        "a-b": "1",
        "BASH_FUNC_f%%": "() { :; }",
        IFS: "x",
        OPTIND: "7",
        PPID: "3",
        PS4: "q",
      };
      await using command = spawnCommand(spec(["env"], { env }));
      const expected = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      expect((await text(command.stdout)).trimEnd().split("\n").sort()).toEqual(expected.sort());
    });

    test("stdin is empty at once when there is none", async () => {
      await using command = spawnCommand(spec(["cat"]));
      expect(await text(command.stdout)).toBe("");
    });

    test("stdin takes more than a pipe holds, in order, and ends when it is closed", async () => {
      await using command = spawnCommand(spec(["sha256sum"], { stdin: "pipe" }));
      const hash = new Bun.CryptoHasher("sha256");
      for (let part = 0; part < 40; part++) {
        const bytes = new Uint8Array(50_000).fill(part);
        hash.update(bytes);
        await command.write(bytes);
      }
      command.closeStdin();
      expect(await text(command.stdout)).toBe(`${hash.digest("hex")}  -\n`);
    });

    test("closing stdin does not lose what is still being written", async () => {
      await using command = spawnCommand(shell("sleep 0.05; wc -c", { stdin: "pipe" }));
      void command.write(new Uint8Array(1_000_000));
      command.closeStdin();
      expect((await text(command.stdout)).trim()).toBe("1000000");
    });

    test("writing to a command that does not read is not an error", async () => {
      await using command = spawnCommand(shell("exec 0<&-; echo ready; sleep 0.05", { stdin: "pipe" }));
      await command.write(new Uint8Array(500_000));
      await command.write(new Uint8Array(500_000));
      expect(await text(command.stdout)).toBe("ready\n");
      expect(await command.exited).toEqual({ type: "exited", code: 0 });
    });

    test("it has exactly the environment it is given, and its folder", async () => {
      using folder = tempFolder();
      const env = { PATH: ENV.PATH, A: "1", EMPTY: "", SPACED: "a b\nc=d" };
      await using command = spawnCommand(spec(["env", "-0"], { env, cwd: folder.path }));
      const lines = (await text(command.stdout)).split("\0").filter((line) => line !== "");
      expect(lines.sort()).toEqual(
        Object.entries(env)
          .map(([name, value]) => `${name}=${value}`)
          .sort(),
      );
      await using place = spawnCommand(spec(["pwd", "-P"], { cwd: folder.path }));
      expect(await text(place.stdout)).toBe(`${folder.path}\n`);
    });

    test("it has no descriptors but its three, and all signals as usual", async () => {
      const script =
        "ls /proc/self/fd | tr '\\n' ' '; grep -E 'Sig(Blk|Ign)' /proc/self/status | cut -f2 | tr '\\n' ' '";
      await using command = spawnCommand(shell(script));
      expect(await text(command.stdout)).toBe(`0 1 2 3 ${"0000000000000000 ".repeat(2)}`);
    });

    test("it leads a session of its own", async () => {
      await using command = spawnCommand(spec(["ps", "-o", "pid=,pgid=,sid=", "--pid", "1"]));
      await command.exited;
      await using own = spawnCommand(shell("cut -d' ' -f1,5,6 /proc/self/stat; true"));
      const [, group, session] = (await text(own.stdout)).trim().split(" ");
      expect(group).toBe(session ?? "");
    });

    test.each([
      ["exit 0", { type: "exited", code: 0 }],
      ["exit 255", { type: "exited", code: 255 }],
      ["kill -KILL $$", { type: "signaled", signal: 9 }],
      ["kill -TERM $$", { type: "signaled", signal: 15 }],
      ["kill -SEGV $$", { type: "signaled", signal: 11 }],
    ] as const)("%s is reported as it was", async (script, status) => {
      await using command = spawnCommand(shell(script));
      expect(await command.exited).toEqual(status);
    });

    test("a program that is not there is an exit status, not an exception", async () => {
      await using command = spawnCommand(spec(["no-such-program", "x"]));
      expect(await text(command.stdout)).toBe("");
      expect(await command.exited).toEqual({
        type: "failed",
        cause: "not_found",
        message: "Failed to execute no-such-program: No such file or directory (os error 2)",
      });
    });

    test("nor is a text that cannot be passed on whole", async () => {
      await using command = spawnCommand(spec(["echo", "a\0b"]));
      expect(await command.exited).toMatchObject({ type: "failed", cause: "other" });
    });

    test("nor is one that cannot be executed, or a folder that is not there", async () => {
      using folder = tempFolder({ file: "text" });
      chmodSync(join(folder.path, "file"), 0o644);
      await using file = spawnCommand(spec([join(folder.path, "file")]));
      expect(await file.exited).toMatchObject({ type: "failed", cause: "not_executable" });
      await using nowhere = spawnCommand(spec(["true"], { cwd: join(folder.path, "gone") }));
      expect(await nowhere.exited).toMatchObject({
        type: "failed",
        cause: "directory",
        message: `Failed to enter ${folder.path}/gone: No such file or directory (os error 2)`,
      });
    });

    test("programs are found by the PATH of the command, not ours", async () => {
      using folder = tempFolder({ "bin/tool": "#!/bin/sh\necho found\n" });
      chmodSync(join(folder.path, "bin/tool"), 0o755);
      await using command = spawnCommand(spec(["tool"], { env: { PATH: `/nowhere:${folder.path}/bin` } }));
      expect(await text(command.stdout)).toBe("found\n");
    });

    test("a command that is told to end may tidy up", async () => {
      await using command = spawnCommand(
        shell("trap 'echo bye; exit 4' TERM; echo ready; while :; do sleep 0.01; done"),
      );
      const output = lines(command.stdout);
      expect(await output.next()).toMatchObject({ value: "ready" });
      expect(await command.terminate(10_000)).toEqual({ type: "exited", code: 4 });
      expect(await output.next()).toMatchObject({ value: "bye" });
    });

    test("one that ignores it is killed after the grace, with its group", async () => {
      await using command = spawnCommand(
        shell("trap '' TERM; sh -c 'trap \"\" TERM; echo ready; sleep 60' & wait; wait; sleep 60"),
      );
      expect(await lines(command.stdout).next()).toMatchObject({ value: "ready" });
      expect(await command.terminate(20)).toEqual({ type: "signaled", signal: 9 });
    });

    test("what it leaves in its group ends with it, and the output with that", async () => {
      await using command = spawnCommand(shell("sleep 60 & echo done"));
      expect(await text(command.stdout)).toBe("done\n");
      expect(await command.exited).toEqual({ type: "exited", code: 0 });
    });

    test("disposing of a running command ends it and closes everything", async () => {
      const before = descriptors();
      {
        await using command = spawnCommand(shell("echo ready; sleep 60", { stdin: "pipe" }));
        expect(await lines(command.stdout).next()).toMatchObject({ value: "ready" });
      }
      await until(
        "descriptors are closed",
        () => descriptors() <= before + (confinement.type === "none" ? 1 : 1),
      );
    });

    test("a terminal is a terminal: size, control, both ways", async () => {
      const script =
        "test -t 0 && test -t 1 && test -t 2 && stty size && echo x > /dev/tty && read line && echo got $line";
      await using command = spawnCommand(shell(script, { tty: { columns: 91, rows: 17 } }));
      const output = lines(command.stdout);
      expect(await output.next()).toMatchObject({ value: "17 91\r" });
      expect(await output.next()).toMatchObject({ value: "x\r" });
      await command.write(new TextEncoder().encode("hello\n"));
      expect(await output.next()).toMatchObject({ value: "hello\r" });
      expect(await output.next()).toMatchObject({ value: "got hello\r" });
      expect(await output.next()).toMatchObject({ done: true });
      expect(await command.exited).toEqual({ type: "exited", code: 0 });
    });

    test("a terminal passes Ctrl-C on and can change its size", async () => {
      const script =
        "trap 'echo int; exit 3' INT; trap 'stty size' WINCH; echo ready; while :; do sleep 0.01; done";
      await using command = spawnCommand(shell(script, { tty: { columns: 80, rows: 24 } }));
      const output = lines(command.stdout);
      expect(await output.next()).toMatchObject({ value: "ready\r" });
      command.resize({ columns: 100, rows: 30 });
      expect(await output.next()).toMatchObject({ value: "30 100\r" });
      await command.write(Uint8Array.of(3));
      expect(await command.exited).toEqual({ type: "exited", code: 3 });
      expect(await output.next()).toMatchObject({ value: "^Cint\r" });
    });

    test("all output of a terminal is there, however fast it comes and goes", async () => {
      await using command = spawnCommand(shell("seq 1 20000", { tty: { columns: 80, rows: 24 } }));
      const output = await text(command.stdout);
      expect(output.split("\r\n").length).toBe(20_001);
    });
  });
}

async function text(stream: ReadableStream<Uint8Array> | null): Promise<string> {
  return stream === null ? "" : await new Response(stream).text();
}

async function* lines(stream: ReadableStream<Uint8Array> | null): AsyncGenerator<string, void> {
  if (stream === null) return;
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}

function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}
