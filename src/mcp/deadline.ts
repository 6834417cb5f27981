// Waits with an end: a time limit that stands still while a person is asked something, and a wait that a signal cuts short.

export type Deadline = Disposable & {
  readonly pause: () => void;
  readonly resume: () => void;
};

/** Calls `over` once, when `limitMs` of running time have passed, unless disposed of before. Pauses may nest. */
export function startDeadline(limitMs: number, over: () => void): Deadline {
  let leftMs = limitMs;
  let pauses = 0;
  let startedAt = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined = setTimeout(over, leftMs);
  return {
    pause() {
      pauses += 1;
      if (pauses > 1) return;
      clearTimeout(timer);
      leftMs -= performance.now() - startedAt;
    },
    resume() {
      pauses -= 1;
      if (pauses > 0) return;
      startedAt = performance.now();
      timer = setTimeout(over, Math.max(0, leftMs));
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      timer = undefined;
      pauses = Number.POSITIVE_INFINITY;
    },
  };
}

/** Resolves with the work, or with the signal. @throws what the work throws first */
export async function unlessAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
