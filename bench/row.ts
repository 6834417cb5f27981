// What the bench prints a row about, and when its budget holds.

import type { Program } from "./program";

export type Row = {
  /** On the command line. */
  readonly name: string;
  readonly title: string;
  readonly measure: (context: Context) => Promise<readonly Metric[]>;
};

export type Context = {
  readonly codex: Program;
  /** Undefined when it is not installed. */
  readonly reference: Program | undefined;
  /** Paired runs. */
  readonly runs: number;
};

/** One figure of a row. Medians. */
export type Metric = {
  readonly what: "wall" | "peak memory" | "size" | "overhead";
  readonly unit: "ms" | "MiB";
  readonly codex: number;
  readonly reference: number | undefined;
  readonly budget: Budget;
};

/** `ratio` to the reference, or `absolute` in the metric's unit. */
export type Budget = { readonly type: "ratio" | "absolute"; readonly most: number };

export type Verdict = "holds" | "broken" | "unknown";

/** A ratio is unknown without the reference. */
export function verdict(metric: Metric): Verdict {
  const value = metric.budget.type === "absolute" ? metric.codex : ratio(metric);
  if (value === undefined) return "unknown";
  return value <= metric.budget.most ? "holds" : "broken";
}

export function ratio(metric: Metric): number | undefined {
  return metric.reference === undefined ? undefined : metric.codex / metric.reference;
}

/** @param values not empty */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new Error("no median of nothing");
  return (low + high) / 2;
}
