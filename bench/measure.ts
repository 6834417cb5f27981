// Runs a program to its end and says what it took: wall time, CPU time, and the peak memory of its largest process.

import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { linux } from "./linux";

/** A program that hangs is killed after this, and its row fails. */
const DEADLINE_MS = 120_000;

/**
 * The kernel counts the memory of the process that forked a program as the program's own, until it has more. Two shells
 * of a megabyte stand between us and the program for that reason: the outer one ends at once, so that the program
 * becomes our child; the inner one tells its process id, then becomes the program.
 */
const LAUNCH = `/bin/sh -c 'echo $$ >&3; exec 3>&-; exec "$@"' sh "$@" &`;

export type Launch = {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where stdout and stderr are kept. */
  readonly folder: string;
};

export type Measured = {
  /** From the exec of the program to its exit. */
  readonly wallMs: number;
  /** User and system time of the program and all that it waited for. */
  readonly cpuMs: number;
  /** Of the largest single process among the program and its descendants. */
  readonly peakBytes: number;
  /** As a shell counts: 128 + signal for a killed program. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
};

/** Blocks this process meanwhile, so that it does not disturb. @throws when the program exceeds the deadline */
export async function measure(launch: Launch): Promise<Measured> {
  linux.adoptOrphans();
  const paths = { stdout: join(launch.folder, "stdout"), stderr: join(launch.folder, "stderr") };
  const [stdout, stderr] = [openSync(paths.stdout, "w"), openSync(paths.stderr, "w")];
  const [announced, announce] = linux.pipe();
  const shell = Bun.spawn(["/bin/sh", "-c", LAUNCH, "sh", ...launch.argv], {
    cwd: launch.cwd,
    env: launch.env,
    stdio: ["ignore", stdout, stderr, announce],
  });
  for (const fd of [stdout, stderr, announce]) closeSync(fd);
  const pid = Number(firstLine(announced));
  const started = performance.now();
  const ended = linux.waitUntilEnded(pid, DEADLINE_MS);
  const wallMs = performance.now() - started;
  closeSync(announced);
  if (!ended) process.kill(pid, "SIGKILL");
  await shell.exited;
  const usage = linux.reap(pid);
  if (!ended) throw new Error(`${launch.argv[0]} was still running after ${DEADLINE_MS / 1000} s`);
  return {
    wallMs,
    ...usage,
    stdout: readFileSync(paths.stdout, "utf8"),
    stderr: readFileSync(paths.stderr, "utf8"),
  };
}

function firstLine(fd: number): string {
  const bytes = Buffer.alloc(32);
  const count = readSync(fd, bytes);
  return bytes.toString("utf8", 0, count).trim();
}
