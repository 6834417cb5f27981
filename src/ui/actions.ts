// Carries out what the composer asks for.

import { UserError, messageOf } from "../util/user-error";
import type { App } from "./app";
import { runCommand } from "./commands/table";
import type { ComposerAction } from "./composer/actions";
import type { FileSearch } from "./files/file-search";
import { draftOf } from "./queue";

/** Files that the popup is given to choose from. */
const FILE_RESULTS = 20;

export function perform(app: App, action: ComposerAction, files: () => Promise<FileSearch>): void {
  switch (action.type) {
    case "submit":
      return app.submit(action.input);
    case "queue":
      if (app.busy()) return app.queue.add(action);
      return perform(app, action.command ?? { type: "submit", input: action.input }, files);
    case "command":
      return runCommand(app, action);
    case "unknown_command":
      return app.error(`Unrecognized command '/${action.name}'. Type "/" for a list of supported commands.`);
    case "shell":
      return app.shell(action.command);
    case "interrupt":
      return app.interrupt();
    case "quit":
    case "leave":
      return app.quit();
    case "edit_previous":
      return app.background(async () => (await import("./commands/backtrack")).editPrevious(app));
    case "edit_queued": {
      const last = app.queue.last();
      if (last !== undefined) restoreBefore(app, draftOf(last));
      return;
    }
    case "editor":
      return app.background(() => edit(app));
    case "paste_image":
      return app.background(() => pasteImage(app));
    case "transcript":
      return app.background(async () => (await import("./commands/show-transcript")).showTranscript(app));
    case "copy":
      return runCommand(app, { name: "copy", args: "" });
    case "mode":
      return app.background(async () => (await import("./commands/mode")).switchMode(app));
    case "effort":
      return app.background(async () => (await import("./commands/mode")).stepEffort(app, action.by));
    case "clear_screen":
      app.screen.clear();
      return app.redraw();
    case "suspend":
      return app.screen.suspend();
    case "notice":
      return action.level === "error" ? app.error(action.text) : app.notice(action.text);
    case "search_files":
      return app.background(async () => {
        for await (const paths of (await files()).search(action.query, FILE_RESULTS)) {
          app.composer.fileResults(action.query, paths);
          app.redraw();
        }
      });
    default:
      return action satisfies never;
  }
}

/** What is written now stays, below what comes back. */
function restoreBefore({ composer, redraw }: App, draft: ReturnType<typeof draftOf>): void {
  const current = composer.draft();
  composer.restore(draft, ...(current.display === "" ? [] : [current]));
  redraw();
}

async function edit(app: App): Promise<void> {
  const { editExternally } = await import("./outside/external-editor");
  const { env } = app.options;
  const text = await app.dialog(() =>
    editExternally(app.screen, app.composer.draft().text, { cwd: app.config().cwd, env, signal: app.ending }),
  );
  app.composer.edited(text);
  app.redraw();
}

async function pasteImage(app: App): Promise<void> {
  try {
    const { pastedImage } = await import("./outside/clipboard");
    app.composer.attachImage(await pastedImage(app.options.env));
    app.redraw();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    app.error(`Failed to paste image: ${messageOf(error)}`);
  }
}
