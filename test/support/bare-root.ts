// A root folder with nothing but busybox and shared libraries, and running a script with it as the whole machine.

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CODEX } from "./harness";
import { finished } from "./processes";

const BUSYBOX = ["/bin/busybox", "/usr/bin/busybox"].find((path) => existsSync(path));

/** Entering one needs root and a static busybox. */
export const CAN_ENTER_BARE_ROOTS = process.getuid?.() === 0 && BUSYBOX !== undefined;

export type BareRoot = Disposable & {
  readonly path: string;
  /** Runs a script of busybox's sh, whose applets are all it finds. Only the network is that of this machine. */
  readonly run: (script: string) => Promise<{ stdout: string; stderr: string; exitCode: number }>;
};

/** No /etc, no /tmp, no compiler, no C headers: what the executable is linked with, and busybox. */
export async function bareRoot(): Promise<BareRoot> {
  const path = mkdtempSync(join(tmpdir(), "codex-bare-"));
  const install = (from: string, to: string) => {
    mkdirSync(dirname(join(path, to)), { recursive: true });
    copyFileSync(from, join(path, to));
  };
  for (const folder of ["proc", "dev", "old"]) mkdirSync(join(path, folder));
  install(BUSYBOX ?? "", "bin/busybox");
  const ldd = Bun.spawn(["ldd", CODEX], { stdout: "pipe" });
  const listing = await new Response(ldd.stdout).text();
  for (const [library] of listing.matchAll(/\/\S+\.so\S*/g)) install(library, library);
  return {
    path,
    run: (script) => runIn(path, script),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** By pivot_root, since user namespaces, which the sandbox needs, are refused in a chroot. */
async function runIn(root: string, script: string) {
  const enter = [
    `mount --bind ${root} ${root}`,
    `mount --rbind /proc ${root}/proc`,
    `mount --rbind /dev ${root}/dev`,
    `cd ${root}`,
    "pivot_root . old",
    "/bin/busybox --install -s /bin",
    "/bin/busybox umount -l /old",
    "cd /",
    "export PATH=/bin",
    'exec /bin/sh -c "$1"',
  ];
  const child = Bun.spawn(["unshare", "--mount", "sh", "-ec", enter.join("\n"), "sh", script], {
    env: { PATH: process.env["PATH"] ?? "" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  return await finished(child);
}
