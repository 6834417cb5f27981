// What people and builds do every day works in the sandbox: a wall that stops work is switched off.

import { describe, expect, test } from "bun:test";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { confined, everyone } from "../support/confined";

const linux = process.platform === "linux";
const has = (program: string) => Bun.which(program) !== null;

/** Name, the program it needs, and a script whose last line of output must be `fine`. */
const WORK: readonly (readonly [name: string, needs: string, script: string])[] = [
  ["git status in a subfolder", "git", "cd sub && git status --porcelain >/dev/null && echo fine"],
  ["git log and diff", "git", "git log -1 --format=%s && git diff --stat && echo fine"],
  [
    "python multiprocessing",
    "python3",
    `python3 -c '
import multiprocessing
with multiprocessing.Pool(2) as pool: assert pool.map(abs, [-1, -2]) == [1, 2]
queue = multiprocessing.Queue(); queue.put(1); assert queue.get() == 1
print("fine")'`,
  ],
  [
    "asyncio and subprocesses",
    "python3",
    `python3 -c '
import asyncio
async def main():
    process = await asyncio.create_subprocess_exec("echo", "x", stdout=asyncio.subprocess.PIPE)
    assert (await process.communicate())[0] == b"x\\n"
asyncio.run(main()); print("fine")'`,
  ],
  [
    "threads and shared memory",
    "python3",
    `python3 -c '
import threading
from multiprocessing import shared_memory
memory = shared_memory.SharedMemory(create=True, size=10); memory.close(); memory.unlink()
thread = threading.Thread(target=print); thread.start(); thread.join(); print("fine")'`,
  ],
  [
    "sqlite with a journal",
    "python3",
    `python3 -c '
import sqlite3
base = sqlite3.connect("base.sqlite"); base.execute("pragma journal_mode=wal"); base.execute("create table t(x)")
base.execute("insert into t values(1)"); base.commit(); assert base.execute("select x from t").fetchone() == (1,)
print("fine")'`,
  ],
  [
    "socket pairs with descriptors",
    "python3",
    `python3 -c '
import os, socket
for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
    a, b = socket.socketpair(socket.AF_UNIX, kind); a.send(b"x"); assert b.recv(1) == b"x"
a, b = socket.socketpair(); socket.send_fds(a, [b"y"], [1]); assert socket.recv_fds(b, 1, 1)[0] == b"y"
a.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096); a.shutdown(socket.SHUT_WR); assert b.recv(1) == b""
print("fine")'`,
  ],
  [
    "a terminal of one's own",
    "python3",
    `python3 -c '
import os, pty
pid, master = pty.fork()
if pid == 0: os.execvp("sh", ["sh", "-c", "test -t 0 && tty && echo hi > /dev/tty"])
output = b""
try:
    while True:
        chunk = os.read(master, 100)
        if not chunk: break
        output += chunk
except OSError: pass
os.waitpid(pid, 0); assert b"/dev/pts/" in output and b"hi" in output, output
print("fine")'`,
  ],
  ["job control", "bash", "set -m; sleep 0.01 & wait %1 && echo fine"],
  ["signals among relatives", "bash", "sleep 60 & kill -TERM $!; wait $!; test $? = 143 && echo fine"],
  ["here documents and pipelines", "bash", `cat <<< fine | tee copy | cat`],
  ["process substitution", "bash", `cat <(echo fine)`],
  ["writing to /dev/stdout", "sh", "(echo fine > /dev/stdout) | cat"],
  ["a script without a first line", "sh", "printf 'echo fine' > script; chmod +x script; ./script"],
  ["temporary files", "sh", "file=$(mktemp) && echo fine > $file && cat $file && rm $file"],
  [
    "compiling and running",
    "cc",
    `printf '#include <stdio.h>\\nint main(void){puts("fine");}' > a.c && cc a.c -o a && ./a`,
  ],
  ["npm", "npm", "npm --version >/dev/null && echo fine"],
  [
    "node with workers and children",
    "node",
    `node -e '
const { Worker } = require("worker_threads"); const { fork } = require("child_process");
require("fs").writeFileSync("child.js", "process.send(1)");
fork("./child.js").on("message", () => new Worker("setTimeout(() => {}, 1)", { eval: true }).on("exit", () => console.log("fine")))'`,
  ],
  ["ps sees its own", "ps", "ps -e -o comm= | grep -q sh && echo fine"],
  ["a namespace of its own, as browsers make", "unshare", "unshare -U true && echo fine"],
];

