// The slash commands, in the order of the popup (tui.md 3). One entry adds a command.

import type { App } from "../app";
import type { Draft } from "../composer/draft";
import type { SlashCommand } from "../composer/slash";

/** `input` is what follows the name, with its attachments. */
export type CommandCall = { readonly name: string; readonly args: string; readonly input?: Draft };

type Command = SlashCommand & { readonly run: (app: App, call: CommandCall) => void };

type Options = {
  readonly aliases?: readonly string[];
  readonly args?: string;
  readonly whileBusy?: boolean;
};

/** Modules of commands are loaded when one runs. */
function command(
  name: string,
  description: string,
  work: (app: App, call: CommandCall) => Promise<void> | void,
  { aliases = [], args, whileBusy = false }: Options = {},
): Command {
  return {
    name,
    description,
    aliases,
    args,
    whileBusy,
    run: (app, call) => app.background(async () => await work(app, call)),
  };
}

const BUSY = { whileBusy: true } as const;

export const COMMANDS: readonly Command[] = [
  command("new", "begin a new conversation", (app) => app.open({ type: "new" })),
  command("quit", "leave", (app) => app.quit(), BUSY),
  command("exit", "leave", (app) => app.quit(), BUSY),
];

/** Refuses what cannot be done while a turn runs. */
export function runCommand(app: App, call: CommandCall): void {
  const found = COMMANDS.find(({ name }) => name === call.name);
  if (found === undefined) throw new Error(`no command is called ${call.name}`);
  if (app.busy() && !found.whileBusy) {
    app.error(`'/${call.name}' is disabled while a task is in progress.`);
  } else found.run(app, call);
}
