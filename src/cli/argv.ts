// Parses a command line by the command table: no abbreviations, no guessing, no conversion of values (cli.md 1.2).

import { readFileSync } from "node:fs";
import { LevelReader } from "./grammar/level";
import type { CommandPath, CommandSpec, Invocation, Level, ParsedArgv } from "./grammar/spec";
import { hasCommands, lastOf, missingCommand, notUtf8, unrecognizedCommand } from "./grammar/usage-error";

/**
 * Parses the words after the program name.
 *
 * Values stay at the level where they were typed: `codex -m a exec -m b` has two levels with a `model` each, and how
 * one inherits from the other is the command's business (cli.md 4.5).
 *
 * @throws UsageError with the texts of cli.md 1.3.
 */
export function parseArgv(root: CommandSpec, argv: readonly string[]): ParsedArgv {
  const parsed = parseLevel([root], argv, []);
  if (parsed.type === "run" && isHarmed(argv)) throw notUtf8();
  return parsed;
}

/** The runtime has already replaced what was not UTF-8: another file, prompt or command than was meant. Seen on Linux only. */
function isHarmed(argv: readonly string[]): boolean {
  if (process.platform !== "linux" || !argv.some((word) => word.includes("\uFFFD"))) return false;
  return !process.getBuiltinModule("node:buffer").isUtf8(readFileSync("/proc/self/cmdline"));
}

/** One level: its flags and words up to the name of a nested command, which is parsed in turn. */
function parseLevel(path: CommandPath, argv: readonly string[], above: readonly Level[]): ParsedArgv {
  const reader = new LevelReader(path);
  for (const [at, word] of argv.entries()) {
    const rest = () => argv.slice(at + 1);
    if (word === "--") {
      reader.endValue();
      for (const word of rest()) reader.takeWord(word);
      break;
    }
    if (isFlag(word)) {
      const asked = reader.takeFlag(word, rest);
      if (asked?.type === "version") return { type: "version", name: lastOf(path).versionName ?? "" };
      if (asked?.type === "help") {
        return { type: "help", path, detail: asked.written === "-h" ? "compact" : "full" };
      }
    } else if (reader.wantsValue) {
      reader.takeValue(word);
    } else {
      const nested = commandAt(path, word);
      if (nested === "help") return helpFor(path, rest());
      if (nested !== undefined) {
        const parsed = parseLevel([...path, nested], rest(), [...above, reader.level()]);
        reader.finish();
        return parsed;
      }
      reader.takeWord(word);
      if (reader.inTrailingWords) {
        for (const word of rest()) reader.takeWord(word);
        break;
      }
    }
  }
  reader.finish();
  const command = lastOf(path);
  if (command.load === undefined) return { type: "incomplete", path };
  reader.requireWords();
  return { type: "run", command, invocation: invocationOf(path, [...above, reader.level()]) };
}

/** `-` alone is a word: it stands for stdin. */
function isFlag(word: string): boolean {
  return word.length > 1 && word.startsWith("-");
}

/** The nested command that a word names, or `help`; undefined when the word is just a word. */
function commandAt(path: CommandPath, word: string): CommandSpec | "help" | undefined {
  const command = lastOf(path);
  const found = commandNamed(command, word);
  if (found !== undefined) return found;
  if (word === "help" && hasCommands(command)) return "help";
  if (command.missing?.includes(word)) throw missingCommand(path, word);
  return undefined;
}

function commandNamed(command: CommandSpec, word: string): CommandSpec | undefined {
  return command.commands.find((spec) => spec.name === word || spec.aliases?.includes(word));
}

/** `codex help exec resume`: every word names a command, nothing else. */
function helpFor(path: CommandPath, words: readonly string[]): ParsedArgv {
  const [word, ...rest] = words;
  if (word === undefined) return { type: "help", path, detail: "full" };
  const named = commandNamed(lastOf(path), word);
  if (named === undefined) throw unrecognizedCommand(path, word);
  return helpFor([...path, named], rest);
}

function invocationOf(path: CommandPath, levels: readonly Level[]): Invocation {
  const [root, ...nested] = levels;
  if (root === undefined) throw new Error("a command line has at least its root level");
  return { path: path.slice(1).map((spec) => spec.name), levels: [root, ...nested] };
}
