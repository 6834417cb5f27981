// What people and builds do every day works in the sandbox: a wall that stops work is switched off.

import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { confined, everyone, everyRung, type Rung } from "../support/confined";
import { CODEX } from "../support/harness";

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
    "npm ci of a package with a dependency and a script",
    "npm",
    `mkdir -p dep app && echo '{"name":"dep","version":"1.0.0","main":"index.js"}' > dep/package.json &&
    echo 'module.exports = "fine"' > dep/index.js && cd app &&
    echo '{"name":"app","version":"1.0.0","dependencies":{"dep":"file:../dep"},"scripts":{"postinstall":"node -e 1"}}' > package.json &&
    export npm_config_cache=$TMPDIR/npm npm_config_update_notifier=false npm_config_audit=false npm_config_fund=false &&
    npm install --package-lock-only --silent && npm ci --silent && node -e 'console.log(require("dep"))'`,
  ],
  [
    "make with parallel jobs",
    "make",
    `for i in 1 2 3 4 5 6; do echo "int f$i(void) { return $i; }" > f$i.c; done
    echo 'int f1(void); int main(void) { return f1() - 1; }' > main.c
    printf 'all: main\n\nmain: main.o f1.o f2.o f3.o f4.o f5.o f6.o\n\tcc -o $@ $^\n\n%%.o: %%.c\n\tcc -c -o $@ $<\n' > Makefile
    make -s -j 4 && ./main && echo fine`,
  ],
  [
    "the shell of sqlite, two at once, with a write-ahead log",
    "sqlite3",
    `sqlite3 base.db 'pragma journal_mode=wal; create table t(x);' >/dev/null
    for i in 1 2 3 4; do sqlite3 -cmd '.timeout 5000' base.db "insert into t values($i)" & done; wait
    test $(sqlite3 base.db 'select count(*) from t') = 4 && echo fine`,
  ],
  [
    "watching files",
    "node",
    `node -e '
const fs = require("fs");
const watcher = fs.watch(".", { recursive: true }, (event, name) => { if (name === "seen") { console.log("fine"); watcher.close(); } });
setTimeout(() => fs.writeFileSync("seen", "x"), 50);'`,
  ],
  [
    "watching files without node",
    "inotifywait",
    "(sleep 0.2; touch seen) & inotifywait -qq -e create . && echo fine",
  ],
  [
    "a program that wants a terminal",
    "script",
    `script -qec 'test -t 0 && stty size >/dev/null && echo fine' /dev/null | tr -d '\r'`,
  ],
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

/** What the lower rungs stop: docs/sandbox.md says why. That nobody gets namespaces is how we come to be there. */
const STOPPED: Readonly<Record<Rung, readonly string[]>> = {
  namespaces: [],
  bubblewrap: ["a namespace of its own, as browsers make"],
  landlock: [
    "a namespace of its own, as browsers make",
    "a program that wants a terminal",
    "a terminal of one's own",
    "python multiprocessing",
    "threads and shared memory",
  ],
};

describe.skipIf(!linux)("ordinary work in workspace-write", () => {
  for (const [rung, who] of everyRung().flatMap((rung) => everyone().map((who) => [rung, who] as const))) {
    for (const [name, program, script] of WORK) {
      const stopped = STOPPED[rung].includes(name);
      test.skipIf(stopped || !has(program))(`${name} (${who}, ${rung})`, async () => {
        using box = confined(who, rung);
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

  test("git commit says that .git is read-only, and changes nothing", async () => {
    if (!has("git")) return;
    using box = confined();
    await commitSomething(box.workspace);
    const before = await Bun.$`git -C ${box.workspace} log --format=%H`.text();
    const script =
      "echo x > file; git add file; git -c user.name=x -c user.email=x@example.com commit -m second";
    const result = await box.run("workspace-write", ["sh", "-c", script], { flags: ["--log-denials"] });
    expect(result.exitCode).toBe(128);
    expect(result.stderr).toContain("index.lock': Read-only file system");
    expect(result.stderr).toContain(
      `.git is protected in ${box.workspace}; to allow it: approve the command`,
    );
    expect(await Bun.$`git -C ${box.workspace} log --format=%H`.text()).toBe(before);
  });

  test.each(["macos", "seatbelt"])("says of %s that it is elsewhere", async (system) => {
    using box = confined();
    for (const flags of [[], ["--log-denials"], ["-c", "model=x"]]) {
      const result = await box.run("read-only", [system, ...flags, "true"]);
      expect(result).toEqual({
        exitCode: 1,
        stdout: "",
        stderr: "Error: Seatbelt sandbox is only available on macOS\n",
      });
    }
    expect((await box.run("read-only", ["windows", "true"])).stderr).toBe(
      "Error: Windows sandbox is only available on Windows\n",
    );
  });

  test("takes the system's name, flags on both sides of it, and the spelling before that", async () => {
    using box = confined();
    const older = [
      "linux",
      "--log-denials",
      "-c",
      "sandbox_mode='workspace-write'",
      "--",
      "sh",
      "-c",
      "touch made; exit 4",
    ];
    const result = await box.run("read-only", older);
    expect({ ...result, made: existsSync(join(box.workspace, "made")) }).toEqual({
      exitCode: 4,
      stdout: "",
      stderr: "\n=== Sandbox denials ===\nNone found.\n",
      made: true,
    });
    for (const spelling of ["landlock", "seatbelt"]) {
      const child = Bun.spawn([CODEX, "debug", spelling, "sh", "-c", "exit 6"], {
        cwd: box.workspace,
        env: { PATH: process.env.PATH ?? "", HOME: box.home, CODEX_HOME: box.codexHome },
        stderr: "ignore",
      });
      expect(await child.exited).toBe(spelling === "landlock" ? 6 : 1);
    }
  });

  test("takes a profile and a folder, and refuses the one without the other", async () => {
    using box = confined();
    const inSub = ["-P", ":workspace", "-C", "sub"];
    const result = await box.run("read-only", ["sh", "-c", "pwd; touch made"], { flags: inSub });
    expect(result.stdout).toBe(`${box.workspace}/sub\n`);
    expect(existsSync(join(box.workspace, "sub", "made"))).toBeTrue();
    expect((await box.run("read-only", ["true"], { flags: ["-C", "sub"] })).exitCode).toBe(2);
    const missing = await box.run("read-only", ["true"], { flags: ["-P", ":workspace", "-C", "gone"] });
    expect(missing.stderr).toBe("Error: No such file or directory (os error 2)\n");
    const socket = await box.run("read-only", ["true"], { flags: ["--allow-unix-socket", "/x"] });
    expect(socket.stderr).toBe("Error: `--allow-unix-socket` is only available on macOS\n");
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
