// Signals that ask the interface to end, and the end by one of them.

import { constants } from "node:os";

/** What has not ended this long after a signal is left behind. */
export const SHUTDOWN_MS = 5_000;

export type EndSignals = Disposable & {
  /** The first that came. */
  readonly received: () => NodeJS.Signals | undefined;
};

/**
 * SIGTERM and SIGHUP end the interface, SIGINT does so too when it was sent to us and not typed for a program that has
 * the terminal.
 * @param isLent whether such a program has it now
 */
export function listenForEnd(onEnd: () => void, isLent: () => boolean): EndSignals {
  let received: NodeJS.Signals | undefined;
  const end = (name: NodeJS.Signals) => {
    if (name === "SIGINT" && isLent()) return;
    if (received !== undefined) return;
    received = name;
    onEnd();
  };
  const names: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const name of names) process.on(name, end);
  return {
    received: () => received,
    [Symbol.dispose]: () => {
      for (const name of names) process.off(name, end);
    },
  };
}

/** Ends this process by the signal, so that whoever waits for it sees how it ended. Returns the exit code of a shell, should it be blocked. */
export function dieBy(signal: NodeJS.Signals): number {
  process.kill(process.pid, signal);
  return 128 + constants.signals[signal];
}
