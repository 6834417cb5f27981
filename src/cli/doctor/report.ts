// The report of `codex doctor`, for people and as JSON (cli.md 10).

import { VERSION } from "../../util/version";
import { paintColours, paintNothing, type Paint, type Style } from "../style";
import type { CheckedItem, CheckStatus } from "./check";

export type ReportStyle = {
  readonly colours: "always" | "never";
  readonly marks: "unicode" | "ascii";
  /** `summary`: only what is not well; `usual`: every line; `all`: every fact too. */
  readonly detail: "summary" | "usual" | "all";
};

const MARKS: Readonly<Record<CheckStatus, { unicode: string; ascii: string; style: Style }>> = {
  ok: { unicode: "✓", ascii: "+", style: "green" },
  idle: { unicode: "○", ascii: "o", style: "dim" },
  warning: { unicode: "⚠", ascii: "!", style: "yellow" },
  fail: { unicode: "✗", ascii: "x", style: "red" },
};
const NAME_COLUMNS = 13;
const FACT_COLUMNS = 22;

/** Ends with a line of counts. */
export function humanReport(items: readonly CheckedItem[], style: ReportStyle): string {
  const paint = style.colours === "always" ? paintColours : paintNothing;
  const notes = items.filter(isNote);
  const categories = [...new Set(items.map(({ category }) => category))];
  const blocks = [
    paint(`Codex Doctor v${VERSION}`, "bold") + paint(` · ${process.platform}-${process.arch}`, "dim"),
    ...(notes.length === 0 ? [] : [block("Notes", notes, (item) => noteLines(item, style, paint), paint)]),
    ...(style.detail === "summary"
      ? []
      : categories.map((category) => {
          const those = items.filter((item) => item.category === category);
          return block(category, those, (item) => itemLines(item, style, paint), paint);
        })),
    counts(items, paint),
  ];
  return `${blocks.join("\n\n")}\n`;
}

/** Newline-terminated, indented. `generatedAt` is in seconds since the epoch. */
export function jsonReport(items: readonly CheckedItem[], now: Date): string {
  const report = {
    schemaVersion: 1,
    generatedAt: `${Math.floor(now.getTime() / 1000)}s since unix epoch`,
    overallStatus: overallStatus(items),
    codexVersion: VERSION,
    checks: Object.fromEntries(
      items.map(({ id, category, status, summary, details = {}, remediation = null, durationMs }) => [
        id,
        { id, category: category.toLowerCase(), status, summary, details, remediation, durationMs },
      ]),
    ),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

export function overallStatus(items: readonly CheckedItem[]): "ok" | "warning" | "fail" {
  const statuses = new Set(items.map(({ status }) => status));
  return statuses.has("fail") ? "fail" : statuses.has("warning") ? "warning" : "ok";
}

function isNote({ status }: CheckedItem): boolean {
  return status === "warning" || status === "fail";
}

function block(
  title: string,
  items: readonly CheckedItem[],
  lines: (item: CheckedItem) => readonly string[],
  paint: Paint,
): string {
  return [paint(title, "bold"), ...items.flatMap(lines)].join("\n");
}

function noteLines(item: CheckedItem, style: ReportStyle, paint: Paint): readonly string[] {
  const head = itemHead(item, style, paint);
  return item.remediation === undefined
    ? [head]
    : [head, `    ${" ".repeat(NAME_COLUMNS)}${item.remediation}`];
}

function itemLines(item: CheckedItem, style: ReportStyle, paint: Paint): readonly string[] {
  const facts = style.detail === "all" || isNote(item) ? Object.entries(item.details ?? {}) : [];
  return [
    itemHead(item, style, paint),
    ...facts.flatMap(([name, fact]) =>
      fact
        .trimEnd()
        .split("\n")
        .map((line, at) => paint(`      ${(at === 0 ? name : "").padEnd(FACT_COLUMNS)} ${line}`, "dim")),
    ),
  ];
}

function itemHead({ status, name, summary }: CheckedItem, { marks }: ReportStyle, paint: Paint): string {
  const mark = MARKS[status];
  return `  ${paint(mark[marks], mark.style)} ${name.padEnd(NAME_COLUMNS)}${summary}`;
}

/** `11 ok · 1 idle · 1 warning` */
function counts(items: readonly CheckedItem[], paint: Paint): string {
  const parts = (["ok", "idle", "warning", "fail"] as const).flatMap((status) => {
    const count = items.filter((item) => item.status === status).length;
    return count === 0 ? [] : [paint(`${count} ${status}`, MARKS[status].style)];
  });
  return parts.join(" · ");
}
