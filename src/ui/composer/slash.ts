// Slash commands in the composer: which ones the popup offers, and what a text that begins with one means (tui.md 3).

import { fuzzyFilter } from "./fuzzy";

export type SlashCommand = {
  /** Without the slash. */
  readonly name: string;
  /** Understood but not shown. */
  readonly aliases: readonly string[];
  readonly description: string;
  /** What may follow the name, such as `[instructions]`; undefined when nothing may. */
  readonly args: string | undefined;
  readonly whileBusy: boolean;
};

export type SlashInput =
  | { readonly type: "command"; readonly command: SlashCommand; readonly args: string }
  | { readonly type: "unknown"; readonly name: string };

/** Commands for the popup, in the order of the table where they match equally well. */
export function commandsMatching(commands: readonly SlashCommand[], query: string): readonly SlashCommand[] {
  return fuzzyFilter(commands, query, (command) => command.name);
}

/**
 * What a text that begins with `/` asks for; undefined when it is a message: a path, a lone slash before a blank, or words
 * after a command that takes none.
 */
export function parseSlash(text: string, commands: readonly SlashCommand[]): SlashInput | undefined {
  const [, name = "", rest = ""] = /^\/(\S*)([^]*)$/.exec(text) ?? [];
  const args = rest.trim();
  if (!text.startsWith("/") || name.includes("/") || (name === "" && args !== "")) return undefined;
  const command = commands.find((known) => known.name === name || known.aliases.includes(name));
  if (command === undefined) return { type: "unknown", name };
  if (args !== "" && command.args === undefined) return undefined;
  return { type: "command", command, args };
}
