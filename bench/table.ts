// The bench's table: a line for each figure, columns aligned, numbers to the right.

import { ratio, verdict, type Metric } from "./row";

const HEADINGS = ["job", "figure", "codex", "reference", "ratio", "budget", ""] as const;
const TEXT_COLUMNS: readonly number[] = [0, 1, 6];
const WIDTHS = [48, 12, 11, 11, 6, 9, 7] as const;

export function headingLine(): string {
  return aligned(HEADINGS);
}

export function metricLine(title: string, metric: Metric): string {
  const quotient = ratio(metric);
  const { budget } = metric;
  return aligned([
    title,
    metric.what,
    figure(metric.codex, metric.unit),
    metric.reference === undefined ? "-" : figure(metric.reference, metric.unit),
    quotient === undefined ? "-" : quotient.toFixed(2),
    budget.type === "ratio" ? budget.most.toFixed(2) : figure(budget.most, metric.unit),
    verdict(metric),
  ]);
}

/** Three significant digits are what a median of a few runs can promise. */
function figure(value: number, unit: string): string {
  return `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${unit}`;
}

function aligned(cells: readonly string[]): string {
  return cells
    .map((cell, column) => {
      const width = WIDTHS[column] ?? 0;
      return TEXT_COLUMNS.includes(column) ? cell.padEnd(width) : cell.padStart(width);
    })
    .join("  ")
    .trimEnd();
}
