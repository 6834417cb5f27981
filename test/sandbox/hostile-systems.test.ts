// Old kernels, containers and locked-down systems: the sandbox works, or says in one sentence what blocks it and never runs less.

import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { confined, PYTHON } from "../support/confined";
import { codexWords, run, runBehind } from "./behind-filter";
import { CODEX } from "../support/harness";

const linux = process.platform === "linux";
const isRoot = process.getuid?.() === 0;
const hasPython = PYTHON !== null;
const hasUnshare = Bun.which("unshare") !== null;

describe.skipIf(!linux || !hasPython)("on a kernel without the newer system calls", () => {
  test("the sandbox is as tight, by the older calls", async () => {
    using box = confined();
    const script = `
      touch made; mkdir .codex; touch .git/config; touch ${box.outside}/made /made ${box.home}/made; echo > /dev/null
      ls -A | tr '\\n' ' '; ls /dev | tr '\\n' ' '; echo x > /proc/sys/kernel/core_pattern; ls /proc/self/fd | wc -l`;
    const result = await runBehind(box, "kernel 4.19", ["sh", "-c", script]);
    expect(result.stdout).toBe(
      ".agents .codex .git folder-link hard link made sub " +
        "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero 4\n",
    );
    expect(result.stderr.match(/Read-only file system/g)).toHaveLength(5);
    expect(result.stderr).toContain("File exists");
    expect(existsSync(join(box.workspace, "made"))).toBeTrue();
    expect(readdirSync(box.outside)).toEqual(["file"]);
    expect(existsSync(join(box.workspace, ".codex"))).toBeFalse();
  });
});

describe.skipIf(!linux || !hasUnshare || !isRoot)("in a container", () => {
  test("that hides parts of /proc, the old /proc stays in view, sealed", async () => {
    using box = confined();
    const hide = 'mount -t tmpfs none /proc/driver && exec "$@"';
    const script = "touch made; echo x > /proc/sys/kernel/core_pattern; cat /proc/$PPID/environ; echo; id -u";
    const words = codexWords(["sh", "-c", script]);
    const result = await run(box, [
      "unshare",
      "-m",
      "--propagation",
      "private",
      "sh",
      "-c",
      hide,
      "sh",
      ...words,
    ]);
    expect(result.stderr).toContain("Read-only file system");
    expect(result.stdout).toBe("\n0\n");
    expect(existsSync(join(box.workspace, "made"))).toBeTrue();
  });

  test("whose writable root is a mount of its own, with another below it, both are writable", async () => {
    using box = confined();
    const prepare = `mount -t tmpfs none ${box.workspace} && mkdir ${box.workspace}/deep && mount -t tmpfs none ${box.workspace}/deep &&
      mkdir ${box.workspace}/fixed && mount -t tmpfs -o ro none ${box.workspace}/fixed && cd ${box.workspace} && exec "$@"`;
    const words = codexWords([
      "sh",
      "-c",
      "touch made deep/made; touch fixed/made; ls . deep | tr '\\n' ' '",
    ]);
    const result = await run(box, [
      "unshare",
      "-m",
      "--propagation",
      "private",
      "sh",
      "-c",
      prepare,
      "sh",
      ...words,
    ]);
    expect(result.stdout).toBe(".: deep fixed made  deep: made ");
    expect(result.stderr).toContain("fixed/made': Read-only file system");
  });
});

describe.skipIf(!linux)("inside the sandbox itself", () => {
  test("it works once more, and opens nothing that was closed", async () => {
    using box = confined();
    const inner = [
      CODEX,
      "sandbox",
      "--full-auto",
      "--",
      "sh",
      "-c",
      "touch made; touch .codex/x; touch ../outside/made",
    ];
    const result = await box.run("workspace-write", inner);
    expect(existsSync(join(box.workspace, "made"))).toBe(!result.stderr.includes("sandbox can"));
    expect(existsSync(join(box.outside, "made"))).toBeFalse();
    expect(existsSync(join(box.workspace, ".codex"))).toBeFalse();
  });
});
