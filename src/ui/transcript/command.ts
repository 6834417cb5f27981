// Shows a command that runs or has run: its text, and the beginning and the end of its output.

import type { CommandExecution } from "../../protocol/items";
import { wrappedScript } from "../../rules/shell";
import { quoteWords } from "../../util/shell-words";
import { colouredText, expandTabs, plainText } from "../text/control-sequences";
import { highlighter } from "../text/highlight";
import { cutText } from "../text/wrap";
import { bulleted, elapsed, limitsOf, shortBranch, type Layout } from "./layout";

/** Lines of output of a command that still runs. */
const LIVE_LINES = 3;
/** A line of a script or of output is not looked at further than this. */
const LINE_CHARS = 4000;
const TAB = 8;

/** A command that has ended. */
export function commandLines(item: CommandExecution, layout: Layout): string[] {
  const { theme } = layout;
  const bullet = item.exitCode === 0 ? theme.success("•") : theme.error("•");
  const verb = item.status === "declined" ? "Did not run" : item.source === "user_shell" ? "You ran" : "Ran";
  const limits = limitsOf(layout);
  const limit = item.source === "user_shell" ? limits.userOutput : limits.output;
  return [
    ...headLines(`${theme.bold(verb)} `, scriptOf(item.command), bullet, layout),
    ...outputLines(item.aggregatedOutput, limit, layout),
  ];
}

/** One that runs; `tail` is the end of its output so far, `runningMs` since when. */
export function runningLines(
  item: CommandExecution,
  tail: string,
  runningMs: number,
  layout: Layout,
): string[] {
  const { theme } = layout;
  const verb = item.source === "user_shell" ? "You are running" : "Running";
  const since = runningMs < 2000 ? "" : theme.dim(` (${elapsed(runningMs)})`);
  const [head = "", ...more] = headLines(
    `${theme.bold(verb)}${since} `,
    scriptOf(item.command),
    undefined,
    layout,
  );
  const lines = plainText(tail).trimEnd().split("\n").slice(-LIVE_LINES);
  const shown = lines.join("") === "" ? [] : lines.map((line) => theme.dim(cutLine(line)));
  return [head, ...more, ...shortBranch(shown, 1, layout)];
}

/** What the shell was told to run, without the shell around it. */
export function scriptOf(argv: readonly string[]): string {
  const script = wrappedScript(argv) ?? powerShellScript(argv);
  return plainText(script ?? quoteWords(argv)).trim();
}

/** The first line of a script, for one line of text; `…` says that there is more. At most `length` characters. */
export function shortScript(script: string, length: number): string {
  const [first = "", ...more] = script.split("\n");
  const characters = [...first.slice(0, length * 2)];
  if (characters.length > length) return `${characters.slice(0, length).join("")}...`;
  return more.length > 0 ? `${first} ...` : first;
}

/** The lines of output of which at most `limit` are shown, half of them from its end. */
export function outputLines(output: string, limit: number, layout: Layout): string[] {
  const { theme } = layout;
  const { rowsPerLine } = limitsOf(layout);
  const text = theme.level === 0 ? plainText(output) : colouredText(output);
  const lines = text.replace(/^\n+/, "").trimEnd().split("\n");
  if (lines.length === 1 && lines[0] === "") return shortBranch([theme.dim("(no output)")], 1, layout);
  const show = (line: string) => theme.dim(expandTabs(cutLine(line), TAB));
  if (lines.length <= limit) return shortBranch(lines.map(show), rowsPerLine, layout);
  const half = Math.floor((limit - 1) / 2);
  const hidden = lines.length - 2 * half;
  return shortBranch(
    [
      ...lines.slice(0, half).map(show),
      theme.dim(`… +${hidden} lines (ctrl + t to view transcript)`),
      ...lines.slice(-half).map(show),
    ],
    rowsPerLine,
    layout,
  );
}

function headLines(title: string, script: string, bullet: string | undefined, layout: Layout): string[] {
  const { theme } = layout;
  const lines = script.split("\n");
  const colour = highlighter("sh", theme);
  const shown = lines.slice(0, limitsOf(layout).script).map((line) => colour(expandTabs(cutLine(line), TAB)));
  const more = lines.length - shown.length;
  if (more > 0) shown.push(theme.dim(`… +${more} lines`));
  return bulleted(title + shown.join("\n"), layout, bullet, `  ${theme.dim("│")} `);
}

function cutLine(line: string): string {
  return line.length > LINE_CHARS ? cutText(line.slice(0, LINE_CHARS), LINE_CHARS - 1) : line;
}

function powerShellScript(argv: readonly string[]): string | undefined {
  const [program = ""] = argv;
  const flag = argv.findIndex((word) => /^-(command|c)$/i.test(word));
  if (!/(^|[\\/])(pwsh|powershell)(\.exe)?$/i.test(program) || flag === -1) return undefined;
  return argv.slice(flag + 1).join(" ");
}
