// Looks at the processes of this machine, to tell what a command has left behind.

import { readdirSync, readFileSync } from "node:fs";

/** Process ids whose command line or name contains the text. */
export function processesWith(text: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => described(pid).includes(text))
    .map(Number);
}

/** Resolves when the condition holds; rejects after a time in which it should have long done so. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`it did not come to this: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Empty when the process is gone by the time it is looked at. */
function described(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") + readFileSync(`/proc/${pid}/comm`, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error) return "";
    throw error;
  }
}
