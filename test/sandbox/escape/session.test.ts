// Attacks that use a session's own work: what the program does for the command, outside the sandbox or in a helper.

import { describe, expect, test } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { outputOf, scripted, type ExecRun } from "../../support/exec-run";
import { CODEX } from "../../support/harness";
import { processesWith, until } from "../../support/processes";
import { functionCall, message, respond, type Script } from "../../support/responses-server";

/** Of each stream, and what may be held of both. */
const MUCH_BYTES = 500_000_000;
const MOST_BYTES = 400 * 1024 * 1024;

const DONE = respond(message("harmed"));
const run = (cmd: string, id: string, more: object = {}) =>
  functionCall("exec_command", { cmd, login: false, ...more }, id);
const patch = (file: string, id: string) =>
  functionCall(
    "apply_patch",
    { input: `*** Begin Patch\n*** Add File: ${file}\n+harmed\n*** End Patch` },
    id,
  );

/** A folder beside the workspace with a file in it, which nothing may change. */
function beside({ box }: ExecRun): {
  readonly folder: string;
  readonly file: string;
  readonly text: () => string;
} {
  const folder = join(box.workspace, "..", "outside");
  const file = join(folder, "file");
  mkdirSync(folder);
  writeFileSync(file, "outside\n");
  return { folder, file, text: () => readFileSync(file, "utf8") };
}

describe.skipIf(process.platform !== "linux")("the file for the last message", () => {
  const lead = {
    "a link": "ln -sf ../outside/file result.md",
    "a link in place of its folder": "mv out gone && ln -s ../outside out",
    "a folder that becomes a link while we write":
      "mv out gone && ln -s ../outside out; (while :; do ln -sfn gone out; ln -sfn ../outside out; done) & sleep 60",
  };
  for (const [name, cmd] of Object.entries(lead)) {
    const path = name === "a link" ? "result.md" : "out/file";

    test(`is not led elsewhere by ${name}`, async () => {
      for (const mode of ["danger-full-access", "workspace-write"]) {
        let isLed = () => false;
        const script: Script = async (_, n) => {
          if (n === 0) return respond(run(cmd, "c1", { yield_time_ms: 250 }));
          await until("the way leads elsewhere", () => isLed());
          return DONE;
        };
        await using it = await scripted(script, { files: { "out/keep": "" } });
        const way = join(it.box.workspace, name === "a link" ? "result.md" : "out");
        isLed = () => isLink(way);
        const outside = beside(it);
        const { stderr, exitCode } = await it.box.codex(["exec", "-s", mode, "-o", path, "hi"]);
        expect(exitCode).toBe(0);
        expect(outside.text()).toBe("outside\n");
        if (!existsSync(join(it.box.workspace, "gone/file")))
          expect(stderr).toContain("Failed to write last message file");
      }
    });
  }

  test("that is a pipe by now does not hold up the end", async () => {
    await using it = await scripted([respond(run("mkfifo result.md", "c1")), DONE]);
    const { exitCode } = await it.exec(["-o", "result.md", "hi"]);
    expect(exitCode).toBe(0);
  });

  test("is written through a link of the user's own", async () => {
    await using it = await scripted([DONE]);
    const outside = beside(it);
    symlinkSync("../outside/file", join(it.box.workspace, "result.md"));
    await it.exec(["-o", "result.md", "hi"]);
    expect(outside.text()).toBe("harmed");
  });

  test("may be a device, a pipe, or in a folder that the command makes", async () => {
    await using it = await scripted([respond(run("mkdir made", "c1")), DONE, DONE]);
    await it.exec(["-o", "made/result.md", "hi"]);
    expect(readFileSync(join(it.box.workspace, "made/result.md"), "utf8")).toBe("harmed");
    Bun.spawnSync(["mkfifo", join(it.box.workspace, "pipe")]);
    const reader = Bun.spawn(["cat", "pipe"], { cwd: it.box.workspace, stdout: "pipe" });
    await it.exec(["-o", "pipe", "hi"]);
    expect(await new Response(reader.stdout).text()).toBe("harmed");
  });
});

describe.skipIf(process.platform !== "linux")("a patch", () => {
  for (const mode of ["danger-full-access", "workspace-write"]) {
    test(`is ${mode === "workspace-write" ? "not " : ""}led out of the workspace by a race, with ${mode}`, async () => {
      const race = `mkdir d; ln -s ../outside l; exec python3 -B ${join(import.meta.dir, "files.py")} exchange d l`;
      let [isRunning, planted] = [() => false, () => false];
      const isWon = mode === "workspace-write" ? () => false : () => planted();
      const tries = mode === "workspace-write" ? 12 : 200;
      const script: Script = async (_, n) => {
        if (n === 0) return respond(run(race, "c1", { yield_time_ms: 250 }));
        if (n === 1) await until("the two change places", () => isRunning());
        return n > tries || isWon() ? DONE : respond(patch(`d/planted${n}`, `p${n}`));
      };
      await using it = await scripted(script);
      const outside = beside(it);
      isRunning = () => isLink(join(it.box.workspace, "d"));
      planted = () => readdirSync(outside.folder).some((name) => name.startsWith("planted"));
      const { exitCode } = await it.box.codex(["exec", "--json", "-s", mode, "hi"]);
      expect(exitCode).toBe(0);
      expect(planted()).toBe(mode === "danger-full-access");
    });
  }

  test("is not applied by a program with a library of the project's choice in it", async () => {
    if (Bun.which("gcc") === null) return console.error("no gcc here: the preloaded library is not tried");
    const source = `#include <fcntl.h>
#include <string.h>
#include <unistd.h>
__attribute__((constructor)) static void load(void) {
  char line[4096] = {0};
  int fd = open("/proc/self/cmdline", O_RDONLY);
  long n = read(fd, line, sizeof line - 1);
  for (long i = 0; i < n; i++) if (!line[i]) line[i] = ' ';
  if (strstr(line, "patch-helper")) open("loaded-into-helper", O_CREAT | O_WRONLY, 0644);
  else open("loaded", O_CREAT | O_WRONLY, 0644);
}`;
    await using it = await scripted([respond(run("true", "c1"), patch("new", "c2")), DONE], {
      files: { "evil.c": source },
      settings: "",
    });
    const library = join(it.box.workspace, "evil.so");
    expect(
      Bun.spawnSync(["gcc", "-shared", "-fPIC", "-o", library, join(it.box.workspace, "evil.c")]).exitCode,
    ).toBe(0);
    const set = `shell_environment_policy.set={LD_PRELOAD=${JSON.stringify(library)}}`;
    await it.exec(["-c", set, "hi"]);
    expect(existsSync(join(it.box.workspace, "new"))).toBeTrue();
    expect(existsSync(join(it.box.workspace, "loaded"))).toBeTrue();
    expect(existsSync(join(it.box.workspace, "loaded-into-helper"))).toBeFalse();
  });
});

