// Prints the help of a command: the table is handed to cac, whose help is shaped to cli.md 1.4.

import { cac } from "cac";
import { flagsOf } from "./grammar/level";
import type { CommandPath, FlagSpec, HelpDetail } from "./grammar/spec";
import { hasCommands, lastOf, positionalLabel, usageText } from "./grammar/usage-error";
import { stdoutColumns } from "./terminal";

/** Help is as wide as the terminal, but no line is longer than this. */
const MAX_COLUMNS = 100;
/** Where the texts of compact help begin; a longer label pushes its text to the next line. */
const COMPACT_COLUMN = 28;
/** Where the texts of full help begin, each below its label. */
const FULL_COLUMN = 10;

type Section = { readonly title?: string; readonly body: string };
type Entry = { readonly label: string; readonly text: string };

/** Prints the help to stdout, as wide as the terminal. */
export async function printHelp(path: CommandPath, detail: HelpDetail): Promise<void> {
  const columns = await stdoutColumns();
  const cli = describe(path);
  cli.help(() => [...sections(path, detail, columns)]);
  cli.commands[0]?.outputHelp();
}

/** Prints the compact help to stderr, which cac does not write to: a group of commands was named without a command. */
export async function printHelpAsError(path: CommandPath): Promise<void> {
  const { writeOutputNow } = await import("./output");
  writeOutputNow(2, helpText(path, "compact", await stdoutColumns()));
}

/** The help as a value. */
export function helpText(path: CommandPath, detail: HelpDetail, columns: number): string {
  const parts = sections(path, detail, columns);
  return `${parts.map(({ title, body }) => (title === undefined ? body : `${title}:\n${body}`)).join("\n\n")}\n`;
}

/** The command, and after it those nested in it, in cac's own form. */
function describe(path: CommandPath) {
  const cli = cac("codex");
  const command = lastOf(path);
  const described = cli.command(command.name, command.about);
  for (const flag of flagsOf(path)) {
    if (flag.hidden !== true) described.option(flagUsage(flag), flag.help);
  }
  for (const nested of command.commands) {
    if (nested.hidden === true) continue;
    const aliases = nested.aliases === undefined ? "" : ` [aliases: ${nested.aliases.join(", ")}]`;
    cli.command(nested.name, nested.about + aliases);
  }
  if (hasCommands(command)) cli.command("help", "Print this help, or that of the command named after it");
  return cli;
}

function sections(path: CommandPath, detail: HelpDetail, columns: number): readonly Section[] {
  const width = Math.min(columns, MAX_COLUMNS);
  const layOut = detail === "full" ? fullEntry : compactEntry;
  const separator = detail === "full" ? "\n\n" : "\n";
  const command = lastOf(path);
  const [described, ...nested] = describe(path).commands;
  const commands = nested.map((each) => compactEntry({ label: each.rawName, text: each.description }, width));
  const words = command.positionals.map((each) =>
    layOut({ label: positionalLabel(each), text: each.help }, width),
  );
  const flags = new Map(flagsOf(path).map((flag) => [flagUsage(flag), flag]));
  const options = (described?.options ?? []).map((option) =>
    layOut({ label: option.rawName, text: optionText(flags.get(option.rawName), detail) }, width),
  );
  return [
    { body: wrap(command.about, 0, width) },
    ...(command.more !== undefined && detail === "full" ? [{ body: wrap(command.more, 0, width) }] : []),
    { body: usageText(path) },
    ...(commands.length > 0 ? [{ title: "Commands", body: commands.join("\n") }] : []),
    ...(words.length > 0 ? [{ title: "Arguments", body: words.join(separator) }] : []),
    { title: "Options", body: options.join(separator) },
  ];
}

/** `-m, --model <MODEL>`; long names stay in line where there is no short one. */
function flagUsage(flag: FlagSpec): string {
  const short = flag.short === undefined ? "    " : `-${flag.short}, `;
  const value = flag.value === undefined ? "" : ` <${flag.value.name}>`;
  return `${short}--${flag.name}${value}${flag.value?.many === "variadic" ? "..." : ""}`;
}

/** What the option does, then its default and its values; compact help keeps the first paragraph only. */
function optionText(flag: FlagSpec | undefined, detail: HelpDetail): string {
  if (flag === undefined) return "";
  const standing = flag.value?.defaultValue;
  const choices = flag.value?.choices;
  const notes = [
    ...(standing === undefined ? [] : [`[default: ${standing}]`]),
    ...(choices === undefined ? [] : [`[possible values: ${choices.join(", ")}]`]),
  ];
  if (detail === "compact") return [flag.help.split("\n\n")[0], ...notes].join(" ");
  return notes.length === 0 ? flag.help : `${flag.help}\n\n${notes.join("\n")}`;
}

function compactEntry({ label, text }: Entry, width: number): string {
  const block = wrap(text, COMPACT_COLUMN, width);
  const room = COMPACT_COLUMN - 4;
  return label.length > room ? `  ${label}\n${block}` : `  ${label.padEnd(room)}  ${block.trimStart()}`;
}

function fullEntry({ label, text }: Entry, width: number): string {
  return `  ${label}\n${wrap(text, FULL_COLUMN, width)}`;
}

/** Wraps `text` at words, every line indented by `indent` columns and none (but a longer word) wider than `width`. */
function wrap(text: string, indent: number, width: number): string {
  return Bun.wrapAnsi(text, Math.max(1, width - indent), { hard: false })
    .split("\n")
    .map((line) => (line === "" ? "" : " ".repeat(indent) + line))
    .join("\n");
}
