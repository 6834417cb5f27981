// Runs the same job with both programs in turn, A B A B, so that what else the machine does meets both alike.

import type { Measured } from "./measure";
import type { Program } from "./program";
import { median, type Budget, type Context, type Metric } from "./row";

/** One program made ready; `run` throws when the program did not do what was asked. */
export type Job = AsyncDisposable & { readonly run: () => Promise<Measured> };

const BYTES_PER_MIB = 1_048_576;

/** Wall time and peak memory, each the median of its runs. One pair before them warms the caches and is not counted. */
export async function paired(
  context: Context,
  open: (program: Program) => Promise<Job>,
  budgets: { readonly wall: Budget; readonly peak: Budget },
): Promise<readonly Metric[]> {
  await using jobs = new AsyncDisposableStack();
  const codex = jobs.use(await open(context.codex));
  const reference = context.reference === undefined ? undefined : jobs.use(await open(context.reference));
  const runs: { codex: Measured[]; reference: Measured[] } = { codex: [], reference: [] };
  for (let run = 0; run <= context.runs; run++) {
    const [ours, theirs] = [await codex.run(), await reference?.run()];
    if (run === 0) continue;
    runs.codex.push(ours);
    if (theirs !== undefined) runs.reference.push(theirs);
  }
  const metric = (what: "wall" | "peak memory", of: (run: Measured) => number, budget: Budget): Metric => ({
    what,
    unit: what === "wall" ? "ms" : "MiB",
    codex: median(runs.codex.map(of)),
    reference: runs.reference.length === 0 ? undefined : median(runs.reference.map(of)),
    budget,
  });
  return [
    metric("wall", (run) => run.wallMs, budgets.wall),
    metric("peak memory", (run) => run.peakBytes / BYTES_PER_MIB, budgets.peak),
  ];
}
