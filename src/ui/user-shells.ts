// The user's own commands while they run, beside a turn or without one (tui.md 2).

import type { ThreadEvent } from "../protocol/events";
import { sendNext } from "./after-turn";
import type { App } from "./app";

export type UserShells = {
  /** Waits in the queue before there is a conversation. */
  readonly run: (command: string) => void;
  readonly stopAll: () => void;
  readonly count: () => number;
};

/** @param show prints what an event finishes */
export function createUserShells(app: App, show: (event: ThreadEvent) => Promise<void>): UserShells {
  const running = new Set<AbortController>();
  return {
    run(command) {
      const thread = app.thread();
      if (thread === undefined) return app.queue.add({ type: "shell", command });
      const stop = new AbortController();
      running.add(stop);
      app.background(async () => {
        try {
          for await (const event of thread.shell(command, stop.signal)) await show(event);
        } finally {
          running.delete(stop);
        }
        if (!app.busy()) sendNext(app);
        app.redraw();
      });
    },
    stopAll() {
      for (const stop of running) stop.abort();
    },
    count: () => running.size,
  };
}
