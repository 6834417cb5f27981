// Runs processes to their end, and looks at those of this machine, to tell what a command has left behind.

import { readdirSync, readFileSync } from "node:fs";

export type Finished = { readonly stdout: string; readonly stderr: string; readonly exitCode: number };

/** All that a process prints, and how it ends. */
export async function finished(
  child: Pick<Bun.Subprocess<"ignore" | "pipe", "pipe", "pipe">, "stdout" | "stderr" | "exited">,
): Promise<Finished> {
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { stdout, stderr, exitCode };
}

/** Process ids whose command line or name contains the text. */
export function processesWith(text: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => described(pid).includes(text))
    .map(Number);
}

/** Long even for a machine that has much else to do, and shorter than a test may take. */
const DEADLINE_MS = 40_000;
/** Between two looks: what is waited for needs the processor too. */
const LOOK_MS = 2;

/** Resolves when the condition holds; rejects after a time in which it should have long done so. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`it did not come to this: ${what}`);
    await Bun.sleep(LOOK_MS);
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
