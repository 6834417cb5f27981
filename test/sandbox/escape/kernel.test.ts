// Attacks on what belongs to the whole machine: kernel settings, devices, control groups, rare system calls, other users' rights.

import { chmodSync, copyFileSync, existsSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Confined } from "../../support/confined";
import { tryAll, type Probe } from "./probe";

/** Settings that can be one higher for a moment without anybody noticing. */
const KNOBS = [
  "/proc/sys/kernel/printk_ratelimit_burst",
  "/proc/sys/vm/stat_interval",
  "/proc/sys/net/core/netdev_budget",
  "/sys/kernel/mm/ksm/sleep_millisecs",
  "/sys/kernel/mm/transparent_hugepage/khugepaged/scan_sleep_millisecs",
].filter((path) => existsSync(path));

function knob(path: string, attack: "set_knob" | "set_knob_nested"): Probe {
  const before = read(path);
  const other = String(Number(before) + 1);
  return {
    name: `${path} stays${attack === "set_knob" ? "" : ", from a user namespace of the command's own too"}`,
    attack: ["kernel", attack],
    control: "root",
    ownMounts: true,
    args: ({ place }) => [path, other, ...(attack === "set_knob" ? [] : [place.tmp])],
    leaves: () => read(path) !== before,
    restore: () => writeFileSync(path, before),
  };
}

const CORE = "/proc/sys/kernel/core_pattern";
const DOMAIN = "/proc/sys/kernel/domainname";
const [corePattern, domain] = [read(CORE), read(DOMAIN)];

tryAll("a kernel setting", [
  ...KNOBS.map((path) => knob(path, "set_knob")),
  ...KNOBS.slice(0, 1).map((path) => knob(path, "set_knob_nested")),
  {
    name: `${CORE} stays`,
    attack: ["kernel", "set_knob"],
    control: "root",
    args: () => [CORE, "core.codex-escape"],
    leaves: () => read(CORE) !== corePattern,
    restore: () => writeFileSync(CORE, corePattern),
  },
  {
    name: "the domain name of the machine stays",
    attack: ["kernel", "domain"],
    control: "root",
    args: () => ["codex-escape"],
    leaves: () => read(DOMAIN) === "codex-escape",
    restore: () => writeFileSync(DOMAIN, domain),
  },
  {
    name: "the kernel's log gets no line",
    attack: ["kernel", "log"],
    observer: () => ["kernel_log", "<7>harmed by an escape test"],
    args: () => ["<7>harmed by an escape test"],
    tells: /harmed/,
    only: "the user",
    missing: readable("/dev/kmsg") ? undefined : "its log cannot be read",
  },
]);

const LOOP = 57;

tryAll("a device", [
  {
    name: "is not made as a node in the workspace",
    attack: ["kernel", "node"],
    control: "root",
    args: ({ place }) => [join(place.workspace, "node"), "char", "1", "3"],
    says: /opened/,
  },
  {
    name: "is not made as a node in the private /dev",
    attack: ["kernel", "node"],
    control: "root",
    args: ({ place }) => [`/dev/codex-escape-${place.root.length}`, "char", "1", "3"],
    says: /opened/,
    leaves: ({ place }) => existsSync(`/dev/codex-escape-${place.root.length}`),
    restore: ({ place }) => void Bun.spawnSync(["rm", "-f", `/dev/codex-escape-${place.root.length}`]),
  },
  {
    name: "is not added: a loop device",
    attack: ["kernel", "loop"],
    control: "root",
    args: () => [String(LOOP)],
    leaves: () => existsSync(`/dev/loop${LOOP}`),
    restore: () =>
      void Bun.spawnSync([
        "python3",
        "-c",
        `import fcntl, os; fcntl.ioctl(os.open("/dev/loop-control", os.O_RDWR), 0x4C81, ${LOOP})`,
      ]),
    missing:
      existsSync("/dev/loop-control") && !existsSync(`/dev/loop${LOOP}`) ? undefined : "no loop devices here",
  },
]);

