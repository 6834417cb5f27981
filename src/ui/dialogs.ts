// One dialog at a time: whoever wants the terminal waits for those who came before.

export type Dialogs = {
  readonly run: <T>(open: () => Promise<T>) => Promise<T>;
  /** Resolves when the user has not typed for a moment, so that no key meant for the composer answers a question. */
  readonly quiet: (lastKeyAt: () => number, signal: AbortSignal) => Promise<void>;
};

/** After a key, before a question may take the next one. */
const QUIET_MS = 500;
/** Whoever types on and on gets the question anyway. */
const LONGEST_WAIT_MS = 3000;

export function createDialogs(): Dialogs {
  let last: Promise<unknown> = Promise.resolve();
  return {
    run: async (open) => {
      const before = last;
      const over = Promise.withResolvers<void>();
      last = over.promise;
      try {
        await before;
        return await open();
      } finally {
        over.resolve();
      }
    },
    quiet: async (lastKeyAt, signal) => {
      const deadline = performance.now() + LONGEST_WAIT_MS;
      for (;;) {
        const now = performance.now();
        const rest = Math.min(lastKeyAt() + QUIET_MS, deadline) - now;
        if (rest <= 0 || signal.aborted) return;
        await Bun.sleep(rest);
      }
    },
  };
}
