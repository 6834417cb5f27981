// The ladder of sandboxes: which one is built where better ones are refused, that it holds, and what is said where none can be.

import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { confined, everyone, everyRung, onRung, PYTHON, type Confined, type Rung } from "../support/confined";
import { codexWords, FILTER, run, runBehind } from "./behind-filter";
import { CODEX } from "../support/harness";
import { processesWith } from "../support/processes";

const canForbid = everyRung().includes("landlock");
const isRoot = process.getuid?.() === 0;
const hasUnshare = Bun.which("unshare") !== null;
const REFUSED = /Read-only file system|Permission denied/;

for (const rung of everyRung()) {
  describe(`on the rung of ${rung}`, () => {
    for (const who of everyone()) {
      test(`the workspace can be written, and nothing else (${who})`, async () => {
        using box = confined(who, rung);
        const result = await box.run("workspace-write", [
          "sh",
          "-c",
          `touch made; touch ${box.outside}/made`,
        ]);
        expect(rungOf(box)).toBe(rung);
        expect(result.stderr).toMatch(REFUSED);
        expect(existsSync(join(box.workspace, "made"))).toBeTrue();
        expect(readdirSync(box.outside)).toEqual(["file"]);
      });

      test(`nothing can be written in read-only, and modes and times stay (${who})`, async () => {
        using box = confined(who, rung);
        const script =
          "touch made; touch -d 1999-01-01 link; chmod 777 link; echo x > /dev/null && echo fine";
        const result = await box.run("read-only", ["sh", "-c", script]);
        expect(result.stdout).toBe("fine\n");
        expect(result.stderr.trim().split("\n")).toHaveLength(3);
        expect(existsSync(join(box.workspace, "made"))).toBeFalse();
      });

      test(`what is protected is as before when the command has ended (${who})`, async () => {
        using box = confined(who, rung);
        const script = `echo evil >> .git/config; echo evil > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit
          mkdir .codex .agents && echo evil > .codex/config.toml; mv .git gone; mkdir -p .git/hooks; echo evil > .git/HEAD; true`;
        expect((await box.run("workspace-write", ["sh", "-c", script])).exitCode).toBe(0);
        expect(readFileSync(join(box.workspace, ".git/config"), "utf8")).toBe("[core]\n");
        expect(readFileSync(join(box.workspace, ".git/HEAD"), "utf8")).toBe("ref: refs/heads/main\n");
        expect(readdirSync(join(box.workspace, ".git/hooks"))).toEqual([]);
        expect(existsSync(join(box.workspace, ".codex"))).toBeFalse();
        expect(existsSync(join(box.workspace, ".agents"))).toBeFalse();
      });

      test(`nothing of the command is left (${who})`, async () => {
        using box = confined(who, rung);
        const sleep = `8${process.pid}.${rung.length}${who.length}`;
        const script = `sleep ${sleep} & setsid sleep ${sleep} & (setsid sh -c 'sleep ${sleep} &') ; exit 3`;
        expect((await box.run("read-only", ["sh", "-c", script])).exitCode).toBe(3);
        expect(processesWith(sleep)).toEqual([]);
      });
    }

    test.each([
      ["kill -KILL $$", 137],
      ["kill -SEGV $$", 139],
      ["exit 42", 42],
    ])("%s gives %d", async (script, code) => {
      using box = confined("the user", rung);
      expect((await box.run("read-only", ["sh", "-c", script])).exitCode).toBe(code);
    });

    test.each([
      ["no-such-program", 127],
      ["/etc/passwd", 126],
    ])("%s gives %d", async (program, code) => {
      using box = confined("the user", rung);
      expect((await box.run("read-only", [program])).exitCode).toBe(code);
    });

    test("a signal reaches the command, which decides", async () => {
      using box = confined("the user", rung);
      const script = "trap 'echo got; exit 9' TERM; echo started; while :; do sleep 0.01; done";
      const child = box.start("read-only", ["sh", "-c", script]);
      const reader = child.stdout.getReader();
      await reader.read();
      child.kill("SIGTERM");
      expect(await child.exited).toBe(9);
    });

    test("the demo, with its commands and its patch, goes as it should", async () => {
      using box = confined("the user", rung);
      const child = Bun.spawn([...onRung(rung), CODEX, "demo"], {
        cwd: box.workspace,
        env: { PATH: box.path, HOME: box.home, CODEX_HOME: box.codexHome, TMPDIR: box.tmp },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "ignore",
      });
      expect(await new Response(child.stdout).text()).toContain("was refused by the sandbox");
      expect(await child.exited).toBe(0);
    });

    test("a command gets exactly its environment", async () => {
      using box = confined("the user", rung);
      const env = { LD_LIBRARY_PATH: "/nowhere", ODD: "a=b 'c'" };
      const script = 'echo "$LD_LIBRARY_PATH $ODD $CODEX_SANDBOX_NETWORK_DISABLED"';
      const result = await box.run("read-only", ["sh", "-c", script], { env });
      expect(result.stdout).toBe("/nowhere a=b 'c' 1\n");
    });
  });
}