describe.skipIf(!linux)("ordinary work in workspace-write", () => {
  for (const who of everyone()) {
    for (const [name, program, script] of WORK) {
      test.skipIf(!has(program))(`${name} (${who})`, async () => {
        using box = confined(who);
        if (program === "git") await commitSomething(box.workspace);
        const options = {
          env: { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*" },
        };
        const result = await box.run(
          "workspace-write",
          [program === "bash" ? "bash" : "sh", "-c", script],
          options,
        );
        expect(result.stdout.trimEnd().split("\n").at(-1), result.stderr).toBe("fine");
      });
    }
  }
});

describe.skipIf(!linux)("codex sandbox as a command among others", () => {
  test("passes stdin on exactly, and the exit code", async () => {
    using box = confined();
    const text = Array.from({ length: 50_000 }, (_, line) => `line ${line}`).join("\n");
    const result = await box.run("read-only", ["sh", "-c", "cat; exit 42"], { stdin: text });
    expect(result.exitCode).toBe(42);
    expect(result.stdout).toBe(text);
  });

  test.each([
    ["sh -c 'kill -KILL $$'", 137],
    ["sh -c 'kill -SEGV $$'", 139],
    ["no-such-program", 127],
    ["/etc/passwd", 126],
  ])("%s gives %d", async (line, code) => {
    using box = confined();
    const argv = line.startsWith("sh -c") ? ["sh", "-c", line.slice(7, -1)] : [line];
    const result = await box.run("read-only", argv);
    expect(result.exitCode).toBe(code);
    expect(result.stderr).toMatch(
      code < 128 ? /^Error: Failed to execute \S+: .* \(os error \d+\)\n$/ : /^$/,
    );
  });

  test("takes the older spellings", async () => {
    using box = confined();
    const older = await box.run("read-only", ["linux", "--full-auto", "--", "touch", "made"]);
    expect(older).toEqual({ stdout: "", stderr: "", exitCode: 0 });
    expect((await box.run("read-only", ["landlock", "sh", "-c", "exit 5"])).exitCode).toBe(5);
    expect((await box.run("read-only", ["seatbelt", "true"])).stderr).toBe(
      "Error: Seatbelt sandbox is only available on macOS\n",
    );
  });

  test("does not open the sandbox because config.toml opens sessions", async () => {
    using box = confined();
    writeFileSync(join(box.codexHome, "config.toml"), 'sandbox_mode = "danger-full-access"\n');
    expect((await box.run("read-only", ["touch", "made"])).stderr).toContain("Read-only file system");
    const full = await box.run("read-only", ["touch", join(box.outside, "made")], {
      flags: ["-P", ":danger-full-access"],
    });
    expect(full.exitCode).toBe(0);
  });

  test("tells commands that there is no network, and when there is", async () => {
    using box = confined();
    const print = ["sh", "-c", "echo ${CODEX_SANDBOX_NETWORK_DISABLED-unset}; grep -c . /proc/net/dev"];
    expect((await box.run("workspace-write", print)).stdout).toBe("1\n3\n");
    const flags = ["-c", "sandbox_workspace_write.network_access=true"];
    expect((await box.run("workspace-write", print, { flags })).stdout).toStartWith("unset\n");
  });

  test("works in a workspace that is reached through a symbolic link", async () => {
    using box = confined();
    const link = join(box.root, "alias");
    await Bun.$`ln -s ${box.workspace} ${link}`.quiet();
    const result = await box.run("workspace-write", ["sh", "-c", "touch made && mkdir .codex"], {
      cwd: link,
    });
    expect(result.stderr).toContain("File exists");
    expect(await Bun.file(join(box.workspace, "made")).exists()).toBeTrue();
  });

  test("gives a file on stdin as a file, but not for writing", async () => {
    using box = confined();
    const file = join(box.outside, "file");
    const script = `read word; echo $word; echo changed > /proc/self/fd/0 || echo changed > /dev/stdin`;
    const child = box.start("workspace-write", ["sh", "-c", `exec < ${file}; ${script}`]);
    expect(await new Response(child.stdout).text()).toBe("outside\n");
    const direct = Bun.spawn(child.pid > 0 ? ["sh", "-c", "true"] : [], { stdin: Bun.file(file) });
    await direct.exited;
    expect(await Bun.file(file).text()).toBe("outside\n");
  });
});

async function commitSomething(folder: string): Promise<void> {
  rmSync(join(folder, ".git"), { recursive: true });
  mkdirSync(join(folder, "sub"), { recursive: true });
  const identity = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "safe.directory=*"];
  await Bun.$`git -C ${folder} ${identity} init -q && git -C ${folder} ${identity} commit -q --allow-empty -m first`.quiet();
}
