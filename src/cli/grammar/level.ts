// Collects the flags and words of one command level and checks them against the command's part of the table (cli.md 1.2).

import type { CommandPath, CommandSpec, FlagSpec, Level, PositionalSpec } from "./spec";
import * as usage from "./usage-error";

/** The flags that every command has (`--help`) or may have (`--version`); the parser answers them itself. */
export type AskedBuiltIn = { readonly type: "help" | "version"; readonly written: string };

export class LevelReader {
  readonly #path: CommandPath;
  readonly #command: CommandSpec;
  readonly #known: ReadonlyMap<string, FlagSpec>;
  /** In order of first appearance. */
  readonly #given = new Set<FlagSpec>();
  readonly #values = new Map<string, string[]>();
  readonly #words = new Map<string, string[]>();
  /** The flag that the next word belongs to; a variadic one stays until the next flag. */
  #open: { readonly flag: FlagSpec; readonly filled: boolean } | undefined;

  constructor(path: CommandPath) {
    this.#path = path;
    this.#command = usage.lastOf(path);
    this.#known = knownFlags(path);
  }

  /** True when the next word is a value of the flag before it. */
  get wantsValue(): boolean {
    return this.#open !== undefined;
  }

  /** True once everything that follows belongs to the words, whatever it looks like. */
  get inTrailingWords(): boolean {
    return this.#command.positionals.some((spec) => spec.trailing && this.#words.has(spec.name));
  }

  /**
   * Takes `--name`, `--name=value`, `-n`, `-nvalue`, `-n=value` or `-abc`.
   * @param following the rest of the command line, for the error texts
   * @returns the built-in that was asked for, as it was written, if any
   */
  takeFlag(word: string, following: () => readonly string[]): AskedBuiltIn | undefined {
    if (word.startsWith("--")) {
      const equals = word.indexOf("=");
      return equals < 0
        ? this.#take(word, undefined, following)
        : this.#take(word.slice(0, equals), word.slice(equals + 1), following);
    }
    let rest = word.slice(1);
    while (rest !== "") {
      const letter = String.fromCodePoint(rest.codePointAt(0) ?? 0);
      rest = rest.slice(letter.length);
      const takesValue = this.#known.get(`-${letter}`)?.value !== undefined;
      const isValue = rest.startsWith("=") || (takesValue && rest !== "");
      const asked = this.#take(`-${letter}`, isValue ? rest.replace(/^=/, "") : undefined, following);
      if (asked !== undefined || isValue) return asked;
    }
    return undefined;
  }