describe.skipIf(!canForbid)("where the sandbox is less than it could be", () => {
  test("workspace-write on Landlock wants to be accepted first", async () => {
    using box = confined();
    const result = await runBehind(box, "container", ["touch", "made"]);
    expect(result).toEqual({
      exitCode: 1,
      stdout: "",
      stderr:
        "Error: Here the sandbox can only use Landlock, which cannot keep .git whole nor the modes of your files, because a " +
        "system call filter, probably the container's, refuses user namespaces. Start the container with `--security-opt " +
        "seccomp=unconfined`, or accept that with `-c sandbox_linux.allow_landlock=true` or in config.toml.\n",
    });
    expect(existsSync(join(box.workspace, "made"))).toBeFalse();
  });

  test("what Landlock had to put back is told", async () => {
    using box = confined("the user", "landlock");
    const result = await box.run("workspace-write", ["sh", "-c", "echo x > .git/config; mkdir .codex"]);
    expect(result.stderr).toBe(
      `codex: ${box.workspace}/.git/config was changed by the command; it has been put back\n` +
        `codex: ${box.workspace}/.codex was made by the command; it is now ${box.workspace}/.codex.aside-1\n`,
    );
  });

  test("without Landlock nothing runs, and the cause and the fix are named", async () => {
    using box = confined();
    const result = await runBehind(box, "container,no landlock", ["touch", "made"]);
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toBe(
      "Error: The sandbox cannot be built because a system call filter, probably the container's, refuses user " +
        "namespaces. Start the container with `--security-opt seccomp=unconfined`.\n",
    );
    expect(existsSync(join(box.workspace, "made"))).toBeFalse();
    expect(existsSync(join(box.workspace, ".codex"))).toBeFalse();
  });

  test.skipIf(!hasUnshare)("by the limit of user namespaces, the setting is named", async () => {
    using box = confined();
    const set = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"';
    const result = await run(box, [
      ...["unshare", "-Ur", "sh", "-c", set, "sh", PYTHON ?? "python3", FILTER, "container,no landlock"],
      ...codexWords(["touch", "made"]),
    ]);
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toBe(
      "Error: The sandbox cannot be built because user.max_user_namespaces is 0. Allow user namespaces with " +
        "`sudo sysctl -w user.max_user_namespaces=15000`.\n",
    );
    expect(existsSync(join(box.workspace, "made"))).toBeFalse();
  });

  test.each(["no mount_setattr", "no close_range", "no mount_setattr,no close_range"])(
    "a kernel with %s is as good",
    async (lacking) => {
      using box = confined();
      const script = `touch made .git/x ${box.outside}/x; mkdir .codex; ls /proc/self/fd | wc -l`;
      const result = await runBehind(box, lacking, ["sh", "-c", script]);
      expect(rungOf(box)).toBe("namespaces");
      expect(result.stdout).toBe("4\n");
      expect(result.stderr.match(/Read-only file system/g)).toHaveLength(2);
      expect(existsSync(join(box.workspace, "made"))).toBeTrue();
    },
  );

  // User 0 cannot map itself without rights.
  test.skipIf(!canForbid || !hasUnshare || (isRoot && everyone().length === 1))(
    "sandboxes that mount work inside where they are allowed",
    async () => {
      using box = confined(everyone().at(-1));
      const nested = ["unshare", "-Urm", "mount", "--bind", "/etc", "/usr"];
      const refused = await box.run("workspace-write", nested);
      expect(refused.exitCode).not.toBe(0);
      const allowed = await box.run("workspace-write", nested, {
        flags: ["-c", "sandbox_linux.nested_sandboxes=true"],
      });
      expect(allowed).toMatchObject({ exitCode: 0, stderr: "" });
    },
  );

  describe.skipIf(!isRoot || !hasUnshare || !existsSync("/proc/sys/vm/memfd_noexec"))(
    "a system on which no file in memory may be executed",
    () => {
      // The setting holds for one pid namespace and those below it.
      const runThere = (box: Confined, setup: string) => {
        const script = `echo 2 > /proc/sys/vm/memfd_noexec; ${setup} exec "$0" sandbox -- cat`;
        const outer = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-ec", script, CODEX];
        const { stdout, stderr, exitCode } = Bun.spawnSync(outer, {
          cwd: box.workspace,
          env: { PATH: process.env.PATH ?? "", HOME: box.home, CODEX_HOME: box.codexHome, TMPDIR: box.tmp },
          stdin: Buffer.from("said\n"),
        });
        return { stdout: stdout.toString(), stderr: stderr.toString(), exitCode };
      };

      test("is as good", () => {
        using box = confined();
        expect(runThere(box, "")).toEqual({ stdout: "said\n", stderr: "", exitCode: 0 });
      });

      test("nor any temporary one: that is said, and nothing runs", () => {
        using box = confined();
        const setup = `for folder in ${box.tmp} /var/tmp /dev/shm; do
          mount --bind $folder $folder; mount -o remount,bind,noexec $folder; done
          mount --bind "$0" "$0"; mount -o remount,bind,exec "$0";`;
        const { stdout, stderr, exitCode } = runThere(box, setup);
        expect(stdout).toBe("");
        expect(stderr).toContain("neither from memory (vm.memfd_noexec) nor from");
        expect(stderr).toContain("Set TMPDIR to a folder on a disk without noexec.");
        expect(exitCode).toBe(1);
      });
    },
  );

  test("what is remembered of another boot is not believed", async () => {
    using box = confined();
    const file = rungFile(box);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(
      file,
      JSON.stringify({ key: "of another boot", rung: { type: "landlock", version: 1, blocker: {} } }),
    );
    expect((await box.run("workspace-write", ["touch", "made"])).exitCode).toBe(0);
    expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ rung: { type: "namespaces" } });
  });

  test.each(["", "{}", "null", "5", '{"key":"","rung":{}}'])("nor a damaged note: %s", async (note) => {
    using box = confined();
    mkdirSync(dirname(rungFile(box)), { recursive: true });
    writeFileSync(rungFile(box), note);
    expect(await box.run("workspace-write", ["echo", "fine"])).toMatchObject({
      stdout: "fine\n",
      stderr: "",
    });
  });

  test("more folders than it has room for are refused, and said", async () => {
    using box = confined();
    const folders = Array.from({ length: 70 }, (_, number) => join(box.root, `folder-${number}`));
    for (const folder of folders) mkdirSync(folder);
    const opened = (count: number) => [
      "-c",
      `sandbox_workspace_write.writable_roots=${JSON.stringify(folders.slice(0, count))}`,
    ];
    const fitting = await box.run("workspace-write", ["touch", `${folders[49]}/made`], { flags: opened(50) });
    expect(fitting).toMatchObject({ stderr: "", exitCode: 0 });
    const refused = await box.run("workspace-write", ["true"], { flags: opened(70) });
    expect(refused.stderr).toMatch(
      /^Error: The sandbox can open, protect and hide 240 paths, and these are \d+\. Name fewer/,
    );
    expect(refused.exitCode).toBe(1);
  });

  test.skipIf(!everyRung().includes("bubblewrap"))(
    "a signal that ends nothing may come before bwrap has started its command",
    async () => {
      using box = confined("the user", "bubblewrap");
      const slow = join(box.root, "slow");
      mkdirSync(slow);
      const script = `#!/bin/sh\necho starting >&2; sleep 0.8; exec ${box.root}/bin/bwrap "$@"\n`;
      writeFileSync(join(slow, "bwrap"), script, { mode: 0o755 });
      const child = box.start("read-only", ["echo", "fine"], { env: { PATH: `${slow}:${box.path}` } });
      await child.stderr.getReader().read();
      child.kill("SIGWINCH");
      expect(await new Response(child.stdout).text()).toBe("fine\n");
      expect(await child.exited).toBe(0);
    },
  );
});

/** Nothing is written down where the first try succeeds. */
function rungOf(box: Confined): Rung {
  const file = rungFile(box);
  if (!existsSync(file)) return "namespaces";
  return (JSON.parse(readFileSync(file, "utf8")) as { readonly rung: { readonly type: Rung } }).rung.type;
}

function rungFile(box: Confined): string {
  return join(box.codexHome, "tmp", "sandbox-rung.json");
}
