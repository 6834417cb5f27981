// Turns signals into an orderly end of the run (exec.md 6.1 and 6.2).

import { constants } from "node:os";

/** A run that has not ended by itself this long after a signal is left behind. */
const SHUTDOWN_MS = 5_000;

export type Interrupts = Disposable & {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** SIGTERM or SIGHUP, when one came: nothing more may be printed, and the process is to die by it. */
  readonly fatal: () => NodeJS.Signals | undefined;
  /** Resolves when the time for an orderly end is over; never without a signal. */
  readonly expired: Promise<{ readonly type: "interrupted" }>;
};

/** Takes over SIGINT, SIGTERM and SIGHUP until disposed. A second signal changes nothing: the first is being served. */
export function listenForInterrupts(): Interrupts {
  const controller = new AbortController();
  const expired = Promise.withResolvers<{ readonly type: "interrupted" }>();
  let fatal: NodeJS.Signals | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (name !== "SIGINT") fatal ??= name;
    if (controller.signal.aborted) return;
    controller.abort();
    setTimeout(expired.resolve, SHUTDOWN_MS, { type: "interrupted" }).unref();
  };
  const names: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    fatal: () => fatal,
    expired: expired.promise,
    [Symbol.dispose]: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}

/**
 * Ends this process by the signal itself, so that whoever waits for it sees how it ended.
 * @returns the exit code that a shell would report, should the signal be blocked
 */
export function dieBy(signal: NodeJS.Signals): number {
  process.kill(process.pid, signal);
  return 128 + constants.signals[signal];
}
