// Every row of the observed probe table (sandbox.md 2.10), tried for real in both modes, as ourselves and as an ordinary user.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { confined, everyone, everyRung, type Mode, type Who } from "../support/confined";

const PROBES = join(import.meta.dir, "probes.py");
const canProbe = process.platform === "linux" && Bun.which("python3") !== null;

/** Probe name -> what is expected in read-only and in workspace-write; one text when it is the same. */
const EXPECTED: Readonly<Record<string, string | readonly [string, string]>> = {
  "create in workspace": ["EROFS", "ok"],
  "create in /tmp": ["EROFS", "ok"],
  "create in $TMPDIR": ["EROFS", "ok"],
  "create in home": "EROFS",
  "create in outside": "EROFS",
  "create in /": "EROFS",
  "create in CODEX_HOME": "EROFS",
  "create in memories": ["ENOENT", "ok"],
  "create in /etc": "EROFS",
  "create in /sys": "EROFS",
  "append .git/config": "EROFS",
  "create .git/hooks/pre-commit": "EROFS",
  "rename .git": ["EROFS", "EBUSY"],
  "remove .git/HEAD": "EROFS",
  "mkdir .codex": ["EROFS", "EEXIST"],
  "mkdir .agents": ["EROFS", "EEXIST"],
  "rmdir .codex": ["EROFS", "EBUSY"],
  "create .codex/config.toml": ["ENOENT", "EROFS"],
  "symlink .codex": ["EROFS", "EEXIST"],
  "rename onto .codex": ["EROFS", "EBUSY"],
  "chmod .codex": ["ENOENT", "EROFS"],
  "mkdir sub/.codex": ["EROFS", "ok"],
  "mkdir sub/.git": ["EROFS", "ok"],
  "write through symlink": "EROFS",
  "create through folder symlink": "EROFS",
  "link outside file": ["EROFS", "EXDEV"],
  "link .git/config": ["EROFS", "EXDEV"],
  "write hard link": ["EROFS", "ok"],
  "chmod outside": "EROFS",
  "utime outside": "EROFS",
  "rename workspace": "EROFS",
  "create in /dev": "ok",
  "create in /dev/shm": "ok",
  "write /dev/null": "ok",
  "chmod /dev/null": "EROFS",
  "read /dev/urandom": "ok",
  "open /dev/ptmx": "ok",
  "open /dev/tty": "ENXIO",
  "open /dev/kmsg": "ENOENT",
  "write /proc/self/comm": "ok",
  "open /proc/self/mem": "ok",
  "host process": "ENOENT",
  "/proc/1/environ": "EACCES",
  "/proc/1/mem": "EACCES",
  "/proc/1/maps": "EACCES",
  "/proc/1/root": "EACCES",
  "/proc/1/cwd": "EACCES",
  "/proc/1/exe": "EACCES",
  "/proc/1/ns/mnt": "EACCES",
  "mount tmpfs": "EPERM",
  "remount / writable": "EPERM",
  "umount .git": "EPERM",
  chroot: "EPERM",
  "unshare mounts": "EPERM",
  "unshare users": "ok",
  "unshare cgroups": "EPERM",
  "nested: remount / writable": "EPERM",
  "nested: umount .git": "EINVAL",
  "nested: bind the workspace without .git": everyRung().includes("landlock") ? "EPERM" : ["ok", "EINVAL"],
  "nested: remount /proc/sys": "EPERM",
  "nested: mount proc": "EPERM",
  "nested: mount sysfs": "EPERM",
  sethostname: "EPERM",
  mknod: ["EROFS", "EPERM"],
  "setuid 0": "EINVAL",
  ptrace: "EPERM",
  process_vm_readv: "EPERM",
  io_uring_setup: "EPERM",
  keyctl: "EPERM",
  add_key: "EPERM",
  bpf: "EPERM",
  perf_event_open: "EPERM",
  userfaultfd: "EPERM",
  "x32 system call": "EPERM",
  "socket AF_UNIX": "ok",
  socketpair: "ok",
  "connect unix path": "EPERM",
  "connect abstract": "EPERM",
  "bind unix path": "EPERM",
  "unix datagrams": "EPERM",
  "socket AF_INET": "EPERM",
  "socket AF_INET6": "EPERM",
  "socket AF_NETLINK": "EPERM",
  "socket AF_PACKET": "EPERM",
  "socket AF_VSOCK": "EPERM",
  "kill host process": "ESRCH",
  "signal everyone": "ESRCH",
  TIOCSTI: "EPERM",
  "read auth.json": "ok",
  "inherited descriptors": "none",
  capabilities: "none",
  "no new privileges": "1",
};
/** Kernel knobs: user 0 is stopped by the read-only mount, others by permissions already. Some kernels lack some. */
const KNOB = /^write \/(proc\/(?!self)|sys\/)/;
/** User 0 may list the numbers, which tells nothing; what they stand for is refused above. */
const IGNORED = ["/proc/1/fd"];

describe.skipIf(!canProbe)("what a confined command can do", () => {
  for (const who of everyone()) {
    for (const mode of ["read-only", "workspace-write"] as const) {
      test(`${mode}, as ${who}: as the table says`, async () => {
        const found = await probe(who, mode);
        const expected = Object.fromEntries(
          Object.entries(EXPECTED)
            .filter(([name]) => name in found || name !== "x32 system call")
            .map(([name, value]) => [
              name,
              typeof value === "string" ? value : value[mode === "read-only" ? 0 : 1],
            ]),
        );
        const plain = Object.entries(found).filter(([name]) => !KNOB.test(name) && !IGNORED.includes(name));
        expect(Object.fromEntries(plain)).toEqual(expected);
      });

      test(`${mode}, as ${who}: no kernel setting can be written`, async () => {
        const found = await probe(who, mode);
        const knobs = Object.entries(found).filter(([name]) => KNOB.test(name));
        expect(knobs.length).toBeGreaterThan(2);
        expect(knobs.filter(([, result]) => result !== "EROFS" && result !== "EACCES")).toEqual([]);
      });
    }
  }
});

async function probe(who: Who, mode: Mode): Promise<Readonly<Record<string, string>>> {
  using box = confined(who);
  const script = await Bun.file(PROBES).text();
  const places = [box.workspace, box.outside, box.home, box.tmp, String(process.pid)];
  const result = await box.run(mode, ["python3", "-c", script, ...places]);
  expect(result.stderr).toBe("");
  return JSON.parse(result.stdout) as Record<string, string>;
}
