// Guesses from a finished command whether the sandbox stood in its way: the kernel does not tell (sandbox.md 6).

const WORDS =
  /operation not permitted|permission denied|read-only file system|seccomp|sandbox|landlock|failed to write file/i;
/** Exit codes that shells and programs use for mistakes of their own. */
const ORDINARY_FAILURES = [2, 126, 127];
/** 128 + SIGSYS: killed by the system call filter. */
const FILTERED = 159;

/**
 * @param exitCode 128 + n for a signal
 * @param output stdout and stderr together, or one after the other
 */
export function looksDenied(exitCode: number, output: string, sandboxed: boolean): boolean {
  if (!sandboxed || exitCode === 0) return false;
  if (WORDS.test(output)) return true;
  if (ORDINARY_FAILURES.includes(exitCode)) return false;
  return process.platform === "linux" && exitCode === FILTERED;
}
