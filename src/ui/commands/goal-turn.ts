// The turn by which a conversation goes on towards its goal without a word of the user.

import type { App } from "../app";

/** Towards the goal of the conversation, if nothing else is to be done. */
export function goOn(app: App): boolean {
  if (!app.ready() || app.busy() || app.thread()?.goals?.isDue() !== true) return false;
  app.startTurn({ kind: "agent", run: (thread, options) => thread.pursue(options) });
  return true;
}
