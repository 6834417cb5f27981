// The slash commands, in the order of the popup (tui.md 3). One entry adds a command.

import type { App, CommandCall } from "../app";
import type { SlashCommand } from "../composer/slash";

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
    run: (app, call) => (whileBusy ? app.background : app.alone)(async () => await work(app, call)),
  };
}

const BUSY = { whileBusy: true } as const;

const conversations = () => import("./conversations");
const settings = () => import("./settings");
const cards = () => import("./cards");
const work = () => import("./work");
const tools = () => import("./tools");

export const COMMANDS: readonly Command[] = [
  command("model", "choose the model and how much it thinks", async (app) => (await settings()).model(app)),
  command("permissions", "choose what may be done without a question", async (app) =>
    (await settings()).permissions(app),
  ),
  command("vim", "write with vim's keys, or without them again", async (app) => (await tools()).vim(app)),
  command("experimental", "switch experimental features", async (app) => (await tools()).experimental(app)),
  command("skills", "use skills, or switch them", async (app) => (await work()).skills(app), BUSY),
  command(
    "hooks",
    "see your hooks, trust them or turn them off",
    async (app) => (await work()).hooks(app),
    BUSY,
  ),
  command("review", "look for mistakes in a change", async (app, call) => (await work()).review(app, call), {
    args: "[instructions]",
  }),
  command(
    "rename",
    "name this conversation",
    async (app, call) => (await conversations()).rename(app, call),
    {
      args: "[name]",
      ...BUSY,
    },
  ),
  command("new", "begin a new conversation", (app) => app.open({ type: "new" })),
  command("archive", "put this conversation away and leave", async (app) =>
    (await conversations()).archive(app),
  ),
  command(
    "resume",
    "go on with an earlier conversation",
    async (app, call) => (await conversations()).resume(app, call),
    {
      args: "[id or name]",
    },
  ),
  command("fork", "go on with a copy of this conversation", async (app) => (await conversations()).fork(app)),
  command("init", "write an AGENTS.md that tells about this project", async (app) =>
    (await work()).init(app),
  ),
  command("compact", "replace what was said by a summary, to make room", async (app) =>
    (await work()).compact(app),
  ),
  command(
    "plan",
    "make a plan before anything is changed",
    async (app, call) => (await settings()).plan(app, call),
    {
      args: "[prompt]",
    },
  ),
  command(
    "goal",
    "pursue something over many turns; see it, pause it, end it",
    async (app, call) => (await work()).goal(app, call),
    { args: "[objective, pause, resume or clear]", ...BUSY },
  ),
  command("undo", "put back the files that the last turn changed", async (app) => (await work()).undo(app)),
  command("copy", "copy the last answer to the clipboard", async (app) => (await tools()).copy(app), BUSY),
  command(
    "diff",
    "show what has changed in the working tree",
    async (app) => (await tools()).diff(app),
    BUSY,
  ),
  command("mention", "mention a file", async (app) => (await tools()).mention(app), BUSY),
  command("status", "show what this session works with", async (app) => (await cards()).status(app), BUSY),
  command(
    "debug-config",
    "show which files configure what",
    async (app) => (await cards()).debugConfig(app),
    BUSY,
  ),
  command("title", "choose what the terminal's title shows", async (app) => (await tools()).title(app), BUSY),
  command(
    "statusline",
    "choose what the line below the composer shows",
    async (app) => (await tools()).statusLine(app),
    BUSY,
  ),
  command("mcp", "list MCP servers and their tools", async (app, call) => (await cards()).mcp(app, call), {
    args: "[verbose]",
    ...BUSY,
  }),
  command("logout", "sign out and leave", async (app) => (await tools()).logout(app)),
  command("quit", "leave", (app) => app.quit(), BUSY),
  command("exit", "leave", (app) => app.quit(), BUSY),
  command("ps", "list background terminals", async (app) => (await cards()).ps(app), BUSY),
  command("stop", "stop all background terminals", async (app) => (await cards()).stop(app), {
    aliases: ["clean"],
    ...BUSY,
  }),
  command("clear", "clear the screen and begin a new conversation", async (app) =>
    (await conversations()).clear(app),
  ),
];

/** Refuses what cannot be done while a turn runs. */
export function runCommand(app: App, call: CommandCall): void {
  const found = COMMANDS.find(({ name }) => name === call.name);
  if (found === undefined) throw new Error(`no command is called ${call.name}`);
  if (app.busy() && !found.whileBusy) {
    app.error(`'/${call.name}' is disabled while a task is in progress.`);
  } else found.run(app, call);
}
