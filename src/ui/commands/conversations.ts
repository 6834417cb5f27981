// /clear, /resume, /fork, /rename, /archive: which conversation this is, and what it is called.

import { archiveThread } from "../../rollout/archive";
import { findById, findByName } from "../../rollout/find";
import { recordThreadName } from "../../rollout/names";
import { asThreadId } from "../../rollout/path";
import { UserError } from "../../util/user-error";
import type { App, CommandCall } from "../app";

export function clear(app: App): void {
  app.screen.clear();
  app.open({ type: "new", cleared: true });
}

/** From a list, or the one that is named. */
export async function resume(app: App, { args }: CommandCall): Promise<void> {
  const path = args === "" ? await pickedPath(app) : await namedPath(app, args);
  if (path === undefined) return;
  if (path === app.thread()?.rolloutPath) return app.notice("This is the session that you are in.");
  const config = await configFor(app, path);
  if (config !== "cancelled") app.open({ type: "resume", path }, config);
}

export function fork(app: App): void {
  const path = app.thread()?.rolloutPath;
  if (path === undefined) return app.notice("There is nothing to copy yet.");
  app.open({ type: "fork", path });
}

export async function rename(app: App, { args }: CommandCall): Promise<void> {
  const thread = app.thread();
  if (thread === undefined) return;
  const name = args === "" ? await askedName(app) : args;
  if (name === undefined) return;
  if (name.trim() === "") return app.error("Thread name cannot be empty.");
  recordThreadName(app.config().codexHome, thread.id, name.trim());
  app.setThreadName(name.trim());
  app.notice(
    `Session renamed to ${name.trim()}.`,
    `To resume this session run codex resume, then select ${name.trim()} (${thread.id})`,
  );
}

export async function archive(app: App): Promise<void> {
  const thread = app.thread();
  if (thread?.rolloutPath === undefined) return app.notice("There is nothing to archive yet.");
  const { choose } = await import("../questions/choose");
  const { screen, theme } = app;
  const answer = await app.dialog(() =>
    choose<"no" | "yes">({
      screen,
      theme,
      title: "Archive this session?",
      options: [
        { value: "no", label: "No, don't archive" },
        { value: "yes", label: "Yes, archive and exit" },
      ],
      signal: app.ending,
    }),
  );
  if (answer !== "yes") return;
  archiveThread(app.config().codexHome, thread.id);
  app.notice(`Archived session ${thread.id}.`);
  app.quit();
}

async function pickedPath(app: App): Promise<string | undefined> {
  const { pickSession } = await import("../pickers/session");
  const { screen, theme } = app;
  const picked = await app.dialog(() =>
    pickSession({
      screen,
      theme,
      config: app.config(),
      action: "resume",
      everywhere: false,
      includeNonInteractive: false,
      escape: "back",
    }),
  );
  return picked.type === "session" ? picked.path : undefined;
}

async function namedPath(app: App, session: string): Promise<string> {
  const { codexHome } = app.config();
  const id = asThreadId(session);
  const path = id === undefined ? await findByName(codexHome, session) : await findById(codexHome, id);
  if (path === undefined) throw new UserError(`No session is called '${session}'.`);
  return path;
}

/** The configuration of the folder that the session is to go on in; the user chooses where there are two. */
async function configFor(app: App, path: string) {
  const { pickSessionFolder, sessionFolder } = await import("../pickers/session-folder");
  const { screen, theme } = app;
  const current = app.config();
  const folder = await app.dialog(() =>
    pickSessionFolder({
      screen,
      theme,
      action: "resume",
      sessionCwd: sessionFolder(path),
      currentCwd: current.cwd,
    }),
  );
  if (folder === "cancelled") return "cancelled";
  if (folder === current.cwd) return current;
  const { trusted } = await import("../prepare");
  const reload = () => app.options.reload(folder);
  const there = await reload();
  return (await app.dialog(() => trusted(there, screen, theme, reload))) ?? "cancelled";
}

async function askedName(app: App): Promise<string | undefined> {
  const { askText } = await import("../questions/ask-text");
  const { screen, theme } = app;
  return await app.dialog(() =>
    askText({
      screen,
      theme,
      title: "Name this session",
      initial: app.threadName() ?? "",
      footer: "Press enter to confirm or esc to cancel",
      signal: app.ending,
    }),
  );
}
