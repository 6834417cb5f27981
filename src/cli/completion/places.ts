// What can be typed at each command, as plain data: the scripts of all shells are made from this.

import { flagsOf } from "../grammar/level";
import type { CommandPath, CommandSpec } from "../grammar/spec";
import { hasCommands } from "../grammar/usage-error";

/** One command and what may follow it. */
export type Place = {
  /** Names from the root down, joined by spaces: `codex`, `codex exec`. */
  readonly path: string;
  readonly commands: readonly NestedCommand[];
  readonly options: readonly Option[];
  /** What its first word is made of, where it has one. */
  readonly word: Completed | undefined;
};

export type NestedCommand = {
  /** The name, and after it the aliases. */
  readonly names: readonly [string, ...string[]];
  readonly about: string;
};

export type Option = {
  /** As typed: `-m`. */
  readonly short: string | undefined;
  /** As typed: `--model`. */
  readonly long: string;
  /** One line. */
  readonly help: string;
  /** Undefined for a switch. */
  readonly value: (Completed & { readonly name: string }) | undefined;
  /** May be given more than once. */
  readonly repeats: boolean;
};

/** How a value is completed: from a list, or with names of files or folders; `text` knows nothing. */
export type Completed =
  | { readonly type: "choices"; readonly choices: readonly string[] }
  | { readonly type: "file" | "folder" | "text" };

/** The root first, then every command that is shown in help, and those nested in it. */
export function placesOf(root: CommandSpec): readonly Place[] {
  return placesBelow([root]);
}

function placesBelow(path: CommandPath): readonly Place[] {
  const command = path.at(-1) ?? path[0];
  const nested = command.commands.filter((each) => each.hidden !== true);
  const place: Place = {
    path: path.map((each) => each.name).join(" "),
    commands: [
      ...nested.map(({ name, aliases = [], about }) => ({ names: [name, ...aliases] as const, about })),
      ...(hasCommands(command) ? [{ names: ["help"] as const, about: "Print help" }] : []),
    ],
    options: flagsOf(path)
      .filter((flag) => flag.hidden !== true)
      .map((flag) => ({
        short: flag.short === undefined ? undefined : `-${flag.short}`,
        long: `--${flag.name}`,
        help: flag.help.split("\n")[0] ?? "",
        value: flag.value && { ...completed(flag.value), name: flag.value.name },
        repeats: flag.value?.many !== undefined,
      })),
    word: wordOf(command),
  };
  return [place, ...nested.flatMap((each) => placesBelow([...path, each]))];
}

function wordOf(command: CommandSpec): Completed | undefined {
  const [first] = command.positionals;
  return first && completed({ name: first.name, choices: first.choices });
}

function completed({ name, choices }: { name: string; choices?: readonly string[] | undefined }): Completed {
  if (choices !== undefined) return { type: "choices", choices };
  if (/^(FILE|PATH)$/.test(name)) return { type: "file" };
  return { type: name === "DIR" ? "folder" : "text" };
}
