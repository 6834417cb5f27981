// What follows a turn: messages that waited, a plan to decide about, or the user's next prompt (tui.md 2.1).

import { joinDrafts, type Draft } from "./composer/draft";
import type { App } from "./app";
import { goOn } from "./commands/goal-turn";
import { runCommand } from "./commands/table";
import { draftOf, type Waiting } from "./queue";
import type { RunningTurn } from "./running-turn";

/** Resolves to whether something was started, so that nobody has to be called to the terminal. */
export function afterTurn(app: App, turn: RunningTurn): boolean {
  if (turn.kind === "review") app.print(app.transcript().reviewFinished());
  const untaken = app.queue.untaken();
  if (app.ending.aborted) return true;
  if (turn.stopped === "by_key" && untaken.length > 0) {
    app.notice("Model interrupted to submit steer instructions.");
    app.submit(joinDrafts(untaken));
    return true;
  }
  if (turn.stopped !== "no" || turn.answer === undefined) {
    const unheard = turn.stopped === "by_key" && !turn.produced ? takeBack(app, turn) : [];
    giveBack(app, [...unheard, ...untaken, ...app.queue.all().map(draftOf)]);
    return turn.stopped !== "no";
  }
  if (untaken.length > 0) {
    app.submit(joinDrafts(untaken));
    return true;
  }
  if (turn.plan !== undefined && app.thread()?.settings().collaborationMode === "plan") {
    const { plan } = turn;
    app.background(async () => (await import("./commands/plan-ready")).planReady(app, plan));
    return true;
  }
  return sendNext(app) || goOn(app);
}

/** Does what waits longest, once the conversation is ready for it. */
export function sendNext(app: App): boolean {
  const next = app.ready() ? app.queue.next() : undefined;
  if (next === undefined) return false;
  dispatch(app, next);
  return true;
}

/** Puts drafts into the composer, above what is written there. */
export function giveBack({ composer }: App, drafts: readonly Draft[]): void {
  if (drafts.length === 0) return;
  const current = composer.draft();
  composer.restore(...drafts, ...(current.display === "" ? [] : [current]));
}

/** What Enter would have done. A command that starts nothing is followed by the next in the queue. */
function dispatch(app: App, waiting: Waiting): void {
  if (waiting.type === "shell") app.shell(waiting.command);
  else if (waiting.type === "command") runCommand(app, waiting);
  else if (waiting.type === "queue" && waiting.command !== undefined) runCommand(app, waiting.command);
  else app.submit(waiting.input);
  if (!app.busy()) sendNext(app);
}

/** A message that nothing came of is as if it had not been sent. It may not even have been recorded: hooks have their say first. */
function takeBack(app: App, { draft, kind, messagesBefore }: RunningTurn): readonly Draft[] {
  if (draft === undefined || kind !== "agent") return [];
  const thread = app.thread();
  if (thread !== undefined && thread.userMessages().length > messagesBefore) thread.rollback(1);
  return [draft];
}
