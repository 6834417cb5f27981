// Ways out that a plain list of mounts would leave open, tried for real: races, renames, descriptors, other doors to a file.

import { describe, expect, test } from "bun:test";
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { confined, everyone, type Confined } from "../support/confined";
import { CODEX } from "../support/harness";

const REFUSED = /Read-only file system|Device or resource busy|Permission denied|Operation not permitted/;

describe.skipIf(process.platform !== "linux")("a confined command", () => {
  for (const who of everyone()) {
    test(`cannot move a folder above the workspace and put another in its place (${who})`, async () => {
      using box = confined(who);
      // The workspace lies two levels inside another writable root.
      const inner = join(box.tmp, "a", "b");
      await box.run("workspace-write", ["mkdir", "-p", inner]);
      for (const from of [join(box.tmp, "a"), inner]) {
        const result = await box.run("workspace-write", ["mv", from, join(box.tmp, "gone")], { cwd: inner });
        expect(result.stderr).toMatch(REFUSED);
      }
      expect(existsSync(inner)).toBeTrue();
    });

    test(`cannot write a file that is its stdin (${who})`, async () => {
      using box = confined(who);
      const file = join(box.outside, "file");
      for (const door of ["/proc/self/fd/0", "/dev/stdin", "/dev/fd/0"]) {
        const child = Bun.spawn(confinedWords(who, ["sh", "-c", `echo changed > ${door}`]), {
          cwd: box.workspace,
          env: environment(box),
          stdin: Bun.file(file),
          stderr: "pipe",
        });
        expect(await new Response(child.stderr).text()).toMatch(REFUSED);
        expect(await child.exited).not.toBe(0);
      }
      expect(readFileSync(file, "utf8")).toBe("outside\n");
    });

    test.skipIf(process.getuid?.() !== 0)(
      `cannot change the mode of a device that is its stream (${who})`,
      async () => {
        using box = confined(who);
        const device = join(box.root, "null");
        Bun.spawnSync(["mknod", "-m", "666", device, "c", "1", "3"]);
        if (who === "an ordinary user") chownSync(device, 65_534, 65_534);
        const script =
          "for fd in 0 1 2; do chmod 600 /proc/self/fd/$fd; touch -d 1999-01-01 /proc/self/fd/$fd; done; echo >&1; read x";
        const child = Bun.spawn(confinedWords(who, ["sh", "-c", script]), {
          cwd: box.workspace,
          env: environment(box),
          stdio: [openSync(device, "r"), openSync(device, "w"), openSync(device, "r+")],
        });
        expect(await child.exited).toBe(1);
        const { mode, mtimeMs } = statSync(device);
        expect(mode & 0o777).toBe(0o666);
        expect(mtimeMs).toBeGreaterThan(Date.parse("2020-01-01"));
      },
    );

    test(`has nothing of us to read: memory, environment, open files (${who})`, async () => {
      using box = confined(who);
      const script = `cat /proc/1/environ /proc/1/mem /proc/1/maps; ls /proc/1/root /proc/1/cwd; strings /proc/1/exe;
        for file in /proc/[0-9]*/environ; do tr '\\0' '\\n' < $file; done | grep SECRET_OF_OURS`;
      const result = await box.run("read-only", ["env", "-i", "PATH=/usr/bin:/bin", "sh", "-c", script], {
        env: { SECRET_OF_OURS: "42" },
      });
      expect(result.stdout).toBe("");
    });
  }

  test("cannot reach another command's processes or terminals", async () => {
    using box = confined();
    await using other = await sleeper(box);
    const result = await box.run("workspace-write", [
      "sh",
      "-c",
      "set -- /proc/[0-9]*; echo $#; ls /dev/pts; ps -e | grep -c sleep",
    ]);
    expect(other.killed).toBeFalse();
    expect(result.stdout.trim().split(/\s+/)).toEqual(["2", "ptmx", "0"]);
  });

  test("cannot send to a local server, whichever way the address is given", async () => {
    using box = confined();
    const script = `
import socket, sys
path = sys.argv[1]
refused = 0
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET, socket.SOCK_RAW):
    for make in (lambda: socket.socket(socket.AF_UNIX, kind), lambda: socket.socketpair(socket.AF_UNIX, kind)[0]):
        for send in (lambda s: s.connect(path), lambda s: s.sendto(b"x", path), lambda s: s.sendmsg([b"x"], [], 0, path)):
            try:
                send(make()); print("sent", kind)
            except OSError: refused += 1
print(refused)`;
    using server = socketServer(join(box.outside, "socket"));
    const result = await box.run("workspace-write", ["python3", "-c", script, server.path]);
    expect(result.stdout).toBe("24\n");
  });

  test("leaves nothing outside although it races with the start of others", async () => {
    using box = confined();
    const inner = join(box.tmp, "a", "b");
    mkdirSync(inner, { recursive: true });
    const swap = `cd ${box.tmp}; i=0; while [ $i -lt 300 ]; do i=$((i+1)); mv a x 2>/dev/null && ln -s ${box.outside} a; rm -f a; mv x a 2>/dev/null; done; true`;
    const swapper = box.run("workspace-write", ["sh", "-c", swap], { cwd: box.workspace });
    const victims = Array.from({ length: 12 }, () =>
      box.run("workspace-write", ["sh", "-c", "touch made; touch b/made"], {
        cwd: existsSync(inner) ? inner : box.tmp,
      }),
    );
    await Promise.allSettled([swapper, ...victims]);
    expect(existsSync(join(box.outside, "made"))).toBeFalse();
    expect(existsSync(join(box.outside, "b"))).toBeFalse();
  });
});

describe.skipIf(process.platform !== "linux")("the compiler that builds the sandbox", () => {
  test("leaves nothing in the temporary folder, where a command could put a link in its way", async () => {
    using box = confined();
    const shared = realpathSync(mkdtempSync("/var/tmp/codex-tmp-"));
    try {
      await box.run("workspace-write", ["true"], { env: { TMPDIR: shared, BUN_TMPDIR: shared } });
      expect([...new Bun.Glob("**").scanSync({ cwd: shared, dot: true, onlyFiles: false })]).toEqual([]);
    } finally {
      rmSync(shared, { recursive: true });
    }
  });
});

function environment(box: Confined): Record<string, string> {
  return { PATH: process.env.PATH ?? "", HOME: box.home, CODEX_HOME: box.codexHome, TMPDIR: box.tmp };
}

function confinedWords(who: string, argv: readonly string[]): string[] {
  const identity = who === "the user" ? [] : ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
  return [...identity, CODEX, "sandbox", "--full-auto", "--", ...argv];
}

async function sleeper(box: Confined): Promise<AsyncDisposable & { readonly killed: boolean }> {
  const child = box.start("workspace-write", ["sh", "-c", "echo started; exec sleep 60"]);
  const reader = child.stdout.getReader();
  await reader.read();
  return {
    get killed() {
      return child.killed;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
}

function socketServer(path: string): Disposable & { readonly path: string } {
  const server = Bun.listen({ unix: path, socket: { data() {} } });
  return { path, [Symbol.dispose]: () => server.stop(true) };
}
