// What is left on the machine by many commands, by a program that is killed with all its helpers, and by what multiplies.

import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { confined, everyone } from "../../support/confined";
import { scripted } from "../../support/exec-run";
import { processesWith, until } from "../../support/processes";
import { functionCall, message, respond } from "../../support/responses-server";

const HELPERS = ["codex-spawner", "codex-keeper", "codex-sandbox"];
const PROTECTED = [".git", ".codex", ".agents"];
const IN_A_ROW = 500;
const AT_ONCE = 50;
const PER_RESPONSE = 10;
/** So often those that go on leave their trace, while those that should not do not. */
const ROUNDS = 100;

describe.skipIf(process.platform !== "linux")("commands of a session", () => {
  test(`leave nothing: ${IN_A_ROW} one after the other, then ${AT_ONCE} at once`, async () => {
    const call = (id: string) =>
      functionCall(
        "exec_command",
        { cmd: `echo ${id} > ${id}; mkdir -p /dev/shm/${id}; (sleep 6543.21 &)`, login: false },
        id,
      );
    const seen: { readonly descriptors: number; readonly children: number }[] = [];
    let pid = 0;
    await using it = await scripted(
      (_request, n) => {
        if (n > 0) seen.push(lookAt(pid));
        if (n < IN_A_ROW / PER_RESPONSE) return respond(...ids(n * PER_RESPONSE, PER_RESPONSE).map(call));
        if (n === IN_A_ROW / PER_RESPONSE) return respond(...ids(IN_A_ROW, AT_ONCE).map(call));
        return respond(message("done"));
      },
      { git: false },
    );
    const before = outsideState();
    const child = it.box.start(["exec", "--json", "--skip-git-repo-check", "-s", "workspace-write", "hi"], {
      env: { TMPDIR: undefined },
    });
    pid = child.pid;
    const { exitCode, stderr } = await child.result;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.not.stringContaining("rror") });
    expect(readdirSync(it.box.workspace).length).toBe(IN_A_ROW + AT_ONCE);
    expect(seen.at(-1)?.descriptors ?? 0).toBeLessThanOrEqual((seen[0]?.descriptors ?? 0) + 2);
    expect(seen.at(-1)?.children ?? 0).toBeLessThanOrEqual(seen[0]?.children ?? 0);
    expect(protectedIn(it.box.workspace)).toEqual([]);
    expect(protectedIn(join(it.box.codexHome, "memories"))).toEqual([]);
    expect(processesWith("6543.21")).toEqual([]);
    expect(readdirSync("/dev/shm").filter((name) => /^c\d+$/.test(name))).toEqual([]);
    await until("all is as before", () => Bun.deepEquals(outsideState(), before));
  }, 120_000);
});

describe.skipIf(process.platform !== "linux")("a program that is killed", () => {
  for (const who of everyone()) {
    test(`with every helper at once leaves no process, and what it leaves else goes with the next run (${who})`, async () => {
      using box = confined(who);
      const sleep = `8888.${process.pid}`;
      const child = box.start("workspace-write", [
        "sh",
        "-c",
        `sleep ${sleep} & setsid sleep ${sleep} & touch started; wait`,
      ]);
      await until("the command runs", () => existsSync(join(box.workspace, "started")));
      const family = [child.pid, ...HELPERS.flatMap(processesWith).filter((pid) => descends(pid, child.pid))];
      expect(family.length).toBe(3);
      // Stopped first, so that none of them has time to tidy up after another.
      for (const pid of family) process.kill(pid, "SIGSTOP");
      for (const pid of family.toReversed()) process.kill(pid, "SIGKILL");
      await child.exited;
      await until(
        "all are gone",
        () => processesWith(sleep).length === 0 && family.every((pid) => !isAlive(pid)),
      );
      await box.run("workspace-write", ["true"]);
      expect(protectedIn(box.workspace)).toEqual([".git"]);
      expect(protectedIn(box.tmp)).toEqual([]);
    });

    test(`takes along processes that are always younger than the look at them; without a sandbox they go on (${who})`, async () => {
      using box = confined(who);
      const stop = join(box.outside, "stop");
      const [trace, freeTrace] = [join(box.tmp, "trace"), join(box.outside, "trace")];
      const program = ["/usr/bin/python3", "-B", join(import.meta.dir, "processes.py"), "rabbits", stop];
      const child = box.start("workspace-write", [...program, trace]);
      const free = Bun.spawn([...program, freeTrace], { stdout: "pipe", stderr: "ignore" });
      try {
        for (const one of [child, free]) await one.stdout.getReader().read();
        await until("both leave traces", () => existsSync(trace) && existsSync(freeTrace));
        for (const one of [child, free]) one.kill("SIGKILL");
        await Promise.all([child.exited, free.exited]);
        for (let round = 0; round < ROUNDS; round++) {
          rmSync(freeTrace);
          if (round < ROUNDS / 4) rmSync(trace, { force: true }); // what was under way at the end of its makers may still come
          await until("the free ones go on", () => existsSync(freeTrace));
        }
        expect(existsSync(trace)).toBe(false);
      } finally {
        writeFileSync(stop, "");
      }
    });

    test(`is not what becomes of a command that attacks the first process of its namespace (${who})`, async () => {
      using box = confined(who);
      const script =
        "for s in STOP TSTP TERM HUP INT KILL SEGV ABRT USR1; do kill -$s 1; done; echo alive; exit 7";
      const result = await box.run("workspace-write", ["sh", "-c", script]);
      expect(result).toEqual({ stdout: "alive\n", stderr: "", exitCode: 7 });
    });
  }
});

function ids(from: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `c${from + i}`);
}

function lookAt(pid: number): { readonly descriptors: number; readonly children: number } {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return {
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    children: children === "" ? 0 : children.split(" ").length,
  };
}

/** What commands could leave behind for everybody. */
function outsideState() {
  return {
    mounts: readFileSync("/proc/self/mountinfo", "utf8"),
    memory: ["shm", "sem", "msg"].map(
      (name) => readFileSync(`/proc/sysvipc/${name}`, "utf8").split("\n").length,
    ),
  };
}

function protectedIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => PROTECTED.includes(name)) : [];
}

function descends(pid: number, ancestor: number): boolean {
  for (let at = pid; at > 1; at = parentOf(at)) if (at === ancestor) return true;
  return false;
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s*(\d+)/m.exec(statusOf(pid))?.[1] ?? 0);
}

function isAlive(pid: number): boolean {
  return /^State:\s*[^ZX]/m.test(statusOf(pid));
}

/** Empty when the process is gone. */
function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}
