// The demo: on this machine, on a machine with nothing on it, and on one where the sandbox does not hold.

import { describe, expect, test } from "bun:test";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CODEX, sandboxBox } from "../support/harness";

const BUSYBOX = ["/bin/busybox", "/usr/bin/busybox"].find((path) => existsSync(path));
const IS_ROOT = process.getuid?.() === 0;

describe("codex demo", () => {
  test("tells the whole story and says that the model is scripted", async () => {
    await using box = await sandboxBox();
    const { stdout, stderr, exitCode } = await box.codex(["demo"]);
    expect(stderr).toContain("This is a demo with a scripted model");
    expect(stderr).toContain("FAILED: the total is -12, expected 12");
    expect(stderr).toContain("ok: the total is 12");
    expect(stderr).toContain("apply patch");
    expect(stderr).toContain("+  total=$((total + price))");
    expect(stderr).toContain("Read-only file system");
    expect(stderr).toEndWith(
      "Demo passed: the check was fixed, and the sandbox refused the write outside the workspace.\n",
    );
    expect(stdout).toStartWith("The check passes now.\n");
    expect(exitCode).toBe(0);
  });

  test("dies by the signal that ends it, and cleans up before", async () => {
    await using box = await sandboxBox();
    const before = demoFolders();
    const codex = box.start(["demo"]);
    await codex.shows("session id:");
    codex.kill("SIGTERM");
    const { exitCode, signal } = await codex.result;
    expect({ exitCode, signal }).toEqual({ exitCode: null, signal: "SIGTERM" });
    expect(demoFolders()).toEqual(before);
  });

  test("leaves nothing behind", async () => {
    await using box = await sandboxBox();
    const before = demoFolders();
    await box.codex(["demo"]);
    expect(demoFolders()).toEqual(before);
    expect(readdirSync(box.codexHome)).toEqual([]);
  });

  test.skipIf(!IS_ROOT || BUSYBOX === undefined)(
    "works in a root that holds only the executable, its shared libraries and a static sh (needs root and busybox)",
    async () => {
      using root = await bareRoot();
      const enter = [
        `mount --bind ${root.path} ${root.path}`,
        `mount --rbind /proc ${root.path}/proc`,
        `mount --rbind /dev ${root.path}/dev`,
        `cd ${root.path}`,
        "pivot_root . old",
        "exec /bin/sh -c '/bin/busybox umount -l /old && cd / && exec /codex demo'",
      ];
      const child = Bun.spawn(["unshare", "--mount", "sh", "-ec", enter.join("\n")], {
        env: { PATH: process.env["PATH"] ?? "" },
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      });
      const stderr = await new Response(child.stderr).text();
      expect(stderr).toContain("Demo passed");
      expect(await child.exited).toBe(0);
    },
    60_000,
  );
});

function demoFolders(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith("codex-demo-"));
}

/** No /etc, no /tmp, no compiler, no C headers. */
async function bareRoot(): Promise<Disposable & { path: string }> {
  const path = mkdtempSync(join(tmpdir(), "codex-bare-"));
  const install = (from: string, to: string) => {
    mkdirSync(dirname(join(path, to)), { recursive: true });
    copyFileSync(from, join(path, to));
  };
  for (const folder of ["proc", "dev", "old"]) mkdirSync(join(path, folder));
  install(CODEX, "codex");
  install(BUSYBOX ?? "", "bin/busybox");
  install(BUSYBOX ?? "", "bin/sh");
  const ldd = Bun.spawn(["ldd", CODEX], { stdout: "pipe" });
  const listing = await new Response(ldd.stdout).text();
  for (const [library] of listing.matchAll(/\/\S+\.so\S*/g)) install(library, library);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
