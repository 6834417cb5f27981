// The texts of a command line that does not follow the grammar (cli.md 1.3); all end the process with code 2.

import { UserError } from "../../util/user-error";
import { similarNames } from "./similar";
import type { CommandPath, CommandSpec, FlagSpec, PositionalSpec } from "./spec";

const USAGE_EXIT_CODE = 2;

/** A command line that cannot be run. The message is the whole text, without a final newline. */
export class UsageError extends UserError {
  constructor(text: string) {
    super(`error: ${text}\n\nFor more information, try '--help'.`, {
      exitCode: USAGE_EXIT_CODE,
      prefixed: false,
    });
  }
}

/**
 * @param known the flags of the level by how they are written, e.g. `--json` and `-m`
 * @param following the rest of the command line: the flag may belong to a command named there
 */
export function unknownFlag(
  path: CommandPath,
  written: string,
  known: ReadonlyMap<string, FlagSpec>,
  following: readonly string[],
): UsageError {
  const problem = `unexpected argument '${written}' found`;
  if (written.startsWith("--")) {
    const longNames = [...known.keys()].filter((name) => name.startsWith("--")).map((name) => name.slice(2));
    const similar = similarNames(written.slice(2), longNames).at(-1);
    if (similar !== undefined) return withUsage(path, problem, `a similar argument exists: '--${similar}'`);
    for (const command of lastOf(path).commands.filter(({ name }) => following.includes(name))) {
      const meant = similarNames(
        written.slice(2),
        command.flags.map((flag) => flag.name),
      ).at(-1);
      if (meant !== undefined) return withUsage(path, problem, `'${command.name} --${meant}' exists`);
    }
  }
  if (lastOf(path).positionals.length === 0) return withUsage(path, problem);
  return withUsage(path, problem, `to pass '${written}' as a value, use '-- ${written}'`);
}

export function notUtf8(): UsageError {
  return new UsageError("invalid UTF-8 was detected in one or more arguments");
}

/** A word too many: a mistyped command when one looks like it. */
export function unexpectedWord(path: CommandPath, word: string): UsageError {
  const command = lastOf(path);
  if (hasCommands(command)) {
    const names = command.commands.flatMap((spec) => [spec.name, ...(spec.aliases ?? [])]);
    const similar = similarNames(word, [...names, "help"]).map((name) => `'${name}'`);
    if (similar.length === 1) {
      return unrecognizedCommand(path, word, `a similar subcommand exists: ${similar[0]}`);
    }
    if (similar.length > 1) {
      return unrecognizedCommand(path, word, `some similar subcommands exist: ${similar.join(", ")}`);
    }
    if (command.positionals.length === 0) return unrecognizedCommand(path, word);
  }
  return withUsage(path, `unexpected argument '${word}' found`);
}

export function unrecognizedCommand(path: CommandPath, word: string, tip?: string): UsageError {
  return withUsage(path, `unrecognized subcommand '${word}'`, tip);
}

/** A command of the reference that this build does not have. */
export function missingCommand(path: CommandPath, word: string): UsageError {
  return unrecognizedCommand(
    path,
    word,
    `this build has no '${word}' command; to send the word as a prompt, use '-- ${word}'`,
  );
}

export function valueMissing(flag: FlagSpec): UsageError {
  return new UsageError(
    `a value is required for '${flagLabel(flag)}' but none was supplied${choicesLine(flag.value?.choices)}`,
  );
}

/** `reason` is that of the flag's own check; a value that is not one of the choices has none. */
export function invalidValue(flag: FlagSpec, value: string, reason: string | undefined): UsageError {
  const problem = `invalid value '${value}' for '${flagLabel(flag)}'`;
  if (reason !== undefined) return new UsageError(`${problem}: ${reason}`);
  return notAChoice(problem, value, flag.value?.choices);
}

/** A word that is not one of those that its place allows. */
export function invalidWord(positional: PositionalSpec, word: string): UsageError {
  return notAChoice(`invalid value '${word}' for '${positionalLabel(positional)}'`, word, positional.choices);
}

export function unexpectedValue(path: CommandPath, flag: FlagSpec, value: string): UsageError {
  return withUsage(path, `unexpected value '${value}' for '${flagLabel(flag)}' found; no more were expected`);
}

export function givenTwice(path: CommandPath, flag: FlagSpec): UsageError {
  return withUsage(path, `the argument '${flagLabel(flag)}' cannot be used multiple times`);
}

/** `rival` is the label of a flag or a word. */
export function conflicting(path: CommandPath, flag: FlagSpec, rival: string): UsageError {
  return withUsage(path, `the argument '${flagLabel(flag)}' cannot be used with '${rival}'`);
}

export function missingArguments(path: CommandPath, labels: readonly string[]): UsageError {
  const list = labels.map((label) => `\n  ${label}`).join("");
  return withUsage(path, `the following required arguments were not provided:${list}`);
}

/** `Usage: codex exec [OPTIONS] [PROMPT]` and, for a command that has commands, a second line. */
export function usageText(path: CommandPath): string {
  const command = lastOf(path);
  const name = path.map((spec) => spec.name).join(" ");
  const words = command.positionals.map((positional) => ` ${positionalLabel(positional)}`).join("");
  if (!hasCommands(command)) return `Usage: ${name} [OPTIONS]${words}`;
  if (command.load === undefined) return `Usage: ${name} [OPTIONS] <COMMAND>`;
  if (command.positionals.length === 0) return `Usage: ${name} [OPTIONS] [COMMAND]`;
  return `Usage: ${name} [OPTIONS]${words}\n       ${name} [OPTIONS] <COMMAND> [ARGS]`;
}

/** True when a word after the command may name a command; such commands also answer to `help`. */
export function hasCommands(command: CommandSpec): boolean {
  return command.commands.length > 0 || (command.missing ?? []).length > 0;
}

/** The command that a path leads to. */
export function lastOf(path: CommandPath): CommandSpec {
  return path.at(-1) ?? path[0];
}

/** `--sandbox <SANDBOX_MODE>`, `--json`, `--image <FILE>...`. */
export function flagLabel(flag: FlagSpec): string {
  if (flag.value === undefined) return `--${flag.name}`;
  return `--${flag.name} <${flag.value.name}>${flag.value.many === "variadic" ? "..." : ""}`;
}

/** `<TASK_ID>`, `[PROMPT]`, `[COMMAND]...`. */
export function positionalLabel(positional: PositionalSpec): string {
  const name = positional.required ? `<${positional.name}>` : `[${positional.name}]`;
  return positional.trailing ? `${name}...` : name;
}

function withUsage(path: CommandPath, problem: string, tip?: string): UsageError {
  const tipText = tip === undefined ? "" : `\n\n  tip: ${tip}`;
  return new UsageError(`${problem}${tipText}\n\n${usageText(path)}`);
}

function notAChoice(problem: string, value: string, choices: readonly string[] | undefined): UsageError {
  const similar = similarNames(value, choices ?? []).at(-1);
  const tip = similar === undefined ? "" : `\n\n  tip: a similar value exists: '${similar}'`;
  return new UsageError(`${problem}${choicesLine(choices)}${tip}`);
}

function choicesLine(choices: readonly string[] | undefined): string {
  return choices === undefined ? "" : `\n  [possible values: ${choices.join(", ")}]`;
}