describe.skipIf(process.platform !== "linux")("a session", () => {
  test("holds no secret in the processes that stand for it", async () => {
    const secret = `secret-${process.pid}-of-ours`;
    await using it = await scripted(
      [respond(run("touch started; while [ ! -e go ]; do sleep 0.01; done", "c1")), DONE],
      {
        provider: 'env_key = "MOCK_KEY"',
      },
    );
    const child = it.box.start(
      [
        "exec",
        "--json",
        "-s",
        "workspace-write",
        "-c",
        'shell_environment_policy.exclude=["MOCK_KEY"]',
        "hi",
      ],
      {
        env: { MOCK_KEY: secret },
      },
    );
    await until("the command runs", () => existsSync(join(it.box.workspace, "started")));
    const ours = ["codex-spawner", "codex-keeper", "codex-sandbox"].flatMap((name) =>
      processesWith(name).filter((pid) => descends(pid, child.pid)),
    );
    expect(ours.length).toBe(3);
    expect(memoryHolds(child.pid, secret)).toBeTrue();
    expect(ours.filter((pid) => memoryHolds(pid, secret))).toEqual([]);
    writeFileSync(join(it.box.workspace, "go"), "");
    expect((await child.result).exitCode).toBe(0);
    expect(it.server.requests[0]?.headers.authorization).toBe(`Bearer ${secret}`);
  });

  test("is neither filled nor held up by endless output", async () => {
    await using it = await scripted([
      respond(run(`for to in 1 2; do yes harmed | head -c ${MUCH_BYTES} >&$to & done; wait`, "c1")),
      DONE,
    ]);
    const child = Bun.spawn([CODEX, "exec", "--json", "-s", "workspace-write", "hi"], {
      cwd: it.box.workspace,
      env: {
        PATH: process.env.PATH ?? "",
        HOME: it.box.home,
        CODEX_HOME: it.box.codexHome,
        SHELL: "/bin/sh",
      },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
    });
    const peak = await peakMemory(child);
    expect(await child.exited).toBe(0);
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(MOST_BYTES);
  });

  test("is not held up by an image that is a pipe or has no end", async () => {
    await using it = await scripted([
      respond(run("mkfifo pipe.png; ln -s /dev/zero zero.png; truncate -s 100G large.png", "c1")),
      respond(
        ...["pipe.png", "zero.png", "large.png"].map((path) => functionCall("view_image", { path }, path)),
      ),
      DONE,
    ]);
    const { exitCode } = await it.exec(["hi"]);
    expect(exitCode).toBe(0);
    for (const path of ["pipe.png", "zero.png", "large.png"]) {
      expect(outputOf(it.server.requests[2], path)).toMatch(/not a file|larger than/);
    }
  });
});

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function descends(pid: number, ancestor: number): boolean {
  for (let at = pid; at > 1;) {
    if (at === ancestor) return true;
    at = Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${at}/status`, "utf8"))?.[1]);
  }
  return false;
}

/** All that is mapped and that we may read, looked through by a helper of a few lines: memory files are too large for us. */
function memoryHolds(pid: number, text: string): boolean {
  const script = `
import sys
found = False
try:
    with open(f"/proc/{sys.argv[1]}/maps") as maps, open(f"/proc/{sys.argv[1]}/mem", "rb", 0) as memory:
        for line in maps:
            start, end = (int(part, 16) for part in line.split()[0].split("-"))
            if line.split()[1][0] != "r" or start >= 1 << 63: continue
            for at in range(start, end, 1 << 26):
                try:
                    memory.seek(at)
                    found = found or sys.argv[2].encode() in memory.read(min(end - at, 1 << 26))
                except OSError: pass
except PermissionError: pass
print(found)`;
  const { stdout, stderr } = Bun.spawnSync(["python3", "-c", script, String(pid), text]);
  if (stdout.length === 0) throw new Error(stderr.toString());
  return stdout.toString().trim() === "True";
}

/** In bytes, as last seen before the end. The kernel's account of a child begins with the size of this process. */
async function peakMemory(child: Bun.Subprocess): Promise<number> {
  let peak = 0;
  while (child.exitCode === null) {
    const status = existsSync(`/proc/${child.pid}/status`)
      ? readFileSync(`/proc/${child.pid}/status`, "utf8")
      : "";
    peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024 || peak;
    await Promise.race([child.exited, Bun.sleep(20)]);
  }
  return peak;
}