const GROUPS = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"].find((path) =>
  existsSync(join(path, "cgroup.procs")),
);
const V1 = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup/freezer"].find((path) => existsSync(join(path, "tasks")));
const group = (top: string | undefined) => join(top ?? "/nowhere", `codex-escape-${process.pid}`);

tryAll("a control group", [
  ...[GROUPS, V1].map((top, index): Probe => ({
    name: `of version ${2 - index} is not made`,
    attack: ["kernel", "group"],
    control: "root",
    args: () => [group(top)],
    leaves: () => existsSync(group(top)),
    restore: () => removeGroup(group(top)),
    missing: top === undefined ? "there are none here" : undefined,
  })),
  {
    name: "is not made through a tree of the command's own mounting",
    attack: ["kernel", "group_nested"],
    control: "root",
    ownMounts: true,
    args: ({ place }) => [place.tmp, `codex-escape-${process.pid}`],
    leaves: () => [GROUPS, V1].some((top) => existsSync(group(top))),
    restore: () => [GROUPS, V1].forEach((top) => removeGroup(group(top))),
    missing: GROUPS === undefined ? "there are none here" : undefined,
  },
]);

const opened = (name: string, attack: string, more: Partial<Probe> = {}): Probe => ({
  name,
  attack: ["kernel", attack],
  says: /opened/,
  ...more,
});
const x86 = process.arch === "x64" ? undefined : "there is none on this processor";

tryAll("a system call", [
  opened("that makes a ring of calls is refused", "ring", {
    missing: read("/proc/sys/kernel/io_uring_disabled") === "0" ? undefined : "this kernel refuses it to all",
  }),
  opened("that loads programs into the kernel is refused", "bpf", { control: "root" }),
  opened("that watches processors is refused", "perf", { control: "root" }),
  opened("that takes over page faults is refused", "page_faults", { control: "root" }),
  opened("by the 32-bit gate is refused", "old_gate", { missing: x86 }),
  opened("with a number that is too wide is refused", "wide_numbers", {
    missing: x86,
  }),
  opened("with arguments that are too wide is refused", "wide_arguments"),
  {
    name: "for a socket of a rare family is refused",
    attack: ["talk", "families"],
    args: () => ["2", "10", "16", "17", "29", "30", "31", "38", "40", "44"],
    says: /opened/,
  },
]);

tryAll("rights", [
  ...(
    [
      ["become_root", "by its path"],
      ["become_root_by_descriptor", "by a descriptor"],
    ] as const
  ).map(([attack, how]): Probe => ({
    name: `are not gained from a program of root's, ${how}`,
    attack: ["kernel", attack],
    args: ({ place }) => [rootProgram(place)],
    says: /^0$/m,
    only: "an ordinary user",
  })),
  {
    name: "of another user are not taken",
    attack: ["kernel", "become_other"],
    control: "root",
    args: () => ["12345"],
    says: /became/,
  },
  {
    name: "are not given to a program for later",
    attack: ["kernel", "file_rights"],
    control: "root",
    args: ({ place }) => [join(place.tmp, "program")],
    leaves: ({ place }) => hasRights(join(place.tmp, "program")),
  },
]);

function rootProgram(place: Confined): string {
  const path = join(place.tmp, "id");
  copyFileSync("/usr/bin/id", path);
  chmodSync(path, 0o4755);
  return path;
}

/** Such that count outside: in the shorter form, without the user of a namespace for whom alone they are. */
function hasRights(path: string): boolean {
  const script = "import os, sys; print(len(os.getxattr(sys.argv[1], 'security.capability')))";
  return Bun.spawnSync(["python3", "-c", script, path]).stdout.toString().trim() === "20";
}

function removeGroup(path: string): void {
  if (existsSync(path)) rmdirSync(path);
}

function read(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8").trim() : "";
}

function readable(path: string): boolean {
  return (
    Bun.spawnSync(["dd", `if=${path}`, "of=/dev/null", "bs=8192", "count=1", "iflag=nonblock"]).exitCode === 0
  );
}
