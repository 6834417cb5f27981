// Nothing of a confined command survives it, or us: no process, no mount, whatever ends first.

import { describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { confined, everyone } from "../support/confined";
import { CODEX } from "../support/harness";
import { finished, processesWith, until } from "../support/processes";

/** Tells our sleepers from everybody else's. */
let marks = 0;
const mark = () => `9${process.pid}.${++marks}`;

describe.skipIf(process.platform !== "linux")("the end of a confined command", () => {
  for (const who of everyone()) {
    test(`takes along what went into the background or made a session of its own (${who})`, async () => {
      using box = confined(who);
      const sleep = mark();
      const script = `sleep ${sleep} & setsid sleep ${sleep} & (setsid sh -c 'sleep ${sleep} &') ; exit 3`;
      expect((await box.run("read-only", ["sh", "-c", script])).exitCode).toBe(3);
      expect(processesWith(sleep)).toEqual([]);
    });

    test(`comes when we are killed, with every descendant (${who})`, async () => {
      using box = confined(who);
      const sleep = mark();
      const child = box.start("workspace-write", [
        "sh",
        "-c",
        `setsid sleep ${sleep} & touch started; sleep ${sleep}`,
      ]);
      await until("the command runs", () => existsSync(join(box.workspace, "started")));
      expect(processesWith(sleep).length).toBeGreaterThan(0);
      child.kill("SIGKILL");
      await child.exited;
      await until("all are gone", () => processesWith(sleep).length === 0);
    });
  }

  test("comes when its keeper is killed", async () => {
    using box = confined();
    const sleep = mark();
    const child = box.start("workspace-write", ["sh", "-c", `touch started; sleep ${sleep}`]);
    await until("the command runs", () => existsSync(join(box.workspace, "started")));
    const before = processesWith("codex-keeper").filter((pid) => sessionOf(pid) !== sessionOf(process.pid));
    for (const pid of before.filter((pid) => descends(pid, child.pid))) process.kill(pid, "SIGKILL");
    expect(await child.exited).toBe(137);
    await until("all are gone", () => processesWith(sleep).length === 0);
  });

  test("leaves no mount behind", async () => {
    using box = confined();
    const before = readFileSync("/proc/self/mountinfo", "utf8");
    await Promise.all(Array.from({ length: 5 }, () => box.run("workspace-write", ["true"])));
    expect(readFileSync("/proc/self/mountinfo", "utf8")).toBe(before);
  });
});

describe.skipIf(process.platform !== "linux")("signals for codex sandbox", () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1"] as const) {
    test(`${signal} reaches the command, which decides`, async () => {
      using box = confined();
      const script = `trap 'echo got; exit 9' ${signal.slice(3)}; touch started; while :; do sleep 0.01; done`;
      const child = box.start("workspace-write", ["sh", "-c", script]);
      await until("the command runs", () => existsSync(join(box.workspace, "started")));
      child.kill(signal);
      expect(await child.exited).toBe(9);
      expect(await new Response(child.stdout).text()).toBe("got\n");
    });
  }

  test("none is lost, however soon after the command's start it comes", async () => {
    using box = confined();
    const script = "trap 'exit 9' TERM; echo ready; while :; do sleep 0.01; done";
    for (let run = 0; run < 20; run++) {
      const child = box.start("read-only", ["sh", "-c", script]);
      await child.stdout.getReader().read();
      child.kill("SIGTERM");
      expect(await child.exited).toBe(9);
    }
  });

  test("a command that does not care ends by it, as a shell reports it", async () => {
    using box = confined();
    const child = box.start("workspace-write", ["sh", "-c", "touch started; exec sleep 60"]);
    await until("the command runs", () => existsSync(join(box.workspace, "started")));
    child.kill("SIGTERM");
    expect(await child.exited).toBe(128 + 15);
  });
});

/** In the place of our program, and beside it, as on the lower rungs. */
const WAYS = [
  ["what waits in our place", {}],
  ["our program", { CODEX_SANDBOX_STAY: "1" }],
] as const;