  takeValue(word: string): void {
    if (this.#open === undefined) return;
    const { flag } = this.#open;
    this.#addValue(flag, word);
    this.#open = flag.value?.many === "variadic" ? { flag, filled: true } : undefined;
  }

  takeWord(word: string): void {
    const free = this.#command.positionals.find((spec) => spec.trailing || !this.#words.has(spec.name));
    if (free === undefined) throw usage.unexpectedWord(this.#path, word);
    if (free.choices?.includes(word) === false) throw usage.invalidWord(free, word);
    const words = this.#words.get(free.name);
    if (words === undefined) this.#words.set(free.name, [word]);
    else words.push(word);
  }

  /** No word after this one is a value of the flag before it. */
  endValue(): void {
    const open = this.#open;
    this.#open = undefined;
    if (open !== undefined && !open.filled) throw usage.valueMissing(open.flag);
  }

  /** Checks what flags demand of each other, when all of them are known. */
  finish(): void {
    this.endValue();
    for (const flag of this.#given) {
      const rival = [...this.#given].find((other) => conflict(flag, other));
      if (rival !== undefined) throw usage.conflicting(this.#path, flag, usage.flagLabel(rival));
      const word = this.#rivalWord(flag);
      if (word !== undefined) throw usage.conflicting(this.#path, flag, usage.positionalLabel(word));
    }
    const missing = [...this.#given]
      .flatMap((flag) => flag.requires ?? [])
      .flatMap((name) => this.#known.get(`--${name}`) ?? [])
      .filter((flag) => !this.#given.has(flag) && this.#rivalWord(flag) === undefined);
    if (missing.length > 0) {
      throw usage.missingArguments(this.#path, [...new Set(missing)].map(usage.flagLabel));
    }
  }

  /** What is required is asked for only where the command itself runs, not where it leads to a nested one. */
  requireWords(): void {
    const { flags, positionals } = this.#command;
    const missing = [
      ...flags.filter((flag) => flag.required && !this.#given.has(flag)).map(usage.flagLabel),
      ...positionals
        .filter((spec) => spec.required && !this.#words.has(spec.name))
        .map(usage.positionalLabel),
    ];
    if (missing.length > 0) throw usage.missingArguments(this.#path, missing);
  }

  level(): Level {
    const switches = [...this.#given]
      .filter(({ name, value }) => value === undefined || (value.optional && !this.#values.has(name)))
      .map((flag) => flag.name);
    return {
      command: this.#command.name,
      switches: new Set(switches),
      values: this.#values,
      words: this.#words,
    };
  }

  /** The word that was given and excludes the flag. */
  #rivalWord(flag: FlagSpec): PositionalSpec | undefined {
    return this.#command.positionals.find(
      (spec) => this.#words.has(spec.name) && spec.conflicts?.includes(flag.name),
    );
  }

  #take(
    written: string,
    value: string | undefined,
    following: () => readonly string[],
  ): AskedBuiltIn | undefined {
    const flag = this.#known.get(written);
    if (flag === undefined) throw usage.unknownFlag(this.#path, written, this.#known, following());
    this.endValue();
    if (flag.value === undefined && value !== undefined) {
      throw usage.unexpectedValue(this.#path, flag, value);
    }
    if (flag === HELP) return { type: "help", written };
    if (flag === VERSION) return { type: "version", written };
    if (flag.value === undefined && this.#given.has(flag)) throw usage.givenTwice(this.#path, flag);
    this.#given.add(flag);
    if (value !== undefined) this.#addValue(flag, value);
    else if (flag.value !== undefined) this.#open = { flag, filled: flag.value.optional ?? false };
    return undefined;
  }

  #addValue(flag: FlagSpec, word: string): void {
    const values = this.#values.get(flag.name);
    if (values !== undefined && flag.value?.many === undefined) throw usage.givenTwice(this.#path, flag);
    const needsText = flag.value?.nonEmpty === true || flag.value?.choices !== undefined;
    if (word === "" && needsText) throw usage.valueMissing(flag);
    const added = flag.value?.commaSplit ? word.split(",") : [word];
    for (const value of added) {
      const reason = flag.value?.refuse?.(value);
      const chosen = flag.value?.choices?.includes(value) ?? true;
      if (reason !== undefined || !chosen) throw usage.invalidValue(flag, value, reason);
    }
    if (values === undefined) this.#values.set(flag.name, added);
    else values.push(...added);
  }
}

const HELP: FlagSpec = { name: "help", short: "h", help: "Print help" };
const VERSION: FlagSpec = { name: "version", short: "V", help: "Print version" };

/** All flags that may be written at a level, in the order of its help: its own, those of the levels above, built-in ones. */
export function flagsOf(path: CommandPath): readonly FlagSpec[] {
  const command = usage.lastOf(path);
  const inherited = path.slice(0, -1).flatMap((spec) => spec.flags.filter((flag) => flag.global));
  const own = [...command.flags, HELP, ...(command.versionName === undefined ? [] : [VERSION])];
  // Shared flags may be named at more than one level.
  return [...new Set([...inherited, ...own])];
}

function knownFlags(path: CommandPath): ReadonlyMap<string, FlagSpec> {
  const known = new Map<string, FlagSpec>();
  for (const flag of flagsOf(path)) {
    for (const name of [flag.name, ...(flag.aliases ?? [])]) known.set(`--${name}`, flag);
    if (flag.short !== undefined) known.set(`-${flag.short}`, flag);
  }
  return known;
}

function conflict(a: FlagSpec, b: FlagSpec): boolean {
  return (a.conflicts?.includes(b.name) ?? false) || (b.conflicts?.includes(a.name) ?? false);
}