describe.skipIf(process.platform !== "linux").each(WAYS)("%s, while the command runs,", (_, env) => {
  test("keeps from it what is ignored, as nohup wants it", async () => {
    using box = confined();
    const script = "trap 'exit 9' HUP; trap 'exit 8' TERM; echo ready; while :; do sleep 0.01; done";
    const child = box.under(["sh", "-c", 'trap "" HUP; exec "$@"', "sh"], "read-only", ["sh", "-c", script], {
      env,
    });
    await child.stdout.getReader().read();
    child.kill("SIGHUP");
    child.kill("SIGTERM");
    expect(await child.exited).toBe(8);
  });

  test("stops with it at control-Z, and both go on together", async () => {
    using box = confined();
    const sleep = mark();
    // A shell that knows jobs, so that there is somebody who can make them go on.
    const job = ["bash", "-c", 'set -m; "$@" < /dev/null & read -r line; wait $!', "bash"];
    const child = box.under(
      job,
      "workspace-write",
      ["sh", "-c", `trap 'exit 7' TERM; touch started; sleep ${sleep} & wait`],
      { env },
    );
    await until("the command runs", () => existsSync(join(box.workspace, "started")));
    const [waiting] = childrenOf(child.pid);
    const command = () => processesWith(sleep).filter((pid) => commandOf(pid) === "sleep");
    const states = () => [...command(), waiting ?? 0].map((pid) => statFields(pid)?.[0]);
    await until("the sleeper is there", () => command().length === 1);
    process.kill(waiting ?? 0, "SIGTSTP");
    await until("both are stopped", () => states().join() === "T,T");
    process.kill(waiting ?? 0, "SIGCONT");
    await until("both go on", () => states().every((state) => state === "S"));
    process.kill(waiting ?? 0, "SIGTERM");
    await child.stdin.end();
    expect(await child.exited).toBe(7);
  });

  test("goes on at control-Z where nobody could make it go on", async () => {
    using box = confined();
    const script = "trap 'echo on' CONT; trap 'exit 9' TERM; echo ready; while :; do sleep 0.01; done";
    const child = box.under(["setsid"], "read-only", ["sh", "-c", script], { env });
    const output = child.stdout.getReader();
    await output.read();
    child.kill("SIGTSTP");
    expect(new TextDecoder().decode((await output.read()).value)).toBe("on\n");
    child.kill("SIGTERM");
    expect(await child.exited).toBe(9);
  });

  test("tells it that the window has another size", async () => {
    using box = confined();
    const script = "trap 'exit 9' WINCH; echo ready; while :; do sleep 0.01; done";
    const child = box.start("read-only", ["sh", "-c", script], { env });
    await child.stdout.getReader().read();
    child.kill("SIGWINCH");
    expect(await child.exited).toBe(9);
  });

  test("fails where the file of its output takes no more, whatever the command made of that", async () => {
    using box = confined();
    const script = "head -c 400000 /dev/zero; exit 0";
    const full = ["sh", "-c", 'ulimit -f 200; exec "$@" > "$FULL"', "sh"];
    const child = box.under(full, "read-only", ["sh", "-c", script], {
      env: { ...env, FULL: join(box.root, "full") },
    });
    const { stderr, exitCode } = await finished(child);
    expect(stderr).toMatch(/could not be written|EFBIG/);
    expect(exitCode).toBe(1);
  });
});

test.skipIf(Bun.which("strace") === null)(
  "a signal of the terminal never meets the keeper, however early",
  async () => {
    using box = confined();
    const traced = [
      "strace",
      "-qq",
      "-f",
      "-e",
      "trace=setsid,rt_sigprocmask,execve",
      "-o",
      join(box.root, "trace"),
    ];
    expect(await finished(box.under(traced, "read-only", ["true"]))).toMatchObject({
      stderr: "",
      exitCode: 0,
    });
    const lines = readFileSync(join(box.root, "trace"), "utf8").split("\n");
    const start = lines.findIndex((line) => line.includes('["codex-keeper"'));
    const before = lines.slice(0, start).filter((line) => line.startsWith(`${lines[start]?.split(" ")[0]} `));
    expect(before.some((line) => line.includes("setsid()"))).toBeTrue();
    expect(before.at(-1)).toMatch(/SIG_SETMASK, ~\[/);
  },
);

test.skipIf(process.platform !== "linux")(
  "a command that does not start is told of, also when we are gone",
  () => {
    using box = confined();
    const moved = join(box.root, "codex");
    copyFileSync(CODEX, moved);
    const script = 'exec 3< "$0"; rm "$0"; exec /proc/self/fd/3 sandbox -- nosuch';
    const result = Bun.spawnSync(["sh", "-c", script, moved], {
      env: { CODEX_HOME: box.codexHome },
      cwd: box.workspace,
    });
    expect(result.stderr.toString()).toStartWith("codex: the command could not be started");
    expect(result.exitCode).toBe(1);
  },
);

test.skipIf(everyone().length === 1)(
  "without a sandbox, what has become another user stays, and harms nothing",
  async () => {
    using box = confined("an ordinary user");
    const sleep = mark();
    const change = join(box.root, "change");
    copyFileSync(Bun.which("setpriv") ?? "", change);
    chmodSync(change, 0o4755);
    const script = `${change} --reuid=0 sleep ${sleep} > /dev/null 2>&1 & touch started; read line; exit 3`;
    const flags = ["-P", ":danger-full-access"];
    const child = box.start("read-only", ["sh", "-c", script], { flags });
    const sleepers = () => processesWith(sleep).filter((pid) => commandOf(pid) === "sleep");
    await until("somebody else sleeps", () => sleepers().length === 1);
    await child.stdin.end();
    const { stderr, exitCode } = await finished(child);
    for (const pid of sleepers()) process.kill(pid);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 3 });
  },
);

function childrenOf(parent: number): readonly number[] {
  return processesWith("").filter((pid) => statFields(pid)?.[1] === String(parent));
}

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
}

function sessionOf(pid: number): string | undefined {
  return statFields(pid)?.[3];
}

/** The spawner has a session of its own, so descent is told by parents. */
function descends(pid: number, ancestor: number): boolean {
  for (let at = pid; at > 1;) {
    if (at === ancestor) return true;
    at = Number(statFields(at)?.[1] ?? 0);
  }
  return false;
}

/** From the state on: state, parent, group, session. Undefined for a process that is gone. */
function statFields(pid: number): readonly string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
